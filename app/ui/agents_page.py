"""The agents: the address and keys they need, and their own files pointed here."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.agents.catalogue import TOOLS, Snippet, Tool
from app.agents.detection import Which, detect
from app.agents.errors import AgentFileError
from app.agents.formats import Endpoint
from app.agents.places import Places
from app.agents.writing import Backup, Change, plan, plan_restore, plan_undo, write
from app.models.reasonwords import reason_words
from app.ui.agent_card import AgentCard
from app.ui.agent_keys import AgentKeys
from app.ui.agent_target import AgentTarget
from app.ui.backup_list import BackupList
from app.ui.change_dialog import ChangeDialog
from app.ui.clipboard import Clipboard
from app.ui.page import Page
from app.ui.parts import Sign, Tone, row, scrolling, tab_through, text
from app.ui.questions import sure
from proxy.config import DEFAULT_PORT, Settings
from proxy.errors import FIRST_ERROR
from proxy.localkey import digest
from proxy.secret import Secret
from proxy.tap import Answered, Finished, Record, Started

_KEY_STAND_IN = "‹local key›"


class AgentsPage(Page):
    """Shows the agents; writes into their files only what was shown and agreed to.

    Signals:
        agent_added, agent_revoked: the name of a local key.
        models_asked: the provider whose models are to be listed.
    """

    agent_added = Signal(str)
    agent_revoked = Signal(str)
    models_asked = Signal(str)

    def __init__(
        self,
        places: Places,
        backups: Path,
        parent: QWidget | None = None,
        *,
        which: Which = shutil.which,
    ) -> None:
        super().__init__(parent)
        self.set_title(lambda: self.tr("Agents"), lambda: self.tr("Point your tools here."))
        self._places, self._backups, self._which = places, backups, which
        self._settings = Settings()
        self._address = f"http://127.0.0.1:{DEFAULT_PORT}/v1"
        self._known_keys: dict[str, Secret] = {}
        self._unconfirmed: set[str] = set()
        self._failed = False
        self._asked_for: dict[str, tuple[str, str]] = {}
        self._awaited: dict[str, Callable[[], None]] = {}
        self._clipboard = Clipboard(self)
        self.target = AgentTarget()
        self._notice_sign, self._notice = Sign(), text("", wrap=True)
        self._keys = AgentKeys()
        self._backup_list = BackupList()
        self.cards = {tool.id: AgentCard(tool) for tool in TOOLS}
        self._column = QVBoxLayout()
        self._lay_out()
        self._connect()
        self.show_address(self._address)
        self._say("")

    @property
    def entrance(self) -> QWidget:
        return self.target.stops[0]

    def show_settings(self, settings: Settings) -> None:
        """Show who has a local key."""
        self._settings = settings
        self.target.show_settings(settings)
        digests = {agent.name: agent.sha256 for agent in settings.agents}
        self._forget_replaced_keys(digests)
        names = list(digests)
        self._keys.show_agents(names, set(self._known_keys), settings.access)
        self._show_tab_order()
        for card in self.cards.values():
            name = card.tool.title
            card.show_key(exists=name in names)

    def show_address(self, address: str) -> None:
        """Show where the proxy listens: its base URL for agents."""
        if address != self._address:
            for card in self.cards.values():
                card.show_moved()
        self._address = address
        self.target.show_base(address)
        self.look()

    def show_models(self, provider: str, models: Sequence[str]) -> None:
        """Offer a provider's models."""
        self.target.show_models(provider, models)
        if models:
            self.forgive()
        else:
            self._say(self.tr("The provider names no models."), Tone.WARNING)
            self._failed = True

    def show_no_models(self, words: str) -> None:
        """Say why they cannot be offered; nothing else has failed."""
        self.target.end_listing()
        self._say(words, Tone.BAD)
        self._failed = True

    def show_new_key(self, name: str, key: Secret) -> None:
        """Take a key that was just made; it can be copied until the window goes."""
        self._known_keys[name] = key
        self._unconfirmed.add(name)
        self.show_settings(self._settings)
        self._keys.add_known(name)
        self._show_tab_order()
        self._say(self.tr("A key for {name} was made: copy it now.").format(name=name))
        if (waiting := self._awaited.pop(name, None)) is not None:
            waiting()

    def show_error(self, words: str) -> None:
        """Say what could not be done."""
        self._awaited.clear()
        self._say(words, Tone.BAD)
        self._failed = True

    def forgive(self) -> None:
        """Say no more of what could not be done; what was done stays said."""
        if self._failed:
            self._say("")

    def apply(self, records: list[Record]) -> None:
        """Turn the lights of agents whose requests came, and learn the model they ask for."""
        for record in records:
            if isinstance(record, Started):
                self._see(record)
                self._asked_for[record.exchange_id] = (record.provider, record.model)
            elif isinstance(record, Answered) and record.status < FIRST_ERROR:
                self._learn_model(*self._asked_for.pop(record.exchange_id, ("", "")))
            elif isinstance(record, Finished):
                self._asked_for.pop(record.exchange_id, None)

    def look(self) -> None:
        """Look again for every agent and its file."""
        for card in self.cards.values():
            card.show_found(detect(card.tool, self._places, self._address, self._which))
        self._backup_list.look(self._backups)
        self._arrange()

    def _forget_replaced_keys(self, digests: Mapping[str, str]) -> None:
        """Drop a key that the configuration no longer holds, unless it was made just now."""
        for name, key in list(self._known_keys.items()):
            if digests.get(name) == digest(key.reveal()):
                self._unconfirmed.discard(name)
            elif name not in self._unconfirmed:
                del self._known_keys[name]

    def _see(self, record: Started) -> None:
        headers = {name.lower(): value for name, value in record.headers}
        at = datetime.fromtimestamp(record.wall, UTC).astimezone()
        self._keys.show_called(record.agent, at.strftime("%H:%M"))
        for card in self.cards.values():
            if card.tool.called(record.agent, headers.get("user-agent", "")):
                card.show_connected(at)
                break

    def _learn_model(self, provider: str, model: str) -> None:
        """Propose a model that the provider has."""
        if self.target.provider in {"", provider}:
            self.target.learn_model(model)

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(12)
        column.addWidget(self._keys)
        column.addLayout(self._column)
        column.addWidget(self._backup_list)
        column.addStretch(1)
        self._column.setSpacing(12)
        for part in (self._notice, self._notice_sign):
            # Its place is kept: nothing jumps away from under the pointer.
            policy = part.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            part.setSizePolicy(policy)
        self.body.addWidget(self.target)
        self.body.addLayout(row(self._notice_sign, self._notice))
        self.body.addWidget(scrolling(inner, stop=False), 1)

    def _connect(self) -> None:
        for card in self.cards.values():
            tool = card.tool
            card.copy_asked.connect(partial(self._copy_snippet, tool))
            card.key_asked.connect(lambda tool=tool: self._renew_key(tool.title))
            card.write_asked.connect(lambda tool=tool: self._write(tool))
            card.undo_asked.connect(lambda tool=tool: self._undo(tool))
        self.target.copy_asked.connect(lambda: self._copy(self.target.address))
        self.target.look_asked.connect(self.look)
        self.target.models_asked.connect(self.models_asked)
        self._keys.added.connect(self._renew_key)
        self._keys.revoked.connect(self._revoke)
        self._keys.copy_asked.connect(self._copy_key)
        self._backup_list.restore_asked.connect(self._restore)

    def _arrange(self) -> None:
        """Put what is on this machine first."""
        ordered = sorted(self.cards.values(), key=lambda card: not card.present)
        for place, card in enumerate(ordered):
            if self._column.indexOf(card) != place:
                self._column.insertWidget(place, card)
        self._show_tab_order()

    def _show_tab_order(self) -> None:
        cards = sorted(self.cards.values(), key=self._column.indexOf)
        stops = [stop for card in cards for stop in card.stops]
        own = [*self.target.stops, *self._keys.stops]
        tab_through([*own, *stops, *self._backup_list.stops])

    def _say(self, words: str, tone: Tone = Tone.GOOD) -> None:
        self._failed = False
        self._notice.setText(words)
        self._notice_sign.show_tone(tone)
        self._notice.setVisible(bool(words))
        self._notice_sign.setVisible(bool(words))

    def _endpoint(self, key: str) -> Endpoint:
        return Endpoint(self.target.address, self.target.model, key)

    def _lacks_model(self) -> bool:
        """Ask for the model where none is named."""
        if self.target.model:
            return False
        self._say(self.tr("Say first which model it should ask for."), Tone.WARNING)
        self.target.want_model()
        return True

    def _copy(self, words: str) -> None:
        self._clipboard.copy(words)
        self._say(self.tr("Copied."))

    def _copy_key(self, name: str) -> None:
        self._clipboard.copy_secret(self._known_keys[name])
        self._say(self.tr("The key of {name} is copied for 30 seconds.").format(name=name))

    def _copy_snippet(self, tool: Tool, snippet: Snippet) -> None:
        if "$model" in snippet.text and self._lacks_model():
            return
        if "$key" not in snippet.text:
            self._copy(snippet.fill(self._endpoint("")))
            return
        self._with_key(tool.title, lambda key: self._copy_with_key(snippet, key))

    def _copy_with_key(self, snippet: Snippet, key: Secret) -> None:
        self._clipboard.copy_secret(Secret(snippet.fill(self._endpoint(key.reveal()))))
        self._say(self.tr("Copied with the key, for 30 seconds."))

    def _with_key(self, name: str, use: Callable[[Secret], None]) -> None:
        """Use the agent's key, after making one where it is not known here any more."""
        if name in self._known_keys:
            use(self._known_keys[name])
            return
        if self._may_make_key(name):
            self._awaited[name] = lambda: use(self._known_keys[name])
            self.agent_added.emit(name)

    def _renew_key(self, name: str) -> None:
        if self._may_make_key(name):
            self.agent_added.emit(name)

    def _may_make_key(self, name: str) -> bool:
        """Ask before the key that an agent has now stops working."""
        if all(agent.name != name for agent in self._settings.agents):
            return True
        question = self.tr(
            "{agent} has a key already, which could be copied only when it was made. Make a new "
            "one? The key it has now stops working at once."
        )
        return sure(self, question.format(agent=name), self.tr("Make a new key"))

    def _revoke(self, name: str) -> None:
        question = self.tr("Revoke the key of {agent}? Its requests are refused from now on.")
        if sure(self, question.format(agent=name), self.tr("Revoke")):
            self.agent_revoked.emit(name)

    def _write(self, tool: Tool) -> None:
        if self._lacks_model():
            return
        shown = self._plan(lambda: plan(tool, self._places, self._endpoint(_KEY_STAND_IN)))
        if shown is None:
            return
        reason = self.tr("{agent} would read this from {path}.")
        answer = self._ask(shown, reason.format(agent=tool.title, path=shown.path))
        if answer == ChangeDialog.DialogCode.Accepted and _KEY_STAND_IN not in shown.after:
            self._carry_out(shown, tool.id)
        elif answer == ChangeDialog.DialogCode.Accepted:
            self._with_key(tool.title, lambda key: self._write_with_key(tool, shown, key))
        elif answer == ChangeDialog.COPY:
            self._with_key(tool.title, lambda key: self._copy_change(tool, key))

    def _write_with_key(self, tool: Tool, shown: Change, key: Secret) -> None:
        """Write what was shown, with the key where its stand-in was."""
        after = shown.after.replace(_KEY_STAND_IN, key.reveal())
        self._carry_out(Change(shown.path, shown.before, after), tool.id)

    def _copy_change(self, tool: Tool, key: Secret) -> None:
        change = self._plan(lambda: plan(tool, self._places, self._endpoint(key.reveal())))
        if change is not None:
            self._clipboard.copy_secret(Secret(change.after))
            self._say(self.tr("The whole file is copied, for 30 seconds."))

    def _undo(self, tool: Tool) -> None:
        self._offer(lambda: plan_undo(tool, self._places), tool.id)

    def _restore(self, tool: Tool, backup: Backup) -> None:
        self._offer(lambda: plan_restore(backup, tool, self._places), tool.id)

    def _offer(self, make: Callable[[], Change], tool_id: str) -> None:
        shown = self._plan(make)
        if shown is None:
            return
        reason = self.tr("This would be written to {path}.")
        if not shown.after:
            reason = self.tr("Nothing else stands in {path}: it would be removed.")
        answer = self._ask(shown, reason.format(path=shown.path))
        if answer == ChangeDialog.COPY:
            # Whatever else is in that file, it may hold keys.
            self._clipboard.copy_secret(Secret(shown.after))
            self._say(self.tr("The whole file is copied, for 30 seconds."))
        elif answer:
            self._carry_out(shown, tool_id)

    def _plan(self, make: Callable[[], Change]) -> Change | None:
        try:
            return make()
        except AgentFileError as error:
            self._say(self._not_written(error), Tone.BAD)
            return None

    def _not_written(self, error: AgentFileError) -> str:
        return self.tr("Nothing was written: {reason}").format(reason=reason_words(error))

    def _ask(self, change: Change, reason: str) -> int:
        title, new = self.tr("Change a file"), change.before is None
        dialog = ChangeDialog(title, reason, change.diff(), self, new=new)
        answer = dialog.exec()
        dialog.deleteLater()
        return answer

    def _carry_out(self, change: Change, tool_id: str) -> None:
        try:
            write(change, tool_id, self._backups)
        except AgentFileError as error:
            self._say(self._not_written(error), Tone.BAD)
            return
        self._say(self.tr("Written: {path}").format(path=change.path))
        self.look()

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.look()

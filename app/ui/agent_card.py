"""One agent: whether it is here, where it points, and the true way in."""

from datetime import datetime
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.agents.catalogue import Snippet, Tool
from app.agents.detection import Found, State
from app.language import language, translate
from app.models.reasonwords import reason_words
from app.ui.flow import FlowLayout
from app.ui.parts import Card, Look, Sign, Tone, button, row, text

_UNSURE = Found(State.ABSENT)


class AgentCard(Card):
    """One agent we know.

    Signals:
        copy_asked: `Snippet`.
        key_asked, write_asked, undo_asked: by a click.
    """

    copy_asked = Signal(object)
    key_asked = Signal()
    write_asked = Signal()
    undo_asked = Signal()

    def __init__(self, tool: Tool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tool = tool
        self._found = _UNSURE
        self._connected: datetime | None = None
        self._has_key = False
        self._sign = Sign()
        self._stops: list[QWidget] = []
        self._state = text("", wrap=True)
        self._caution = text(partial(_words, tool.caution), Look.MUTED, wrap=True)
        self._key = button("")
        self._write = button(lambda: self.tr("Write config…"))
        self._undo = button(
            lambda: self.tr("Undo…"), lambda: self.tr("Takes only our own lines out again.")
        )
        self.setAccessibleName(tool.title)
        self._lay_out()
        self._refresh()
        language().changed.connect(self._refresh)

    @property
    def present(self) -> bool:
        """The agent is on this machine, or has called."""
        return self._connected is not None or self._found.state is not State.ABSENT

    @property
    def state_words(self) -> str:
        """What the card says of the agent."""
        return self._state.text()

    @property
    def stops(self) -> list[QWidget]:
        """What Tab leads to, in its order."""
        return list(self._stops)

    def show_found(self, found: Found) -> None:
        """Show what its files tell."""
        self._found = found
        self._refresh()

    def show_connected(self, at: datetime) -> None:
        """Show that a request of its came: the only proof that counts."""
        self._connected = at
        self._refresh()

    def show_moved(self) -> None:
        """Show that the proxy is elsewhere now: what came before proves nothing any more."""
        self._connected = None
        self._refresh()

    def show_key(self, *, exists: bool) -> None:
        """Show whether it has a local key."""
        self._has_key = exists
        self._refresh()

    def _lay_out(self) -> None:
        title = text(self.tool.title, Look.HEADING)
        self.add(
            row(self._sign, title, self._state),
            text(partial(_words, self.tool.way), wrap=True),
        )
        if self.tool.caution:
            self.add(row(Sign(Tone.WARNING), self._caution))
        if self.tool.reachable:
            self.add(self._actions())
        self._key.clicked.connect(self.key_asked)
        self._write.clicked.connect(self.write_asked)
        self._undo.clicked.connect(self.undo_asked)

    def _actions(self) -> FlowLayout:
        if self.tool.format is not None:
            self._stops += [self._write, self._undo]
        for snippet in self.tool.snippets:
            copy = button(partial(self._copy_words, snippet))
            copy.clicked.connect(lambda _=False, snippet=snippet: self._copy(snippet))
            self._stops.append(copy)
        self._stops.append(self._key)
        return FlowLayout(*self._stops)

    def _copy_words(self, snippet: Snippet) -> str:
        return self.tr("Copy {what}").format(what=_words(snippet.label))

    def _copy(self, snippet: Snippet) -> None:
        self.copy_asked.emit(snippet)

    def _refresh(self) -> None:
        tone, words = self._verdict()
        self._sign.show_tone(tone)
        self._state.setText(words)
        self._undo.setEnabled(self._found.state in {State.HERE, State.OLD_PORT})
        self._key.setText(self.tr("Renew key") if self._has_key else self.tr("New key"))
        hint = self.tr("The key it has now stops working.") if self._has_key else ""
        self._key.setToolTip(hint)
        self._key.setAccessibleDescription(hint)

    def _verdict(self) -> tuple[Tone, str]:
        if not self.tool.reachable:
            return Tone.WARNING, self.tr("cannot reach this computer")
        if self._connected is not None:
            at = self._connected.strftime("%H:%M")
            return Tone.GOOD, self.tr("connected · {at}").format(at=at)
        return self._verdict_by_files()

    def _verdict_by_files(self) -> tuple[Tone, str]:
        detail = reason_words(self._found.detail)
        verdicts = {
            State.HERE: (Tone.QUIET, self.tr("points here, waiting for its first request…")),
            State.OLD_PORT: (Tone.WARNING, self.tr("points at another port: {detail}")),
            State.ELSEWHERE: (Tone.QUIET, self.tr("found, points elsewhere: {detail}")),
            State.UNREADABLE: (Tone.WARNING, self.tr("its file cannot be read: {detail}")),
            State.FOUND: (Tone.QUIET, self.tr("found, not pointing here")),
            State.ABSENT: (Tone.QUIET, self.tr("not found on this computer")),
        }
        tone, words = verdicts[self._found.state]
        waiting = self._found.state in {State.FOUND, State.ABSENT} and self._has_key
        if waiting:
            words = self.tr("waiting for its first request…")
        return tone, words.format(detail=detail)


def _words(words: str) -> str:
    """Translate a sentence of the catalogue, which knows no Qt."""
    return translate("Agent", words) if words else ""

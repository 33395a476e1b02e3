"""One provider: its health, its key, its passthrough switch and its fixes."""

import os
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QMenu, QToolButton, QWidget

from app.language import language, say
from app.models.today import Tally
from app.ui.card_column import Grip
from app.ui.fix_switches import FixSwitches, fix_title, is_on
from app.ui.flow import FlowLayout
from app.ui.parts import Card, Look, Sign, Tone, button, row, text
from proxy.config import Provider
from proxy.repairs import fixes
from proxy.tap import Finished

_Entry = tuple[QAction, Callable[[], str], Callable[[], object]]


class ProviderCard(Card):
    """One provider of the configuration.

    Signals:
        fix_toggled: name of the fix, new state.
        passthrough_toggled: new state.
        stepped: -1 to move it up, 1 to move it down.
        enter_key, delete_key, unlock, edit, duplicate, remove, show_traffic, copy_address,
            make_default: asked for by a click.
    """

    fix_toggled = Signal(str, bool)
    passthrough_toggled = Signal(bool)
    stepped = Signal(int)
    enter_key = Signal()
    delete_key = Signal()
    unlock = Signal()
    edit = Signal()
    duplicate = Signal()
    remove = Signal()
    show_traffic = Signal()
    copy_address = Signal()
    make_default = Signal()

    def __init__(self, provider: Provider, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.provider = provider
        self._tally, self._is_default = Tally(), False
        self._offered = ""
        self._key_state: tuple[str, str] = ("", "")
        self.grip = Grip()
        self._title = text("", Look.HEADING, wrap=True)
        self._host = text("", Look.MUTED)
        self._sign = Sign()
        self._health = text()
        self._counts = text("", Look.MUTED)
        self._passthrough = box = QCheckBox()
        say(box, box.setText, lambda: self.tr("Passthrough"))
        say(box, box.setAccessibleDescription, self._passthrough_sentence)
        self._passthrough.clicked.connect(self.passthrough_toggled)
        self._key_sign = Sign()
        self._key = text("", wrap=True)
        self._enter = button(lambda: self.tr("Enter key…"))
        self._delete = button(lambda: self.tr("Delete key"))
        self._unlock = button(lambda: self.tr("Unlock"))
        self._advice_sign = Sign(Tone.WARNING)
        self._advice = text("", wrap=True)
        self._turn_on = button("")
        self._switches = FixSwitches()
        self._more = button("")
        self._more.setCheckable(True)
        self._up, self._down, self._first = QAction(self), QAction(self), QAction(self)
        self._lay_out()
        self._connect()
        self.show_provider(provider)

    def show_provider(self, provider: Provider) -> None:
        """Show the provider as the configuration now has it."""
        self.provider = provider
        self._title.setText(provider.title or provider.id)
        self.setAccessibleName(provider.title or provider.id)
        self._host.setText(self._host_words())
        self._passthrough.setChecked(provider.passthrough)
        self._show_key()
        self._show_day()

    def show_default(self, is_default: bool) -> None:
        """Show whether it answers at the address that names no provider."""
        self._is_default = is_default
        self._first.setEnabled(not is_default)
        self._host.setText(self._host_words())

    def show_place(self, place: int, count: int) -> None:
        """Show where it stands among the others."""
        self._up.setEnabled(place > 0)
        self._down.setEnabled(place < count - 1)
        self.grip.setVisible(count > 1)

    @property
    def stops(self) -> list[QWidget]:
        """What Tab leads to, in its order."""
        return [*self._stops, *self._switches.stops, self._more]

    def show_tally(self, tally: Tally) -> None:
        """Show what happened today."""
        self._tally = tally
        self._show_day()

    def show_key_state(self, state: str, words: str) -> None:
        """Show where the key is: stored, memory, absent, locked, unavailable or waiting."""
        self._key_state = (state, words)
        self._show_key()

    def _lay_out(self) -> None:
        edit, menu = button(lambda: self.tr("Edit…")), self._menu_button()
        edit.clicked.connect(self.edit)
        self._stops: list[QWidget] = [self.grip, edit, menu, self._turn_on]
        self._stops += [self._enter, self._unlock, self._delete, self._passthrough]
        self.add(
            row(self.grip, self._title, edit, menu),
            row(self._sign, FlowLayout(self._health, self._host, self._counts)),
            row(self._advice_sign, self._advice, self._turn_on),
            row(self._key_sign, self._key, self._enter, self._unlock, self._delete),
            row(self._passthrough, text(self._passthrough_sentence, Look.MUTED, wrap=True)),
            self._switches,
            row(self._more, text(self._applies, Look.MUTED, wrap=True)),
        )

    def _connect(self) -> None:
        self._enter.clicked.connect(self.enter_key)
        self._delete.clicked.connect(self.delete_key)
        self._unlock.clicked.connect(self.unlock)
        self._turn_on.clicked.connect(lambda: self.fix_toggled.emit(self._offered, True))
        self._switches.toggled.connect(self.fix_toggled)
        self._more.toggled.connect(self._expand)
        self._expand(False)
        language().changed.connect(self._say_again)

    def _menu_button(self) -> QToolButton:
        menu = QMenu(self)
        self._enter_actions(menu)
        more = QToolButton()
        more.setText("⋯")
        say(more, more.setAccessibleName, lambda: self.tr("More for this provider"))
        more.setMenu(menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return more

    def _enter_actions(self, menu: QMenu) -> None:
        groups: tuple[tuple[_Entry, ...], ...] = (
            (
                (QAction(menu), lambda: self.tr("Show its requests"), self.show_traffic.emit),
                (QAction(menu), lambda: self.tr("Copy its address"), self.copy_address.emit),
                (self._first, lambda: self.tr("Make it the default"), self.make_default.emit),
                (QAction(menu), lambda: self.tr("Duplicate…"), self.duplicate.emit),
            ),
            (
                (self._up, lambda: self.tr("Move up"), partial(self.stepped.emit, -1)),
                (self._down, lambda: self.tr("Move down"), partial(self.stepped.emit, 1)),
            ),
            ((QAction(menu), lambda: self.tr("Remove…"), self.remove.emit),),
        )
        for number, group in enumerate(groups):
            if number:
                menu.addSeparator()
            for action, words, act in group:
                say(action, action.setText, words)
                action.triggered.connect(partial(_do, act))
                menu.addAction(action)

    def _say_again(self) -> None:
        self._expand(self._more.isChecked())
        self.show_provider(self.provider)

    def _expand(self, expanded: bool) -> None:
        self._switches.expand(expanded)
        count = self._switches.hidden_count
        words = self.tr("Fewer fixes ▴") if expanded else self.tr("{count} more fixes ▾")
        self._more.setText(words.format(count=count))
        self._more.setVisible(expanded or count > 0)

    def _host_words(self) -> str:
        host = urlsplit(self.provider.base_url).netloc.rpartition("@")[2]
        if self.provider.demo:
            host = self.tr("built in, broken on purpose")
        return self.tr("{host} · default provider").format(host=host) if self._is_default else host

    def _applies(self) -> str:
        return self.tr("A switch applies to the next request.")

    def _passthrough_sentence(self) -> str:
        return self.tr("On: every byte goes through untouched; the fixes only count.")

    def _show_day(self) -> None:
        self._counts.setText(self._day_words())
        self._switches.show_fixes(self.provider, self._tally)
        self._show_health()
        self._show_advice()

    def _day_words(self) -> str:
        requests, repaired = self._tally.requests, self._tally.repaired
        words = self.tr("{requests} requests today · {repaired} repaired")
        if not requests:
            return ""
        if requests == 1:
            words = self.tr("{requests} request today · {repaired} repaired")
        return words.format(requests=requests, repaired=repaired)

    def _show_health(self) -> None:
        tone, words = self._judge(self._tally.last)
        self._sign.show_tone(tone)
        self._health.setText(words)

    def _judge(self, last: Finished | None) -> tuple[Tone, str]:
        if last is None:
            return Tone.QUIET, self.tr("no request yet today")
        verdicts = {
            "upstream_error": self.tr("the last request failed: {status}"),
            "cut_off": self.tr("the last answer was cut off"),
            "timeout": self.tr("the last request ran out of time"),
            "refused": self.tr("the last request was refused: {status}"),
        }
        if last.outcome in verdicts:
            return Tone.BAD, verdicts[last.outcome].format(status=last.status)
        if self._worst_missed():
            return Tone.WARNING, self.tr("needs attention")
        return Tone.GOOD, self.tr("healthy")

    def _show_advice(self) -> None:
        self._offered = self._worst_missed()
        shown = bool(self._offered)
        for part in (self._advice_sign, self._advice, self._turn_on):
            part.setVisible(shown)
        if not shown:
            return
        title = fix_title(self._offered)
        words = self.tr("{title} would have helped in {count} of {requests} requests today.")
        if self._tally.requests == 1:
            words = self.tr("{title} would have helped in the one request of today.")
        self._advice.setText(
            words.format(
                title=title,
                count=self._tally.affected[self._offered],
                requests=self._tally.requests,
            )
        )
        self._turn_on.setText(self.tr("Turn on {title}").format(title=title))
        self._turn_on.setVisible(not self.provider.passthrough)

    def _worst_missed(self) -> str:
        """Return the fix that is off and was missed in most requests, empty for none."""
        off = {
            each.name
            for each in fixes()
            if self.provider.passthrough or not is_on(self.provider.fixes, each)
        }
        missed = [name for name, _ in self._tally.affected.most_common() if name in off]
        return missed[0] if missed else ""

    def _show_key(self) -> None:
        state, words = self._own_key_state() or self._key_state
        tones = {"stored": Tone.GOOD, "memory": Tone.GOOD, "own": Tone.QUIET}
        lacking = Tone.WARNING if state in {"absent", "locked", "unavailable"} else Tone.QUIET
        self._key_sign.show_tone(tones.get(state, lacking))
        self._key.setText(words or self.tr("The key's state is not known yet."))
        has_key = state in {"stored", "memory"}
        self._enter.setText(self.tr("Change key…") if has_key else self.tr("Enter key…"))
        stored_here = self.provider.key == "keyring"
        self._enter.setVisible(stored_here and state not in {"own", "locked", "waiting"})
        self._delete.setVisible(has_key)
        self._unlock.setVisible(state == "locked")

    def _own_key_state(self) -> tuple[str, str] | None:
        """Return what is known without asking the keyring, None where it must be asked."""
        source = self.provider.key
        if self.provider.demo or source == "none":
            return "own", self.tr("needs no key")
        if source == "client":
            return "own", self.tr("the agent brings its own key")
        if source.startswith("env:"):
            name = source.removeprefix("env:")
            if not os.environ.get(name):
                # Started from a menu or at login, there is less of it than in a terminal.
                words = self.tr("there is no environment variable {name} here")
                return "unavailable", words.format(name=name)
            return "own", self.tr("key from the environment variable {name}").format(name=name)
        return None


def _do(act: Callable[[], object], _checked: bool = False) -> None:
    """Do what an action stands for, whatever its own state."""
    act()

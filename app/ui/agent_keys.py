"""The local keys: one per agent, copied once, revoked with a click."""

from collections.abc import Collection, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from app.language import say
from app.ui.parts import Card, Look, Sign, Tone, button, discard, empty, row, text


class AgentKeys(Card):
    """Who may call the proxy.

    Signals:
        added, revoked, copy_asked: the name of a key.
    """

    added = Signal(str)
    revoked = Signal(str)
    copy_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._known: set[str] = set()
        self._called: dict[str, str] = {}
        self._lines: list[QWidget] = []
        self._buttons: list[QWidget] = []
        self._states: dict[str, QLabel] = {}
        self._list = QVBoxLayout()
        self._open_sign = Sign(Tone.WARNING)
        self._open = text(
            lambda: self.tr("Access is open: programs of this computer need no key at all."),
            wrap=True,
        )
        self._name = QLineEdit()
        say(self._name, self._name.setPlaceholderText, lambda: self.tr("Name of another agent"))
        say(self._name, self._name.setAccessibleName, lambda: self.tr("Name of another agent"))
        self._name.setMaxLength(80)
        self._name.setMinimumWidth(26 * self._name.fontMetrics().averageCharWidth())
        self._add = button(lambda: self.tr("Make a key"))
        self._add.setEnabled(False)
        self._name.textChanged.connect(self._judge)
        self._name.returnPressed.connect(self._make)
        self._add.clicked.connect(self._make)
        self.add(
            text(lambda: self.tr("Local keys"), Look.SECTION),
            text(self._explanation, Look.MUTED, wrap=True),
            row(self._open_sign, self._open),
            self._list,
            row(self._name, self._add, None),
        )
        self.show_agents((), (), "required")

    def show_agents(self, names: Sequence[str], known: Collection[str], access: str) -> None:
        """Show the keys of the configuration; the known ones can still be copied."""
        self._names, self._known = list(names), set(known)
        self._open_sign.setVisible(access == "open")
        self._open.setVisible(access == "open")
        self._rebuild()

    def add_known(self, name: str) -> None:
        """Show a key that was just made, before the configuration says so."""
        self._known.add(name)
        self._called.pop(name, None)
        if name not in self._names:
            self._names.append(name)
        self._rebuild()

    def show_called(self, name: str, at: str) -> None:
        """Show that a request came with this key, and when."""
        if (state := self._states.get(name)) is not None:
            self._called[name] = at
            state.setText(self._state_words(name))

    @property
    def stops(self) -> list[QWidget]:
        """What Tab leads to, in its order."""
        return [*self._buttons, self._name, self._add]

    def _state_words(self, name: str) -> str:
        if name in self._called:
            return self.tr("connected · {at}").format(at=self._called[name])
        return self.tr("new, copy it now") if name in self._known else "lk_••••"

    def _explanation(self) -> str:
        return self.tr(
            "Every agent has a key of its own. It is good for this computer only, is shown to "
            "nobody and can be copied once, when it is made."
        )

    def _rebuild(self) -> None:
        empty(self._list)
        self._buttons, self._states = [], {}
        discard(self._lines)
        self._lines = [self._line(name) for name in self._names]
        for line in self._lines:
            self._list.addWidget(line)

    def _line(self, name: str) -> QWidget:
        line = QWidget()
        known = name in self._known
        copy = button(lambda: self.tr("Copy key"))
        copy.setVisible(known)
        say(
            copy,
            copy.setAccessibleName,
            lambda: self.tr("Copy the key of {name}").format(name=name),
        )
        copy.clicked.connect(lambda: self.copy_asked.emit(name))
        revoke = button(
            lambda: self.tr("Revoke"), lambda: self.tr("Its requests are refused from now on.")
        )
        say(
            revoke,
            revoke.setAccessibleName,
            lambda: self.tr("Revoke the key of {name}").format(name=name),
        )
        revoke.clicked.connect(lambda: self.revoked.emit(name))
        state = self._states[name] = text(partial(self._state_words, name), Look.MUTED)
        layout = row(text(name), state, None, copy, revoke)
        layout.setContentsMargins(0, 0, 0, 0)
        line.setLayout(layout)
        self._buttons += [copy, revoke]
        return line

    def _judge(self, words: str) -> None:
        self._add.setEnabled(self._fresh(words))

    def _fresh(self, words: str) -> bool:
        return bool(words.strip()) and words.strip() not in self._names

    def _make(self) -> None:
        name = self._name.text().strip()
        if self._fresh(name):
            self._name.clear()
            self.added.emit(name)

"""The switches of one provider's fixes, by group, each with what it cures and what it costs."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QVBoxLayout, QWidget

from app.language import say, translate
from app.models.plaintext import plain_hint
from app.models.today import Tally
from app.ui.parts import Look, empty, row, tab_through, text
from proxy.config import Provider
from proxy.repair import Group, Repair
from proxy.repairs import fixes

# The ones most often looked for; the rest is one click away.
MAIN_FIXES = (
    "index-repair",
    "buffer-tool-calls",
    "finish-reason",
    "force-stream",
    "tool-arguments",
    "split-choices",
)
_COLUMNS = 2
_INDENT = 24
_SPACE_ABOVE_GROUP = 8


class FixSwitch(QWidget):
    """One fix.

    Signals:
        toggled: bool, by the user alone.
    """

    toggled = Signal(bool)

    def __init__(self, repair: type[Repair], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.repair = repair
        self.box = box = QCheckBox()
        say(box, box.setText, lambda: _fix_words(repair.title).replace("&", "&&"))
        self._count = text("", Look.MUTED)
        self._sentence = text(self._explanation, Look.MUTED, wrap=True)
        self._sentence.setIndent(_INDENT)
        say(box, box.setToolTip, lambda: plain_hint(self._explanation()))
        say(box, box.setAccessibleDescription, self._explanation)
        self.box.clicked.connect(self.toggled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addLayout(row(self.box, self._count, None))
        layout.addWidget(self._sentence)
        layout.addStretch(1)

    @property
    def on(self) -> bool:
        """The switch is on."""
        return self.box.isChecked()

    def click(self) -> None:
        """Do as a click of the user's does."""
        self.box.click()

    def show_state(self, on: bool, tally: Tally) -> None:
        """Show the switch as the configuration has it, and its count of today."""
        self.box.setChecked(on)
        mended, missed = tally.mended[self.repair.name], tally.missed[self.repair.name]
        words = ""
        if mended:
            words = self.tr("{count} today").format(count=mended)
        elif missed:
            words = self.tr("would have mended {count}").format(count=missed)
        self._count.setText(words)

    def show_sentence(self, shown: bool) -> None:
        """Show or hide what it cures and costs."""
        self._sentence.setVisible(shown)

    def _explanation(self) -> str:
        symptom, price = _fix_words(self.repair.symptom), _fix_words(self.repair.price)
        if self.repair.price.rstrip(".").casefold() == "none":
            return symptom
        return self.tr("{symptom} Price: {price}").format(symptom=symptom, price=price)


class FixSwitches(QWidget):
    """All fixes of a provider; a few at first, all with their sentences when expanded.

    Signals:
        toggled: name of the fix and its new state, by the user alone.
    """

    toggled = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._expanded = False
        self.switches = {repair.name: FixSwitch(repair, self) for repair in fixes()}
        for name, switch in self.switches.items():
            switch.toggled.connect(partial(self.toggled.emit, name))
        self._headings = {
            group: text(partial(self._heading, group), Look.SECTION) for group in Group
        }
        for heading in self._headings.values():
            heading.setParent(self)
            heading.setContentsMargins(0, _SPACE_ABOVE_GROUP, 0, 0)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(6)
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1)
        self._arrange()

    @property
    def hidden_count(self) -> int:
        """How many fixes are not shown while it is folded."""
        return len(self.switches) - len(self._main())

    def expand(self, expanded: bool) -> None:
        """Show all fixes with their sentences, or the main ones."""
        self._expanded = expanded
        self._arrange()

    def show_fixes(self, provider: Provider, tally: Tally) -> None:
        """Show every switch as the provider has it."""
        for switch in self.switches.values():
            switch.show_state(is_on(provider.fixes, switch.repair), tally)
            switch.setEnabled(not provider.passthrough)

    def _arrange(self) -> None:
        empty(self._grid)
        line, shown = 0, list[FixSwitch]()
        for group in Group if self._expanded else (None,):
            members = self._of_group(group)
            if group is not None and members:
                self._grid.addWidget(self._headings[group], line, 0, 1, _COLUMNS)
                line += 1
            for place, switch in enumerate(members):
                self._grid.addWidget(switch, line + place // _COLUMNS, place % _COLUMNS)
            line += -(-len(members) // _COLUMNS)
            shown += members
        self.stops = [switch.box for switch in shown]
        tab_through(self.stops)
        self._show_only_needed()

    def _show_only_needed(self) -> None:
        main = self._main()
        for name, switch in self.switches.items():
            switch.show_sentence(self._expanded)
            switch.setVisible(self._expanded or name in main)
        for group, heading in self._headings.items():
            heading.setVisible(self._expanded and bool(self._of_group(group)))

    def _of_group(self, group: Group | None) -> list[FixSwitch]:
        if group is None:
            return [self.switches[name] for name in self._main()]
        return [each for each in self.switches.values() if each.repair.group is group]

    def _main(self) -> list[str]:
        return [name for name in MAIN_FIXES if name in self.switches]

    def _heading(self, group: Group) -> str:
        headings = {
            Group.TOOL_CALLS: self.tr("Tool calls"),
            Group.STREAM: self.tr("Stream"),
            Group.ANSWERS: self.tr("Answers and errors"),
            Group.REQUESTS: self.tr("Requests"),
            Group.GUESSES: self.tr("Guesses (off)"),
        }
        return headings[group]


def is_on(chosen: Mapping[str, bool], repair: type[Repair]) -> bool:
    """Tell whether a fix is on, by the user's word or by default."""
    return chosen.get(repair.name, repair.default)


def fix_title(name: str) -> str:
    """Return a fix's title in the user's language."""
    return next((_fix_words(each.title) for each in fixes() if each.name == name), name)


def _fix_words(words: str) -> str:
    """Translate a sentence of the registry, which knows no Qt."""
    return translate("Fix", words)

"""What the keyboard does on the traffic page; the window's menu shows the same with its keys."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.language import Words, say

Act = Callable[[], object]


class TrafficCommands(QObject):
    """Commands with a key each; they obey only while their page can be seen."""

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self.entries: list[QAction | None] = []
        """In the menu's order; None stands for a line between them."""

    def add(self, words: Words, key: str, act: Act, *, only_in: QWidget | None = None) -> None:
        """Add a command; a key that means something else elsewhere is heeded in one widget only."""
        entry = QAction(self)
        say(entry, entry.setText, words)
        entry.setShortcut(QKeySequence(key))
        entry.setEnabled(self._page.isVisible())
        if only_in is not None:
            entry.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        entry.triggered.connect(lambda _checked=False: act())
        (only_in or self._page).addAction(entry)
        self.entries.append(entry)

    def separate(self) -> None:
        """Draw a line before what follows."""
        self.entries.append(None)

    def enable(self, on: bool) -> None:
        """Obey, or do not."""
        for entry in self.entries:
            if entry is not None:
                entry.setEnabled(on)

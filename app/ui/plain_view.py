"""A pane for text from the wire: plain, read-only, and no more than Qt can lay out at once.

What is longer ends early, with a button that loads all of it, slice by slice.
"""

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFontDatabase, QKeyEvent, QKeySequence, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton, QWidget

from app.language import Words, say
from app.models.plaintext import MOST_TEXT, shown

Whole = Callable[[], str]

MOST_LOADED = 64 * MOST_TEXT
"""Characters; a pane that holds more takes the memory that everything else needs."""
MOST_LINES = 500_000

# Qt needs some milliseconds for as much, and everything else goes on in between.
_SLICE = 32 * 1024
_MARGIN = 6


class PlainView(QPlainTextEdit):
    """Shows these very characters, up to a limit.

    Signals:
        extent_changed: more may be shown, or all that will be.
    """

    extent_changed = Signal()

    def __init__(self, name: Words, *, prose: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        say(self, self.setAccessibleName, name)
        say(self, self.setPlaceholderText, name)
        self.setTabChangesFocus(True)
        if not prose:
            self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.load = QPushButton(self)
        say(self.load, self.load.setText, lambda: self.tr("Load all"))
        self.load.setFont(QApplication.font())
        self.load.setAutoDefault(False)
        self.load.clicked.connect(self.load_all)
        self.load.hide()
        self._slices = QTimer(self)
        self._slices.timeout.connect(self._load_slice)
        self.follows = True
        """Whoever reads at the end is taken along when more comes."""
        self._length = 0
        self._limit = MOST_TEXT
        self._whole: Whole | None = None
        self._waiting: list[str] = []
        self._place = 0

    @property
    def room(self) -> int:
        """How many characters more will be shown."""
        return max(0, self._limit - self._length)

    @property
    def extent(self) -> int:
        """How many characters of the text are shown."""
        return min(self._length, self._limit)

    @property
    def full(self) -> bool:
        """Nothing more will be shown."""
        return not self.room

    def show_text(self, text: str, whole: Whole | None = None) -> None:
        """Show a text, cut and folded where it must be.

        Where the text is only a beginning, `whole` returns all of it.
        """
        self._slices.stop()
        self._waiting, self._place = [], 0
        self._length, self._limit = len(text), MOST_TEXT
        self._whole = whole or (lambda: text)
        fit = shown(text)
        if fit != self.toPlainText():
            self.setPlainText(fit)
        self._offer(cut=whole is not None or len(text) > MOST_TEXT)

    def add_text(self, text: str, whole: Whole | None = None) -> None:
        """Show more at the end; whoever reads further up is not disturbed."""
        if not text:
            return
        if self._slices.isActive():
            self._waiting.append(text)
        elif not self.full:
            self._insert(text)
        if self.full and self._limit == MOST_TEXT and whole is not None:
            self._whole = whole
            self._offer(cut=True)

    def show_line(self, number: int) -> None:
        """Have a line in sight."""
        self.setTextCursor(QTextCursor(self.document().findBlockByNumber(number)))
        self.centerCursor()

    def load_all(self) -> None:
        """Show all of the text, as quickly as nothing else is held up."""
        self._offer(cut=False)
        if self._whole is None:
            return
        self._waiting, self._place = [self._whole()], 0
        self._length, self._limit = 0, MOST_LOADED
        self.follows = False
        self.clear()
        self._slices.start()
        self.extent_changed.emit()

    def _load_slice(self) -> None:
        text = self._waiting[0] if self._waiting else ""
        self._insert(text[self._place : self._place + _SLICE])
        self._place += _SLICE
        if self._place >= len(text):
            self._waiting, self._place = self._waiting[1:], 0
        if self._waiting and self.blockCount() >= MOST_LINES:
            self._limit = self._length
            # As where there are too many characters: the text goes on, and is not shown.
            self._append("\n…")
        if not self._waiting or self.full:
            self._slices.stop()
            self.extent_changed.emit()

    def _insert(self, text: str) -> None:
        bar = self.verticalScrollBar()
        at_end = self.follows and bar.value() >= bar.maximum() - 1
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        # Small pieces make a long line as well as one large piece does.
        fit = shown(text, self.room, cursor.positionInBlock())
        # What is shown may be longer than what came: a control character is shown by its code.
        self._length += max(len(text), len(fit))
        cursor.insertText(fit)
        if at_end:
            bar.setValue(bar.maximum())

    def _append(self, sign: str) -> None:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(sign)

    def _offer(self, *, cut: bool) -> None:
        self.load.setVisible(cut)
        if cut:
            self._place_button()

    def _place_button(self) -> None:
        self.load.adjustSize()
        area = self.viewport().geometry()
        left = area.right() - self.load.width() - _MARGIN
        self.load.move(left, area.bottom() - self.load.height() - _MARGIN)
        self.load.raise_()

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar, keys = self.verticalScrollBar(), QKeySequence.StandardKey
        if event.matches(keys.MoveToStartOfDocument):
            bar.setValue(bar.minimum())
        elif event.matches(keys.MoveToEndOfDocument):
            bar.setValue(bar.maximum())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_button()

"""A pane for text from the wire: plain, read-only, and never more than Qt can lay out."""

from PySide6.QtGui import QFontDatabase, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.language import Words, say
from app.models.plaintext import MOST_TEXT, shown


class PlainView(QPlainTextEdit):
    """Shows these very characters, up to a limit."""

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
        self._length = 0

    @property
    def full(self) -> bool:
        """Nothing more will be shown."""
        return self._length >= MOST_TEXT

    def show_text(self, text: str) -> None:
        """Show a text, cut and folded where it must be."""
        self._length = len(text)
        fit = shown(text)
        if fit != self.toPlainText():
            self.setPlainText(fit)

    def add_text(self, text: str) -> None:
        """Show more at the end; whoever reads further up is not disturbed."""
        if self.full or not text:
            return
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 1
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        # Small pieces make a long line as well as one large piece does.
        fit = shown(text, MOST_TEXT - self._length, cursor.positionInBlock())
        # What is shown may be longer than what came: a control character is shown by its code.
        self._length += max(len(text), len(fit))
        cursor.insertText(fit)
        if at_end:
            bar.setValue(bar.maximum())

"""A change to an agent's file, shown before it is made."""

from PySide6.QtGui import QColor, QFontDatabase, QPalette, QSyntaxHighlighter, QTextCharFormat
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from app.language import say
from app.ui.parts import Look, text

_MOST_SHOWN = 256 * 1024
_DARK = 128


class ChangeDialog(QDialog):
    """Path, reason and diff; two ways out besides cancelling: do it, or copy instead."""

    COPY = 2
    """The result code of *Copy instead*."""

    def __init__(
        self,
        title: str,
        reason: str,
        diff: str,
        parent: QWidget | None = None,
        *,
        new: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(760, 520)
        pane = QPlainTextEdit(diff[:_MOST_SHOWN] or self.tr("Nothing would change."))
        pane.setReadOnly(True)
        pane.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        pane.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        say(pane, pane.setAccessibleName, lambda: self.tr("The change, as a diff"))
        _DiffColours(pane)
        buttons = QDialogButtonBox()
        self.write = buttons.addButton(self.tr("Write it"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.write.setEnabled(bool(diff))
        copy = buttons.addButton(self.tr("Copy instead"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: self.done(self.COPY))
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(text(reason, wrap=True))
        layout.addWidget(pane, 1)
        kept = self.tr("A copy of the file as it is now is kept beside Wiremend's own files.")
        if new:
            kept = self.tr("The file is not there yet; it will be readable by you alone.")
        layout.addWidget(text(kept, Look.MUTED, wrap=True))
        layout.addWidget(buttons)


class _DiffColours(QSyntaxHighlighter):
    """Green for what comes, red for what goes; the signs in front say it too."""

    def __init__(self, pane: QPlainTextEdit) -> None:
        super().__init__(pane.document())
        dark = pane.palette().color(QPalette.ColorRole.Base).lightness() < _DARK
        self._added = QTextCharFormat()
        self._added.setForeground(QColor("#6cc780" if dark else "#1a6e33"))
        self._removed = QTextCharFormat()
        self._removed.setForeground(QColor("#ff8a80" if dark else "#a61c14"))

    # Qt overrides

    def highlightBlock(self, line: str) -> None:
        if line.startswith("+"):
            self.setFormat(0, len(line), self._added)
        elif line.startswith("-"):
            self.setFormat(0, len(line), self._removed)

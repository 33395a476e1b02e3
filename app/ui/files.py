"""Saves what leaves the inspector: as a file that only its owner can read."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.models.plaintext import plain_hint
from app.models.reasonwords import reason_words
from app.replacing import replace_file


def ask_where(parent: QWidget, name: str) -> Path | None:
    """Ask where to save; None where the user would rather not."""
    # The folder from which a desktop starts a program tells nobody anything.
    chosen, _ = QFileDialog.getSaveFileName(parent, _title(), str(Path.home() / name))
    return Path(chosen) if chosen else None


def say_not_written(parent: QWidget, error: Exception) -> None:
    """Say why a file could not be written."""
    words = QCoreApplication.translate("Files", "The file could not be written: {reason}")
    reason = error.strerror if isinstance(error, OSError) else reason_words(error)
    reason = reason or type(error).__name__
    QMessageBox.warning(parent, _title(), plain_hint(words.format(reason=reason)))


def save_as(parent: QWidget, name: str, content: bytes) -> None:
    """Ask where to, and save there; say so if that fails."""
    path = ask_where(parent, name)
    if path is None:
        return
    try:
        replace_file(path, content)
    except OSError as error:
        say_not_written(parent, error)


def _title() -> str:
    return QCoreApplication.translate("Files", "Save as")

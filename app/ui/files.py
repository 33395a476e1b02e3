"""Saves what leaves the inspector: as a file that only its owner can read."""

import contextlib
import os
import secrets
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.ui.parts import plain_hint

_PRIVATE = 0o600
_LONGEST_NAME = 200


def write_privately(path: Path, content: bytes) -> None:
    """Write a file with mode 0600 at once or not at all; raises `OSError`."""
    # A link keeps leading where it did.
    target = path.resolve()
    beside = target.with_name(f".{target.name[:_LONGEST_NAME]}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        beside.replace(target)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def ask_where(parent: QWidget, name: str) -> Path | None:
    """Ask where to save; None where the user would rather not."""
    chosen, _ = QFileDialog.getSaveFileName(parent, _title(), name)
    return Path(chosen) if chosen else None


def say_not_written(parent: QWidget, error: Exception) -> None:
    """Say why a file could not be written."""
    words = QCoreApplication.translate("Files", "The file could not be written: {reason}")
    reason = (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__
    QMessageBox.warning(parent, _title(), plain_hint(words.format(reason=reason)))


def save_as(parent: QWidget, name: str, content: bytes) -> None:
    """Ask where to, and save there; say so if that fails."""
    path = ask_where(parent, name)
    if path is None:
        return
    try:
        write_privately(path, content)
    except OSError as error:
        say_not_written(parent, error)


def _title() -> str:
    return QCoreApplication.translate("Files", "Save as")

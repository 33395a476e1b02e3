"""Saves what leaves the inspector: as a file that only its owner can read."""

import os
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.language import translate
from app.ui.parts import plain_hint

_PRIVATE = 0o600


def write_privately(path: Path, content: bytes) -> None:
    """Write a file with mode 0600, whatever was there before."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        path.chmod(_PRIVATE)
        file.write(content)


def save_as(parent: QWidget, name: str, content: bytes) -> None:
    """Ask where to, and save there; say so if that fails."""
    title = translate("Files", "Save as")
    chosen, _ = QFileDialog.getSaveFileName(parent, title, name)
    if not chosen:
        return
    try:
        write_privately(Path(chosen), content)
    except OSError as error:
        words = translate("Files", "The file could not be written: {reason}")
        reason = error.strerror or type(error).__name__
        QMessageBox.warning(parent, title, plain_hint(words.format(reason=reason)))

"""The question before an end that would cut answers off."""

from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app.language import translate


class Leave(Enum):
    """What the user answers."""

    NOW = "now"
    WHEN_DONE = "when done"
    STAY = "stay"


def ask_whether_to_quit(parent: QWidget | None, streaming: int) -> Leave:
    """Ask; escape means to stay."""
    box = QMessageBox(parent)
    box.setWindowTitle("Wiremend")
    box.setIcon(QMessageBox.Icon.Question)
    box.setTextFormat(Qt.TextFormat.PlainText)
    words = translate("QuitDialog", "{count} answers are still being written. Quit anyway?")
    if streaming == 1:
        words = translate("QuitDialog", "One answer is still being written. Quit anyway?")
    box.setText(words.format(count=streaming))
    wait = box.addButton(
        translate("QuitDialog", "Quit when done"), QMessageBox.ButtonRole.AcceptRole
    )
    now = box.addButton(translate("QuitDialog", "Quit now"), QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(wait)
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    if clicked is now:
        return Leave.NOW
    return Leave.WHEN_DONE if clicked is wait else Leave.STAY

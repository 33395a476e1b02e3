"""The questions before an end that would cut answers off, and before going on unseen."""

from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from app.language import translate


class Leave(Enum):
    """What the user answers."""

    NOW = "now"
    WHEN_DONE = "when done"
    STAY = "stay"


def ask_whether_to_stay(parent: QWidget | None) -> Leave | None:
    """Ask what closing means where there is no tray; None: the window stays as it is."""
    box = _question(parent)
    box.setText(translate("QuitDialog", "Keep the proxy running in the background?"))
    words = translate(
        "QuitDialog",
        "There is no tray on this desktop; start Wiremend again to bring this window back, or run "
        "“wiremend quit” to end it.",
    )
    box.setInformativeText(words)
    keep = box.addButton(
        translate("QuitDialog", "Keep it running"), QMessageBox.ButtonRole.AcceptRole
    )
    leave = box.addButton(translate("QuitDialog", "Quit"), QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(keep)
    clicked = _clicked(box)
    if clicked is leave:
        return Leave.NOW
    return Leave.STAY if clicked is keep else None


def ask_whether_to_quit(parent: QWidget | None, streaming: int) -> Leave:
    """Ask; escape means to stay."""
    box = _question(parent)
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
    clicked = _clicked(box)
    if clicked is now:
        return Leave.NOW
    return Leave.WHEN_DONE if clicked is wait else Leave.STAY


def _question(parent: QWidget | None) -> QMessageBox:
    box = QMessageBox(parent)
    box.setWindowTitle("Wiremend")
    box.setIcon(QMessageBox.Icon.Question)
    box.setTextFormat(Qt.TextFormat.PlainText)
    return box


def _clicked(box: QMessageBox) -> QAbstractButton | None:
    box.exec()
    box.deleteLater()
    return box.clickedButton()

"""Addresses of the web: opened in the browser, after a question that names the host."""

from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget


def may_open(address: str) -> bool:
    """Tell whether an address is one for the browser: https alone, and with a host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None


def ask_and_open(address: str, parent: QWidget) -> bool:
    """Open a page of the web, if the user agrees to its host; tell whether it was opened."""
    if not may_open(address):
        return False
    question = QCoreApplication.translate("Links", "Open a page of {host} in your browser?")
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(question.format(host=urlsplit(address).hostname))
    box.setInformativeText(address)
    agree = box.addButton(
        QCoreApplication.translate("Links", "Open it"), QMessageBox.ButtonRole.AcceptRole
    )
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    agreed = box.clickedButton() is agree
    box.deleteLater()
    return agreed and QDesktopServices.openUrl(QUrl(address))

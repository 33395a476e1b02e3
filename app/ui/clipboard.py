"""Copying: plain texts for good, secrets for half a minute."""

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtGui import QGuiApplication

from proxy.secret import Secret

SECRET_SECONDS = 30
# Clipboard histories leave out what carries one of these.
_PRIVACY_HINTS = (
    ("x-kde-passwordManagerHint", b"secret"),
    ("ExcludeClipboardContentFromMonitorProcessing", b"1"),
    ("org.nspasteboard.ConcealedType", b"1"),
)


class Clipboard(QObject):
    """The system's clipboard, with a memory for what has to leave it again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._copied: Secret | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SECRET_SECONDS * 1000)
        self._timer.timeout.connect(self.forget)

    def copy(self, words: str) -> None:
        """Copy a text that anyone may see."""
        QGuiApplication.clipboard().setText(words)

    def copy_secret(self, secret: Secret) -> None:
        """Copy a text that holds a key; it is taken back if it is still there later."""
        content = QMimeData()
        content.setText(secret.reveal())
        for name, value in _PRIVACY_HINTS:
            content.setData(name, value)
        QGuiApplication.clipboard().setMimeData(content)
        self._copied = secret
        self._timer.start()

    def forget(self) -> None:
        """Empty the clipboard if it still holds the secret."""
        clipboard = QGuiApplication.clipboard()
        if self._copied is not None and clipboard.text() == self._copied.reveal():
            clipboard.clear()
        self._copied = None

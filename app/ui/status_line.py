"""The line below the pages that is always true: state, address, streams, keyring, what is kept."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStatusBar, QToolButton, QWidget

from app.language import language, say
from app.models.plaintext import plain_hint
from app.models.status import Condition, Status
from app.ui.icons import icon
from app.ui.parts import Look, Sign, Tone, text

_TONES = {
    Condition.STOPPED: Tone.QUIET,
    Condition.RUNNING: Tone.GOOD,
    Condition.STREAMING: Tone.GOOD,
    Condition.ATTENTION: Tone.WARNING,
    Condition.ERROR: Tone.BAD,
}

_MARGIN = 8


class _Notice(QLabel):
    """Words that take the room there is: the window is never widened for them."""

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_words(self, words: str) -> None:
        """Show them, shortened where the line is full; whole on hovering and for a reader."""
        self._words = words
        self.setAccessibleName(words)
        self._fit()

    def _fit(self) -> None:
        fitting = self.fontMetrics().elidedText(
            self._words, Qt.TextElideMode.ElideRight, self.width()
        )
        self.setText(fitting)
        self.setToolTip(plain_hint(self._words) if fitting != self._words else "")

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class StatusLine(QStatusBar):
    """Shows the status; a notice of the moment does not cover it.

    Signals:
        copy_asked: the address is wanted.
    """

    copy_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        self._sign, self._state, self._address = Sign(), text(), text()
        self._streaming, self._notice = text("", Look.MUTED), _Notice()
        self._keyring, self._kept = text("", Look.MUTED), text("", Look.MUTED)
        self._keyring_words = ""
        self._copy = QToolButton()
        self._copy.setIcon(icon("copy"))
        self._copy.setAutoRaise(True)
        say(self._copy, self._copy.setToolTip, lambda: self.tr("Copy address"))
        say(self._copy, self._copy.setAccessibleName, lambda: self.tr("Copy address"))
        self._copy.clicked.connect(self.copy_asked)
        for part in (self._sign, self._state, self._address, self._copy, self._streaming):
            self.addWidget(part)
        self.addWidget(self._notice, 1)
        for part in (self._keyring, self._kept):
            self.addPermanentWidget(part)
        language().changed.connect(self._say_keyring)

    def show_status(self, status: Status) -> None:
        """Show what the proxy does."""
        self._sign.show_tone(_TONES[status.condition])
        self._state.setText(self._state_words(status))
        self._address.setText(status.address)
        self._address.setVisible(bool(status.address))
        self._copy.setVisible(bool(status.address))
        words = self.tr("{count} streaming")
        if status.speed:
            words = self.tr("{count} streaming · {speed} tok/s")
        words = words.format(count=status.streaming, speed=status.speed)
        self._streaming.setText(words if status.streaming else "")

    def show_keyring(self, words: str) -> None:
        """Name the keyring that holds the keys."""
        self._keyring_words = words
        self._say_keyring()

    def show_kept(self, words: str) -> None:
        """Say how much of the traffic is kept."""
        self._kept.setText(words)

    def show_notice(self, words: str) -> None:
        """Say what has just been done."""
        self._notice.show_words(words)

    def _say_keyring(self) -> None:
        words = self.tr("keys: {keyring}").format(keyring=self._keyring_words)
        self._keyring.setText(words if self._keyring_words else "")

    def _state_words(self, status: Status) -> str:
        if status.problem or status.state == "failed":
            return self.tr("Not running")
        words = {"running": self.tr("Running"), "draining": self.tr("Stopping…")}
        return words.get(status.state, self.tr("Stopped"))

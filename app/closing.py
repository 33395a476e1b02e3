"""How it ends: closing the window is not quitting, and quitting lets answers come to their end."""

import signal
from types import FrameType
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.notices import Notices
from app.preferences import Preferences
from app.service import Service
from app.tray import Tray
from app.ui.main_window import MainWindow
from app.ui.quit_dialog import Leave, ask_whether_to_quit, ask_whether_to_stay
from proxy.limits import Limits

_DRAIN_SECONDS = Limits().drain
# Whoever wants to wait until the answers are done means it; asked again, it ends at once.
_DONE_SECONDS = 3600


class Closing(QObject):
    """Decides what happens to the window and to the application.

    Signals:
        over: the proxy has ended, the application may.
        learned: a member of the preferences and its value: what need not be said again.
    """

    over = Signal()
    learned = Signal(str, object)

    def __init__(
        self,
        window: MainWindow,
        tray: Tray,
        service: Service,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chosen = Preferences()
        self._window, self._tray = window, tray
        self._service, self._notices = service, notices
        self._ending = False
        self._asking = False
        self._former: dict[int, Any] = {}
        service.ended.connect(self._end)

    def heed_signals(self) -> None:
        """End at SIGTERM and Ctrl-C; at the second one, at once."""
        for number in (signal.SIGTERM, signal.SIGINT):
            self._former[number] = signal.signal(number, self._heed)

    def heed_no_more(self) -> None:
        """Leave signals to whom they belonged before."""
        while self._former:
            signal.signal(*self._former.popitem())

    def show_preferences(self, chosen: Preferences) -> None:
        """Know what the close button is for, and what the user has been told."""
        self._chosen = chosen

    def close(self) -> None:
        """Do what the user chose for the close button."""
        if self._chosen.close_button == "quit":
            self.ask()
        elif self._chosen.close_button == "minimise":
            self._window.showMinimized()
        elif self._tray.present:
            self._hide()
        elif not self._asking:
            self._stay_without_tray()

    def ask(self) -> None:
        """Quit, after a question where answers would be cut off."""
        streaming = self._service.streaming
        if self._asking:
            return
        if self._ending or not streaming:
            self.quit(0)
            return
        self._asking = True
        answer = ask_whether_to_quit(self._window, streaming)
        self._asking = False
        if answer is Leave.NOW:
            self.quit(0)
        elif answer is Leave.WHEN_DONE:
            self.quit(_DONE_SECONDS)

    def quit(self, seconds: float = _DRAIN_SECONDS) -> None:
        """End; asked again, it does not wait any longer."""
        self._service.stop(0 if self._ending else seconds)
        self._ending = True

    def _hide(self) -> None:
        self._window.hide()
        if not self._chosen.told_of_tray:
            self._notices.hidden()
            self.learned.emit("told_of_tray", True)

    def _stay_without_tray(self) -> None:
        """Nothing would lead back to a hidden window; ask once whether to go on at all."""
        if not self._chosen.asked_to_stay:
            self._asking = True
            answer = ask_whether_to_stay(self._window)
            self._asking = False
            if answer is Leave.NOW:
                self.ask()
                return
            if answer is None:
                return
            self.learned.emit("asked_to_stay", True)
        self._window.showMinimized()

    def _heed(self, _number: int, _frame: FrameType | None) -> None:
        # Not in the signal's own frame: what it interrupted may hold a lock.
        QTimer.singleShot(0, self, self.quit)

    def _end(self) -> None:
        if self._ending:
            self._ending = False
            self.over.emit()

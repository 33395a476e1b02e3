"""How long the GUI's loop stands still, measured so that a busy machine does not decide."""

import time
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer

BEAT_MS = 5


class Heart:
    """Beats on the GUI's thread, and knows the longest time it had to wait."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.monotonic()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MS)

    def stop(self) -> float:
        """Stop beating; return the longest wait in seconds."""
        self._beat()
        self._timer.stop()
        return self.longest

    def _beat(self) -> None:
        now = time.monotonic()
        self.longest = max(self.longest, now - self._last)
        self._last = now


def calmest(measure: Callable[[], float], limit: float, tries: int = 3) -> float:
    """Return the smallest of a few measurements: a busy machine only ever adds to one."""
    longest = measure()
    for _ in range(tries - 1):
        if longest <= limit:
            break
        longest = min(longest, measure())
    return longest

"""How long the GUI's loop stands still, measured so that a busy machine does not decide."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer

BEAT_MS = 5
_SCHEDULED = Path("/proc/thread-self/schedstat")


def clock() -> float:
    """Return seconds that stand still while this thread could run and other programs do instead."""
    now = time.monotonic()
    if not _SCHEDULED.exists():
        return now
    return now - int(_SCHEDULED.read_bytes().split()[1]) / 1e9


class Heart:
    """Beats on the GUI's thread, and knows the longest time it had to wait."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = clock()
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
        now = clock()
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

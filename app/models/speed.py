"""How fast answers come in just now, over all requests together."""

import time
from collections import deque
from collections.abc import Iterable

from proxy.tap import Passed, Received, Record

_DATA_LINE = b"data:"
_WINDOW_SECONDS = 4


class Speed:
    """Counts the events of whole seconds: the figure changes once a second, and no oftener."""

    def __init__(self) -> None:
        self._counts: deque[tuple[int, int]] = deque(maxlen=_WINDOW_SECONDS + 1)

    def apply(self, records: Iterable[Record]) -> None:
        """Count a batch, each record in the second in which it came."""
        for record in records:
            if isinstance(record, (Passed, Received)):
                self._count(int(record.at), record.data.count(_DATA_LINE))

    def now(self, clock: float | None = None) -> int:
        """Return the tokens a second of the last whole seconds, one event taken for one token."""
        second = int(time.monotonic() if clock is None else clock)
        past = [each for each in self._counts if second - _WINDOW_SECONDS <= each[0] < second]
        if not past:
            return 0
        return round(sum(count for _, count in past) / (second - past[0][0]))

    def _count(self, second: int, events: int) -> None:
        if self._counts and self._counts[-1][0] >= second:
            last, count = self._counts[-1]
            self._counts[-1] = (last, count + events)
        else:
            self._counts.append((second, events))

"""Where other threads meet the GUI's: whatever they say arrives there, the records in batches.

One signal a record would keep the GUI busy with nothing else; a batch costs one. What other
threads call only appends or emits, and never waits.
"""

from collections import deque

from PySide6.QtCore import QObject, QTimer, Signal

from proxy.config import Settings
from proxy.errors import ConfigError
from proxy.tap import Asked, Finished, Passed, Received, Record, Sent, Started

SHOWN_INTERVAL_MS = 33
HIDDEN_INTERVAL_MS = 250
# What a page folds in one go without the user noticing; the rest follows after the next events.
_BATCH = 2_000
_MOST_PENDING = 400_000
_MOST_PENDING_BYTES = 128 * 1024 * 1024


class Bridge(QObject):
    """Collects what other threads say and hands it over on the GUI's.

    Signals:
        records: list[Record], in order of arrival.
        lost: dict[str, int], bytes of bodies by exchange that were let go, because the GUI could
            not keep up.
        settings_changed: `Settings`, as the file now has them.
        settings_refused: `ConfigError`; the last good settings stay.
        agent_refused: the code of the problem for which an agent was not let in.
    """

    records = Signal(list)
    lost = Signal(dict)
    settings_changed = Signal(object)
    settings_refused = Signal(object)
    agent_refused = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pending: deque[Record] = deque()
        # Each is written by one thread alone: the proxy's, the proxy's, the GUI's. What was lost of
        # an exchange that is over is the GUI's to forget.
        self._bytes_taken = 0
        self._lost: dict[str, int] = {}
        self._bytes_handed_over = 0
        self._lost_told: dict[str, int] = {}
        self._interval = SHOWN_INTERVAL_MS
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._drain)
        self._timer.start(self._interval)

    def tap(self, record: Record, /) -> None:
        """Take one record; called on the proxy's thread, so it only appends."""
        size = _size(record)
        if isinstance(record, (Passed, Received, Sent)) and self._full(size):
            self._lost[record.exchange_id] = self._lost.get(record.exchange_id, 0) + size
            return
        self._bytes_taken += size
        self._pending.append(record)

    def take_settings(self, settings: Settings) -> None:
        """Take new settings; called on the watcher's thread."""
        self.settings_changed.emit(settings)

    def take_error(self, error: ConfigError) -> None:
        """Take what is wrong with the file; called on the watcher's thread."""
        self.settings_refused.emit(error)

    def take_refusal(self, code: str) -> None:
        """Take why an agent was not let in; called on the proxy's thread."""
        self.agent_refused.emit(code)

    def show_window(self, shown: bool) -> None:
        """Hand over less often while nobody looks."""
        self._interval = SHOWN_INTERVAL_MS if shown else HIDDEN_INTERVAL_MS
        self._timer.start(self._interval)

    def _full(self, size: int) -> bool:
        pending_bytes = self._bytes_taken - self._bytes_handed_over
        return len(self._pending) >= _MOST_PENDING or pending_bytes + size > _MOST_PENDING_BYTES

    def _drain(self) -> None:
        count = min(len(self._pending), _BATCH)
        batch = [self._pending.popleft() for _ in range(count)]
        self._bytes_handed_over += sum(map(_size, batch))
        self._timer.setInterval(0 if self._pending else self._interval)
        if batch:
            self.records.emit(batch)
        if self._lost:
            self._tell_lost()
            self._forget_lost(batch)

    def _tell_lost(self) -> None:
        # A copy at once: the proxy's thread goes on writing.
        now = dict(self._lost)
        news = {name: size - self._lost_told.get(name, 0) for name, size in now.items()}
        news = {name: size for name, size in news.items() if size}
        self._lost_told = now
        if news:
            self.lost.emit(news)

    def _forget_lost(self, batch: list[Record]) -> None:
        for record in batch:
            if isinstance(record, Finished):
                # Nobody writes of it any more.
                self._lost.pop(record.exchange_id, None)
                self._lost_told.pop(record.exchange_id, None)


def _size(record: Record) -> int:
    if isinstance(record, (Passed, Received, Sent)):
        return len(record.data)
    return len(record.body) if isinstance(record, (Started, Asked)) else 0

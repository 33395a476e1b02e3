"""Finished requests on disk as well, for whoever asks for it: an HTTP archive each, without keys.

Off at first: prompts and answers are personal. One thread writes; what it has no time for and what
the disk has no room for is left out, and the user is told.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.errands import Errands
from app.models.exchange import Exchange
from app.models.exports import har_of
from app.replacing import replace_file
from proxy.tap import Finished, Record

MOST_BYTES = 512 * 1024 * 1024
MOST_DAYS = 7

_MOST_WAITING = 100
"""Requests; each holds its bodies in memory until it is written."""
_PRUNED_EVERY = 20
_DAY_SECONDS = 86_400
_HOUR_MS = 3_600_000
_SUFFIX = ".har"


class Archive(QObject):
    """Writes what is finished into one folder, from which the oldest goes first.

    Signals:
        failed: why something was not written, as a sentence.
    """

    failed = Signal(str)

    def __init__(
        self, folder: Path, parent: QObject | None = None, *, most_bytes: int = MOST_BYTES
    ) -> None:
        super().__init__(parent)
        self.folder = folder
        self._most_bytes = most_bytes
        self._errands = Errands("archive", self)
        self._on = False
        self._waiting = self._written = 0
        hourly = QTimer(self)
        hourly.timeout.connect(self._tidy)
        hourly.start(_HOUR_MS)

    def turn(self, on: bool) -> None:
        """Write from now on, or no more; what has had its time goes in any case."""
        self._on = on
        self._tidy()

    def apply(self, records: Iterable[Record], get: Callable[[str], Exchange | None]) -> None:
        """Write what ends in this batch, as far as it is kept at all."""
        if not self._on:
            return
        for record in records:
            exchange = get(record.exchange_id) if isinstance(record, Finished) else None
            if exchange is not None:
                self._keep(exchange)

    def clear(self) -> None:
        """Delete what was written, by whichever start."""
        self._errands.send(self._delete_all, None, self._say_not_deleted)

    def _tidy(self) -> None:
        self._errands.send(self._prune, None, self._say_not_deleted)

    def _keep(self, exchange: Exchange) -> None:
        if self._waiting >= _MOST_WAITING:
            self.failed.emit(self.tr("Requests come too fast: not all are kept on disk."))
            return
        self._waiting += 1
        self._errands.send(lambda: self._write(exchange), self._count, self._stop)

    def _count(self, _: object) -> None:
        self._waiting -= 1

    def _stop(self, error: Exception) -> None:
        """A full disk would fail with every request: one sentence is enough."""
        self._waiting = max(0, self._waiting - 1)
        if self._on:
            self._on = False
            words = self.tr("Requests are no longer kept on disk: {reason}")
            self.failed.emit(words.format(reason=_reason(error)))

    def _say_not_deleted(self, error: Exception) -> None:
        """Whoever wants them gone must know that they are still there."""
        words = self.tr("Requests on disk could not be deleted: {reason}")
        self.failed.emit(words.format(reason=_reason(error)))

    # On the errands' thread

    def _write(self, exchange: Exchange) -> None:
        if exchange.dropped:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        at = datetime.fromtimestamp(exchange.started.wall, UTC)
        name = f"{at:%Y%m%dT%H%M%S}-{exchange.started.provider}-{exchange.id}{_SUFFIX}"
        content = har_of(exchange).text.encode("utf-8", "backslashreplace")
        replace_file(self.folder / name, content)
        self._written += 1
        if self._written % _PRUNED_EVERY == 0:
            self._prune()

    def _prune(self) -> None:
        oldest = time.time() - MOST_DAYS * _DAY_SECONDS
        room = self._most_bytes
        for path in sorted(self._files(), reverse=True):
            found = path.stat()
            room -= found.st_size
            if room < 0 or found.st_mtime < oldest:
                path.unlink(missing_ok=True)

    def _delete_all(self) -> None:
        for path in self._files():
            path.unlink(missing_ok=True)

    def _files(self) -> Iterator[Path]:
        return self.folder.glob(f"*{_SUFFIX}")


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or type(error).__name__

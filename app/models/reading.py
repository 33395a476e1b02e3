"""Reads the exchange that is looked at: events and message, in slices of a few milliseconds.

Only one exchange is read at a time, from its bytes; going on costs what is new, never what was read
before.
"""

import hashlib
import time
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from app.models import bigjson
from app.models.answer import Answer
from app.models.exchange import Exchange, Pieces
from proxy import sse, wire
from proxy.errors import EventTooLargeError
from proxy.repair import Form
from proxy.sniff import Sniffer

# A piece that holds more is read in several steps, or one of them could take too long.
_STEP = 32 * 1024
_fields = attrgetter("data", "name", "plain", "ended")


class Events:
    """Events in order, kept as plain tuples.

    The collector of garbage walks through every object of a class that there is, and a hundred
    thousand events would stop the window, and every stream, for half a second; tuples of bytes it
    leaves alone.
    """

    def __init__(self) -> None:
        self.raws: list[bytes] = []
        """The bytes of each."""
        self._fields: list[tuple[Any, ...]] = []

    def __len__(self) -> int:
        return len(self.raws)

    def __getitem__(self, number: int) -> sse.Event:
        return sse.Event(self.raws[number], *self._fields[number])

    def __iter__(self) -> Iterator[sse.Event]:
        return (self[number] for number in range(len(self)))

    def append(self, event: sse.Event) -> None:
        """Take the next event."""
        self.raws.append(event.raw)
        self._fields.append(_fields(event))


class EventLog:
    """The events of one direction, numbered from 0, each with its time."""

    def __init__(self, pieces: Pieces) -> None:
        self.events = Events()
        self.at: list[float] = []
        self.form: Form | None = None
        self.closed = False
        self.too_large = False
        """Reading stopped at an event that is larger than any."""
        self.pieces = pieces
        self._piece = 0
        self._offset = 0
        self._decoder = sse.Decoder()
        self._sniffer = Sniffer()
        self._document: list[bytes] = []
        self._digest = hashlib.sha256()
        self._last_at = 0.0

    @property
    def sha256(self) -> str:
        """The digest of the bytes read so far, in hex."""
        return self._digest.hexdigest()

    @property
    def caught_up(self) -> bool:
        """All bytes that came have been read."""
        return self._piece >= len(self.pieces.parts)

    def step(self) -> None:
        """Read some of the next piece."""
        piece = self.pieces.parts[self._piece]
        part = piece[self._offset : self._offset + _STEP]
        self._last_at = self.pieces.at[self._piece]
        self._offset += len(part)
        if self._offset >= len(piece):
            self._piece, self._offset = self._piece + 1, 0
        self._digest.update(part)
        if not self.too_large:
            self._read(self._last_at, part)

    def close(self) -> None:
        """No more bytes will come: hand out what is left."""
        if self.closed:
            return
        self.closed = True
        at = self._last_at
        rest = self._sniffer.rest()
        if self.form is Form.STREAM:
            self._keep(at, self._decoder.flush())
        elif document := b"".join([*self._document, rest]):
            self.form = Form.DOCUMENT
            self._keep(at, [sse.Event(document, document, plain=False)])
        self._document.clear()

    def _read(self, at: float, part: bytes) -> None:
        try:
            if self.form is None:
                seen = self._sniffer.feed(part)
                self.form, part = seen.form, seen.data
            if self.form is Form.DOCUMENT:
                self._document.append(part)
            elif self.form is Form.STREAM:
                self._keep(at, self._decoder.feed(part))
        except EventTooLargeError:
            self.too_large = True

    def _keep(self, at: float, events: list[sse.Event]) -> None:
        for event in events:
            self.events.append(event)
        self.at.extend([at] * len(events))


class Reading:
    """What there is to see of one exchange; `advance` until it says that all is read."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.generation = 0
        """Grows when what was handed out before is no longer true."""
        self._begin()

    @property
    def stale(self) -> bool:
        """The exchange has let go of the bytes that were read here."""
        return self.received.pieces is not self.exchange.received

    def advance(self, seconds: float) -> bool:
        """Read on for about so long; tell whether there is more to read."""
        deadline = time.perf_counter() + seconds
        if self._was_untouched and not self.exchange.untouched:
            self.generation += 1
            self._begin()
        while self._step():
            if time.perf_counter() >= deadline:
                return True
        return False

    def _begin(self) -> None:
        self._was_untouched = self.exchange.untouched
        self.answer = Answer()
        self._assembled = 0
        self.received = EventLog(self.exchange.received)
        self.sent = self.received
        if not self._was_untouched:
            self.sent = EventLog(self.exchange.sent)

    def _step(self) -> bool:
        """Do a little of what is left; False where nothing is."""
        # The beginning of a long answer is to be seen before its end is read.
        if self._assemble():
            return True
        behind = [log for log in (self.received, self.sent) if not log.caught_up]
        if behind:
            min(behind, key=lambda log: len(log.events)).step()
            return True
        if self.exchange.finished is not None and not (self.received.closed and self.sent.closed):
            self.received.close()
            self.sent.close()
            return True
        return False

    def _assemble(self) -> bool:
        if self._assembled >= len(self.sent.events):
            return False
        event = self.sent.events[self._assembled]
        read = bigjson.outline if len(event.data or b"") > bigjson.LARGE else wire.decode_object
        if event.data and (chunk := read(event.data)) is not None:
            self.answer.add(chunk)
        self._assembled += 1
        return True

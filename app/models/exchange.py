"""One exchange as the inspector keeps it: its records, its bytes, and how it stands.

Nothing is decoded here: counting happens on every record that arrives, reading only for what is
looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from msgspec import structs

from app.models import glance
from proxy.errors import FIRST_ERROR
from proxy.tap import (
    Answered,
    Asked,
    Finished,
    Mark,
    Marked,
    Passed,
    Received,
    Record,
    Sent,
    Started,
)

# What a piece costs beyond its bytes: two objects and their places in the lists.
_PIECE_COST = 120
_TAIL = 16 * 1024
_LONGEST_END = 2 * 1024 * 1024
_DATA_LINE = b"data:"
# Seconds; of an answer that came at once, a rate says nothing.
_SHORTEST_RATED = 0.1


class Pieces:
    """The bytes of one direction, in the pieces and at the times in which they came."""

    __slots__ = ("_end", "at", "first_at", "kept", "last_at", "lines", "parts", "size")

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.at: list[float] = []
        self.kept = True
        """Bytes are kept, not only counted."""
        self.first_at = 0.0
        self.last_at = 0.0
        self.size = 0
        self._end = b""
        self.lines = 0
        """How many data lines there were, roughly: a field cut in two is not counted."""

    def add(self, at: float, part: bytes) -> None:
        """Take the next piece."""
        if not self.size:
            self.first_at = at
        self.last_at = at
        self.size += len(part)
        if self.kept:
            self.parts.append(part)
            self.at.append(at)
        else:
            self._end = (self._end + part)[-_TAIL:]
        self.lines += part.count(_DATA_LINE)

    def tail(self, size: int = _TAIL) -> bytes:
        """Return about the last bytes."""
        if not self.kept:
            return self._end
        taken: list[bytes] = []
        for piece in reversed(self.parts):
            taken.append(piece[-size:])
            size -= len(piece)
            if size <= 0:
                break
        return b"".join(reversed(taken))

    def head(self, size: int = _TAIL) -> bytes:
        """Return the first bytes, whole pieces of them."""
        taken: list[bytes] = []
        for piece in self.parts:
            taken.append(piece)
            size -= len(piece)
            if size <= 0:
                break
        return b"".join(taken)

    def whole(self) -> bytes:
        """Return all bytes."""
        return b"".join(self.parts)

    def emptied(self) -> "Pieces":
        """Return its figures alone; what follows is only counted."""
        figures = Pieces()
        figures.kept, figures._end = False, self.tail()
        figures.first_at, figures.last_at = self.first_at, self.last_at
        figures.size, figures.lines = self.size, self.lines
        return figures


class State(Enum):
    """How an exchange stands, in the list's words."""

    WAITING = "waiting"
    STREAMING = "streaming"
    DONE = "done"
    MENDED = "mended"
    CLOSED_EARLY = "closed early"
    STOPPED = "stopped"
    CUT_OFF = "cut off"
    SUSPICIOUS = "suspicious"
    ERROR = "error"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    SHUTDOWN = "shutdown"

    @property
    def failed(self) -> bool:
        """The agent did not get its answer."""
        return self in (State.CUT_OFF, State.ERROR, State.TIMEOUT, State.REFUSED, State.SHUTDOWN)

    @property
    def over(self) -> bool:
        """Nothing more will come."""
        return self not in (State.WAITING, State.STREAMING)


_STATE_BY_OUTCOME = {
    "upstream_error": State.ERROR,
    "cut_off": State.CUT_OFF,
    "timeout": State.TIMEOUT,
    "refused": State.REFUSED,
    "shutdown": State.SHUTDOWN,
}


@dataclass(slots=True, eq=False)
class Exchange:
    """What is known of one exchange."""

    started: Started
    asked: Asked | None = None
    answered: Answered | None = None
    finished: Finished | None = None
    marks: list[Mark] = field(default_factory=list[Mark])
    mended: int = 0
    """How often a fix acted on something that was broken."""
    received: Pieces = field(default_factory=Pieces)
    sent: Pieces = field(default_factory=Pieces)
    untouched: bool = True
    """So far every byte left as it came."""
    cost: int = 0
    """Bytes of memory that its bodies take."""
    pinned: bool = False
    dropped: bool = False
    """Its bodies were let go to stay within the budget."""
    lost: int = 0
    """Bytes of its bodies that came too fast to be kept."""
    complete: bool = False
    """It is over, and the agent had got the end of its answer."""
    usage: int | None = None
    """Tokens of the answer by the provider's own count."""
    sentence: str = ""
    """What the provider says is wrong, in its own words."""
    first_token: glance.FirstToken = field(default_factory=glance.FirstToken)

    @property
    def id(self) -> str:
        return self.started.exchange_id

    @property
    def whole(self) -> bool:
        """All of it is here to be looked at."""
        return not self.dropped and not self.lost

    @property
    def tokens(self) -> int:
        """Tokens by the provider's count, or else the number of events."""
        return self.usage if self.usage is not None else self.received.lines

    @property
    def first_byte_seconds(self) -> float | None:
        """From the request to the first byte of the answer."""
        if self.finished is not None and self.finished.first_byte_ms is not None:
            return self.finished.first_byte_ms / 1e3
        return self.received.first_at - self.started.at if self.received.size else None

    @property
    def first_token_seconds(self) -> float | None:
        """From the request to the first content, thought or tool call that the provider sent."""
        at = self.first_token.at
        return None if at is None else at - self.started.at

    @property
    def duration(self) -> float | None:
        """Seconds from the request to the end; None while it runs."""
        return None if self.finished is None else self.finished.duration_ms / 1e3

    @property
    def rate(self) -> float | None:
        """Tokens a second while the answer came; None where that says nothing."""
        first = self.first_token.at or self.received.first_at
        seconds = self.received.last_at - first
        return self.tokens / seconds if seconds >= _SHORTEST_RATED and self.tokens else None

    @property
    def status(self) -> int | None:
        """The status that the agent got, or upstream's while it runs."""
        if self.finished is not None:
            return self.finished.status or None
        return self.answered.status if self.answered is not None else None

    def defects(self) -> Iterator[Mark]:
        """Yield the marks of what was broken."""
        return (mark for mark in self.marks if not mark.routine)

    @property
    def state(self) -> State:
        if self.finished is None:
            return State.STREAMING if self.received.size else State.WAITING
        if self.finished.outcome == "client_gone":
            return State.CLOSED_EARLY if self.complete else State.STOPPED
        failure = _STATE_BY_OUTCOME.get(self.finished.outcome)
        if failure is not None:
            return failure
        if self.finished.status >= FIRST_ERROR:
            return State.ERROR
        if self.finished.would_mend:
            return State.SUSPICIOUS
        return State.MENDED if self.mended else State.DONE

    def take(self, record: Record) -> int:
        """Take a record; return by how many bytes its bodies grew."""
        before = self.cost
        if isinstance(record, (Passed, Received, Sent)):
            self._take_bytes(record)
        elif isinstance(record, Marked):
            self._take_marks(record.marks)
        elif isinstance(record, Asked):
            self.asked = record
            self._take_marks(record.findings)
            if record.body is not self.started.body:
                self.cost += len(record.body)
        elif isinstance(record, Answered):
            self.answered = record
        elif isinstance(record, Finished):
            self._finish(record)
        return self.cost - before

    def drop(self) -> int:
        """Let the bodies go; return how many bytes that freed."""
        freed, self.cost = self.cost, 0
        self.started = structs.replace(self.started, body=b"")
        self.asked = None if self.asked is None else structs.replace(self.asked, body=b"")
        self.received, self.sent = self.received.emptied(), self.sent.emptied()
        self.dropped = True
        return freed

    def _take_marks(self, marks: tuple[Mark, ...]) -> None:
        self.marks.extend(marks)
        self.mended += sum(1 for mark in marks if not mark.routine)

    def _take_bytes(self, record: Passed | Received | Sent) -> None:
        if not isinstance(record, Sent):
            self.received.add(record.at, record.data)
            self.first_token.take(record.at, record.data)
        if not isinstance(record, Received):
            self.sent.add(record.at, record.data)
        self.untouched = self.untouched and isinstance(record, Passed)
        if not self.dropped:
            self.cost += len(record.data) + _PIECE_COST

    def _finish(self, record: Finished) -> None:
        self.finished = record
        # Looked at now: the bytes may be let go later.
        self.complete = glance.complete(self.sent.tail(_LONGEST_END))
        self.usage = glance.usage(self.received.tail())
        if record.status >= FIRST_ERROR:
            self.sentence = glance.sentence(self.received.head())
        elif self.state.failed:
            self.sentence = glance.event_sentence(self.received.tail())

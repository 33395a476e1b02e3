"""What leaves for the agent: events, each in its own bytes or encoded anew, or one folded answer.

The sink counts the events that leave, so that every mark names the one that carries its change.
"""

import math

import msgspec

from proxy import aggregate, sse, wire
from proxy.chain import Dropped, Passage
from proxy.repair import Failure, Finding
from proxy.sse import Event
from proxy.tap import Mark


class Step(msgspec.Struct, frozen=True):
    """What a piece of the answer leads to."""

    data: bytes = b""
    """To be sent now."""
    marks: tuple[Mark, ...] = ()
    failure: Failure | None = None
    """The answer is an error. ``data`` ends with its event where a stream is being sent; where no
    byte has been sent yet, the status and the error's JSON are due instead."""


class Sink:
    """Collects what a piece of upstream's answer leads to, until it is taken."""

    def __init__(self, behind: list[tuple[int, Event]] | None = None) -> None:
        self.fold: aggregate.Fold | None = None
        """The answer leaves as one document: chunks are added to it instead of being sent."""
        self.sent = 0
        """The number of the next event."""
        self.spoken = False
        """Something has left that is no comment."""
        self.touched = False
        """Something has left otherwise than it came."""
        self.spotless = True
        """Not a single mark was made, and everything has left as it came."""
        self.started: frozenset[int] = frozenset()
        self.ended: frozenset[int] = frozenset()
        self.behind = behind if behind is not None else []
        """Comments that wait behind what is held back, by the numbers of their events."""
        self._out: list[bytes] = []
        self._marks: list[Mark] = []

    @property
    def finished(self) -> bool:
        """Every choice that was begun has been given its finish reason."""
        return bool(self.started) and self.ended >= self.started

    @property
    def count(self) -> int:
        """How many pieces have left and were not taken yet."""
        return len(self._out)

    def since(self, count: int) -> list[bytes]:
        """Return the pieces that have left since there were so many."""
        return self._out[count:]

    def emit(self, passage: Passage) -> None:
        """Let a chunk leave."""
        if self.behind:
            self.let_comments_go(passage.received or 0)
        # What is folded stays here: an error may still come first.
        self.spoken = self.spoken or self.fold is None
        for choice in wire.choices(passage.chunk):
            index = wire.index(choice)
            self.started |= {index}
            if choice.get("finish_reason"):
                self.ended |= {index}
        for finding in passage.findings:
            self.touched = True
            self.mark(finding, passage.received, self.sent)
        if self.fold is not None:
            self.fold.add(passage.chunk)
        else:
            self.put(_written(passage))

    def drop(self, dropped: Dropped) -> None:
        """Say what was found in a chunk that does not leave."""
        self.touched = True
        self.mark(dropped.finding, dropped.received, None)

    def put_event(self, event: Event) -> None:
        """Let an event leave that is no chunk."""
        if self.fold is None:
            self.spoken = self.spoken or event.data is not None
            self.put(event.raw)

    def let_comments_go(self, before: float = math.inf) -> None:
        """Let the comments leave that came before the event of that number."""
        while self.behind and self.behind[0][0] < before:
            self.put_event(self.behind.pop(0)[1])

    def put(self, raw: bytes, events: int = 1) -> None:
        """Let the bytes of one event leave, or of several."""
        self._out.append(raw)
        self.sent += events

    def put_document(self, data: bytes) -> None:
        """Let a whole answer leave."""
        self._out.append(data)

    def mark(self, finding: Finding, received: int | None, sent: int | None) -> None:
        """Say where a finding belongs."""
        self.spotless = False
        self._marks.append(Mark(finding.fix, finding.message, received, sent, finding.routine))

    def take(self, failure: Failure | None = None) -> Step:
        """Return what has left since the last call."""
        out, self._out = self._out, []
        marks, self._marks = self._marks, []
        return Step(out[0] if len(out) == 1 else b"".join(out), tuple(marks), failure)


def _written(passage: Passage) -> bytes:
    event = passage.event
    if event is not None and not passage.findings:
        return event.raw
    data = wire.encode_if_possible(passage.chunk)
    if data is None:
        # What cannot be written leaves as it came, if it came at all.
        return event.raw if event is not None else b""
    return sse.encode(data, event.name if event is not None else b"")

"""What healthy answers look like, event after event: learnt once, recognised ever after unread.

What the repairs make of an answer depends on what was asked (a few facts of it), on the shape of
each event, and on nothing that differs between two healthy answers: texts, ids, times and counts.
So where an answer goes the way an earlier one went untouched, no repair need see it. A way is a
sequence of shapes; a shape is the event's bytes with those values taken out. An event that brings a
tool call is never part of a way: there every value matters.

The memory is bounded: it forgets everything when it is full, and learns anew.
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass, field

from proxy.sse import SENTINEL, encode

_STRING = (
    rb'"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}'
    rb'|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})++"'
)
_TEXTS = rb"content|reasoning_content|reasoning|obfuscation"
_NAMES = rb"id|model|system_fingerprint|request_id"
_COUNTS = rb"[a-z_]+_tokens|created"
_WHOLE = rb"(?:0|[1-9][0-9]{0,17}+)"
_GAP = b"\0"
# Their names stay, since they are in groups; a quote in front of all is quickly searched for.
_FREE = re.compile(rb'"(?:((?:%s)": *+)%s|((?:%s)": *+)%s)' % (_TEXTS, _STRING, _COUNTS, _WHOLE))
_FREE_AT_FIRST = re.compile(
    rb'"(?:((?:%s|%s)": *+)%s|((?:%s)": *+)%s)' % (_TEXTS, _NAMES, _STRING, _COUNTS, _WHOLE)
)
_CALLS = re.compile(rb'"(?:tool_calls|function_call)"\s*:\s*[\[{"]')
_CHOICES = b'"choices":'
_END = encode(SENTINEL)
_LONGEST_COMMENT = 80
_LARGEST_SHAPE = 4096
_LARGEST_EVENT = 256 * 1024
"""Bytes; the work is better spent on reading a larger one."""
_MOST_PLACES = 512
_MOST_TRAILS = 64


@dataclass(slots=True, eq=False)
class Place:
    """How far an answer has come on a way that is known."""

    begun: frozenset[int] = frozenset()
    """The choices of which something has come."""
    finishing: frozenset[int] = frozenset()
    """The choices whose finish reason has come."""
    started: frozenset[int] = frozenset()
    """The choices of which something has left."""
    ended: frozenset[int] = frozenset()
    """The choices whose finish reason has left."""
    held: int = 0
    """How many events, the last ones, a repair holds back here."""
    shape: bytes = b""
    repeats: bool = False
    """More text of the same shape changes nothing."""
    done: bool = False
    """The sentinel has come."""
    ends: bool = False
    """An answer that ended here was whole."""
    after: dict[bytes, "Place"] = field(default_factory=dict[bytes, "Place"])


class Trail:
    """The ways known for one kind of request and head; `start` is where all of them begin."""

    def __init__(self) -> None:
        self.start = Place()
        self.quiet = False
        """An answer of this kind is known to go on in the form in which it comes."""
        self._places = 0

    def extend(self, place: Place, shape: bytes, reached: Place) -> Place:
        """Make the place behind that shape known, and return it."""
        if self._places >= _MOST_PLACES:
            self.start.after.clear()
            self._places = 0
        self._places += 1
        reached.shape = shape
        return place.after.setdefault(shape, reached)


class Trails:
    """Every `Trail` there is, by what decides which one counts."""

    def __init__(self) -> None:
        self._by_situation: dict[Hashable, Trail] = {}

    def of(self, situation: Hashable) -> Trail:
        """Return the trail for that situation."""
        trail = self._by_situation.get(situation)
        if trail is None:
            if len(self._by_situation) >= _MOST_TRAILS:
                self._by_situation.clear()
            trail = self._by_situation[situation] = Trail()
        return trail

    def every(self) -> list[Trail]:
        """Return all of them."""
        return [*self._by_situation.values()]


class Way:
    """One answer's way: followed as long as it is known, then learnt as long as it is healthy."""

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._head: bytes | None = None
        self._raw = b""
        self._shape: bytes | None = None
        self.place = trail.start
        self.following = True
        self.learning = True
        self.passed: list[tuple[int, bytes]] = []
        """The events that went by unread, without repetitions: whoever reads on needs them."""
        self.waiting: list[bytes] = []
        """The events that have come and not left yet."""

    def follow(self, number: int, raw: bytes) -> bool:
        """Go on to the place behind an event; False where none is known, now or later."""
        shape = self._look(raw)
        if not self.following or shape is None:
            return False
        place = self.place
        if not (place.repeats and shape == place.shape):
            reached = place.after.get(shape)
            if reached is None:
                return False
            self.place = reached
            self.passed.append((number, raw))
        self.waiting.append(raw)
        return True

    def leaving(self) -> list[bytes]:
        """Take the events that leave at this place."""
        count = len(self.waiting) - self.place.held
        left, self.waiting = self.waiting[:count], self.waiting[count:]
        return left

    def left(self, raw: bytes, out: list[bytes]) -> bool:
        """An event has come and these have left: tell whether they are what had come, in order."""
        self.waiting.append(raw)
        as_they_came = out == self.waiting[: len(out)]
        del self.waiting[: len(out)]
        return as_they_came

    def learn(self, raw: bytes, reached: Place) -> None:
        """The event went on as it came, or will."""
        shape = self._look(raw)
        if shape is None:
            self.learning = False
        elif not (self.place.repeats and shape == self.place.shape):
            self.place = self._trail.extend(self.place, shape, reached)

    def know_whole(self, answer: bytes) -> bool:
        """Tell whether an answer that is no stream is known to be healthy."""
        return _shape_at_first(answer) in self._trail.start.after

    def learn_whole(self, answer: bytes) -> None:
        """An answer that is no stream went on as it came."""
        shape = _shape_at_first(answer)
        if shape is not None:
            self._trail.extend(self._trail.start, shape, Place())

    def _look(self, raw: bytes) -> bytes | None:
        if raw != self._raw:
            self._raw, self._shape = raw, self._shape_of(raw)
        return self._shape

    def _shape_of(self, raw: bytes) -> bytes | None:
        if len(raw) > _LARGEST_EVENT or raw[-2:] != b"\n\n":
            # Where its blank line never came, more may be missing than the line.
            return None
        if raw == _END or (raw[:1] == b":" and len(raw) <= _LONGEST_COMMENT):
            return raw
        head = self._head
        if head is None:
            # What every event of the answer begins with: its id, its model.
            end = raw.find(_CHOICES)
            self._head = raw[:end] if end > 0 else b"\n"
            return _shape_at_first(raw)
        return _small(_FREE.split(raw[len(head) :])) if raw.startswith(head) else None


def _shape_at_first(raw: bytes) -> bytes | None:
    if len(raw) > _LARGEST_EVENT:
        return None
    return _small(_FREE_AT_FIRST.split(raw))


def _small(parts: list[bytes | None]) -> bytes | None:
    kept = [part for part in parts if part is not None]
    shape = _GAP.join(kept)
    if shape.count(_GAP) >= len(kept):
        # What has the mark of a gap in it could be taken for what has a gap.
        return None
    # Whether a CR ends a line, and a byte order mark, depend on what stands before them.
    odd = b"\r" in shape or shape[:1] == b"\xef"
    if odd or len(shape) > _LARGEST_SHAPE or _CALLS.search(shape):
        return None
    return shape

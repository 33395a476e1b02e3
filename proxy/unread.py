"""Lets the events of healthy answers pass unread, and learns from those that had to be read.

Two memories tell which: `steady` knows the last text event of this answer, `trails` the ways that
earlier answers went. Where an answer leaves the ways that are known, the repairs are shown what
they missed, and read on from there.
"""

from dataclasses import dataclass

from proxy import wire
from proxy.sink import Sink
from proxy.steady import Steady
from proxy.trails import Place, Trail, Way
from proxy.wire import JsonObject


@dataclass(slots=True)
class Come:
    """What has come of an answer so far."""

    events: int = 0
    begun: frozenset[int] = frozenset()
    """The choices of which something has come."""
    finishing: frozenset[int] = frozenset()
    """The choices whose finish reason has come."""
    alike: bool = False
    """More text like that of the last event read would pass as well."""

    @property
    def over(self) -> bool:
        """Every choice has finished."""
        return bool(self.begun) and self.finishing >= self.begun

    def see(self, chunk: JsonObject) -> None:
        """Take note of what a chunk says of its choices."""
        for choice in wire.choices(chunk):
            self._see(choice)

    def _see(self, choice: JsonObject) -> None:
        index = frozenset((wire.index(choice),))
        self.begun |= index
        if choice.get("finish_reason"):
            self.finishing |= index
        elif any(said for name, said in wire.delta(choice).items() if name != "role"):
            # It goes on: the reason that came was premature.
            self.finishing -= index


class Unread:
    """What of one answer need not be read."""

    def __init__(self, sink: Sink) -> None:
        self.steady = Steady()
        self.come = Come()
        self._sink = sink
        self._way: Way | None = None

    def enter(self, trail: Trail) -> None:
        """Follow the ways of that trail."""
        self._way = Way(trail)

    def leave(self) -> None:
        """Something about this answer was changed: no way is like it."""
        self._way = None

    @property
    def done(self) -> bool:
        """The sentinel has passed unread."""
        return self._way is not None and self._way.following and self._way.place.done

    @property
    def whole(self) -> bool:
        """An answer that came this way, and ends here, is known to be whole."""
        return self._way is not None and self._way.following and self._way.place.ends

    def text(self, data: bytes, start: int) -> int:
        """Let text events like the last one pass; return where the next other one begins."""
        alike, end = self.steady.leading(data, start)
        if not alike:
            return start
        self._sink.put(data[start:end], events=alike)
        self.come.events += alike
        return end

    def passes(self, data: bytes) -> bool:
        """Count text events like the last one, if the bytes are nothing else; tell whether."""
        alike, end = self.steady.leading(data, 0)
        if end != len(data):
            return False
        self._sink.sent += alike
        self.come.events += alike
        return True

    def event(self, raw: bytes) -> bool:
        """Let an event pass that comes where others like it were healthy; tell whether it does."""
        way = self._way
        if way is None or not way.following:
            return False
        before = way.place
        if not way.follow(self.come.events, raw):
            return False
        place, sink = way.place, self._sink
        for each in way.leaving():
            sink.put(each)
            sink.spoken = sink.spoken or not each.startswith(b":")
        sink.started, sink.ended = place.started, place.ended
        self.come = Come(self.come.events + 1, place.begun, place.finishing)
        if place is not before:
            self.steady.forget()
        if place.repeats:
            self.steady.recall(raw)
        return True

    def missed(self) -> list[tuple[int, bytes]]:
        """Return, once, the events that the repairs must be shown before they read on."""
        way = self._way
        if way is None or not way.following:
            return []
        way.following = False
        return way.passed

    def learn(self, raw: bytes, out: list[bytes], *, comment: bool, done: bool) -> None:
        """An event was read, and these have left: remember it if nothing was touched."""
        way, sink, come = self._way, self._sink, self.come
        if way is None or not way.learning:
            return
        if not way.left(raw, out) or not sink.spotless:
            way.learning = False
            return
        held = len(way.waiting)
        place = Place(come.begun, come.finishing, sink.started, sink.ended, held, done=done)
        place.repeats = come.alike or (comment and not held)
        way.learn(raw, place)

    def learn_end(self) -> None:
        """The answer ended by the rules: remember it if nothing was added."""
        way, sink = self._way, self._sink
        if way is not None and way.learning:
            way.place.ends = sink.spotless and not sink.count and not way.waiting

    def document(self, data: bytes) -> bool:
        """Tell whether a plain answer is like one that was healthy."""
        return self._way is not None and self._way.know_whole(data)

    def learn_document(self, data: bytes) -> None:
        """A plain answer went on as it came."""
        if self._way is not None and self._sink.spotless:
            self._way.learn_whole(data)

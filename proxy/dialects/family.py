"""What every family of endpoints must be able to say."""

from typing import Protocol

from proxy import sse, wire
from proxy.errors import UPSTREAM_ERROR, Problem
from proxy.sse import Event
from proxy.wire import JsonObject

_TYPE_BY_STATUS = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    502: UPSTREAM_ERROR,
    504: UPSTREAM_ERROR,
    503: "proxy_error",
}


class Watch:
    """Follows a stream that is forwarded unchanged, to know how it may end.

    ``over`` is set by the family's terminal: nothing may follow it. Half an event is counted in
    ``pending``: no event of ours may be put behind it.
    """

    def __init__(self) -> None:
        self._decoder = sse.Decoder()
        self.over = False
        self.finished = False
        """The answer said how it ended: a clean end of the stream is no cut."""
        self.failed = False
        """The terminal was an error."""
        self.troubled = False
        """An event told of an error in the shape of another family."""
        self.excess = 0
        """How many of the last bytes came behind the terminal."""
        self.events = 0

    @property
    def pending(self) -> int:
        """How many bytes of an unfinished event have been forwarded."""
        return self._decoder.pending

    def feed(self, data: bytes) -> None:
        """Take the next bytes that are forwarded. Raises `EventTooLargeError`."""
        if self.over:
            self.excess = len(data)
            return
        before = self._decoder.pending
        self._see_all(self._decoder.feed(data), before + len(data))

    def finish(self) -> None:
        """The stream is at its end: an event that lacks no more than a byte behind it counts."""
        left = self._decoder.pending
        self._see_all([event for event in self._decoder.flush() if event.ended], left)

    def see(self, event: Event) -> None:
        """Look for the terminal, and for what an error event must repeat."""
        raise NotImplementedError

    def error_event(self, problem: Problem) -> bytes:
        """Return the event that says what went wrong, in this stream's numbering."""
        raise NotImplementedError

    def keep_alive(self) -> bytes:
        """Return a sign of life that may stand between two events."""
        return b": keep-alive\n"

    def _see_all(self, events: list[Event], left: int) -> None:
        for event in events:
            left -= len(event.raw)
            if event.data is not None:
                self.events += 1
                self.see(event)
            if self.over:
                self.excess = left
                return


class Family(Protocol):
    """One API with its own shapes."""

    name: str

    def error_body(self, problem: Problem) -> bytes:
        """Return the JSON of an error that comes before the first byte."""
        ...

    def watch(self) -> Watch:
        """Begin to follow a stream."""
        ...

    def error_as_event(self, error: JsonObject) -> bytes:
        """Return upstream's own error as the event that ends a stream."""
        ...

    def error_as_body(self, error: JsonObject) -> bytes:
        """Return upstream's own error as the JSON that comes before the first byte."""
        ...

    def answer_as_events(self, answer: JsonObject) -> bytes:
        """Return a plain answer as a whole stream."""
        ...


def openai_error(problem: Problem) -> JsonObject:
    """Return OpenAI's error object."""
    return {
        "message": problem.message,
        "type": _TYPE_BY_STATUS.get(problem.status, "invalid_request_error"),
        "param": None,
        "code": problem.code,
    }


def named(event: Event) -> JsonObject:
    """Read an event's data as an object that says its own type; empty where it is none."""
    body = wire.decode_object(event.data or b"") or {}
    if event.name and not body.get("type"):
        return {**body, "type": event.name.decode("latin-1")}
    return body

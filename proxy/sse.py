"""Server-sent events, as bytes in and bytes out: no I/O happens here.

Every byte that is fed in comes out again in exactly one event's ``raw``, so a stream
nobody repaired can be forwarded unchanged.

See: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import re
from dataclasses import dataclass

from proxy.errors import EventTooLargeError

# Possessive: a CRLF must never be read as two line ends. Alternatives that begin with one byte each
# are searched for quickly.
_EVENT_END = re.compile(rb"(?:\r\n?+|\n)(?:\r\n?+|\n)")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LONGEST_END = 4
_DATA, _END = b"data: ", b"\n\n"
BOM = b"\xef\xbb\xbf"

MAX_EVENT_SIZE = 32 * 1024 * 1024
"""Bytes; a provider that sends more without a blank line is broken or hostile."""

SENTINEL = b"[DONE]"


@dataclass(frozen=True, slots=True)
class Event:
    """One block of the stream, up to and including its blank line."""

    raw: bytes
    data: bytes | None = None
    """The data fields joined by line feeds; None where the block has none, as in a comment."""
    name: bytes = b""
    """The value of the last ``event`` field."""
    plain: bool = True
    """The block is a comment, or a single ``data: …`` line and nothing else."""
    ended: bool = True
    """The blank line was there; False for what was left when the stream ended."""


def encode(data: bytes, name: bytes = b"") -> bytes:
    """Write one event; data must hold no line end."""
    if name:
        return b"event: " + name + b"\n" + _DATA + data + _END
    return _DATA + data + _END


def decoded(stream: bytes) -> list[bytes] | None:
    """Return the data of unnamed events that `encode` wrote; None where this is something else."""
    if not stream.startswith(_DATA):
        return None
    return [each.removeprefix(_DATA) for each in stream.split(_END) if each]


def event(data: bytes, name: bytes = b"") -> Event:
    """Make an event of our own."""
    return Event(encode(data, name), data, name, plain=not name)


class Decoder:
    """Cuts a byte stream, however it was split, into events."""

    def __init__(self, max_event_size: int = MAX_EVENT_SIZE) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._max_event_size = max_event_size
        self.begun = False
        """The first event, which may begin with a byte order mark, is over."""

    @property
    def pending(self) -> int:
        """How many bytes wait for the rest of their event."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes; return the events they complete."""
        self._buffer += data
        events: list[Event] = []
        start = 0
        while (end := self._event_end(start)) is not None:
            events.append(self._parse(bytes(self._buffer[start:end])))
            start = end
            self._searched = end
        if start:
            del self._buffer[:start]
            self._searched -= start
        if len(self._buffer) > self._max_event_size:
            raise EventTooLargeError(f"an event exceeds {self._max_event_size} bytes")
        return events

    def flush(self) -> list[Event]:
        """Return what is left, now that no more bytes will come."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        self._searched = 0
        return [self._parse(rest, ended=_EVENT_END.search(rest) is not None)] if rest else []

    def _event_end(self, begin: int) -> int | None:
        start = max(begin, self._searched - _LONGEST_END)
        match = _EVENT_END.search(self._buffer, start)
        # A CR at the very end may be half of a CRLF: wait for the next byte.
        if match is None or (match.end() == len(self._buffer) and self._buffer.endswith(b"\r")):
            self._searched = len(self._buffer)
            return None
        return match.end()

    def _parse(self, raw: bytes, *, ended: bool = True) -> Event:
        body = raw
        if not self.begun:
            self.begun = True
            body = raw.removeprefix(BOM)
        return parse(body, raw, ended=ended)


def parse(body: bytes, raw: bytes, *, ended: bool = True) -> Event:
    """Read one block's fields; ``raw`` is what the event will say it consists of."""
    only_line = body.endswith(b"\n\n") and body.find(b"\n") == len(body) - 2
    if only_line and body.startswith(b"data: ") and b"\r" not in body:
        return Event(raw, body[6:-2], plain=body is raw, ended=ended)
    data: list[bytes] = []
    name = b""
    # A lone CR ends a line by the specification, and for few clients else.
    strange = body is not raw or b"\r" in body.replace(b"\r\n", b"")
    lines = [line for line in _LINE_END.split(body) if line]
    for line in lines:
        field, _, value = line.partition(b":")
        if field == b"data":
            data.append(value.removeprefix(b" "))
            strange = strange or not value.startswith(b" ")
        elif field == b"event":
            name = value.removeprefix(b" ")
            strange = True
        elif field:
            strange = True
    plain = not strange and (len(data) == 0 or (len(data) == 1 and len(lines) == 1))
    return Event(raw, b"\n".join(data) if data else None, name, plain=plain, ended=ended)

"""Make the stream's framing what the narrowest client reads: ``data: {…}`` and a blank line.

Clients of this field rarely hold a full SSE parser: many cut at ``line[6:]``, parse every data
line as JSON, or wait for ``[DONE]`` for ever. Mended are lone CRs, missing spaces
(openai/openai-python#498), other fields (theopenco/llmgateway#2334), several data lines, doubled
prefixes (openclaw/openclaw#96497), comments sent as data (mnfst/llm-gateway#2053), control
characters within strings, frames glued to a truncated one (anomalyco/opencode#23442), single
newlines between events (nashsu/llm_wiki#619), a missing (NousResearch/hermes-agent#90848) or
doubled sentinel, and bytes after it.

Comments stay: they keep the agent's idle timer alive. Text that may be JSON of a kind that
cannot be read without loss is not taken for garbage.
"""

import re

from proxy import sse, wire
from proxy.repair import Ending, EventOutput, Finding, Group, Repair
from proxy.sse import SENTINEL, Event

_PREFIXES = re.compile(rb"(?:data:\s*)+")
_GLUED = re.compile(rb"data:\s*(?=\{)")
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x1f]")
_JSON_START = b'{["'
_AROUND_SENTINEL = b' \t\r\n"'


class StreamFraming(Repair):
    """Write every block of a chat stream in the one form all clients read."""

    name = "stream-framing"
    title = "Stream clean-up"
    group = Group.STREAM
    default = True
    streams_only = True
    symptom = "The agent stops with a parse error, or waits for ever at the end of an answer."
    remedy = "Each event as one data line and a blank line, closed by exactly one [DONE]."

    _over = False

    def event(self, event: Event) -> EventOutput:
        if self._over:
            if event.raw.strip():
                yield self._finding("something came after the sentinel; dropped")
            else:
                yield event
            return
        if event.data is None:
            yield from self._without_data(event)
        elif event.plain and event.ended and event.data[:1] == b"{" and _reads(event.data):
            yield event
        elif event.data.strip(_AROUND_SENTINEL) == SENTINEL:
            self._over = True
            yield from self._sentinel(event)
        else:
            yield from self._strange(event)

    def end(self, ending: Ending) -> EventOutput:
        if ending.finished and not self._over:
            self._over = True
            yield self._finding("the stream ended without its sentinel; added")
            yield sse.event(SENTINEL)

    def _without_data(self, event: Event) -> EventOutput:
        if event.plain and (event.ended or not event.raw.strip()):
            yield event
            return
        comments = [line for line in event.raw.splitlines() if line.startswith(b":")]
        yield self._finding("fields without data; dropped")
        if comments and event.ended:
            raw = b"\n".join(comments) + b"\n\n"
            yield Event(raw)

    def _sentinel(self, event: Event) -> EventOutput:
        if event.plain and event.ended and event.data == SENTINEL:
            yield event
        else:
            yield self._finding("the sentinel had an unusual form; rewritten")
            yield sse.event(SENTINEL)

    def _strange(self, event: Event) -> EventOutput:
        data = event.data or b""
        if event.name and event.name not in (b"message", b"done", b"chunk", b"data"):
            # A named event says something of its own, such as an error: other repairs read it.
            yield event
            return
        pieces = _pieces(data)
        if pieces is None:
            yield event
        elif not pieces:
            yield self._finding("an event held no JSON; turned into a comment")
            if event.ended:
                yield _comment(data)
        elif pieces == [data] and event.plain and event.ended:
            yield event
        else:
            for piece in pieces:
                yield self._finding("an event had an unusual form; rewritten")
                yield sse.event(piece)
                self._over = self._over or piece == SENTINEL

    def _finding(self, message: str) -> Finding:
        return Finding(self.name, message)


def _reads(data: bytes) -> bool:
    try:
        wire.decode(data)
    except wire.NotJsonError:
        return False
    except wire.OpaqueJsonError:
        return True
    return True


def _pieces(data: bytes) -> list[bytes] | None:
    """Return the JSON texts in a block's data, none where there is none; None: leave it alone."""
    stripped = _PREFIXES.sub(b"", data.strip(), count=1) if data.startswith(b"data:") else data
    stripped = stripped.strip()
    if stripped[:1] in _set(_JSON_START) and not _reads(stripped):
        stripped = _STRING.sub(_escaped, stripped)
    if stripped == SENTINEL or (stripped[:1] in _set(_JSON_START) and _reads(stripped)):
        return [_one_line(stripped)]
    lines = [_PREFIXES.sub(b"", line, count=1).strip() for line in data.split(b"\n")]
    lines = [line for line in lines if line]
    if len(lines) > 1 and all(line == SENTINEL or _object(line) for line in lines):
        return lines
    for glued in _GLUED.finditer(data):
        tail = data[glued.end() :].strip()
        if _object(tail):
            return [_one_line(tail)]
    return [] if stripped[:1] not in _set(_JSON_START) or not _reads(stripped) else None


def _escaped(string: re.Match[bytes]) -> bytes:
    """Write control characters within a string as JSON has them."""
    return _CONTROL.sub(lambda found: b"\\u%04x" % found.group()[0], string.group())


def _set(characters: bytes) -> frozenset[bytes]:
    return frozenset(characters[place : place + 1] for place in range(len(characters)))


def _object(data: bytes) -> bool:
    return data[:1] == b"{" and _reads(data)


def _one_line(data: bytes) -> bytes:
    # Line feeds in JSON can only be white space between its tokens.
    return data.replace(b"\r", b" ").replace(b"\n", b" ")


def _comment(data: bytes) -> Event:
    text = data.replace(b"\r", b" ").replace(b"\n", b" ").lstrip(b": ")[:200]
    return Event(b": " + text + b"\n\n")

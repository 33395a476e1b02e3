"""Make the stream's framing what the narrowest client reads: ``data: {…}`` and a blank line.

Clients of this field rarely hold a full SSE parser: many cut at ``line[6:]``, parse every data
line as JSON, or wait for ``[DONE]`` for ever. Mended are lone CRs, missing spaces
(openai/openai-python#498), other fields (theopenco/llmgateway#2334), several data lines, doubled
prefixes (openclaw/openclaw#96497), comments sent as data (mnfst/llm-gateway#2053), control
characters within strings, numbers such as ``-Infinity`` (sgl-project/sglang#4097), frames glued to
each other (openclaw/openclaw#32179) or to a truncated one (anomalyco/opencode#23442), single
newlines between events (nashsu/llm_wiki#619), a byte order mark before each, JSON without a prefix
(lemonade-sdk/lemonade#2826), a missing (NousResearch/hermes-agent#90848) or doubled sentinel, and
bytes after it.

Comments stay: they keep the agent's idle timer alive. JSON that cannot be read without loss is not
taken for garbage. Text that is an error, or a web page (WolframResearch/Chatbook#183), is told.
"""

import re

from proxy import sse, wire
from proxy.jsontexts import loose, texts, tidy_numbers
from proxy.repair import Ending, EventOutput, Finding, Group, Repair
from proxy.sse import SENTINEL, Event

_AROUND_SENTINEL = b' \t\r\n"'
_ERROR = re.compile(rb"\s*+(?:<!doctype|<html|\[?error\b)", re.IGNORECASE)
_LONGEST_ERROR = 64 * 1024
_IDLE = (b"ping", b"heartbeat", b"keepalive", b"keep-alive")
_SHORTEST_CHUNK = 40
"""Bytes; what is shorter may be there for keeping the connection alive only."""


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
        elif event.plain and event.ended and _sound(event.data):
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
        said = loose(event.raw)
        if pieces := texts(said):
            yield from self._rewritten(pieces)
        elif _ERROR.match(said):
            yield from self._error(said)
        else:
            yield from self._comments(event)

    def _comments(self, event: Event) -> EventOutput:
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
        if b"error" in event.name:
            # It says that something failed: other repairs read it.
            yield event
            return
        pieces = [piece for piece in _said(event) if not _idle(piece)]
        if pieces == [data] and event.plain and event.ended:
            yield event
        elif pieces:
            yield from self._rewritten(pieces)
        elif _ERROR.match(data):
            yield from self._error(data)
        else:
            yield self._finding("an event held no JSON; turned into a comment")
            if event.ended:
                yield _comment(data)

    def _rewritten(self, pieces: list[bytes]) -> EventOutput:
        for piece in pieces:
            yield self._finding("an event had an unusual form; rewritten")
            yield sse.event(piece)
            if piece == SENTINEL:
                self._over = True
                return

    def _error(self, text: bytes) -> EventOutput:
        yield self._finding("an error stood in the stream as text; written as an error")
        sentence = text[:_LONGEST_ERROR].decode("utf-8", "replace").strip()
        yield sse.event(wire.encode({"error": sentence}))

    def _finding(self, message: str) -> Finding:
        return Finding(self.name, message)


def _sound(data: bytes) -> bool:
    """Tell whether this is an object that any client can read, and no sign of life alone."""
    if data[:1] != b"{" or len(data) < _SHORTEST_CHUNK:
        return False
    try:
        wire.decode(data)
    except wire.NotJsonError:
        return False
    except wire.OpaqueJsonError:
        return tidy_numbers(data) == data
    return True


def _said(event: Event) -> list[bytes]:
    """Return the JSON texts in an event, whatever stands before and between them."""
    # A field that nobody knows is no part of what is said, but may look like it.
    return ([] if event.plain else texts(loose(event.raw))) or texts(event.data or b"")


def _idle(piece: bytes) -> bool:
    """Tell whether a text only shows that the provider is still there."""
    if len(piece) >= _SHORTEST_CHUNK:
        return False
    return wire.text(wire.decode_object(piece) or {}, "type").encode() in _IDLE


def _comment(data: bytes) -> Event:
    text = data.replace(b"\r", b" ").replace(b"\n", b" ").lstrip(b": ")[:200]
    return Event(b": " + text + b"\n\n")

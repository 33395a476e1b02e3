"""What the bytes of an answer tell at a glance, before anybody reads them event by event."""

import html
import re
from typing import cast

from app.models.plaintext import decoded
from app.models.typedevents import BLOCK_CALLS, MEMBER_BY_CALL
from proxy import wire
from proxy.dialects.responses import ENDS
from proxy.wire import JsonObject

_USAGE = re.compile(rb'"(?:completion_tokens|output_tokens)"\s*:\s*(\d{1,9})')
_TERMINAL = re.compile(
    rb'\[DONE\]|"finish_reason"\s*:\s*"|"type"\s*:\s*"(?:%s)"'
    % "|".join(map(re.escape, ("message_stop", *sorted(ENDS)))).encode()
)
# A text that is not empty, or a call of a tool; the chunk that only names the role is neither.
_TOKEN = re.compile(
    rb'"(?:content|reasoning_content|reasoning|thinking|refusal|text|arguments|partial_json|delta)"'
    rb'\s*:\s*"[^"]|"tool_calls"\s*:\s*\[\s*\{|"type"\s*:\s*"(?:%s)"'
    % "|".join((*BLOCK_CALLS, *MEMBER_BY_CALL)).encode()
)
_EVENT = b"\ndata:"
_HEAD, _TAIL = 128, 16 * 1024
_LONGEST_TOKEN = 64
_MOST_SEARCHED = 4 * 1024 * 1024
_LARGEST_ERROR = 64 * 1024
_TITLE = re.compile(rb"(?i)<title[^>]*>([^<]{1,300})")
_SENTENCES = ("message", "detail", "msg", "error_msg")


class FirstToken:
    """Finds the first content, thought or tool call in pieces that are cut anywhere."""

    __slots__ = ("_before", "_searched", "at")

    def __init__(self) -> None:
        self.at: float | None = None
        """When it came; None while it has not."""
        self._before = b""
        self._searched = 0

    def take(self, at: float, piece: bytes) -> None:
        """Look at the next piece."""
        if self.at is not None or self._searched > _MOST_SEARCHED:
            return
        self._searched += len(piece)
        seen = self._before + piece
        if _TOKEN.search(seen) is not None:
            self.at, seen = at, b""
        self._before = seen[-_LONGEST_TOKEN:]


def complete(end: bytes) -> bool:
    """Tell whether the end of an answer holds what ends one."""
    # An event of the end may hold the whole answer once more, and begin far before the last bytes.
    last = max(0, end.rfind(_EVENT))
    head, tail = end[last : last + _HEAD], end[-_TAIL:]
    return _TERMINAL.search(tail) is not None or _TERMINAL.search(head) is not None


def usage(end: bytes) -> int | None:
    """Return the provider's own count of the answer's tokens, from the answer's end."""
    found = _USAGE.findall(end)
    return int(found[-1]) or None if found else None


def sentence(beginning: bytes) -> str:
    """Return what a provider says in an error's body, empty where it is not to be found."""
    if len(beginning) > _LARGEST_ERROR:
        return ""
    body = _first_object(beginning)
    if not body and (title := _TITLE.search(beginning)) is not None:
        return html.unescape(decoded(title.group(1))).strip()
    return _words(body.get("error")) or _words(body)


def event_sentence(end: bytes) -> str:
    """Return what a provider says in the last error event of a stream."""
    place = end.rfind(b'"error"')
    begin = end.rfind(b"data:", 0, place) if place >= 0 else -1
    if begin < 0:
        return ""
    line = decoded(end[begin + len(b"data:") :].splitlines()[0])
    return sentence(line.encode())


def _first_object(text: bytes) -> JsonObject:
    """Read an object, or the first one of a list."""
    try:
        value = wire.decode(text)
    except (ValueError, RecursionError):
        return {}
    items: JsonObject = {"items": value if isinstance(value, list) else [value]}
    found = wire.objects(items, "items")
    return found[0] if found else {}


def _words(error: object) -> str:
    if isinstance(error, str):
        return error.strip()
    holder: JsonObject = {"error": error}
    body = wire.child(holder, "error")
    found = (_member(body, name) for name in _SENTENCES)
    said = next(filter(None, found), "").strip()
    # A router says only that somebody failed; what that one said stands below.
    cause = wire.text(wire.child(body, "metadata"), "raw").strip()
    if not said or not cause:
        return said
    return f"{said}: {sentence(cause.encode('utf-8', 'replace')) or cause}"


def _member(body: JsonObject, name: str) -> str:
    """Return a text, or what the first of several faults says."""
    faults = wire.objects(body, name)
    if not faults:
        return wire.text(body, name)
    place = faults[0].get("loc")
    where = ".".join(map(str, cast("list[object]", place))) if isinstance(place, list) else ""
    return ": ".join(filter(None, (where, wire.text(faults[0], "msg"))))

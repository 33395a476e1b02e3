"""Says in a word and a line what an event with a type is: of a Responses or a Messages stream.

The same kinds as those of a chat stream, so that whoever reads one of them can read the others.
"""

from typing import NamedTuple

from app.models.typedevents import (
    ARGUMENTS,
    BLOCK_CALLS,
    KIND_BY_DELTA,
    MEMBER_BY_CALL,
    TEXT,
    THINKING,
)
from proxy import wire
from proxy.dialects.responses import ENDS
from proxy.wire import JsonObject

_CALLS = (*MEMBER_BY_CALL, *BLOCK_CALLS)
_PIECES = (("text", TEXT), ("thinking", THINKING), ("partial_json", ARGUMENTS))


class Words(NamedTuple):
    """A kind, and the content in one line."""

    kind: str
    text: str


def typed(chunk: JsonObject) -> Words | None:
    """Describe an event whose type is known; None for every other."""
    kind = wire.text(chunk, "type")
    if kind in KIND_BY_DELTA:
        return _piece(KIND_BY_DELTA[kind], chunk.get("delta"))
    if kind == "content_block_delta":
        return _block_piece(wire.child(chunk, "delta"))
    if kind in ("content_block_start", "response.output_item.added"):
        return _call(wire.child(chunk, "content_block") or wire.child(chunk, "item"))
    if kind == "message_delta":
        return _finish(wire.text(wire.child(chunk, "delta"), "stop_reason"))
    if kind in ENDS:
        return _finish(wire.text(wire.child(chunk, "response"), "status"))
    return Words("end", kind) if kind == "message_stop" else None


def _piece(kind: str, content: object) -> Words | None:
    if not isinstance(content, str):
        return None
    return Words(kind, f"“{content}”" if kind in (TEXT, THINKING) else content)


def _block_piece(delta: JsonObject) -> Words | None:
    found = (_piece(kind, delta.get(name)) for name, kind in _PIECES)
    return next(filter(None, found), None)


def _call(item: JsonObject) -> Words | None:
    kind = wire.text(item, "type")
    if kind not in _CALLS:
        return None
    call_id = wire.text(item, "call_id") or wire.text(item, "id")
    # A tool of the provider's own has no other name.
    return Words("tool", f"{wire.text(item, 'name') or kind}  id={call_id}")


def _finish(reason: str) -> Words | None:
    return Words("finish", reason) if reason else None

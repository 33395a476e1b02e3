"""Reads JSON of many megabytes without making an object of every value in it.

What is large inside a text that is read stays `Raw`, to be read when somebody looks at it. Reading
holds up every thread of the process, the proxy's too, so it must not take long.
"""

from typing import Any, TypeAlias, cast

import msgspec
from msgspec import Raw

from proxy import wire
from proxy.wire import JsonObject

LARGE = 64 * 1024
"""Bytes; what is larger is read member by member."""
MOST_ITEMS = 10_000
"""Of one list; the others stay as they are."""

_DEEPEST = 8
_BEGINNING = 256
# Where an answer keeps what somebody reads; all else that is large can be left out.
_PATHS = frozenset(
    {
        *("choices", "delta", "message", "tool_calls", "function", "function_call", "usage"),
        *("content", "content_block", "item", "output", "response", "error", "input"),
    }
)
Unread: TypeAlias = bytes | Raw


def read(text: Unread) -> Any:
    """Read a text, leaving what is large in it for later.

    Raises `ValueError` or `RecursionError`.
    """
    if size(text) <= LARGE:
        return wire.decode(bytes(text))
    kind = begins(text)
    if kind == "{":
        members = msgspec.json.decode(text, type=dict[str, Raw])
        return {name: _member(value) for name, value in members.items()}
    if kind == "[":
        items = msgspec.json.decode(text, type=list[Raw])
        return [*map(_member, items[:MOST_ITEMS]), *items[MOST_ITEMS:]]
    return wire.decode(bytes(text))


def read_object(text: bytes) -> JsonObject | None:
    """Read a text that holds an object, None for everything else."""
    try:
        value = read(text)
    except (ValueError, RecursionError):
        return None
    return cast("JsonObject", value) if isinstance(value, dict) else None


def opened(value: Any) -> Any:
    """Return a value, read if it was not yet; None where it cannot be read."""
    if not isinstance(value, Raw):
        return value
    try:
        return read(value)
    except (ValueError, RecursionError):
        return None


def outline(text: bytes) -> JsonObject | None:
    """Read of an answer what somebody reads, and of the rest only what is small."""
    value = read_object(text)
    return None if value is None else cast("JsonObject", _pruned(value, 0))


def begins(text: Unread) -> str:
    """Return the first character of a text, which tells what kind of value it is."""
    return beginning(text, _BEGINNING).lstrip()[:1].decode("latin-1")


def beginning(text: Unread, length: int) -> bytes:
    """Return the first bytes of a text."""
    return bytes(memoryview(text)[:length])


def size(text: Unread) -> int:
    """Return how many bytes a text has."""
    return len(memoryview(text))


def _member(raw: Raw) -> Any:
    return raw if size(raw) > LARGE else opened(raw)


def _pruned(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        members = cast("JsonObject", value)
        kept = {name: _kept(name, member, depth) for name, member in members.items()}
        return {name: member for name, member in kept.items() if not isinstance(member, Raw)}
    if isinstance(value, list):
        items = cast("list[Any]", value)[:MOST_ITEMS]
        return [_pruned(opened(item), depth + 1) for item in items]
    return value


def _kept(name: str, member: Any, depth: int) -> Any:
    if not isinstance(member, Raw):
        return member
    if begins(member) == '"':
        return opened(member)
    return _pruned(opened(member), depth + 1) if name in _PATHS else member

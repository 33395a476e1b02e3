"""Pairs each tool call of an answer with the result that a later request brought."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from app.models import bigjson
from app.models.answer import ToolCall
from app.models.exchange import Exchange
from proxy import wire
from proxy.wire import JsonObject

MOST_SEARCHED = 40
"""Later requests; an agent answers a call in its next one."""
MOST_MESSAGES = 500
"""Of the end of a later request; the results are its newest messages."""


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A call, and its result if a later request brought one."""

    call: ToolCall
    result: str | None = None
    brought_by: Exchange | None = None


def tool_uses(calls: Iterable[ToolCall], later: Iterable[Exchange]) -> list[ToolUse]:
    """Return the calls in order, each with the first result that names its id."""
    open_ids = {call.id for call in calls if call.id}
    found: dict[str, tuple[str, Exchange]] = {}
    for exchange, _ in zip(later, range(MOST_SEARCHED), strict=False):
        if not open_ids:
            break
        body = exchange.started.body
        if not any(name.encode() in body for name in open_ids):
            continue
        for name, result in _results(bigjson.read_object(body) or {}).items():
            if name in open_ids:
                found[name] = result, exchange
                open_ids.discard(name)
    return [ToolUse(call, *found.get(call.id, (None, None))) for call in calls]


def _last(body: JsonObject, name: str) -> list[JsonObject]:
    """Return the newest members of a conversation, which may be many megabytes long."""
    value = bigjson.opened(body.get(name))
    if not isinstance(value, list):
        return []
    newest = [bigjson.opened(item) for item in cast("list[Any]", value)[-MOST_MESSAGES:]]
    return [
        {part: bigjson.opened(member) for part, member in cast("JsonObject", item).items()}
        for item in newest
        if isinstance(item, dict)
    ]


def _results(body: JsonObject) -> dict[str, str]:
    results: dict[str, str] = {}
    for message in _last(body, "messages"):
        if message.get("role") == "tool":
            results[wire.text(message, "tool_call_id")] = _text(message.get("content"))
        for block in wire.objects(message, "content"):
            if block.get("type") == "tool_result":
                results[wire.text(block, "tool_use_id")] = _text(block.get("content"))
    for item in _last(body, "input"):
        if wire.text(item, "type").endswith("_call_output"):
            results[wire.text(item, "call_id")] = _text(item.get("output"))
    return results


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    texts = [wire.text(part, "text") for part in wire.objects({"parts": content}, "parts")]
    if any(texts):
        return "\n".join(texts)
    return (wire.encode_if_possible(content) or b"").decode("utf-8", "replace")

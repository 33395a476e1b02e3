"""A plain answer as the events of a stream, where the head of a stream has gone out already.

Every event carries what the family's strict clients put together again: each item is begun, given
its content and ended, and the whole ends by the family's own terminal.
"""

from collections.abc import Iterator
from typing import Any

from proxy import sse, wire
from proxy.wire import JsonObject

_DELTA_BY_MEMBER = {
    "text": "text_delta",
    "thinking": "thinking_delta",
    "signature": "signature_delta",
}
_ENDS = {"incomplete": "response.incomplete", "failed": "response.failed"}


def message_events(message: JsonObject) -> bytes:
    """Return the stream of one of Anthropic's messages."""
    return b"".join(_encoded(event) for event in _message(message))


def response_events(response: JsonObject) -> bytes:
    """Return the stream of one of OpenAI's responses."""
    numbered = enumerate(_response(response))
    return b"".join(_encoded({**event, "sequence_number": n}) for n, event in numbered)


def _encoded(event: JsonObject) -> bytes:
    return sse.encode(wire.encode(event), wire.text(event, "type").encode("ascii"))


def _message(message: JsonObject) -> Iterator[JsonObject]:
    ending = {name: message.get(name) for name in ("stop_reason", "stop_sequence")}
    open_ends = dict.fromkeys(ending)
    yield {"type": "message_start", "message": {**message, **open_ends, "content": []}}
    for index, block in enumerate(wire.objects(message, "content")):
        place = {"index": index}
        yield {"type": "content_block_start", **place, "content_block": _emptied(block)}
        for delta in _deltas(block):
            yield {"type": "content_block_delta", **place, "delta": delta}
        yield {"type": "content_block_stop", **place}
    yield {"type": "message_delta", "delta": ending, "usage": wire.child(message, "usage")}
    yield {"type": "message_stop"}


def _emptied(block: JsonObject) -> JsonObject:
    empty: JsonObject = {name: "" for name in _DELTA_BY_MEMBER if name in block}
    if isinstance(block.get("input"), dict):
        empty["input"] = {}
    return {**block, **empty}


def _deltas(block: JsonObject) -> Iterator[JsonObject]:
    if isinstance(block.get("input"), dict):
        yield {"type": "input_json_delta", "partial_json": wire.dumps(block["input"])}
    for name, kind in _DELTA_BY_MEMBER.items():
        if block.get(name):
            yield {"type": kind, name: block[name]}


def _response(response: JsonObject) -> Iterator[JsonObject]:
    begun: JsonObject = {**response, "status": "in_progress", "output": []}
    yield {"type": "response.created", "response": begun}
    for index, item in enumerate(wire.objects(response, "output")):
        place: JsonObject = {"output_index": index}
        started = {**item, "status": "in_progress"}
        started |= {"content": []} if "content" in item else {}
        started |= {"arguments": ""} if "arguments" in item else {}
        yield {"type": "response.output_item.added", **place, "item": started}
        yield from _item(item, {**place, "item_id": item.get("id")})
        yield {"type": "response.output_item.done", **place, "item": item}
    end = _ENDS.get(wire.text(response, "status"), "response.completed")
    yield {"type": end, "response": response}


def _item(item: JsonObject, place: JsonObject) -> Iterator[JsonObject]:
    if wire.text(item, "type") == "function_call":
        arguments = wire.text(item, "arguments")
        start = "response.function_call_arguments"
        yield {"type": f"{start}.delta", **place, "delta": arguments}
        yield {"type": f"{start}.done", **place, "arguments": arguments}
        return
    for number, part in enumerate(wire.objects(item, "content")):
        yield from _part(part, {**place, "content_index": number})


def _part(part: JsonObject, place: JsonObject) -> Iterator[JsonObject]:
    is_text = wire.text(part, "type") == "output_text"
    empty: JsonObject = {**part, "text": ""} if is_text else part
    yield {"type": "response.content_part.added", **place, "part": empty}
    if is_text:
        said: dict[str, Any] = {**place, "logprobs": []}
        text = wire.text(part, "text")
        yield {"type": "response.output_text.delta", **said, "delta": text}
        yield {"type": "response.output_text.done", **said, "text": text}
    yield {"type": "response.content_part.done", **place, "part": part}

"""A streaming request goes upstream as a plain one; the agent gets a stream all the same."""

import json
from typing import Any

from proxy.pipeline import Pipeline
from proxy.repair import Context
from proxy.repairs.forced_document import ForceNonStream

FUNCTION = {"name": "f", "arguments": '{"x":1}'}
MESSAGE = {
    "role": "assistant",
    "content": "text",
    "tool_calls": [{"id": "a", "type": "function", "function": FUNCTION}],
}
BODY = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "tool_calls"}],
    "usage": {"total_tokens": 3},
}


def sent(request: dict[str, object]) -> list[dict[str, Any]]:
    pipeline = Pipeline(Context(request), [ForceNonStream])
    pipeline.request(json.dumps(request).encode())
    pipeline.start(200, "application/json")
    pipeline.feed(json.dumps(BODY).encode())
    blocks = pipeline.finish().data.decode().split("\n\n")
    assert blocks.pop() == ""
    assert blocks.pop() == "data: [DONE]"
    return [json.loads(block.removeprefix("data: ")) for block in blocks]


def test_sends_the_frames_of_a_native_stream() -> None:
    deltas = [chunk["choices"][0]["delta"] for chunk in sent({"stream": True})]
    entry = {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}
    assert deltas == [
        {"role": "assistant"},
        {"content": "text"},
        {"tool_calls": [entry]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"x":1}'}}]},
        {},
    ]


def test_repeats_id_model_and_creation_in_every_chunk() -> None:
    heads = {
        json.dumps([c[name] for name in ("id", "model", "created")]) for c in sent({"stream": True})
    }
    assert len(heads) == 1


def test_sends_usage_only_where_it_was_asked_for() -> None:
    assert all("usage" not in chunk for chunk in sent({"stream": True}))
    asked = sent({"stream": True, "stream_options": {"include_usage": True}})
    assert asked[-1]["usage"] == {"total_tokens": 3}
    assert asked[-1]["choices"] == []


def test_leaves_a_plain_request_alone() -> None:
    body = b'{"stream": false}'
    assert Pipeline(Context({"stream": False}), [ForceNonStream]).request(body).data is body

from typing import Any

import pytest

from app.models.eventwords import described
from app.models.typedwords import typed
from proxy import sse, wire


@pytest.mark.parametrize(
    ("chunk", "kind", "text"),
    [
        ({"type": "response.output_text.delta", "delta": "Hi"}, "text", "“Hi”"),
        ({"type": "response.reasoning_summary_text.delta", "delta": "Hm"}, "thinking", "“Hm”"),
        ({"type": "response.reasoning.delta", "delta": "Hm"}, "thinking", "“Hm”"),
        ({"type": "response.function_call_arguments.delta", "delta": '{"a"'}, "tool args", '{"a"'),
        ({"type": "response.shell_call_command.delta", "delta": "ls"}, "command", "ls"),
        (
            {
                "type": "response.output_item.added",
                "item": {"type": "function_call", "name": "f", "call_id": "r1", "id": "fc_1"},
            },
            "tool",
            "f  id=r1",
        ),
        (
            {
                "type": "response.output_item.added",
                "item": {"type": "web_search_call", "id": "ws_1"},
            },
            "tool",
            "web_search_call  id=ws_1",
        ),
        (
            {"type": "response.completed", "response": {"status": "completed"}},
            "finish",
            "completed",
        ),
        (
            {"type": "response.cancelled", "response": {"status": "cancelled"}},
            "finish",
            "cancelled",
        ),
        (
            {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Hi"}},
            "text",
            "“Hi”",
        ),
        ({"type": "content_block_delta", "delta": {"thinking": "Hm"}}, "thinking", "“Hm”"),
        ({"type": "content_block_delta", "delta": {"partial_json": "{"}}, "tool args", "{"),
        (
            {
                "type": "content_block_start",
                "content_block": {"type": "tool_use", "name": "Bash", "id": "t1"},
            },
            "tool",
            "Bash  id=t1",
        ),
        ({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}, "finish", "end_turn"),
        ({"type": "message_stop"}, "end", "message_stop"),
        (
            {"type": "content_block_stop", "index": 0},
            "stop",
            '{"type":"content_block_stop","index":0}',
        ),
        ({"type": "response.output_item.done", "item": {"id": "m"}}, "done", '{"id":"m"}'),
        ({"type": "response.created", "response": {"id": "r"}}, "created", '{"id":"r"}'),
    ],
)
def test_says_the_same_kinds_in_every_dialect(chunk: dict[str, Any], kind: str, text: str) -> None:
    event = sse.Decoder().feed(sse.encode(wire.encode(chunk)))[0]
    assert (described(event).kind, described(event).text) == (kind, text)


@pytest.mark.parametrize(
    "chunk",
    [
        {},
        {"type": 1},
        {"type": "response.output_text.delta", "delta": {}},
        {"type": "content_block_delta", "delta": "x"},
        {"type": "content_block_start", "content_block": {"type": "text", "text": ""}},
        {"type": "message_delta"},
        {"type": "response.completed", "response": []},
    ],
)
def test_leaves_what_it_does_not_know_to_others(chunk: dict[str, Any]) -> None:
    assert typed(chunk) is None

from typing import Any

import pytest

from app.models.answer import ToolCall
from app.models.exchange import Exchange
from app.models.tooluse import tool_uses
from proxy import wire
from tests.gui.exchanges import began, exchange_of

CALL = ToolCall("call_9", "read_file", ["{}"])


def asking(body: dict[str, Any]) -> Exchange:
    return exchange_of([began(body=wire.encode(body))])


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ({"messages": [{"role": "tool", "tool_call_id": "call_9", "content": "ok"}]}, "ok"),
        (
            {"messages": [{"role": "tool", "tool_call_id": "call_9", "content": [{"text": "ok"}]}]},
            "ok",
        ),
        (
            {
                "messages": [
                    {"content": [{"type": "tool_result", "tool_use_id": "call_9", "content": "ok"}]}
                ]
            },
            "ok",
        ),
        ({"input": [{"type": "function_call_output", "call_id": "call_9", "output": "ok"}]}, "ok"),
        (
            {"input": [{"type": "custom_tool_call_output", "call_id": "call_9", "output": "ok"}]},
            "ok",
        ),
        ({"input": [{"type": "shell_call_output", "call_id": "call_9", "output": "ok"}]}, "ok"),
        ({"messages": [{"role": "tool", "tool_call_id": "call_8", "content": "ok"}]}, None),
        ({"messages": "call_9"}, None),
    ],
)
def test_pairs_a_call_with_the_result_of_its_id(body: dict[str, Any], result: str | None) -> None:
    later = [asking({"messages": []}), asking(body)]
    (use,) = tool_uses([CALL], later)
    assert (use.call, use.result) == (CALL, result)
    assert use.brought_by is (later[1] if result else None)


def test_keeps_calls_without_an_id_apart() -> None:
    nameless = [ToolCall(name="a"), ToolCall(name="b")]
    assert [use.call.name for use in tool_uses(nameless, [])] == ["a", "b"]

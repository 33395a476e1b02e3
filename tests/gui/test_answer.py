from typing import Any

import pytest
from hypothesis import given, strategies as st

from app.models.answer import Answer
from proxy import wire


def answer(*chunks: Any) -> Answer:
    made = Answer()
    for chunk in chunks:
        made.add(chunk)
    return made


def delta(**members: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": members}]}


def calls(made: Answer) -> list[tuple[str, str, str]]:
    return [(each.id, each.name, each.arguments) for each in made.calls.values()]


def test_assembles_a_chat_stream() -> None:
    made = answer(
        delta(role="assistant", reasoning_content="Hm", reasoning="Hm"),
        delta(content="I will "),
        delta(content="look"),
        delta(
            tool_calls=[{"index": 0, "id": "c1", "function": {"name": "f", "arguments": '{"a"'}}]
        ),
        delta(tool_calls=[{"index": 0, "function": {"arguments": ":1}"}}]),
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
    )
    assert ("".join(made.text), "".join(made.reasoning)) == ("I will look", "Hm")
    assert calls(made) == [("c1", "f", '{"a":1}')]
    assert made.finish == "tool_calls"


def test_tells_calls_without_an_index_apart() -> None:
    made = answer(
        delta(tool_calls=[{"id": "c1", "function": {"name": "f", "arguments": "1"}}]),
        delta(tool_calls=[{"function": {"arguments": "2"}}]),
        delta(tool_calls=[{"id": "c2", "function": {"name": "g", "arguments": "3"}}]),
    )
    assert calls(made) == [("c1", "f", "12"), ("c2", "g", "3")]


def test_reads_a_plain_answer() -> None:
    message: dict[str, Any] = {
        "content": "Hi",
        "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": {}}}],
    }
    made = answer({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
    assert "".join(made.text) == "Hi"
    assert calls(made) == [("c", "f", "{}")]


def test_assembles_a_messages_stream() -> None:
    start = {"type": "content_block_start"}
    step = {"type": "content_block_delta"}
    made = answer(
        {"type": "message_start", "message": {}},
        {**start, "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {**step, "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm"}},
        {**start, "index": 1, "content_block": {"type": "text", "text": ""}},
        {**step, "index": 1, "delta": {"type": "text_delta", "text": "Hi"}},
        {
            **start,
            "index": 2,
            "content_block": {"type": "tool_use", "id": "t1", "name": "f", "input": {}},
        },
        {**step, "index": 2, "delta": {"type": "input_json_delta", "partial_json": '{"a":1}'}},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
    )
    assert ("".join(made.text), "".join(made.reasoning)) == ("Hi", "Hm")
    assert calls(made) == [("t1", "f", '{"a":1}')]
    assert made.finish == "tool_use"


def test_assembles_a_responses_stream() -> None:
    item = {"type": "function_call", "call_id": "r1", "name": "f"}
    made = answer(
        {"type": "response.output_text.delta", "delta": "Hi"},
        {"type": "response.output_item.added", "output_index": 1, "item": item},
        {"type": "response.function_call_arguments.delta", "output_index": 1, "delta": "{}"},
        {"type": "response.completed", "response": {"status": "completed"}},
    )
    assert "".join(made.text) == "Hi"
    assert calls(made) == [("r1", "f", "{}")]
    assert made.finish == "completed"


def test_assembles_the_calls_of_free_form_tools() -> None:
    item = {"type": "custom_tool_call", "call_id": "r1", "name": "apply_patch", "input": ""}
    made = answer(
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.custom_tool_call_input.delta", "output_index": 0, "delta": "*** Begin"},
        {"type": "response.output_item.done", "output_index": 0, "item": {**item, "input": "***"}},
    )
    assert calls(made) == [("r1", "apply_patch", "*** Begin")]


def test_takes_a_call_that_comes_only_at_its_end() -> None:
    item = {"type": "function_call", "call_id": "r1", "name": "f", "arguments": '{"a":1}'}
    made = answer({"type": "response.output_item.done", "output_index": 0, "item": item})
    assert calls(made) == [("r1", "f", '{"a":1}')]


def test_reads_a_plain_response() -> None:
    output = [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm"}]},
        {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]},
        {"type": "custom_tool_call", "call_id": "r1", "name": "f", "input": "x"},
    ]
    made = answer({"object": "response", "status": "completed", "output": output})
    assert ("".join(made.reasoning), "".join(made.text)) == ("Hm", "Hi")
    assert calls(made) == [("r1", "f", "x")]


def test_tells_no_finish_before_a_response_has_ended() -> None:
    begun = {"type": "response.created", "response": {"status": "in_progress"}}
    failed = {"status": "failed", "error": {"code": "server_error", "message": "busy"}}
    assert answer(begun).finish == ""
    made = answer(begun, {"type": "response.failed", "response": failed})
    assert (made.finish, made.error) == ("failed", "busy")


def test_tells_that_a_response_was_cancelled() -> None:
    made = answer({"type": "response.cancelled", "response": {"status": "cancelled"}})
    assert made.finish == "cancelled"


def test_takes_the_calls_of_a_providers_own_tools() -> None:
    item = {"type": "shell_call", "id": "sh_1", "call_id": "r1"}
    action = {"commands": ["ls", "git status"]}
    made = answer(
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.shell_call_command.delta", "output_index": 0, "delta": "ls"},
        {
            "type": "response.output_item.done",
            "output_index": 0,
            "item": {**item, "action": action},
        },
    )
    assert calls(made) == [("r1", "shell_call", '{"commands":["ls","git status"]}')]


def test_keeps_the_error_that_is_an_event_of_its_own() -> None:
    assert answer({"type": "error", "code": "x", "message": "busy", "param": None}).error == "busy"


@pytest.mark.parametrize("error", ["busy", {"message": "busy", "code": 429}])
def test_keeps_an_error(error: object) -> None:
    assert answer({"error": error}).error == "busy"


_NAMES = [
    "choices",
    "delta",
    "message",
    "content",
    "tool_calls",
    "function",
    "arguments",
    "index",
    "id",
    "type",
    "error",
    "item",
    "output",
    "output_index",
    "content_block",
    "input",
]
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(_NAMES),
            inner
            | st.sampled_from(["response.output_text.delta", "content_block_start", "message"]),
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(value=_json)
def test_reads_any_json_without_an_exception(value: Any) -> None:
    made = answer(value if isinstance(value, dict) else {"choices": value})
    assert all(isinstance(piece, str) for piece in made.text)
    assert wire.encode("".join(made.reasoning)) is not None

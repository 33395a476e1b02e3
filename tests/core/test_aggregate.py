"""Folding and exploding are each other's inverse; what upstream added of its own is kept."""

from typing import Any

from hypothesis import given, strategies as st

from proxy.aggregate import Fold, explode, restored
from proxy.wire import JsonObject

TEXT = st.text(min_size=1)
ARGUMENTS = st.sampled_from(["{}", '{"a": 1}', {"a": 1}])


@st.composite
def completions(draw: st.DrawFn) -> JsonObject:
    calls = [
        {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": draw(TEXT), "arguments": draw(ARGUMENTS)},
        }
        for number in range(draw(st.integers(0, 3)))
    ]
    message: JsonObject = {"role": "assistant", "content": draw(TEXT | st.none())}
    message |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "reasoning_content": TEXT,
                "refusal": st.none() | TEXT,
                "annotations": st.lists(st.fixed_dictionaries({"type": TEXT}), max_size=2),
                "audio": st.fixed_dictionaries({"id": TEXT, "data": TEXT}),
                "provider_specific_fields": st.dictionaries(TEXT, TEXT, min_size=1),
            },
        )
    )
    if calls:
        message["tool_calls"] = calls
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"},
        ],
        "usage": {"total_tokens": 3},
        "citations": ["a", "b"],
    }


@given(completion=completions())
def test_folds_an_exploded_completion_back_to_itself(completion: JsonObject) -> None:
    fold = Fold()
    for chunk in explode(completion, usage=True):
        fold.add(chunk)
    assert restored(fold.completion(), completion) == completion


def folded(*deltas: JsonObject, **members: Any) -> JsonObject:
    fold = Fold()
    for delta in deltas:
        fold.add({"choices": [{"index": 0, "delta": delta, **members}]})
    return fold.completion()["choices"][0]["message"]


def call(index: int | None, arguments: str, **members: Any) -> JsonObject:
    function = {"arguments": arguments, **members.pop("function", {})}
    place = {} if index is None else {"index": index}
    return {"tool_calls": [{**place, **members, "function": function}]}


def test_leaves_no_index_on_the_calls_of_a_plain_message() -> None:
    message = folded(
        call(0, "", id="a", type="function", function={"name": "f"}),
        call(0, '{"x":'),
        call(0, "1}"),
    )
    assert message["tool_calls"] == [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}
    ]


def test_never_concatenates_ids_types_and_names() -> None:
    fragment = {"id": "a", "type": "function", "function": {"name": "f"}}
    message = folded(call(0, "{", **fragment), call(0, "}", **fragment))
    assert message["tool_calls"] == [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    ]


def test_keeps_parallel_calls_apart_without_an_index() -> None:
    message = folded(
        call(None, "{", id="a"), call(None, "}"), call(None, "[", id="b"), call(None, "]")
    )
    assert [each["function"]["arguments"] for each in message["tool_calls"]] == ["{}", "[]"]


def test_concatenates_only_what_is_a_delta() -> None:
    message = folded(
        {"role": "assistant", "content": "a", "reasoning_content": "x"},
        {"content": "b", "reasoning_content": "y", "signature": "s"},
    )
    assert (message["content"], message["reasoning_content"]) == ("ab", "xy")
    assert message["signature"] == "s"


def test_an_empty_object_erases_nothing() -> None:
    message = folded({"extra_content": {"google": {"s": 1}}}, {"extra_content": {}})
    assert message["extra_content"] == {"google": {"s": 1}}


def test_an_empty_text_beside_calls_is_no_text() -> None:
    assert folded({"content": ""}, call(0, "{}", id="a"))["content"] is None
    assert folded({"content": ""})["content"] == ""


def test_takes_the_first_id_and_the_last_usage() -> None:
    fold = Fold()
    fold.add({"id": "", "model": "m", "choices": [], "usage": None})
    fold.add({"id": "a", "model": "n", "choices": [], "usage": {"total_tokens": 1}})
    fold.add({"id": "b", "choices": [], "usage": {"total_tokens": 2}})
    completion = fold.completion()
    assert (completion["id"], completion["model"]) == ("a", "m")
    assert completion["usage"] == {"total_tokens": 2}


def test_explodes_a_call_into_a_name_and_an_arguments_fragment() -> None:
    function = {"name": "f", "arguments": '{"x":1}'}
    message = {"role": "assistant", "tool_calls": [{"id": "a", "function": function}]}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    deltas = [chunk["choices"][0]["delta"] for chunk in explode({"choices": [choice]}, usage=False)]
    assert deltas == [
        {"role": "assistant"},
        {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"x":1}'}}]},
        {},
    ]

from typing import Any

import pytest

from proxy.repairs.missing_arguments import MissingArguments
from proxy.wire import JsonObject
from tests.core.repairs import (
    Outcome,
    again,
    answer,
    calls,
    choice_of,
    delta,
    document,
    entry,
    opening,
    stream,
)

REPAIRS = [MissingArguments]
OPENED = opening(0, "a", "f")
BARE = entry(name="f", index=0, id="a", type="function")


def ending(reason: Any, *chunks: JsonObject, sentinel: bool = True) -> Outcome:
    return stream(REPAIRS, [*chunks, delta(finish=reason)], sentinel=sentinel)


@pytest.mark.parametrize(
    "reason", ["tool_calls", "stop", "function_call", "STOP", "end_turn", "eos"]
)
@pytest.mark.parametrize("opened", [OPENED, BARE, entry(None, name="f", index=0, id="a")])
def test_ends_a_call_without_arguments(opened: JsonObject, reason: str) -> None:
    outcome = ending(reason, calls(opened))
    assert outcome.calls == [("f", "{}")]
    assert outcome.chunks[-1] == delta(finish=reason)
    assert again(REPAIRS, outcome, {}).untouched


@pytest.mark.parametrize("reason", ["length", "content_filter", "MAX_TOKENS", "error", "MALFORMED"])
def test_makes_nothing_up_for_a_call_that_was_cut(reason: str) -> None:
    assert ending(reason, calls(OPENED)).untouched


@pytest.mark.parametrize(
    "chunks",
    [
        [calls(opening(0, "a", "f", "{}"))],
        [calls(OPENED), calls(entry('{"a":1}', index=0))],
        [calls(OPENED), calls(entry('{"a"', index=0))],
        [calls(OPENED), calls(entry({"a": 1}, index=0))],
        [calls(OPENED), calls(entry([], index=0))],
        [calls(OPENED), calls(entry('{"a":1}'))],
        [calls(OPENED), calls(opening(1, "b", "g", '{"a":1}{"b":2}'))],
        [calls(entry("", index=0, id="a"))],
        [calls({"index": 0, "id": "a", "type": "custom", "custom": {"name": "f"}})],
        [delta(content="Hi")],
    ],
)
def test_leaves_everything_else_alone(chunks: list[JsonObject]) -> None:
    assert ending("tool_calls", *chunks).untouched


def test_does_not_take_an_empty_reason_for_the_end() -> None:
    early = delta(finish="")
    outcome = ending("tool_calls", calls(OPENED), early, calls(entry('{"a":1}', index=0)))
    assert outcome.untouched


def test_fills_the_call_in_the_chunk_that_finishes_it() -> None:
    last = calls(OPENED, opening(1, "b", "g", '{"a":1}'), finish="tool_calls")
    outcome = stream(REPAIRS, [last])
    assert outcome.calls == [("f", "{}"), ("g", '{"a":1}')]
    assert len(outcome.chunks) == 1


def test_fills_earlier_calls_and_those_of_the_last_chunk() -> None:
    last = calls(opening(1, "b", "g"), finish="tool_calls")
    outcome = stream(REPAIRS, [calls(OPENED), last])
    assert outcome.calls == [("f", "{}"), ("g", "{}")]
    assert again(REPAIRS, outcome, {}).untouched


def test_fills_a_stream_that_ends_without_a_reason_only_where_it_ended_in_order() -> None:
    assert stream(REPAIRS, [calls(OPENED)]).calls == [("f", "{}")]
    cut = stream(REPAIRS, [calls(OPENED)], sentinel=False)
    assert cut.entries == [OPENED]
    assert not cut.fixes


@pytest.mark.parametrize("arguments", ["", None])
@pytest.mark.parametrize("finish", ["tool_calls", None])
def test_fills_the_calls_of_a_plain_answer(finish: str | None, arguments: str | None) -> None:
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": arguments}}
    body = answer({**choice_of(call), "finish_reason": finish})
    outcome = document(REPAIRS, body)
    assert outcome.calls == [("f", "{}")]
    assert again(REPAIRS, outcome, {}).untouched


def test_leaves_a_plain_answer_alone_that_was_cut() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}
    assert document(REPAIRS, answer(choice_of(call, finish="length"))).untouched


def test_keeps_the_choices_apart() -> None:
    chunks = [calls(OPENED), calls(OPENED, choice=1), delta(1, "length")]
    outcome = ending("tool_calls", *chunks)
    found = [outcome.message(each)["tool_calls"][0]["function"]["arguments"] for each in (0, 1)]
    assert found == ["{}", ""]


def test_a_reason_on_every_chunk_is_true_only_when_nothing_more_comes() -> None:
    texts = ("", '{"at":', "1}")
    first, *later = [calls(entry(text, index=0), finish="tool_calls") for text in texts]
    opened = calls(OPENED, finish="tool_calls")
    assert stream(REPAIRS, [opened, first, *later]).untouched
    outcome = stream(REPAIRS, [opened, delta(finish="tool_calls")])
    assert outcome.calls == [("f", "{}")]


def test_nothing_is_made_up_where_a_reason_came_and_the_stream_was_cut() -> None:
    opened = calls(OPENED, finish="tool_calls")
    assert stream(REPAIRS, [opened], sentinel=False, clean=False).untouched


def test_waits_for_a_choice_while_others_speak() -> None:
    opened = calls(OPENED, finish="tool_calls")
    other = delta(1, content="hi")
    assert stream(REPAIRS, [opened, other, calls(entry("{}", index=0))]).untouched
    outcome = stream(REPAIRS, [opened, other])
    assert outcome.calls == [("f", "{}")]
    assert outcome.chunks[-1] == other

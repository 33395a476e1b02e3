import json
from typing import Any

import pytest

from proxy.pipeline import Pipeline
from proxy.repair import Context
from proxy.repairs.split_choices import SplitChoices
from proxy.wire import JsonObject
from tests.core.repairs import (
    Outcome,
    again,
    answer,
    calls,
    choice_of,
    chunk,
    delta,
    document,
    entry,
    opening,
    stream,
)

REPAIRS = [SplitChoices]
TEXT = delta(role="assistant", content="I'll run it.")
CALL = calls(opening(0, "a", "f", '{"a":1}'), choice=1)
TOOLS = [{"type": "function", "function": {"name": "f"}}]
USAGE = chunk(usage={"total_tokens": 7})


def run(*chunks: JsonObject, **request: Any) -> Outcome:
    return stream(REPAIRS, chunks, {"tools": TOOLS, **request})


def is_joined(outcome: Outcome) -> bool:
    """One choice with the text, the call and one finish at the end; nothing left to do."""
    ends = [each for each in outcome.chunks if each["choices"] and "finish_reason" in str(each)]
    reasons = [each["choices"][0].get("finish_reason") for each in ends]
    return (
        len(outcome.completion["choices"]) == 1
        and outcome.message()["content"] == "I'll run it."
        and outcome.calls == [("f", '{"a":1}')]
        and [each for each in reasons if each] == [reasons[-1]]
        and again(REPAIRS, outcome, {}).untouched
    )


def late_call(*ends: str, usage: bool = False) -> list[JsonObject]:
    chunks = [TEXT, delta(finish=ends[0]), CALL, delta(1, finish=ends[1])]
    return [*chunks, USAGE] if usage else chunks


@pytest.mark.parametrize("usage", [True, False])
def test_joins_calls_that_come_after_the_first_choice_has_finished(usage: bool) -> None:
    outcome = run(*late_call("tool_calls", "tool_calls", usage=usage))
    assert is_joined(outcome)
    assert outcome.finish == "tool_calls"
    assert ("usage" in outcome.completion) == usage


@pytest.mark.parametrize(
    ("ends", "reason"),
    [
        (("stop", "tool_calls"), "tool_calls"),
        (("tool_calls", "stop"), "tool_calls"),
        (("stop", "stop"), "stop"),
        (("tool_calls", "length"), "length"),
        (("content_filter", "tool_calls"), "content_filter"),
    ],
)
def test_finishes_once_and_never_hides_that_the_answer_was_cut(
    ends: tuple[str, str], reason: str
) -> None:
    assert run(*late_call(*ends)).finish == reason


def test_joins_calls_that_come_before_the_first_choice_has_finished() -> None:
    opened = delta(1, role="assistant", content=None)
    ends = [delta(finish="stop"), delta(1, finish="tool_calls")]
    assert is_joined(run(TEXT, opened, CALL, *ends))
    assert run(opened, TEXT, CALL, *ends).calls == [("f", '{"a":1}')]


def test_joins_choices_that_come_in_one_chunk() -> None:
    both = [*TEXT["choices"], *CALL["choices"]]
    outcome = run({**TEXT, "choices": both}, delta(finish="stop"), delta(1, finish="tool_calls"))
    assert is_joined(outcome)


def test_joins_a_reason_that_rides_on_the_call_with_its_usage() -> None:
    last = calls(opening(0, "a", "f", '{"a":1}'), choice=1, finish="tool_calls")
    outcome = run(TEXT, delta(finish="stop"), {**last, "usage": {"total_tokens": 7}})
    assert is_joined(outcome)
    assert [each.get("usage") for each in outcome.chunks] == [None, None, {"total_tokens": 7}]


def test_numbers_the_calls_of_several_choices_anew() -> None:
    outcome = run(
        TEXT,
        CALL,
        calls(opening(0, "b", "g"), choice=2),
        calls(entry("{}", index=0), choice=2),
        delta(2, finish="tool_calls"),
    )
    assert outcome.calls == [("f", '{"a":1}'), ("g", "{}")]
    assert again(REPAIRS, outcome, {}).untouched


def test_moves_a_call_that_is_alone_in_a_later_choice() -> None:
    outcome = run(delta(1, role="assistant"), CALL, delta(1, finish="tool_calls"))
    assert outcome.calls == [("f", '{"a":1}')]
    assert outcome.finish == "tool_calls"


def test_joins_the_choices_of_a_plain_answer() -> None:
    text: JsonObject = {"index": 0, "message": {"role": "assistant", "content": "I'll run it."}}
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    body = answer({**text, "finish_reason": "stop"}, choice_of(call, index=1))
    outcome = document(REPAIRS, body)
    assert outcome.message() == {
        "role": "assistant",
        "content": "I'll run it.",
        "tool_calls": [call],
    }
    assert (outcome.finish, len(outcome.completion["choices"])) == ("tool_calls", 1)
    assert again(REPAIRS, outcome, {}).untouched
    assert document(REPAIRS, body, {"n": 2}).untouched


def test_leaves_numbers_that_are_missing_to_who_can_tell() -> None:
    bare = entry("{}", name="f")
    assert run(TEXT, calls(bare, choice=1), delta(1, finish="tool_calls")).entries == [bare]


def test_keeps_the_choices_that_were_asked_for() -> None:
    assert run(*late_call("stop", "tool_calls"), n=2).untouched


@pytest.mark.parametrize(
    "chunks",
    [
        [TEXT, delta(finish="stop"), USAGE],
        [TEXT, delta(finish="stop")],
        [TEXT],
        [
            calls(opening(0, "a", "f", "{}")),
            CALL,
            delta(finish="tool_calls"),
            delta(1, "tool_calls"),
        ],
        [TEXT, delta(1, content="or not"), delta(content="!"), delta(finish="stop")],
        [delta(1, content="Only"), delta(1, content=" one."), delta(1, finish="stop")],
        [TEXT, delta(finish="stop"), delta(content="More"), delta(finish="stop")],
        [
            TEXT,
            calls(opening(0, "a", "f")),
            calls(entry("{}", index=0)),
            delta(finish="tool_calls"),
        ],
        [chunk(), TEXT, chunk()],
    ],
)
def test_leaves_everything_else_alone(chunks: list[JsonObject]) -> None:
    assert run(*chunks).untouched


def test_does_not_hold_a_finish_that_no_call_can_follow() -> None:
    pipeline = Pipeline(Context({"stream": True}), REPAIRS)
    pipeline.start(200, "")
    raw = b"".join(b"data: %s\n\n" % json.dumps(each).encode() for each in (TEXT, delta(0, "stop")))
    assert pipeline.feed(raw).data == raw


def test_lets_text_stream_where_only_a_later_choice_speaks() -> None:
    outcome = run(delta(1, content="a"), delta(1, content="b"))
    assert len(outcome.chunks) == 2


@pytest.mark.parametrize("value", [None, 5, "x", [], [None], {}, [[]]])
def test_survives_any_json(value: Any) -> None:
    odd = [chunk(value), {**chunk(), "choices": value}, delta(1, value), delta(1, tool_calls=value)]
    assert not run(*odd, CALL, *odd, delta(finish=value), delta(1, value)).failed

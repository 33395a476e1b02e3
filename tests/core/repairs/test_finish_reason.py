from typing import Any

import pytest

from proxy.pipeline import Pipeline
from proxy.repair import Context, Repair
from proxy.repairs.finish_reason import FinishReason
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

REPAIRS: list[type[Repair]] = [FinishReason]
ROLE = delta(role="assistant", content="")
TEXT = delta(content="Let me look.")
CALL = calls(opening(0, "call_a", "look", '{"at":1}'))
SECOND_CALL = calls(opening(1, "call_b", "look", '{"at":2}'))
HALF_CALL = calls(opening(0, "call_a", "look", '{"at"'))
USAGE = chunk(usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3})
NAMED: JsonObject = {"tool_choice": {"type": "function", "function": {"name": "look"}}}


def run(*chunks: JsonObject, sentinel: bool = True, clean: bool = True, **request: Any) -> Outcome:
    return stream(REPAIRS, [ROLE, *chunks], request, sentinel=sentinel, clean=clean)


def end(reason: str | None, **members: Any) -> JsonObject:
    return delta(finish=reason, **members)


def reasons(outcome: Outcome) -> list[str]:
    choices = [choice for each in outcome.chunks for choice in each.get("choices", [])]
    return [choice["finish_reason"] for choice in choices if choice["finish_reason"]]


HEALTHY = {
    "text": [TEXT, end("stop")],
    "text with usage": [TEXT, end("stop"), USAGE],
    "a call": [CALL, end("tool_calls"), USAGE],
    "text, then calls": [TEXT, CALL, SECOND_CALL, end("tool_calls")],
    "cut off by length": [HALF_CALL, end("length")],
    "complete, but cut off by length": [CALL, end("length")],
    "filtered": [CALL, end("content_filter")],
    "an incomplete call that claims stop": [HALF_CALL, end("stop")],
    "an empty answer": [end("stop")],
    "a whole empty answer in one chunk": [end("stop", role="assistant", content="")],
    "a silent chunk after the finish": [TEXT, end("stop"), delta(content=""), USAGE],
    "usage on the finish": [TEXT, {**end("stop"), "usage": {"total_tokens": 3}}],
    "a legacy call": [
        delta(function_call={"name": "look", "arguments": "{}"}),
        end("function_call"),
    ],
    "a word nobody knows": [TEXT, end("dunno")],
    "a custom tool": [
        calls({"index": 0, "id": "c", "type": "custom", "custom": {"name": "sql", "input": "x"}}),
        end("tool_calls"),
    ],
    "two choices": [
        delta(0, content="a"),
        delta(1, content="b"),
        delta(0, finish="stop"),
        delta(1, finish="stop"),
        USAGE,
    ],
}


@pytest.mark.parametrize("chunks", HEALTHY.values(), ids=HEALTHY)
def test_leaves_what_is_true(chunks: list[JsonObject]) -> None:
    assert run(*chunks).untouched


@pytest.mark.parametrize("reason", ["stop", "function_call"])
def test_says_tool_calls_after_complete_calls(reason: str) -> None:
    outcome = run(CALL, SECOND_CALL, end(reason))
    assert outcome.finish == "tool_calls"
    assert outcome.fixes == ["finish-reason"]
    assert again(REPAIRS, outcome, {}).untouched


def test_leaves_stop_after_a_named_tool_choice() -> None:
    assert run(CALL, end("stop"), **NAMED).untouched


def test_does_not_take_an_automatic_tool_choice_for_a_named_one() -> None:
    assert run(CALL, end("stop"), tool_choice={"type": "auto"}).finish == "tool_calls"


def test_mends_plain_answers_as_well() -> None:
    outcome = document(REPAIRS, answer(choice_of(entry("{}", name="f", id="a"), finish="stop")))
    assert outcome.finish == "tool_calls"


def test_judges_each_choice_by_itself() -> None:
    outcome = run(
        calls(opening(0, "a", "f", "{}"), choice=1),
        delta(0, finish="stop"),
        delta(1, finish="stop"),
    )
    assert reasons(outcome) == ["stop", "tool_calls"]


def test_keeps_the_first_of_two_reasons() -> None:
    outcome = run(CALL, end("tool_calls"), end("stop", content=None))
    assert reasons(outcome) == ["tool_calls"]
    assert outcome.fixes == ["finish-reason"]


def test_keeps_the_usage_of_a_dropped_reason() -> None:
    outcome = run(TEXT, end("stop"), {**end("stop"), "usage": {"total_tokens": 3}})
    assert outcome.completion["usage"] == {"total_tokens": 3}
    assert reasons(outcome) == ["stop"]


def test_moves_a_reason_behind_the_deltas_that_follow() -> None:
    outcome = run(CALL, end("tool_calls"), SECOND_CALL, end("tool_calls"), USAGE)
    assert reasons(outcome) == ["tool_calls"]
    assert outcome.chunks[-2]["choices"][0]["finish_reason"] == "tool_calls"
    assert len(outcome.calls) == 2
    assert again(REPAIRS, outcome, {}).untouched


def test_believes_that_what_followed_was_cut_off() -> None:
    half = calls(opening(1, "call_b", "look", '{"at"'))
    outcome = run(CALL, end("tool_calls"), half, end("length"))
    assert reasons(outcome) == ["length"]


def test_splits_a_reason_off_the_last_data_and_leaves_usage_with_it() -> None:
    last = {**delta(content="!", finish="stop"), "usage": {"total_tokens": 3}}
    outcome = run(TEXT, last)
    data, ending = outcome.chunks[-2:]
    assert data["choices"][0] == {"index": 0, "delta": {"content": "!"}, "finish_reason": None}
    assert "usage" not in data
    assert ending["choices"][0] == {"index": 0, "delta": {}, "finish_reason": "stop"}
    assert ending["usage"] == {"total_tokens": 3}


def test_sends_text_at_once_and_only_the_reason_waits() -> None:
    pipeline = Pipeline(Context({"stream": True}), REPAIRS)
    pipeline.start(200, "text/event-stream")
    sent = b"".join(
        pipeline.feed(
            b'data: {"choices":[{"index":0,"delta":%s,"finish_reason":%s}]}\n\n' % each
        ).data
        for each in [
            (b'{"content":"a"}', b"null"),
            (b"{}", b'"stop"'),
            (b'{"content":"b"}', b"null"),
        ]
    )
    assert [b'"content":"%s"' % each in sent for each in (b"a", b"b")] == [True, True]
    assert b"stop" not in sent


@pytest.mark.parametrize("sentinel", [True, False])
def test_adds_tool_calls_where_complete_calls_lack_a_reason(sentinel: bool) -> None:
    outcome = run(CALL, sentinel=sentinel)
    assert outcome.finish == "tool_calls"


def test_adds_stop_where_text_ends_with_the_sentinel() -> None:
    assert run(TEXT).finish == "stop"


def test_adds_the_reason_before_the_usage_that_proves_it() -> None:
    outcome = run(TEXT, USAGE, sentinel=False)
    assert reasons(outcome) == ["stop"]
    assert outcome.chunks[-1]["usage"]


def test_adds_stop_to_a_plain_answer() -> None:
    message = {"role": "assistant", "content": "hi"}
    outcome = document(REPAIRS, answer({"index": 0, "message": message, "finish_reason": None}))
    assert outcome.finish == "stop"


@pytest.mark.parametrize(
    ("chunks", "clean"),
    [([TEXT], True), ([HALF_CALL], True), ([TEXT, USAGE], False), ([CALL], False)],
    ids=["text alone", "half a call", "text and usage, reset", "a call, reset"],
)
def test_never_finishes_what_was_cut(chunks: list[JsonObject], clean: bool) -> None:
    assert reasons(run(*chunks, sentinel=False, clean=clean)) == []


def test_drops_a_reason_that_came_before_what_was_cut() -> None:
    assert reasons(run(CALL, end("tool_calls"), HALF_CALL, sentinel=False, clean=False)) == []


def test_says_stop_where_calls_were_announced_and_only_text_came() -> None:
    assert run(TEXT, end("tool_calls")).finish == "stop"


def test_makes_an_error_of_announced_calls_where_nothing_came() -> None:
    outcome = run(end("tool_calls"))
    assert "error" in outcome.chunks[-1]
    assert reasons(outcome) == []


def test_waits_for_the_calls_of_a_choice_while_another_speaks() -> None:
    early = [delta(choice, "tool_calls", role="assistant") for choice in (0, 1)]
    called = [calls(opening(0, "a", "look", "{}"), choice=choice) for choice in (0, 1)]
    outcome = run(*early, *called, n=2)
    choices = outcome.completion["choices"]
    assert [each["finish_reason"] for each in choices] == ["tool_calls", "tool_calls"]
    assert all(each["message"]["tool_calls"] for each in choices)


def test_one_choice_that_finishes_twice_in_one_chunk_finishes_once() -> None:
    both = chunk({"index": 0, "delta": {}, "finish_reason": "stop"})
    both["choices"] *= 2
    assert reasons(run(ROLE, TEXT, both)) == ["stop"]


def test_a_chunk_that_says_nothing_proves_no_reason() -> None:
    early, more = delta(finish="stop", role="assistant", content=""), delta(content="more")
    outcome = run(early, chunk(cost="0.1"), more)
    assert reasons(outcome) == ["stop"]
    assert outcome.chunks[-1]["choices"][0]["finish_reason"] == "stop"

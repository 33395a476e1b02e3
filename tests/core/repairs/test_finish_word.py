from typing import Any

import pytest

from proxy.repair import Repair
from proxy.repairs.finish_word import FinishWord
from proxy.wire import JsonObject
from tests.core.repairs import Outcome, again, answer, delta, document, stream

REPAIRS: list[type[Repair]] = [FinishWord]


def run(*reasons: Any) -> Outcome:
    return stream(REPAIRS, [delta(content="hi"), *(delta(finish=each) for each in reasons)])


def said(outcome: Outcome) -> Any:
    return outcome.chunks[-1]["choices"][0]["finish_reason"]


@pytest.mark.parametrize(
    "reason",
    [
        "stop",
        "length",
        "tool_calls",
        "content_filter",
        "function_call",
        None,
        "other",
        "pause_turn",
    ],
)
def test_leaves_the_words_of_openai_and_those_that_nobody_knows(reason: Any) -> None:
    assert run(reason).untouched


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("STOP", "stop"),
        ("end_turn", "stop"),
        ("eos", "stop"),
        ("eos_token", "stop"),
        ("FinishReason.STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("model_length", "length"),
        ("tool_use", "tool_calls"),
        ("TOOL_CALLS", "tool_calls"),
        ("SAFETY", "content_filter"),
        (["stop"], "stop"),
        (["", "MAX_TOKENS"], "length"),
        ({"type": "stop", "matched": 128009}, "stop"),
        ([{"type": "other"}], "other"),
        (7, None),
        (True, None),
        ([], None),
        ([["stop"]], None),
        ({}, None),
    ],
)
def test_says_it_in_the_words_of_openai(reason: Any, word: str | None) -> None:
    outcome = run(reason)
    assert said(outcome) == word
    assert outcome.fixes == ["finish-reason"]
    assert again(REPAIRS, outcome, {}).untouched


@pytest.mark.parametrize("reason", ["", " ", "null", "None"])
def test_takes_an_empty_word_for_none(reason: str) -> None:
    outcome = run(reason)
    assert said(outcome) is None
    assert outcome.fixes == ["finish-reason"]


@pytest.mark.parametrize("reason", ["MALFORMED_FUNCTION_CALL", "error", "abort", "network_error"])
def test_makes_an_error_of_a_word_for_failure(reason: str) -> None:
    error = run(reason).chunks[-1]["error"]
    assert error["code"] == reason
    assert error["type"] == "server_error"


def test_lets_a_choice_that_has_ended_not_fail_any_more() -> None:
    outcome = run("stop", "error")
    assert not any("error" in each for each in outcome.chunks)


def test_sends_the_text_that_came_with_a_failure() -> None:
    last: JsonObject = delta(content=" there", finish="abort")
    outcome = stream(REPAIRS, [delta(content="hi"), last])
    assert b" there" in outcome.sent


def test_reads_plain_answers_as_well() -> None:
    message = {"role": "assistant", "content": "hi"}
    outcome = document(REPAIRS, answer({"index": 0, "message": message, "finish_reason": "STOP"}))
    assert outcome.finish == "stop"

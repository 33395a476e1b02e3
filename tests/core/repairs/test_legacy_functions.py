from typing import Any

import pytest

from proxy.repairs.legacy_functions import LegacyFunctions
from proxy.wire import JsonObject
from tests.core.repairs import Outcome, again, answer, calls, delta, document, opening, stream

REPAIRS = [LegacyFunctions]
END = delta(finish="function_call")


def run(*chunks: JsonObject, **request: Any) -> Outcome:
    return stream(REPAIRS, chunks, request)


def said(*pieces: JsonObject) -> Outcome:
    return run(*(delta(function_call=piece) for piece in pieces), END)


def test_translates_a_call_and_its_finish() -> None:
    outcome = said({"name": "f", "arguments": ""}, {"arguments": '{"a":'}, {"arguments": "1}"})
    assert (outcome.calls, outcome.finish) == ([("f", '{"a":1}')], "tool_calls")
    assert len(outcome.ids[0]) == 9
    assert "function_call" not in outcome.message()
    assert again(REPAIRS, outcome, {}).untouched


def test_names_the_call_once_though_every_piece_does() -> None:
    outcome = said({"name": "f", "arguments": '{"a":'}, {"name": "f", "arguments": "1}"})
    assert outcome.calls == [("f", '{"a":1}')]
    assert [each["function"].get("name") for each in outcome.entries] == ["f", None]


def test_tells_one_call_from_the_next() -> None:
    pieces = [
        {"name": "f", "arguments": "{}"},
        {"name": "f", "arguments": '{"a":1}'},
        {"name": "g"},
    ]
    outcome = said(*pieces)
    assert outcome.calls == [("f", "{}"), ("f", '{"a":1}'), ("g", "")]
    assert len(set(outcome.ids)) == 3


def test_translates_a_plain_answer() -> None:
    function = {"name": "f", "arguments": "{}"}
    message = {"role": "assistant", "content": None, "function_call": function}
    body = answer({"index": 0, "message": message, "finish_reason": "function_call"})
    outcome = document(REPAIRS, body)
    assert (outcome.calls, outcome.finish) == ([("f", "{}")], "tool_calls")
    assert "function_call" not in outcome.message()
    assert again(REPAIRS, outcome, {}).untouched


def test_leaves_the_old_way_to_an_agent_that_speaks_it() -> None:
    chunks = [delta(function_call={"name": "f", "arguments": "{}"}), END]
    assert run(*chunks, functions=[{"name": "f"}]).untouched


@pytest.mark.parametrize(
    "chunks",
    [
        [delta(content="Hi"), delta(finish="stop")],
        [delta(content="Hi", function_call=None), END],
        [delta(function_call={}), END],
        [delta(function_call="f"), END],
        [calls(opening(0, "a", "f", "{}")), delta(finish="tool_calls")],
        [calls(opening(0, "a", "f")), delta(function_call={"name": "f"}), END],
    ],
)
def test_leaves_everything_else_alone(chunks: list[JsonObject]) -> None:
    assert run(*chunks).untouched


def test_keeps_true_finish_reasons() -> None:
    assert run(delta(function_call={"name": "f"}), delta(finish="length")).finish == "length"


@pytest.mark.parametrize("value", [None, 5, "x", [], {"name": 5}, {"arguments": 5}, {"name": {}}])
def test_survives_any_json(value: Any) -> None:
    assert not said(value, {"name": "f", "arguments": value}, value).failed

"""Tool calls are a list of entries with a function each, whatever held them."""

import json
from typing import Any

import pytest

from proxy.repair import Repair
from proxy.repairs.call_lists import CallLists
from tests.core.repairs import again, answer, delta, document, entry, opening, stream

REPAIRS: list[type[Repair]] = [CallLists]
CALL = opening(0, "a", "f", "{}")
FLAT = {"index": 0, "id": "a", "type": "function", "name": "f", "arguments": "{}"}
BARE = {name: value for name, value in CALL.items() if name != "index"}
ODD: dict[str, tuple[Any, list[Any]]] = {
    "an object": (CALL, [CALL]),
    "by their numbers": ({"0": BARE, "1": opening(1, "b", "g")}, [CALL, opening(1, "b", "g")]),
    "text": (json.dumps([CALL]), [CALL]),
    "flat": ([FLAT], [CALL]),
    "a flat object": (FLAT, [CALL]),
    "a flat rest": ([{"index": 0, "arguments": "{}"}], [entry("{}", index=0)]),
    "a null beside": ([None, CALL], [CALL]),
}
SOUND: dict[str, Any] = {
    "calls": [CALL, entry("{}", index=1)],
    "nothing of a call": [{"index": 0}],
    "custom": [{"index": 0, "type": "custom", "custom": {"name": "f", "input": "x"}}],
    "another type": [{"index": 0, "type": "mcp", "name": "f", "arguments": "x"}],
    "no calls": {"a": 1},
    "words": "none",
    "none": [],
    "null": None,
}


@pytest.mark.parametrize(("calls", "expected"), ODD.values(), ids=ODD)
def test_makes_a_list_of_calls(calls: Any, expected: list[Any]) -> None:
    outcome = stream(REPAIRS, [delta(tool_calls=calls)])
    assert outcome.entries == expected
    assert outcome.fixes == ["index-repair"]
    assert again(REPAIRS, outcome, {}).untouched


@pytest.mark.parametrize("calls", SOUND.values(), ids=SOUND)
def test_leaves_lists_of_calls_and_what_makes_no_sense(calls: Any) -> None:
    assert stream(REPAIRS, [delta(tool_calls=calls)]).untouched


def test_takes_away_a_list_of_nulls() -> None:
    outcome = stream(REPAIRS, [delta(content="hi", tool_calls=[None])])
    assert outcome.chunks == [delta(content="hi")]


@pytest.mark.parametrize("calls", [case[0] for case in ODD.values()], ids=ODD)
def test_loses_no_call_of_a_plain_answer(calls: Any) -> None:
    message = {"role": "assistant", "content": None, "tool_calls": calls}
    body = answer({"index": 0, "message": message, "finish_reason": "tool_calls"})
    outcome = document(REPAIRS, body)
    assert ("f" in dict(outcome.calls)) is (calls is not ODD["a flat rest"][0])
    assert outcome.fixes == ["index-repair"]

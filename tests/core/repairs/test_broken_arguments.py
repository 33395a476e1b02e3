import itertools
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from proxy.repairs.broken_arguments import SalvageArguments
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

REPAIRS = [SalvageArguments]


def said(*texts: str, reason: str | None = "tool_calls") -> Outcome:
    pieces = [calls(entry(text, index=0)) for text in texts]
    end = [] if reason is None else [delta(finish=reason)]
    return stream(REPAIRS, [calls(opening(0, "a", "f")), *pieces, *end])


@pytest.mark.parametrize("reason", ["tool_calls", "stop"])
@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ('{"city":"Bonn"', '{"city":"Bonn"}'),
        ('{"a":{"b":["x"', '{"a":{"b":["x"]}}'),
        ('{"a":"}{"', '{"a":"}{"}'),
        ('{"a":true\n', '{"a":true\n}'),
    ],
)
def test_adds_brackets_that_were_lost(text: str, whole: str, reason: str) -> None:
    outcome = said(text, reason=reason)
    assert (outcome.calls, outcome.finish) == ([("f", whole)], reason)
    assert again(REPAIRS, outcome, {}).untouched


@pytest.mark.parametrize(
    "text", ['{"a":"', '{"a":', '{"a', "{", '{"a":{', '{"a":1,', '{"a":tru', '{"a":1}}', "ls -l"]
)
def test_says_that_arguments_are_cut_off_and_never_completes_them(text: str) -> None:
    outcome = said(text)
    assert (outcome.calls, outcome.finish) == ([("f", text)], "length")
    assert again(REPAIRS, outcome, {}).untouched


def test_completes_no_call_beside_one_that_is_cut_off() -> None:
    opened = calls(opening(0, "a", "f", '{"a":1'), opening(1, "b", "g", '{"b":"'))
    outcome = stream(REPAIRS, [opened, delta(finish="tool_calls")])
    assert (outcome.calls, outcome.finish) == ([("f", '{"a":1'), ("g", '{"b":"')], "length")


def test_completes_no_call_whose_stream_broke_behind_an_early_finish() -> None:
    last = calls(entry('{"a":1', index=0), finish="tool_calls")
    opened = calls(opening(0, "a", "f"))
    outcome = stream(REPAIRS, [opened, last], sentinel=False, clean=False)
    assert outcome.calls == [("f", '{"a":1')]


GLUED = '{"a":"}{"}{"b":2} {"c":3}'


@settings(deadline=None)
@given(places=st.sets(st.integers(1, 12), max_size=12), last=st.booleans())
def test_never_completes_a_call_that_goes_on_after_its_finish(places: set[int], last: bool) -> None:
    text = '{"a":[1,{}]}'
    bounds = [0, *sorted(places), len(text)]
    pieces = [
        calls(entry(text[a:b], index=0), finish="tool_calls") for a, b in itertools.pairwise(bounds)
    ]
    end = [delta(finish="tool_calls")] if last else []
    outcome = stream(REPAIRS, [calls(opening(0, "a", "f")), *pieces, *end])
    assert outcome.calls == [("f", text)]
    assert outcome.untouched


@settings(deadline=None)
@given(places=st.sets(st.integers(1, len(GLUED) - 1), max_size=6))
def test_parts_calls_that_were_glued_together(places: set[int]) -> None:
    bounds = [0, *sorted(places), len(GLUED)]
    outcome = said(*(GLUED[a:b] for a, b in itertools.pairwise(bounds)))
    assert outcome.calls == [("f", '{"a":"}{"}'), ("f", '{"b":2}'), ("f", '{"c":3}')]
    assert (outcome.ids[0], len(set(outcome.ids))) == ("a", 3)
    assert again(REPAIRS, outcome, {}).untouched


def test_parts_glued_calls_in_the_chunk_that_finishes_them() -> None:
    last = calls(opening(0, "a", "f", '{"a":1}{"b":2}'), opening(1, "b", "g", "{}"), finish="stop")
    outcome = stream(REPAIRS, [{**last, "usage": {"total_tokens": 1}}])
    assert outcome.calls == [("f", '{"a":1}'), ("g", "{}"), ("f", '{"b":2}')]
    assert [each.get("usage") is None for each in outcome.chunks] == [True, True, False]
    assert again(REPAIRS, outcome, {}).untouched


@pytest.mark.parametrize("body", ['{"a":1}{"b":2}', '{"a":1', '{"a":"'])
def test_salvages_a_plain_answer(body: str) -> None:
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": body}}
    outcome = document(REPAIRS, answer(choice_of(call)))
    expected = {
        '{"a":1}{"b":2}': ([("f", '{"a":1}'), ("f", '{"b":2}')], "tool_calls"),
        '{"a":1': ([("f", '{"a":1}')], "tool_calls"),
        '{"a":"': ([("f", '{"a":"')], "length"),
    }
    assert (outcome.calls, outcome.finish) == expected[body]
    assert again(REPAIRS, outcome, {}).untouched


@pytest.mark.parametrize("reason", ["length", "content_filter", "error"])
@pytest.mark.parametrize("text", ['{"a":1', '{"a":"', "", '{"a":1} and'])
def test_leaves_an_answer_alone_that_did_not_end_well(text: str, reason: str) -> None:
    assert said(text, reason=reason).untouched


@pytest.mark.parametrize("texts", [["{}"], ['{"a":', "1}"], ["", " "], ['{"a":1}', "\n"], []])
def test_leaves_whole_arguments_alone(texts: list[str]) -> None:
    assert said(*texts).untouched


@pytest.mark.parametrize("reason", ["length", None])
def test_gives_glued_arguments_back_where_they_cannot_be_parted(reason: str | None) -> None:
    outcome = said('{"a":1}{"b"', ":2}", reason=reason)
    assert (outcome.calls, outcome.finish) == ([("f", '{"a":1}{"b":2}')], reason)


def test_does_not_part_what_is_no_call() -> None:
    outcome = said('{"a":1}{"b":')
    assert (outcome.calls, outcome.finish) == ([("f", '{"a":1}{"b":')], "length")


def test_leaves_other_tools_and_odd_arguments_alone() -> None:
    custom: JsonObject = {"index": 0, "id": "a", "type": "custom", "custom": {"input": "{"}}
    odd: list[Any] = [custom, entry({"a": 1}, index=1), entry(5, index=2), entry('{"a"'), None, "x"]
    assert stream(REPAIRS, [calls(*odd), delta(finish="tool_calls")]).untouched

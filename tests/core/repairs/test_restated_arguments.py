import itertools
import json
from typing import Any

import pytest
from hypothesis import example, given, settings, strategies as st

from proxy.repair import Context
from proxy.repairs.restated_arguments import RestatedArguments
from proxy.wire import JsonObject
from tests.core.repairs import Outcome, again, calls, delta, entry, opening, stream

REPAIRS = [RestatedArguments]
END = delta(finish="tool_calls")


def run(*chunks: JsonObject) -> Outcome:
    return stream(REPAIRS, [*chunks, END])


def said(*texts: str) -> Outcome:
    """One call whose arguments come in these pieces."""
    return run(calls(opening(0, "a", "f")), *(calls(entry(text, index=0)) for text in texts))


@pytest.mark.parametrize(
    "texts",
    [
        ['{"command":"l', 'l -l"}'],
        ['{"a":"', "x", "x", '"}'],
        ['{"a":', '{"a":1}}'],
        ['{"a":', '{"a":', "1}}"],
        ['{"a":', '{"a":1}', "}"],
        ['{"a":[', '{"a":[1]}', "]}"],
        ['{"a":"{', "{", '"}'],
        ['{"a":" ', " ", ' "}'],
        ["{}"],
        ["{}", ""],
        ["{", "}"],
        ["{}", " "],
        ['{"a":1}{"b":2}'],
        ['{"a":1}', '{"a":2}'],
        ['{"a":1', '{"a":2}'],
        ["ls", "ls", "ls -l"],
        ["", "", ""],
        ['{"a":', "null", "}"],
        ['{"a":', "[]", "}"],
        ["[", "]"],
        ["nul", "l"],
    ],
)
def test_leaves_pieces_alone_that_only_look_alike(texts: list[str]) -> None:
    assert said(*texts).untouched


@pytest.mark.parametrize(
    "texts",
    [
        ['{"city":"Bei', '{"city":"Beijing"}'],
        ["{", '{"city', '{"city":"Beijing"}', '{"city":"Beijing"}'],
        ['{"city"', '{"city"', '{"city":"Beijing"}'],
        ['{"city":', '{"city":"Bei', '{"city":"Beijing"}'],
        ['{"city":', '{"city":"Beijing"}'],
        ['{"city', '":"Beijing"}', '{"city":"Beijing"}'],
        ['{"city":"Beijing"}', '{ "city": "Beijing" }'],
        ["{}", '{"city":"Beijing"}'],
        ["{}", "", '{"city":', '"Beijing"}'],
        ["{}", "{}", '{"city":"Beijing"}'],
        ['{} {"city":"Beijing"}'],
        ["null", '{"city":"Beijing"}'],
        ["[]", '{"city":', '"Beijing"}'],
    ],
)
def test_sends_what_is_restated_once(texts: list[str]) -> None:
    outcome = said(*texts)
    assert [json.loads(text) for _, text in outcome.calls] == [{"city": "Beijing"}]
    assert set(outcome.fixes) == {"tool-arguments"}
    assert again(REPAIRS, outcome, {}).untouched


def test_forwards_each_new_part_of_a_snapshot_at_once() -> None:
    outcome = said('{"a', '{"a":"b', '{"a":"bc"}')
    texts = [each["function"]["arguments"] for each in outcome.entries]
    assert texts == ["", '{"a', '":"b', 'c"}']


def test_takes_the_last_snapshot_from_the_chunk_that_finishes() -> None:
    opened = calls(opening(0, "a", "f", "{}"))
    last = calls(entry('{"a":1}', index=0), finish="tool_calls")
    assert stream(REPAIRS, [opened, last]).calls == [("f", '{"a":1}')]


def test_drops_the_empty_objects_of_interleaved_calls() -> None:
    outcome = run(
        calls(opening(0, "a", "f", "{}")),
        calls(opening(1, "b", "g", "{}")),
        calls(entry('{"b":1}', index=1), entry('{"a":1}', index=0)),
    )
    assert outcome.calls == [("f", '{"a":1}'), ("g", '{"b":1}')]


def test_a_snapshot_waits_for_its_call_while_another_goes_on() -> None:
    opened = [calls(opening(0, "a", "f", '{"a":')), calls(entry('{"a":1}', index=0))]
    other = [calls(opening(1, "b", "g", '{"b":')), calls(entry("2}", index=1))]
    outcome = run(*opened, *other, delta(finish="tool_calls"))
    assert outcome.calls == [("f", '{"a":1}'), ("g", '{"b":2}')]
    nested = run(*opened, *other, calls(entry("}", index=0)), delta(finish="tool_calls"))
    assert nested.untouched


@pytest.mark.parametrize(
    "chunks",
    [
        [calls(opening(0, "a", "f", "{}")), calls(opening(1, "b", "g", '{"b":1}'))],
        [calls(opening(0, "a", "f", "{}")), delta(content="Done.")],
        [calls(opening(0, "a", "f", "{}"), opening(1, "b", "g", "{}"))],
        [delta(content="Hi", tool_calls=[opening(0, "a", "f", "{}")])],
        [calls(opening(0, "a", "f", "{}")), delta(1, content="Other choice.")],
        [calls(opening(0, "a", "f", "{}")), calls(entry({"a": 1}, index=0))],
        [calls(opening(0, "a", "f", "{}")), calls(entry('{"a":1}'))],
    ],
)
def test_keeps_the_order_of_what_it_does_not_mend(chunks: list[JsonObject]) -> None:
    assert run(*chunks).untouched


def test_does_not_wait_for_ever_where_the_stream_is_cut() -> None:
    opened = [calls(opening(0, "a", "f", "{}"))]
    cut = stream(REPAIRS, opened, sentinel=False, clean=False)
    assert cut.entries == [opening(0, "a", "f", "{}")]
    assert not cut.fixes


values = st.recursive(
    st.integers() | st.booleans() | st.text(alphabet='a{}"[:,\\ é', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab{"), inner),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from(["a", "b", "{", ""]), values, max_size=3)


def cut_up(text: str, draw: st.DataObject) -> list[str]:
    places = draw.draw(st.sets(st.integers(1, len(text) - 1), max_size=8))
    return [text[a:b] for a, b in itertools.pairwise([0, *sorted(places), len(text)])]


@settings(deadline=None, max_examples=300)
@given(value=objects, draw=st.data())
def test_never_touches_healthy_pieces(value: JsonObject, draw: st.DataObject) -> None:
    assert said(*cut_up(json.dumps(value), draw)).untouched


@settings(deadline=None, max_examples=200)
@given(value=objects, draw=st.data())
def test_rebuilds_a_call_from_snapshots(value: JsonObject, draw: st.DataObject) -> None:
    text = json.dumps(value, separators=(",", ":"))
    snapshots = [*itertools.accumulate(cut_up(text, draw))]
    outcome = said(*snapshots)
    assert [text for _, text in outcome.calls] == [text]
    assert again(REPAIRS, outcome, {}).untouched


@given(texts=st.lists(st.sampled_from(["{}", "{", "}", '"', "a", " ", '{"a":1}', ":"]) | st.none()))
@example(texts=["{}", None, "{"])
@settings(deadline=None)
def test_survives_any_pieces(texts: list[Any]) -> None:
    outcome = said(*texts)
    assert not outcome.failed
    assert outcome.chunks[-1] == END


def test_waits_no_longer_than_until_another_call_goes_on() -> None:
    repair = RestatedArguments(Context())
    doubtful = calls(opening(0, "a", "f", "{}"))
    assert list(repair.chunk(doubtful)) == []
    assert repair.held == [doubtful]
    other = calls(opening(1, "b", "g", '{"x":'))
    assert list(repair.chunk(other)) == [doubtful, other]
    assert repair.held == []

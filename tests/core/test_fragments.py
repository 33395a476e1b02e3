import itertools
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from proxy.fragments import Calls, Fragment, Place, read
from proxy.wire import JsonObject
from tests.core.repairs import entry, opening


def places(entries: list[JsonObject], declared: tuple[str, ...] = ()) -> list[int | None]:
    """The number of the call each entry belongs to, in order of first appearance."""
    calls, seen, found = Calls(declared), list[Any](), list[int | None]()
    for each in entries:
        calls.next_chunk()
        fragment = read(each)
        place = None if fragment is None else calls.place(fragment)
        if place is None:
            found.append(None)
            continue
        seen += [] if place.call in seen else [place.call]
        found.append(seen.index(place.call))
    return found


@pytest.mark.parametrize(
    ("members", "fragment"),
    [
        (entry("{", name="f", index=0, id="a"), Fragment(0, "a", "f", "{")),
        (entry("", name=" ", index="1", id=""), Fragment(1, "", "", "")),
        (entry(None, name=None, index=None, id=None), Fragment(None, "", "", "")),
        (entry({"a": 1}, index=-1, id=12), Fragment(None, "12", "", "{}")),
        ({}, Fragment(None, "", "", "")),
        ({"function": None, "index": True}, Fragment(None, "", "", "")),
        ({"index": False}, Fragment(None, "", "", "")),
        ({"index": "99999999"}, Fragment(None, "", "", "")),
        ({"index": Decimal("1.0")}, Fragment(1, "", "", "")),
        ({"index": Decimal("1E+999999")}, Fragment(None, "", "", "")),
        ({"type": "custom"}, None),
        ({"custom": {}}, None),
        ({"type": 5}, None),
        ({"id": True}, None),
        ({"id": False}, None),
        ({"id": []}, None),
        ({"function": "f"}, None),
        ({"function": {"name": 5}}, None),
    ],
)
def test_reads_what_an_entry_says(members: JsonObject, fragment: Fragment | None) -> None:
    assert read(members) == fragment


def test_names_a_call_once_it_is_known() -> None:
    calls = Calls()
    place = calls.place(Fragment(0, "a", "", ""))
    assert place is not None
    assert place.call.name == ""
    assert calls.place(Fragment(0, "", "f", "")) == Place(place.call)
    assert place.call.name == "f"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        # A known id is followed wherever it goes.
        ([opening(0, "a", "f"), entry("{", index=1, id="a"), entry("}", index=1)], [0, 0, 0]),
        # With another index and a name it is used anew.
        ([opening(0, "a", "f"), opening(1, "a", "f"), entry("{}", index=0, id="a")], [0, 1, 0]),
        # An unknown id without a name continues what is incomplete, and opens what is not.
        ([opening(0, "a", "f"), entry("{}", index=0, id="b")], [0, 0]),
        ([opening(0, "a", "f", "{}"), entry("{}", index=0, id="b")], [0, 1]),
        ([opening(0, "a", "f", "{"), opening(0, "b", "f")], [0, 1]),
        # A last, empty fragment of a call that gets new ids all the time opens nothing.
        ([opening(0, "a", "f"), entry("{}", index=0, id="b"), entry("", index=0, id="c")], [0] * 3),
        # A fresh id and the name again, but in the middle of the arguments.
        ([opening(0, "a", "f", '{"a'), entry('":1}', name="f", index=0, id="b")], [0, 0]),
        # A name alone.
        ([entry("{}", name="f"), entry("{}", name="f")], [0, 1]),
        ([entry("{", name="f"), entry("}", name="f")], [0, 0]),
        ([entry("{}", name="f"), entry(" ", name="f")], [0, 0]),
        ([entry("{", name="f"), entry("}", name="g")], [0, 1]),
        ([entry("{", name="f", index=0), entry("}", name="f", index=1)], [0, 0]),
        ([entry('"{}"', name="f"), entry('"{}"', name="f")], [0, 1]),
        ([entry('"{', name="f"), entry('}"', name="f")], [0, 0]),
        # Nothing but a place.
        ([entry("{"), entry("}")], [0, 0]),
        ([entry("{", name="f", index=0), entry("}", index=4), entry("", index=4)], [0, 0, 0]),
        ([opening(0, "a", "f", "{}"), opening(1, "b", "f", "{}"), entry("{}")], [0, 1, None]),
        ([opening(0, "a", "f", "{}"), opening(1, "b", "f", "{}"), entry("")], [0, 1, 1]),
        ([opening(0, "a", "f"), opening(1, "b", "f"), entry("{}")], [0, 1, None]),
        ([opening(0, "a", "f"), opening(1, "b", "f", "{"), entry("}")], [0, 1, 1]),
        ([opening(0, "a", "f"), opening(1, "b", "f"), entry("{}", name="f")], [0, 1, None]),
        ([opening(0, "a", "f", "{}"), entry("{}", index=3)], [0, 1]),
    ],
)
def test_places_fragments(entries: list[JsonObject], expected: list[int | None]) -> None:
    assert places(entries) == expected


def test_joins_a_name_in_parts_only_to_a_declared_one() -> None:
    parts = [opening(0, "a", "get_"), entry("", name="wea", index=0), entry("", name="ther")]
    assert places(parts, ("get_weather",)) == [0, 0, 0]
    assert places(parts, ("get_weather", "wea")) == [0, 1, 2]
    assert places(parts) == [0, 1, 2]


@st.composite
def interleavings(draw: st.DrawFn) -> tuple[int, list[tuple[int, str]]]:
    """How many parallel calls, and their fragments in a random order."""
    texts = st.dictionaries(st.text(max_size=3), st.text(max_size=8), min_size=1, max_size=3)
    arguments = [json.dumps(each) for each in draw(st.lists(texts, min_size=1, max_size=4))]
    queues: list[list[str]] = []
    for text in arguments:
        cuts = sorted(draw(st.sets(st.integers(1, len(text) - 1), max_size=4)))
        bounds = [0, *cuts, len(text)]
        queues.append([text[a:b] for a, b in itertools.pairwise(bounds)])
    order = draw(st.permutations([n for n, queue in enumerate(queues) for _ in queue]))
    return len(arguments), [(number, queues[number].pop(0)) for number in order]


@pytest.mark.parametrize("lost", ["index", "id", "fresh"])
@settings(deadline=None, max_examples=40)
@given(drawn=interleavings())
def test_follows_interleaved_calls_by_either_index_or_id(
    lost: str, drawn: tuple[int, list[tuple[int, str]]]
) -> None:
    count, pieces = drawn
    opened = [opening(number, f"id{number}", f"f{number}") for number in range(count)]
    later = [
        entry(piece, index=number, id=f"fresh{position}" if lost == "fresh" else f"id{number}")
        for position, (number, piece) in enumerate(pieces)
    ]
    entries = [{k: v for k, v in each.items() if k != lost} for each in [*opened, *later]]
    order = [*range(len(opened)), *(number for number, _ in pieces)]
    assert places(entries) == order


def test_places_nothing_with_a_call_whose_part_may_have_gone_by() -> None:
    # The first call was cut off inside a string, in which the second one's beginning could stand.
    entries = [
        entry("", name="f", id="a"),
        entry('{"text": "cut'),
        entry("", name="f", id="b"),
        entry('{"path": "x",'),
        entry(' "text": "y"}'),
        entry(""),
    ]
    assert places(entries) == [0, 0, 1, None, None, 1]

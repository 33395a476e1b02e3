"""The structural scan agrees with a parser, wherever the text was cut."""

import json
from typing import Any

from hypothesis import given, strategies as st

from proxy.scan import CallScans, JsonScan, complete

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def fed(*pieces: str) -> JsonScan:
    scan = JsonScan()
    for piece in pieces:
        scan.feed(piece)
    return scan


@given(value=st.dictionaries(st.text(), JSON), cut=st.integers(0, 80))
def test_is_complete_at_the_last_brace_and_not_before(value: dict[str, Any], cut: int) -> None:
    text = json.dumps(value)
    assert fed(text[:cut], text[cut:]).complete
    assert not fed(text[:-1]).complete


@given(value=st.dictionaries(st.text(), JSON))
def test_gives_the_same_character_by_character(value: dict[str, Any]) -> None:
    text = json.dumps(value)
    assert fed(*text).complete


def test_takes_braces_in_strings_for_text() -> None:
    assert not JsonScan('{"a": "}').complete
    assert not JsonScan('{"a": "\\"}').complete


def test_notices_what_follows_the_value() -> None:
    assert fed("{}", " \n").trailing is False
    assert fed("{}", " {").trailing is True


def test_knows_nothing_from_something() -> None:
    assert JsonScan(" \n").empty
    assert not JsonScan("{").empty


def test_takes_an_object_for_whole() -> None:
    assert complete({"a": 1})
    assert complete(' {"a": 1} ')
    assert not complete("")
    assert not complete(None)
    assert not complete('{"a": 1}{"b": 2}')


def calling(*entries: dict[str, Any]) -> CallScans:
    scans = CallScans()
    for entry in entries:
        scans.feed({"tool_calls": [entry]})
    return scans


def part(arguments: Any, **members: Any) -> dict[str, Any]:
    return {**members, "function": {"arguments": arguments}}


def test_takes_calls_for_whole_once_every_one_is() -> None:
    assert calling(part('{"a"', index=0), part("{}", index=1), part(":1}", index=0)).complete
    assert not calling(part("{", index=0), part("{}", index=1)).complete
    assert not calling(part("", index=0)).complete


def test_takes_no_call_for_nothing_seen() -> None:
    assert not CallScans().seen
    assert not CallScans().complete


def test_tells_calls_without_an_index_apart_by_their_ids() -> None:
    assert not calling(part("{", id="a"), part("}", id="b")).complete
    assert calling(part("{", id="a"), part("}")).complete


def test_does_not_look_for_arguments_in_calls_of_another_type() -> None:
    assert calling({"index": 0, "type": "custom", "custom": {"input": "x"}}).complete
    assert calling(part({"a": 1}, index=0)).complete
    assert not calling(part(7, index=0)).complete

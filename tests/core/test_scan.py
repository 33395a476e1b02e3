"""The structural scan agrees with a parser, wherever the text was cut."""

import json
from typing import Any

from hypothesis import given, strategies as st

from proxy.scan import JsonScan, complete

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

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from app.agents import jsonc
from app.agents.errors import UnreadableError

PATH = ("provider", "wiremend")
VALUE = {"name": "Wiremend", "options": {"baseURL": "http://127.0.0.1:8459/v1"}}

COMMENTED = """{
  // the theme
  "theme": "dark", /* kept */
  "provider": {
    "other": { "npm": "x" }, // last one
  },
  "keybinds": {}, // trailing
}
"""

TEXTS = [
    COMMENTED,
    COMMENTED.replace("\n", "\r\n"),
    '{"a":1}',
    '{"a": 1, "provider": {"other": {}}}',
    '{\n\t"a": [1, 2,],\n\t"b": "//no comment"\n}',
    '{\n  "provider": {\n    "z": 1 // why\n  }\n}',
    '/* head */ {\n    "provider": {}, "x": "\\u00e9\\"{"\n}\n// tail',
]

each_text = pytest.mark.parametrize("text", TEXTS)


@each_text
def test_an_entry_put_in_reads_back_and_leaves_the_rest(text: str) -> None:
    before = jsonc.parse(text).plain()
    after = jsonc.parse(jsonc.put(text, PATH, VALUE)).plain()
    assert after.pop("provider").pop("wiremend") == VALUE
    before.pop("provider", None)
    assert after == before


@each_text
def test_every_character_of_the_users_text_survives_an_insertion(text: str) -> None:
    after = iter(jsonc.put(text, PATH, VALUE))
    assert all(character in after for character in text)


@each_text
def test_removal_gives_back_the_users_text(text: str) -> None:
    undone = jsonc.drop(jsonc.put(text, PATH, VALUE), PATH)
    expected = text.replace('"provider": {}, ', "")
    assert undone == expected or jsonc.parse(undone).plain() == {}


@each_text
def test_putting_in_twice_changes_nothing_more(text: str) -> None:
    once = jsonc.put(text, PATH, VALUE)
    assert jsonc.put(once, PATH, VALUE) == once


def test_line_ends_of_the_file_are_used() -> None:
    after = jsonc.put(COMMENTED.replace("\n", "\r\n"), PATH, VALUE)
    assert after.count("\n") == after.count("\r\n")


def test_indentation_of_the_file_is_used() -> None:
    after = jsonc.put('{\n\t"a": 1\n}\n', ("b",), {"c": 1})
    assert after == '{\n\t"a": 1,\n\t"b": {\n\t\t"c": 1\n\t}\n}\n'


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{\n  "a": 1\n  "b": 2\n}', 3, 3),
        ('{"a" 1}', 1, 6),
        ('{"a": tru}', 1, 7),
        ('{"a": "x\n"}', 1, 7),
        ('{"a": 1} x', 1, 10),
        ("{'a': 1}", 1, 2),
        ('{"a": 1, "a": 2}', 1, 10),
        ('{"a": {', 1, 8),
        ("[" * 200, 1, 101),
    ],
)
def test_a_broken_text_is_named_with_line_and_column(text: str, line: int, column: int) -> None:
    with pytest.raises(UnreadableError) as caught:
        jsonc.parse(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_member_is_not_put_into_something_that_is_no_object() -> None:
    with pytest.raises(UnreadableError):
        jsonc.put('{"provider": []}', PATH, VALUE)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(value=st.dictionaries(st.text(), json_values, max_size=3), indent=st.sampled_from([None, 2]))
def test_any_json_object_takes_our_entry_and_gives_it_back(value: Any, indent: int | None) -> None:
    value.pop("provider", None)
    text = json.dumps(value, indent=indent)
    after = jsonc.put(text, PATH, VALUE)
    assert json.loads(after) == {**value, "provider": {"wiremend": VALUE}}
    assert json.loads(jsonc.drop(after, PATH)) == value

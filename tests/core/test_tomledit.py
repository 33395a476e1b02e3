import tomllib
from typing import Any

import pytest
from hypothesis import given, strategies as st

from proxy.errors import ConfigError
from proxy.tomledit import append, put, put_table, remove, reorder


def test_a_value_is_replaced_whatever_form_it_has() -> None:
    text = 'a = """\nx\n""" # a\nb = [ 1,\n 2 ] # b\nc = { d = 1 } # c\n'
    text = put(text, ("a",), "y")
    text = put(text, ("b",), 2.5)
    text = put(text, ("c",), {"d": True})
    assert text == 'a = "y" # a\nb = 2.5 # b\nc = { d = true } # c\n'


def test_a_member_of_an_inline_table_is_added_inside_of_it() -> None:
    assert put("a = {} # x\n", ("a", "b"), 1) == "a = { b = 1 } # x\n"
    assert put("a = { c = 2 }\n", ("a", "b"), 1) == "a = { b = 1, c = 2 }\n"


def test_a_dotted_key_gets_its_like_below_it() -> None:
    text = "[t]\na.b.c = 1 # c\nz = 2\n"
    assert put(text, ("t", "a", "b", "d"), 1) == "[t]\na.b.c = 1 # c\na.b.d = 1\nz = 2\n"
    assert put(text, ("t", "a", "e"), 1) == "[t]\na.b.c = 1 # c\na.e = 1\nz = 2\n"


def test_a_table_of_an_empty_text_is_written() -> None:
    assert put("", ("a", "b"), 1) == "[a]\nb = 1\n"
    assert put("# only a comment", ("a", "b"), 1) == "# only a comment\n\n[a]\nb = 1\n"


def test_an_empty_table_has_its_header() -> None:
    assert put_table("", ("a", "b"), {}) == "[a.b]\n"


def test_names_that_are_no_bare_keys_are_quoted() -> None:
    assert put("[a]\n", ("a", "b c"), "\x7f\n") == '[a]\n"b c" = "\\u007F\\n"\n'


@pytest.mark.parametrize("number", [0, 1, 2])
def test_any_item_of_an_array_can_go(number: int) -> None:
    text = "a = [ 1, 2, # two\n 3 ] # a\n"
    left = [item for item in (1, 2, 3) if item != number + 1]
    assert tomllib.loads(remove(text, ("a", number))) == {"a": left}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = { b = 1, c = 2 }\n", ("a", "b")),
        ("[t]\na = 1\n[t.u]\nb = 1\n", ("t", "x")),
        ("a = 1\n", ("a", "b")),
    ],
)
def test_what_it_cannot_edit_is_refused_and_stays(text: str, place: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="by hand"):
        remove(text, place)


def test_a_table_that_is_there_is_not_written_again() -> None:
    with pytest.raises(ConfigError, match="by hand"):
        put_table("[a.b]\nc = 1\n", ("a", "b"), {"d": 1})
    with pytest.raises(ConfigError, match="by hand"):
        append("a = 1\n", "a", {"b": 1})


ORDERED = """\
top = 1

# about a
[p.a]  # A
x = 1

[p.a.t] # of a
y = 2

# about b

[p.b]
x = 3
[q]
z = 4"""


def test_tables_change_places_with_their_comments_and_their_own_tables() -> None:
    assert reorder(ORDERED, ("p",), ["b", "a"]) == (
        "top = 1\n\n[p.b]\nx = 3\n\n# about b\n\n# about a\n[p.a]  # A\nx = 1\n\n"
        "[p.a.t] # of a\ny = 2\n[q]\nz = 4\n"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_dotted_lines_change_places_and_lines_end_as_they_did(end: str) -> None:
    text = end.join(("[p]", "a.x = 1 # A", "b.x = 2 # B", "a.y = 3", ""))
    made = end.join(("[p]", "b.x = 2 # B", "a.x = 1 # A", "a.y = 3", ""))
    assert reorder(text, ("p",), ["b", "a"]) == made


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("p = { a = { x = 1 }, b = {} }\n", ["b", "a"]),
        ("[p]\na.x = 1\n[p.b]\nx = 1\n[q]\n", ["b", "a"]),
        ("[p.a]\n[p.b]\n", ["b"]),
        ("[p.a]\n[p.b]\n", ["b", "a", "c"]),
    ],
)
def test_an_order_that_cannot_be_brought_about_is_refused(text: str, order: list[str]) -> None:
    with pytest.raises(ConfigError, match="by hand"):
        reorder(text, ("p",), order)


@given(order=st.permutations(["a", "b", "c d", "é"]))
def test_any_order_is_brought_about_and_loses_no_line(order: list[str]) -> None:
    text = "# first\n"
    for number, name in enumerate(sorted(order)):
        text = put(put_table(text, ("p", name), {"x": number}), ("p", name, "t", "y"), True)
    made = reorder(text, ("p",), order)
    assert list(tomllib.loads(made)["p"]) == order
    assert sorted(filter(None, made.splitlines())) == sorted(filter(None, text.splitlines()))


names = st.sampled_from(["a", "b", "c.d", "é"])
plain = st.booleans() | st.integers(-9, 9) | st.text(st.characters(codec="utf-8"), max_size=4)
roots = st.dictionaries(names, st.dictionaries(names, plain, max_size=2), max_size=3)


@given(root=roots, table=names, member=names, value=plain)
def test_a_put_is_read_again_and_taken_away(
    root: dict[str, dict[str, Any]], table: str, member: str, value: str | int | bool
) -> None:
    text = ""
    for name, members in root.items():
        text = put_table(text, (name,), members)
    assert tomllib.loads(text) == root
    edited = put(text, (table, member), value)
    assert tomllib.loads(edited)[table][member] == value
    assert put(edited, (table, member), value) == edited
    left = tomllib.loads(remove(edited, (table, member)))
    assert member not in left.get(table, {})

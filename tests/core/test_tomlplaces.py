import tomllib
from typing import Any, TypeAlias

from hypothesis import given, strategies as st

from proxy.tomlplaces import Place, places

Value: TypeAlias = "str | int | list[Value] | dict[str, Value]"

TEXT = r'''
"a b" = 1 # "c" = 2
'd'."e\u00e9\"" = """
[not] = "a header" \"""
"""
[x.y] # [z]
list = [ 1, [2, # ] 3
  'a#]', "b\\" ],
  { k = { l = "}" } },
]
[[x.t]]
n = 1979-05-27T07:32:00Z
[[x.t]]
[x.t.u]
p.q.r = -0.5
[x.y.later]
e = ""
'''


def at(place: Place, value: Any) -> Any:
    for name in place:
        value = value[name]
    return value


def members(value: Value, place: Place = ()) -> set[Place]:
    """Return the place of everything that is written out."""
    if isinstance(value, dict):
        inside = [members(each, (*place, name)) for name, each in value.items()]
        return set[Place]().union(*inside)
    if isinstance(value, list):
        inside = [members(each, (*place, number)) for number, each in enumerate(value)]
        return {place}.union(*inside)
    return {place}


def test_finds_every_member_where_it_is_written() -> None:
    meant, found = tomllib.loads(TEXT), places(TEXT)
    for place, member in found.members.items():
        assert tomllib.loads(f"v = {TEXT[member.value : member.end]}")["v"] == at(place, meant)
    assert members(meant) - found.members.keys() == {("x", "t")}


def test_names_the_line_of_members_sections_and_items() -> None:
    found = places(TEXT)
    lines = TEXT.split("\n")
    for place, start in [
        (("a b",), '"a b"'),
        (("d", 'eé"'), "'d'"),
        (("x", "y"), "[x.y]"),
        (("x", "y", "list", 1, 1), "  'a#]'"),
        (("x", "y", "list", 2, "k", "l"), "  { k"),
        (("x", "t", 1), "[[x.t]]"),
        (("x", "t", 1, "u", "p", "q", "r"), "p.q"),
        (("x", "y", "later", "e"), "e ="),
    ]:
        assert lines[found.line(place) - 1].startswith(start)
    assert found.line(("x", "t", 1)) > found.line(("x", "t", 0))


def test_what_is_not_there_has_the_line_of_what_would_hold_it() -> None:
    found = places(TEXT)
    assert found.line(("x", "t", 1, "u", "absent")) == found.line(("x", "t", 1, "u"))
    assert found.line(("nothing", "at", "all")) == 1


def test_a_section_ends_with_its_last_member() -> None:
    section = places(TEXT).sections[1]
    assert TEXT[section.start : section.end].startswith("[x.y]")
    assert TEXT[section.start : section.end].endswith("},\n]")


keys = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=5)
values: st.SearchStrategy[Value] = st.recursive(
    st.booleans() | st.integers(-999, 999) | st.text(st.characters(codec="utf-8"), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


def spelt(text: str) -> str:
    """Spell a text with escapes, and with signs that mean something outside of it."""
    return '"' + "".join(f"\\U{ord(sign):08X}" for sign in text) + '#[=,]"'


def written(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return spelt(value)
    if isinstance(value, list):
        return "[ # ]\n" + "".join(f" {written(each)} ,\n" for each in value) + "]"
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{spelt(key)} ={written(each)}" for key, each in value.items()) + "}"
        )
    return repr(value)


@given(st.dictionaries(keys, values, max_size=4))
def test_finds_members_of_any_text(root: dict[str, Value]) -> None:
    text = "".join(f"  {spelt(name)}\t= {written(each)} # end\n" for name, each in root.items())
    meant = tomllib.loads(text)
    for place, member in places(text).members.items():
        assert tomllib.loads(f"v = {text[member.value : member.end]}")["v"] == at(place, meant)

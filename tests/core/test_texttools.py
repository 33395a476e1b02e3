from typing import Any

import pytest

from proxy.textreader import NoCallError
from proxy.texttools import Call, Tools

PROPERTIES = {
    "text": {"type": "string"},
    "count": {"type": "integer"},
    "share": {"type": "number"},
    "exact": {"type": "boolean"},
    "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    "either": {"type": ["string", "integer"]},
    "untold": {},
}
TOOLS = Tools({"look": {"properties": PROPERTIES, "required": ["text"]}, "functions.odd": {}})


@pytest.mark.parametrize(
    ("name", "meant"),
    [("look", "look"), ("functions.look", "look"), ("functions.odd", "functions.odd")],
)
def test_finds_the_declared_name(name: str, meant: str) -> None:
    assert TOOLS.declared(name) == meant


@pytest.mark.parametrize("name", ["", "Look", "lookjson", "launch"])
def test_knows_no_other_name(name: str) -> None:
    with pytest.raises(NoCallError):
        TOOLS.declared(name)


def test_takes_off_what_stuck_to_a_name() -> None:
    assert TOOLS.unglued("lookjson") == "look"
    with pytest.raises(NoCallError):
        TOOLS.unglued("launchjson")


@pytest.mark.parametrize(
    ("member", "text", "value"),
    [
        ("text", "12", "12"),
        ("either", "12", "12"),
        ("untold", "12", "12"),
        ("unknown", "true", "true"),
        ("count", " 12\n", 12),
        ("exact", "True", True),
        ("maybe", "null", None),
        ("maybe", "None", None),
    ],
)
def test_gives_a_value_the_type_of_its_schema(member: str, text: str, value: Any) -> None:
    assert TOOLS.typed("look", member, text) == value


@pytest.mark.parametrize(
    ("member", "text"), [("count", "many"), ("count", "1.5"), ("exact", "1"), ("share", '"x"')]
)
def test_gives_no_value_a_type_that_it_does_not_have(member: str, text: str) -> None:
    with pytest.raises(NoCallError):
        TOOLS.typed("look", member, text)


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "look", "arguments": {"text": "a"}}',
        '{"name": "look", "parameters": "{\\"text\\": \\"a\\"}"}',
        '{"tool": "look", "args": {"text": "a"}}',
        '{"type": "function", "function": {"name": "look", "arguments": {"text": "a"}}}',
        '{"tool_calls": [{"name": "look", "arguments": {"text": "a"}}]}',
        '[{"name": "look", "arguments": {"text": "a"}}]',
    ],
)
def test_reads_a_call_written_as_json(text: str) -> None:
    [call] = TOOLS.calls_of_json(text)
    assert call.name == "look"
    assert call.arguments in ('{"text": "a"}',)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "[]",
        "[1]",
        "7",
        '{"name": "look"}',
        '{"name": 7, "arguments": {}}',
        '{"name": "look", "arguments": 7}',
        '{"name": "look", "arguments": {}, "description": "x"}',
        '{"name": "look", "arguments": {}, "parameters": {}}',
        '{"name": "look", "tool": "look", "arguments": {}}',
        '{"tool_calls": [{"tool_calls": []}]}',
        '{"tool_calls": 7}',
        '{"name": "look", "arguments": ' + "[" * 5000 + "]" * 5000 + "}",
    ],
)
def test_reads_no_call_from_other_json(text: str) -> None:
    with pytest.raises(NoCallError):
        TOOLS.calls_of_json(text)


def test_misses_required_members() -> None:
    with pytest.raises(NoCallError):
        TOOLS.require("look", {"count": 1})
    TOOLS.require("look", {"text": ""})
    TOOLS.require("functions.odd", {})


def test_tells_declared_members_from_others() -> None:
    assert TOOLS.only_declared_members(Call("look", '{"text": "a"}'))
    assert not TOOLS.only_declared_members(Call("look", '{"type": "object"}'))
    assert TOOLS.only_declared_members(Call("functions.odd", '{"anything": 1}'))

from typing import Any

import pytest

from proxy.repair import Context
from proxy.repairs.object_arguments import ObjectArguments
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

REPAIRS = [ObjectArguments]


def said(arguments: Any) -> Outcome:
    opened = calls(opening(0, "a", "f"))
    return stream(REPAIRS, [opened, calls(entry(arguments, index=0)), delta(finish="stop")])


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "{}"),
        ({"b": 1.5, "a": [None, "é"]}, '{"b":1.5,"a":[null,"é"]}'),
        ({"deep": {"er": {}}}, '{"deep":{"er":{}}}'),
        ([], ""),
    ],
)
def test_writes_an_object_as_its_text(arguments: Any, text: str) -> None:
    outcome = said(arguments)
    assert outcome.calls == [("f", text)]
    assert again(REPAIRS, outcome, {}).untouched


def test_writes_the_object_of_a_plain_answer_and_keeps_what_stands_beside_it() -> None:
    function = {"name": "f", "description": None, "arguments": {"id": "T1"}}
    call = {"id": "0", "type": "function", "function": function}
    outcome = document(REPAIRS, answer(choice_of(call)))
    assert outcome.message()["tool_calls"][0]["function"] == {
        **function,
        "arguments": '{"id":"T1"}',
    }


@pytest.mark.parametrize("arguments", ["", "{}", None, 5, True, [{}], "{'a': 1}"])
def test_leaves_everything_else_alone(arguments: Any) -> None:
    assert said(arguments).untouched


def test_leaves_other_tools_alone() -> None:
    custom: JsonObject = {"index": 0, "id": "a", "type": "custom", "function": {"arguments": {}}}
    assert stream(REPAIRS, [calls(custom), delta(finish="stop")]).untouched


def test_leaves_an_object_alone_that_no_text_can_hold() -> None:
    deep: Any = {}
    for _ in range(5_000):
        deep = {"a": deep}
    chunk = calls(entry(deep, index=0))
    repair = ObjectArguments(Context())
    assert [each is chunk for each in repair.chunk(chunk)] == [True]

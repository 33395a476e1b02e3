import json
from typing import Any

import pytest

from proxy.repairs.uncoerced_arguments import SchemaArguments
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

REPAIRS = [SchemaArguments]
END = delta(finish="tool_calls")


def request(**properties: Any) -> JsonObject:
    schema = {"type": "object", "properties": properties}
    return {"tools": [{"type": "function", "function": {"name": "f", "parameters": schema}}]}


COUNT = request(count={"type": "integer"}, title={"type": "string"})
NARROW = '{"count":"3","title":"3"}'


def run(*chunks: JsonObject, asked: JsonObject = COUNT) -> Outcome:
    return stream(REPAIRS, chunks, asked)


def test_coerces_what_comes_in_pieces() -> None:
    pieces = [calls(entry(text, index=0)) for text in (NARROW[:5], NARROW[5:])]
    outcome = run(calls(opening(0, "a", "f")), *pieces, END)
    assert outcome.calls == [("f", '{"count":3,"title":"3"}')]
    assert again(REPAIRS, outcome, COUNT).untouched


def test_coerces_what_comes_with_the_finish() -> None:
    assert run(calls(opening(0, "a", "f", NARROW), finish="stop")).calls == [
        ("f", '{"count":3,"title":"3"}')
    ]


def test_coerces_a_plain_answer() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": NARROW}}
    outcome = document(REPAIRS, answer(choice_of(call)), COUNT)
    assert outcome.calls == [("f", '{"count":3,"title":"3"}')]
    assert again(REPAIRS, outcome, COUNT).untouched


def test_lets_text_go_ahead() -> None:
    mixed = calls(opening(0, "a", "f", NARROW))
    mixed["choices"][0]["delta"]["content"] = "Hi"
    outcome = run(mixed, delta(content=" there"), END)
    texts = [each["choices"][0]["delta"].get("content") for each in outcome.chunks]
    assert texts[:2] == ["Hi", " there"]
    assert outcome.calls == [("f", '{"count":3,"title":"3"}')]
    assert outcome.messages[-1] == "read arguments as the tool's schema declares them"
    assert again(REPAIRS, outcome, COUNT).untouched


def test_lets_the_text_of_another_choice_go_ahead() -> None:
    mixed = calls(opening(0, "a", "f", NARROW))
    mixed["choices"].append(delta(1, content="Hi")["choices"][0])
    outcome = run(mixed, END, delta(1, "stop"))
    assert outcome.chunks[0]["choices"][1]["delta"] == {"content": "Hi"}
    assert outcome.calls == [("f", '{"count":3,"title":"3"}')]


def test_keeps_the_choices_apart() -> None:
    outcome = run(
        calls(opening(0, "a", "f", NARROW)),
        calls(opening(0, "b", "f", NARROW), choice=1),
        END,
        delta(1, "length"),
    )
    found = [outcome.message(each)["tool_calls"][0]["function"]["arguments"] for each in (0, 1)]
    assert found == ['{"count":3,"title":"3"}', NARROW]


@pytest.mark.parametrize(
    "chunks",
    [
        [calls(opening(0, "a", "f", '{"count":3}')), END],
        [calls(opening(0, "a", "f", '{"count":"many"}')), END],
        [calls(opening(0, "a", "f", '{"other":"3"}')), END],
        [calls(opening(0, "a", "g", NARROW)), END],
        [calls(opening(0, "a", "f", NARROW)), delta(finish="length")],
        [calls(opening(0, "a", "f", '{"count":"3"')), END],
        [calls(opening(0, "a", "f", "")), END],
        [calls(opening(0, "a", "f", NARROW))],
        [delta(content="Hi"), delta(finish="stop")],
        [
            calls(opening(0, "a", "f")),
            calls(opening(0, "b", "f"), choice=1),
            calls(entry('{"count":1}', index=0)),
            calls(entry('{"count":2}', index=0), choice=1),
            END,
            delta(1, "tool_calls"),
        ],
    ],
)
def test_leaves_everything_else_alone(chunks: list[JsonObject]) -> None:
    assert run(*chunks).untouched


def test_holds_nothing_back_where_the_schema_has_strings_only() -> None:
    asked = request(title={"type": "string"}, other={})
    assert run(calls(opening(0, "a", "f", '{"title":"3"}')), END, asked=asked).untouched
    opened = calls(opening(0, "a", "f", json.dumps({"title": "3"})))
    assert run(opened, delta(content="Hi"), END, asked=asked).untouched

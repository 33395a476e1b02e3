from typing import Any, cast

import pytest
from msgspec import Raw

from app.models import bigjson
from proxy import wire

LONG = "x" * (bigjson.LARGE + 1)


def test_leaves_for_later_what_is_large() -> None:
    value = bigjson.read(wire.encode({"a": 1, "long": LONG, "list": [LONG, {"b": [2]}]}))
    assert (value["a"], type(value["long"]), type(value["list"])) == (1, Raw, Raw)
    assert bigjson.opened(value["long"]) == LONG
    items = bigjson.opened(value["list"])
    assert bigjson.opened(items[0]) == LONG
    assert items[1] == {"b": [2]}
    assert bigjson.begins(value["list"]) == "["


@pytest.mark.parametrize(
    "broken",
    [
        b'{"a":"' + LONG.encode(),
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'["' + LONG.encode() + b'"]',
        LONG.encode(),
        b"",
    ],
    ids=["cut", "deep", "a list", "no JSON", "empty"],
)
def test_takes_nothing_but_an_object_that_can_be_read(broken: bytes) -> None:
    assert bigjson.read_object(broken) is None


def test_reads_of_a_large_answer_what_somebody_reads() -> None:
    delta = {"content": LONG, "tool_calls": [{"id": "c1", "function": {"arguments": LONG}}]}
    choice: dict[str, Any] = {"index": 0, "delta": delta, "logprobs": [{"token": LONG}]}
    chunk = bigjson.outline(wire.encode({"id": "x", "choices": [choice], "debug": [LONG]}))
    assert chunk == {"id": "x", "choices": [{"index": 0, "delta": delta}]}


def test_does_not_follow_a_nesting_without_an_end() -> None:
    value: dict[str, Any] = {"content": LONG}
    for _ in range(30):
        value = {"content": value}
    outline = cast("Any", bigjson.outline(wire.encode(value)))
    depth = 0
    while outline:
        outline, depth = outline.get("content"), depth + 1
    assert depth < 15

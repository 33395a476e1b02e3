"""Tolerant readers: any JSON may stand anywhere, and what was not touched keeps its text."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from proxy import wire

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
MEMBERS = ["choices", "delta", "tool_calls", "function", "index", "id", "finish_reason"]


@given(holder=st.dictionaries(st.sampled_from(MEMBERS), ANY))
def test_never_raises_on_any_json(holder: dict[str, Any]) -> None:
    for choice in wire.choices(holder):
        assert isinstance(choice, dict)
    assert [*wire.tool_calls(holder)] == [*wire.objects(wire.delta(holder), "tool_calls")]
    assert wire.index(holder) >= 0
    assert isinstance(wire.text(holder, "id"), str)
    assert isinstance(wire.function(holder), dict)
    assert wire.number(holder, "index") is None or not isinstance(holder["index"], bool)


@pytest.mark.parametrize(
    "text", [b"1.10", b"0.30000000000000004", b"123456789012345678901", b"1.0"]
)
def test_keeps_a_number_as_it_was_written(text: bytes) -> None:
    assert wire.encode(wire.decode(b'{"a":' + text + b"}")) == b'{"a":' + text + b"}"


def test_keeps_a_lone_surrogate() -> None:
    assert wire.encode(wire.decode(b'{"a":"\\ud800"}')) == b'{"a":"\\ud800"}'


@pytest.mark.parametrize("text", [b"", b"{", b'{"a":1', b"<html>", b'{"a":1}x', b"NOPE"])
def test_knows_what_is_no_json(text: bytes) -> None:
    with pytest.raises(wire.NotJsonError):
        wire.decode(text)


@pytest.mark.parametrize(
    "text",
    [b'{"a":NaN}', b'{"a":' + b"9" * 5000 + b"}", b"[" * 10_000 + b"]" * 10_000, b'{"a":"\xff"}'],
    ids=["nan", "digits", "depth", "utf-8"],
)
def test_does_not_take_unreadable_json_for_garbage(text: bytes) -> None:
    with pytest.raises(wire.OpaqueJsonError):
        wire.decode(text)


@pytest.mark.parametrize(
    "text",
    [b"[" + b"[[[1]]]," * 200_000 + b"1]", b'["' + b"x" * wire.LONGEST + b'"]'],
    ids=["containers", "length"],
)
def test_reads_nothing_that_would_hold_up_all_others(text: bytes) -> None:
    for each in (text, text.decode()):
        with pytest.raises(wire.OpaqueJsonError):
            wire.decode(each)
    assert wire.decode(b'["' + b"x" * (wire.LONGEST - 4) + b'"]')


@pytest.mark.parametrize(
    "odd",
    [b"[" + b"[[[1]]]," * 200_000 + b"1]", b"[" * 9999 + b"]" * 9999, b"NaN", b"9" * 5000],
    ids=["containers", "depth", "nan", "digits"],
)
def test_knows_what_an_unreadable_request_asks_for(odd: bytes) -> None:
    asked = wire.decode_request(b'{"x":' + odd + b',"stream": true,"y":"\\"stream\\":false"}')
    assert asked["stream"] is True
    assert not wire.decode_request(b'{"x":' + odd + b',"y":"\\"stream\\":true"}').get("stream")


def test_refuses_to_write_what_json_cannot_hold() -> None:
    assert wire.encode_if_possible({"a": object()}) is None
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert wire.encode_if_possible(deep) is None


def test_reads_an_object_or_nothing() -> None:
    assert wire.decode_object(b'{"a":1}') == {"a": 1}
    assert wire.decode_object(b"[1]") is None
    assert wire.decode_object(b"{") is None


def test_takes_no_chunk_that_is_wider_than_any_answer() -> None:
    def chunk(*indexes: int) -> bytes:
        return wire.encode({"choices": [{"index": each, "delta": {}} for each in indexes]})

    assert wire.decode_chunk(chunk(*range(128))) is not None
    assert wire.decode_chunk(chunk(*range(129))) is None
    assert wire.decode_chunk(chunk(5000)) is None
    calls = [{"index": each} for each in range(wire.MOST_CALLS + 1)]
    assert wire.decode_chunk(wire.encode({"choices": [{"delta": {"tool_calls": calls}}]})) is None

from collections.abc import Sequence
from typing import TypeVar

import pytest
from hypothesis import given, strategies as st

from proxy.textreader import NoCallError, Reader, Step

T = TypeVar("T")


def run(reader: Reader, step: Step[T], pieces: Sequence[str]) -> T:
    """Let a step read a text that comes in pieces."""
    waiting = iter(pieces)
    try:
        while True:
            next(step)
            piece = next(waiting, None)
            if piece is None:
                reader.ended = True
            else:
                reader.feed(piece)
    except StopIteration as stop:
        return stop.value


@given(text=st.text("ab<>", max_size=12), end=st.sampled_from(["<", "</a>", "<a"]))
def test_takes_everything_up_to_an_end(text: str, end: str) -> None:
    reader = Reader()
    assert run(reader, reader.until(end), [*text, *end, "x"]) == (text + end).partition(end)[0]


@pytest.mark.parametrize("text", ['{"a": "}"} x', '[{"\\"": 1}] x', "{} x"])
def test_takes_one_json_value(text: str) -> None:
    reader = Reader()
    assert run(reader, reader.json(), [*text]) == text.removesuffix(" x")


def test_takes_the_longest_literal() -> None:
    reader = Reader()
    assert run(reader, reader.literal("read", "read_file"), [*"read_file("]) == "read_file"
    reader = Reader()
    assert run(reader, reader.literal("read", "read_file"), [*"read_x"]) == "read"


def test_waits_to_know_whether_the_text_is_over() -> None:
    reader = Reader()
    assert run(reader, reader.over(), ["", ""])
    reader = Reader()
    assert not run(reader, reader.over(), ["", "x"])


@pytest.mark.parametrize("text", ["", " name", "x" * 300])
def test_a_name_has_characters_but_not_too_many(text: str) -> None:
    reader = Reader()
    with pytest.raises(NoCallError):
        run(reader, reader.name(), [text[:200], text[200:]])


@pytest.mark.parametrize("text", ["x", '{"a": ', ""])
def test_json_that_never_ends_is_none(text: str) -> None:
    reader = Reader()
    with pytest.raises(NoCallError):
        run(reader, reader.json(), [*text])


def test_keeps_little_of_what_was_taken() -> None:
    reader = Reader()
    reading = reader.until("end")
    next(reading)
    for _ in range(100):
        reader.feed("some words, ")
        next(reading)
    assert len(reader.text) < 40
    assert reader.offset == 1200 - 2

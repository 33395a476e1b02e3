"""Borders of the division; whole answers are divided in the tests of the repair."""

import time

import pytest

from proxy.thoughts import Kind, Thoughts


def divided(text: str, size: int = 1) -> list[tuple[Kind, str]]:
    thoughts = Thoughts()
    for start in range(0, len(text), size):
        thoughts.feed(text[start : start + size])
    thoughts.settle()
    assert thoughts.settled == len(text)
    return list(thoughts.parts(0, text))


def test_divides_tags_thoughts_and_answer() -> None:
    assert divided(" <think>a</think>\n b") == [
        (Kind.MARKUP, " <think>"),
        (Kind.THOUGHT, "a"),
        (Kind.MARKUP, "</think>\n"),
        (Kind.ANSWER, " b"),
    ]


def test_settles_thoughts_up_to_what_may_be_a_tag() -> None:
    thoughts = Thoughts()
    thoughts.feed("<think>abc</th")
    assert thoughts.settled == len("<think>abc")
    thoughts.feed("e>")
    assert thoughts.settled == len("<think>abc</the>")


def test_waits_while_the_opening_tag_may_be_missing() -> None:
    thoughts = Thoughts()
    thoughts.feed("perhaps a thought")
    assert thoughts.settled == 0
    thoughts.expect_opening()
    assert thoughts.settled == len("perhaps a thought")


@pytest.mark.parametrize("size", [1, 3, 99])
def test_takes_off_the_tag_that_a_parser_left_behind_its_thoughts(size: int) -> None:
    text = "\n</think></think>\nanswer </think>"
    thoughts = Thoughts()
    thoughts.expect_opening()
    for start in range(0, len(text), size):
        thoughts.feed(text[start : start + size])
    thoughts.settle()
    parts = list(thoughts.parts(0, text))
    assert "".join(each for kind, each in parts if kind is Kind.ANSWER) == "answer </think>"
    assert Kind.THOUGHT not in dict(parts)


def test_waits_no_longer_than_a_thought_can_be() -> None:
    thoughts = Thoughts()
    thoughts.feed("word " * 220_000)
    assert thoughts.settled == 1_100_000


def test_a_text_after_something_else_has_come_holds_no_tags() -> None:
    thoughts = Thoughts()
    thoughts.settle()
    thoughts.feed("<think>a</think>b")
    assert list(thoughts.parts(0, "<think>a</think>b")) == [(Kind.ANSWER, "<think>a</think>b")]


@pytest.mark.parametrize(
    "text", ["<think></think>" * 20_000, " " * 300_000, "<" * 300_000, "a\n```" * 60_000]
)
@pytest.mark.parametrize("begun", ["", "<think>"])
def test_takes_time_in_proportion_to_the_text(begun: str, text: str) -> None:
    started = time.process_time()
    divided(begun + text, 3)
    assert time.process_time() - started < 5

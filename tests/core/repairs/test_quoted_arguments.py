import itertools
import json

import pytest
from hypothesis import given, settings, strategies as st

from proxy.repairs.quoted_arguments import QuotedArguments
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

REPAIRS = [QuotedArguments]
END = delta(finish="tool_calls")
INNER = '{"city":"Bei\\njing","n":1.50}'
QUOTED = json.dumps(INNER)


def said(*texts: str) -> Outcome:
    chunks = [calls(opening(0, "a", "f")), *(calls(entry(text, index=0)) for text in texts), END]
    return stream(REPAIRS, chunks)


@settings(deadline=None)
@given(places=st.sets(st.integers(1, len(QUOTED) - 1), max_size=5))
def test_unwraps_however_the_string_is_cut(places: set[int]) -> None:
    bounds = [0, *sorted(places), len(QUOTED)]
    outcome = said(*(QUOTED[a:b] for a, b in itertools.pairwise(bounds)))
    assert outcome.calls == [("f", INNER)]
    assert again(REPAIRS, outcome, {}).untouched


def test_unwraps_in_the_chunk_that_finishes() -> None:
    halves = [calls(opening(0, "a", "f", QUOTED[:9]))]
    last = calls(entry(QUOTED[9:], index=0), finish="tool_calls")
    assert stream(REPAIRS, [*halves, last]).calls == [("f", INNER)]


def test_unwraps_calls_apart() -> None:
    chunks = [
        calls(opening(0, "a", "f", QUOTED[:9]), opening(1, "b", "g", "{")),
        calls(entry("}", index=1)),
        calls(entry(QUOTED[9:], index=0)),
        END,
    ]
    assert stream(REPAIRS, chunks).calls == [("f", INNER), ("g", "{}")]


def test_unwraps_in_a_plain_answer() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": QUOTED}}
    outcome = document(REPAIRS, answer(choice_of(call)))
    assert outcome.calls == [("f", INNER)]
    assert again(REPAIRS, outcome, {}).untouched


@pytest.mark.parametrize(
    "texts",
    [
        ['{"a":', '"b"}'],
        ['"no object"'],
        ['"[1]"'],
        ['"{broken"'],
        ['"', "never closed"],
        ['"{}"', "and more"],
        ['"{}', '" more'],
        [" ", '{"a":"{}"}'],
        [QUOTED[:9]],
        ['"\\"{}\\""'],
    ],
)
def test_leaves_everything_else_alone(texts: list[str]) -> None:
    if texts[0] == '"{}"':
        assert said(*texts).calls == [("f", "{}and more")]
        return
    assert said(*texts).untouched


def test_never_holds_text_back() -> None:
    chunks = [calls(opening(0, "a", "f", QUOTED[:9])), delta(content="Hi"), delta(finish="stop")]
    assert stream(REPAIRS, chunks).untouched


def test_leaves_a_cut_stream_as_it_came() -> None:
    cut = stream(REPAIRS, [calls(opening(0, "a", "f", QUOTED[:9]))], sentinel=False, clean=False)
    assert cut.entries == [opening(0, "a", "f", QUOTED[:9])]
    assert not cut.fixes

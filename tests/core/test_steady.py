"""Only events that differ in plain text alone are recognised unread."""

import itertools
import json

import pytest
from hypothesis import given, strategies as st

from proxy.pipeline import Pipeline
from proxy.repair import Context
from proxy.repairs import selected
from proxy.steady import Steady


def event(text: str, name: str = "content", **members: object) -> bytes:
    choice = {"index": 0, "delta": {name: text}, "finish_reason": None}
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    chunk = {**head, "choices": [choice], **members}
    return (
        b"data: " + json.dumps(chunk, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"
    )


def count(known: Steady, data: bytes) -> int:
    """Return of how many events of the known shape the bytes consist; 0 if of others too."""
    events, length = known.leading(data)
    return events if length == len(data) else 0


def steady(raw: bytes) -> Steady:
    known = Steady()
    known.learn(raw, json.loads(raw.removeprefix(b"data: ")))
    return known


@given(texts=st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1))
def test_counts_events_that_differ_in_text_alone(texts: list[str]) -> None:
    stream = b"".join(map(event, texts))
    # Escapes with a code point are left to the reader; everything else is recognised.
    assert count(steady(event("first")), stream) in (
        (0, len(texts)) if b"\\u" in stream else (len(texts),)
    )


@pytest.mark.parametrize(
    "other",
    [
        event("a", model="n"),
        event("a", usage={"total_tokens": 1}),
        event("a", name="reasoning_content"),
        event("a").replace(b'"finish_reason":null', b'"finish_reason":"stop"'),
        event("a").replace(b'"a"', b'"a","x":"b"'),
        event("a").replace(b'"a"', b'"a\x01"'),
        event("a").replace(b'"a"', b'"\\u0041"'),
        event("a")[:-1],
        event("a") + b"\n",
        event("a") + b"data: [DONE]\n\n",
        b": comment\n\n" + event("a"),
    ],
)
def test_does_not_count_anything_else(other: bytes) -> None:
    known = steady(event("first"))
    assert count(known, other) == 0
    assert count(known, event("b")) == 1


@pytest.mark.parametrize(
    "raw",
    [
        event(""),
        event("a").replace(b'"delta":{', b'"delta":{"role":"assistant",'),
        event("a").replace(b'"choices":[', b'"choices":[{"delta":{"content":"x"}},'),
        event("a").replace(b"null", b'"stop"'),
        event("a", note={"content": "b"}),
        b'data: {"choices":[]}\n\n',
    ],
)
def test_learns_no_shape_that_says_more_than_text(raw: bytes) -> None:
    assert count(steady(raw), raw) == 0


def test_learns_no_shape_from_another_members_text() -> None:
    raw = (
        event("a")
        .replace(b'"content":"a"', b'"content": "a"')
        .replace(b'"m"', b'"m","content":"z"')
    )
    assert count(steady(raw), raw) == 0


def test_stops_learning_where_no_event_is_like_another() -> None:
    known = Steady()
    raw = b""
    for number in range(100):
        raw = event("a", id=str(number))
        known.learn(raw, json.loads(raw.removeprefix(b"data: ")))
    assert count(known, raw) == 0


@given(cuts=st.lists(st.integers(0, 2000), max_size=8))
def test_changes_nothing_in_what_the_pipeline_sends(cuts: list[int]) -> None:
    done = event("x").replace(b'{"content":"x"}', b"{}").replace(b"null", b'"stop"')
    first = event("assistant", "role")
    words = b"".join(event(f"word {number}") for number in range(12))
    stream = first + words + done + b"data: [DONE]\n\n"
    pipeline = Pipeline(Context({"stream": True}), selected({}))
    pipeline.start(200, "text/event-stream")
    places = [0, *sorted(cuts), len(stream)]
    steps = [pipeline.feed(stream[a:b]) for a, b in itertools.pairwise(places)]
    steps.append(pipeline.finish())
    assert b"".join(step.data for step in steps) == stream

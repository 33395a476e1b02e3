"""What can be told of an answer without reading it as JSON."""

import json
import re

import pytest
from hypothesis import given, strategies as st

from proxy.glance import Glance
from proxy.repairs.usage_chunk import UsageChunk
from proxy.wire import JsonObject

COUNTS: JsonObject = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


def stream(*chunks: JsonObject, blank: str = "\n\n") -> Glance:
    return Glance("".join(f"data: {json.dumps(each)}{blank}" for each in chunks).encode(), {})


def chunk(delta: JsonObject, finish: str | None = None, **members: object) -> JsonObject:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **members}


@given(
    pieces=st.lists(st.tuples(st.sampled_from(["content", "reasoning"]), st.text())),
    spaced=st.booleans(),
)
def test_puts_a_text_together_wherever_its_pieces_stand(
    pieces: list[tuple[str, str]], spaced: bool
) -> None:
    chunks = [{"delta": {member: text}} for member, text in pieces]
    separators = (" , ", " : ") if spaced else (",", ":")
    raw = "\n\n".join(json.dumps(each, separators=separators) for each in chunks)
    expected = {
        member: "".join(text for name, text in pieces if name == member) for member, _ in pieces
    }
    assert Glance(raw.encode(), {}).text_by_member == expected


def test_reads_no_text_inside_of_a_text() -> None:
    said = json.dumps({"content": "<think>"})
    assert stream(chunk({"content": said})).text_by_member == {"content": said}


def test_says_so_where_a_text_cannot_be_read() -> None:
    assert Glance(b'{"content":"\xff"}', {}).text_by_member is None


def test_tells_whether_a_sign_shows() -> None:
    glance = Glance(b"abc", {})
    assert [glance.shows(re.compile(each)) for each in (b"b", b"d", b"b")] == [True, False, True]


@pytest.mark.parametrize("end", ["\n", "\n\n", "\r\n\r\n", "\r"])
def test_returns_the_line_around_a_place(end: str) -> None:
    raw = end.join(["first", "second", "third"]).encode()
    glance = Glance(raw, {})
    places = (raw.index(b"cond"), 0, len(raw) - 1)
    assert [glance.line_at(place) for place in places] == [b"second", b"first", b"third"]


BARE: JsonObject = {"choices": []}


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([chunk({}, "stop"), {**BARE, "usage": COUNTS}], False),
        ([chunk({}, "stop", usage=COUNTS)], False),
        ([chunk({}, "stop")], False),
        ([chunk({}, "stop", usage=COUNTS), BARE], True),
        ([chunk({}, usage=COUNTS), chunk({}, "stop")], True),
        ([BARE, chunk({}, usage=COUNTS), chunk({}, "stop")], True),
        ([chunk({}, "stop"), {**BARE, "usage": COUNTS}, BARE], True),
        ([chunk({}, "stop", usage=COUNTS), {**BARE, "usage": COUNTS}], True),
    ],
)
@pytest.mark.parametrize("blank", ["\n\n", "\r\n\r\n"])
def test_usage_in_its_place_is_ruled_out_at_a_glance(
    chunks: list[JsonObject], expected: bool, blank: str
) -> None:
    assert UsageChunk.may_find(stream(*chunks, blank=blank)) is expected

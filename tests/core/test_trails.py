"""An answer that goes a known way passes unread, and never otherwise than if it were read."""

import itertools
import random

import pytest
from hypothesis import given, strategies as st

from proxy import sse
from proxy.pipeline import Pipeline
from proxy.repair import Context, Output, Repair
from proxy.repairs import selected
from proxy.trails import Trails
from proxy.wire import JsonObject
from tests.core.playing import Played, answer, play
from tests.corpus import Case, cases

CHAT = [each for each in cases() if "messages" in each.request and each.status < 300]
some_case = st.sampled_from(CHAT)
HEAD = b'{"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","choices":[%s]%s}'
ROLE = b'{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}'
TEXT = b'{"index":0,"delta":{"content":"%s"},"finish_reason":null}'
CALL = (
    b'{"index":0,"delta":{"tool_calls":[{"id":"a","type":"function",'
    b'"function":{"name":"f","arguments":"{}"}}]},"finish_reason":null}'
)
FINISH = b'{"index":0,"delta":{},"finish_reason":"%s"}'
USAGE = b',"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}'
DONE = b"data: [DONE]\n\n"
ERROR = sse.encode(b'{"error":{"message":"no","type":"t","param":null,"code":"c"}}')
"""One that leaves in the very bytes in which it came."""
PLAIN = (
    b'{"id":"%s","object":"chat.completion","created":%d,"model":"m","choices":[{"index":0,'
    b'"message":{"role":"assistant","content":"%s"},"finish_reason":"%s"}]}'
)


def event(choice: bytes, more: bytes = b"") -> bytes:
    return sse.encode(HEAD % (choice, more))


HEALTHY = [
    event(ROLE),
    event(TEXT % b"Hel"),
    event(TEXT % b"lo"),
    event(FINISH % b"stop"),
    event(b"", USAGE),
    DONE,
]
ODD = [
    *HEALTHY,
    b": comment\n\n",
    b"\n\n",
    event(CALL),
    event(FINISH % b"tool_calls"),
    event(FINISH % b"length"),
    event(FINISH % b"stop", USAGE),
    event(ROLE.replace(b'"index":0', b'"index":1')),
    event(TEXT % b"x").replace(b'"c1"', b'"c2"'),
    event(TEXT % b"x").replace(b'"created":7,', b""),
    event(TEXT % b"x").replace(b"data: ", b"data:"),
    event(TEXT.replace(b'"content"', b'"reasoning_content"') % b"hm"),
    event(TEXT % b""),
    sse.encode(b'{"error":{"message":"no","code":429}}'),
    ERROR,
    b"data: {\n\n",
    b"\xef\xbb\xbf" + event(TEXT % b"x"),
    event(TEXT % b"x").replace(b"\n", b"\r\n"),
]


def stream(events: list[bytes], trails: Trails | None = None, *, usage: bool = False) -> Played:
    request: JsonObject = {"stream": True, "messages": []}
    if usage:
        request["stream_options"] = {"include_usage": True}
    pieces = [b"".join(events)]
    return answer(request, selected({}), pieces, (200, "text/event-stream"), trails=trails)


@given(
    first=st.lists(st.sampled_from(ODD), max_size=8),
    second=st.lists(st.sampled_from(ODD), max_size=8),
    usage=st.booleans(),
)
def test_what_was_learnt_changes_no_later_answer(
    first: list[bytes], second: list[bytes], usage: bool
) -> None:
    trails = Trails()
    for each in (HEALTHY, first, [*HEALTHY[:4], *second]):
        stream(each, trails, usage=usage)
    for each in (HEALTHY, first, second, [*HEALTHY[:3], *second], [*first[:4], *HEALTHY]):
        assert stream(each, trails, usage=usage) == stream(each, usage=usage)


def test_no_case_of_the_corpus_is_read_otherwise_after_all_the_others() -> None:
    trails = Trails()
    for case in CHAT:
        play(case, case.fixes, trails=trails)
    for case in CHAT:
        assert play(case, case.fixes, trails=trails) == play(case, case.fixes), case


@given(
    case=st.sampled_from(CHAT),
    others=st.lists(st.sampled_from(CHAT), max_size=4),
    seed=st.integers(),
)
def test_cuts_change_nothing(case: Case, others: list[Case], seed: int) -> None:
    trails, draw = Trails(), random.Random(seed)
    for each in (*others, case):
        play(each, case.fixes, trails=trails)
    places = sorted(draw.choices(range(len(case.body) + 1), k=6))
    pieces = [
        case.body[start:end] for start, end in itertools.pairwise([0, *places, len(case.body)])
    ]
    assert play(case, case.fixes, pieces, trails) == play(case, case.fixes)


class Reader(Repair):
    """Counts what it is shown."""

    name = "reader"
    default = False
    seen = 0

    def chunk(self, chunk: JsonObject) -> Output:
        Reader.seen += 1
        yield chunk


def read(pieces: list[bytes], trails: Trails, request: JsonObject) -> int:
    """Return how many chunks of an answer had to be read."""
    Reader.seen = 0
    pipeline = Pipeline(Context(request), [*selected({}), Reader], trails)
    pipeline.request(b"{}")
    pipeline.start(200, "text/event-stream" if "stream" in request else "application/json")
    out = b"".join(pipeline.feed(piece).data for piece in pieces) + pipeline.finish().data
    assert out == b"".join(pieces)
    return Reader.seen


def test_a_healthy_stream_is_read_once_and_never_again() -> None:
    trails = Trails()
    request: JsonObject = {"stream": True}
    assert read(HEALTHY, trails, request) > 0
    other = [each.replace(b'"c1"', b'"x"').replace(b"Hel", b'<\\u4e2d\\"') for each in HEALTHY]
    assert read(other, trails, request) == 0
    assert read([b"".join(other)], trails, request) == 0
    assert read([*HEALTHY[:2], *HEALTHY[1:]], trails, request) == 0


def test_spaces_between_members_make_no_difference() -> None:
    trails = Trails()
    spaced = [each.replace(b'":', b'": ').replace(b',"', b', "') for each in HEALTHY]
    assert read(spaced, trails, {"stream": True}) > 0
    more = [*spaced[:2], *[spaced[1].replace(b"Hel", b" x %d" % n) for n in range(9)], *spaced[2:]]
    assert read(more, trails, {"stream": True}) == 0


def test_what_was_skipped_is_read_where_the_way_is_left() -> None:
    trails = Trails()
    stream(HEALTHY, trails)
    calls = [*HEALTHY[:3], event(CALL), event(FINISH % b"stop"), DONE]
    played = stream(calls, trails)
    assert played == stream(calls)
    assert played.fixes == {"index-repair", "finish-reason"}


@pytest.mark.parametrize("spoilt", [b"~", b"\0", b""])
def test_what_is_no_json_is_never_taken_for_a_known_event(spoilt: bytes) -> None:
    trails = Trails()
    stream(HEALTHY, trails)
    text = HEALTHY[1]
    start = text.index(b'"content":')
    inside = text[start + len(b'"content":') : text.index(b"}", start)]
    for member in (b'"content":' + inside, b'"created":7'):
        name = member.partition(b":")[0] + b":"
        for mark in (spoilt, b"007"):
            odd = text.replace(member, spoilt + name + mark)
            assert odd != text
            events = [HEALTHY[0], odd, *HEALTHY[2:]]
            assert stream(events, trails) == stream(events)


def test_a_healthy_plain_answer_is_read_once() -> None:
    trails = Trails()
    assert read([PLAIN % (b"a", 1, b"hi", b"stop")], trails, {}) > 0
    assert read([PLAIN % (b"b", 22, b"other text", b"stop")], trails, {}) == 0
    assert read([PLAIN % (b"b", 22, b"", b"stop")], trails, {}) > 0
    assert read([PLAIN % (b"b", 22, b"x", b"length")], trails, {}) > 0


@pytest.mark.parametrize("fix", ["think-tags", "text-tool-calls"])
def test_where_a_fix_reads_every_text_nothing_goes_unread(fix: str) -> None:
    trails = Trails()
    request: JsonObject = {"stream": True, "tools": [{"function": {"name": "f"}}]}
    thought = [each.replace(b"Hel", b"<think>x</think>y") for each in HEALTHY]
    for events in (HEALTHY, thought):
        alone = answer(request, selected({fix: True}), [b"".join(events)])
        assert answer(request, selected({fix: True}), [b"".join(events)], trails=trails) == alone


def test_the_memory_forgets_before_it_grows_without_end() -> None:
    trails = Trails()
    for number in range(3000):
        shape = event(ROLE).replace(b'"object"', b'"n%d":%d,"object"' % (number, number))
        stream([shape, *HEALTHY[1:]], trails)
    [trail] = trails.every()
    assert len(trail.start.after) <= 512
    for number in range(200):
        trails.of(number)
    assert len(trails.every()) <= 64


@pytest.mark.parametrize("before", [[], [b": comment\n\n"], HEALTHY[:2]])
def test_an_error_that_leaves_as_it_came_is_an_error_each_time(before: list[bytes]) -> None:
    trails = Trails()
    for _ in range(3):
        pipeline = Pipeline(Context({"stream": True, "messages": []}), selected({}), trails)
        pipeline.start(200, "text/event-stream")
        pipeline.feed(b"".join(before) or b"\n")
        assert pipeline.feed(ERROR).data == ERROR
        assert pipeline.failure is not None
        pipeline.finish()


@pytest.mark.parametrize("missing", [1, 2])
def test_an_event_whose_blank_line_never_came_is_no_known_one(missing: int) -> None:
    trails = Trails()
    events = [*HEALTHY[:3], HEALTHY[3][:-missing]]
    for _ in range(3):
        assert stream(events, trails) == stream(events)


@pytest.mark.parametrize("place", range(1, 6))
@pytest.mark.parametrize("count", [1, 3])
def test_comments_keep_their_places_however_often_they_come(place: int, count: int) -> None:
    trails = Trails()
    for more in (count, 0, count, count + 1):
        events = [*HEALTHY[:place], *[b": ping\n\n"] * more, *HEALTHY[place:]]
        played = stream(events, trails, usage=True)
        assert played.body == b"".join(events)
        assert not played.marks


def test_a_finish_waits_however_many_comments_come_behind_it() -> None:
    trails = Trails()
    ping = b": ping\n\n"
    stream([*HEALTHY[:4], ping, ping, DONE], trails)
    events = [*HEALTHY[:4], ping, ping, ping, event(TEXT % b"more"), DONE]
    assert stream(events, trails) == stream(events)


def test_a_comment_behind_a_held_call_keeps_its_place() -> None:
    empty = event(CALL.replace(b'[{"id"', b'[{"index":0,"id"'))
    events = [HEALTHY[0], empty, b": ping\n\n", event(FINISH % b"tool_calls"), DONE]
    played = stream(events)
    assert played.body == b"".join(events)
    assert not played.marks

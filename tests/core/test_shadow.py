"""What the fixes that are off would have found; nothing for healthy traffic, nothing twice."""

import json
from collections.abc import Generator, Iterable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from proxy.pipeline import Pipeline
from proxy.repair import Context, Repair
from proxy.repairs import REGISTRY, fix_defaults, selected
from proxy.shadow import SLICE, would_mend
from proxy.trails import Trails
from tests.corpus import Case, cases

ON = [name for name, on in fix_defaults().items() if on]
REQUEST: dict[str, Any] = {
    "stream": True,
    "tools": [{"type": "function", "function": {"name": "f"}}],
}
STOP = '{"index":0,"delta":{},"finish_reason":"%s"}'


def stream(*choices: str) -> bytes:
    head = '{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[%s]}'
    events = "".join(f"data: {head % choice}\n\n" for choice in choices)
    return f"{events}data: [DONE]\n\n".encode()


def text(content: str) -> str:
    delta = {"role": "assistant", "content": content}
    return json.dumps({"index": 0, "delta": delta, "finish_reason": None})


CALL = (
    '{"index":0,"delta":{"role":"assistant","tool_calls":[{"id":"a","type":"function",'
    '"function":{"name":"f","arguments":"{}"}}]},"finish_reason":null}'
)


def found(received: bytes, on: list[str]) -> dict[str, int]:
    return result(would_mend(REQUEST, 200, "text/event-stream", received, on))


def result(looking: Generator[None, None, dict[str, int]]) -> dict[str, int]:
    while True:
        try:
            next(looking)
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize("on", [[], ON])
def test_finds_nothing_in_healthy_traffic(on: list[str]) -> None:
    assert found(stream(text("hello"), STOP % "stop"), on) == {}


def test_finds_what_passthrough_lets_pass() -> None:
    assert found(stream(CALL, STOP % "stop"), []) == {"index-repair": 1, "finish-reason": 1}


def test_a_memory_of_healthy_answers_changes_no_count() -> None:
    trails = Trails()
    for received in (stream(text("hello"), STOP % "stop"), stream(CALL, STOP % "stop")) * 2:
        looking = would_mend(REQUEST, 200, "text/event-stream", received, [], trails)
        assert result(looking) == found(received, [])


def test_leaves_out_what_is_mended_anyway() -> None:
    assert found(stream(CALL, STOP % "stop"), ON) == {}
    assert found(stream(CALL, STOP % "stop"), ["finish-reason"]) == {"index-repair": 1}


def test_finds_what_an_opt_in_fix_would_do() -> None:
    assert found(stream(text("<think>x</think>y"), STOP % "stop"), ON)["think-tags"] > 0


def test_buffering_alone_is_no_defect() -> None:
    numbered = CALL.replace('{"id"', '{"index":0,"id"')
    assert found(stream(numbered, STOP % "tool_calls"), ON) == {}


@pytest.mark.parametrize(("name", "finds"), [("reasoning_content", False), ("reasoning", True)])
def test_thoughts_under_their_usual_name_are_no_defect(name: str, finds: bool) -> None:
    thought = text("").replace('"content": ""', f'"{name}": "hm"')
    assert bool(found(stream(thought, STOP % "stop"), ON)) is finds


@pytest.mark.parametrize("received", [b"", b"\xff\x00", b"{", b"data: {\n\n"])
def test_survives_any_bytes(received: bytes) -> None:
    assert isinstance(found(received, []), dict)


def test_finds_a_call_and_a_tag_that_come_in_pieces() -> None:
    call = [text(piece) for piece in ("<tool", "_call>", '{"name": "f", "arg', 'uments": {}}')]
    assert found(stream(*call, STOP % "stop"), ON)["text-tool-calls"] > 0
    thought = [text(piece) for piece in ("<", "think", ">x</thi", "nk>y")]
    assert found(stream(*thought, STOP % "stop"), ON)["think-tags"] > 0


def test_does_not_read_an_answer_in_which_no_fix_that_is_off_could_find_anything() -> None:
    usage = '"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}'
    whole = stream(text("if a < b: [x]"), STOP % "stop").replace(
        b"data: [DONE]", f'data: {{"id":"c","choices":[],{usage}}}\n\ndata: [DONE]'.encode()
    )
    with pytest.raises(StopIteration) as end:
        next(would_mend(REQUEST, 200, "text/event-stream", whole, ON))
    assert end.value.value == {}


def test_works_in_slices_so_that_no_other_stream_waits() -> None:
    long = stream(*[text("<think>x</think>y" * 20)] * 1000, STOP % "stop")
    slices = sum(1 for _ in would_mend(REQUEST, 200, "text/event-stream", long, ON))
    assert slices >= len(long) // SLICE


def acting(case: Case, received: bytes, repairs: Iterable[type[Repair]]) -> set[str]:
    """Name what these repairs find that are off, whether a glance rules it out or not."""
    pipeline = Pipeline(Context(case.request, shadow=True), [*repairs])
    pipeline.start(case.status, case.content_type)
    marks = [*pipeline.feed(received).marks, *pipeline.finish().marks]
    return {mark.fix for mark in marks if not mark.routine} - {*ON}


def missed(case: Case, received: bytes) -> set[str]:
    """Name the fixes that were ruled out, and would act both alone and beside all others."""
    known = result(would_mend(case.request, case.status, case.content_type, received, ON))
    unforced = [each for each in REGISTRY if not each.name.startswith("force-")]
    doubtful = acting(case, received, unforced) - known.keys()
    return {fix for fix in doubtful if fix in acting(case, received, selected({fix: True}))}


@pytest.mark.parametrize("case", cases(), ids=str)
def test_misses_no_fix_that_would_act_if_it_were_on(case: Case) -> None:
    assert missed(case, case.body) == set()


# What is put into an answer, and behind what; it stays JSON.
TAMPERINGS = (
    (b'"content":"', b"<think>"),
    (b'"content":"', b"</think>"),
    (b'"delta":{', b'"function_call":{"name":"f","arguments":"{}"},'),
    (b'"delta":{', b'"reasoning":"hm",'),
    (b'"choices":[', b'{"index":0,"delta":{},"usage":{"total_tokens":1}},'),
    (b'"object":"chat.completion.chunk",', b'"usage":{"total_tokens":1},'),
    (b'"name":"', b"<|channel|>"),
    (b"\n\n", b'data: {"choices":[]}\n\n'),
)


@given(
    case=st.sampled_from(cases()),
    tampering=st.sampled_from(TAMPERINGS),
    first=st.integers(0, 4),
    times=st.integers(1, 3),
)
def test_misses_none_in_answers_that_were_tampered_with(
    case: Case, tampering: tuple[bytes, bytes], first: int, times: int
) -> None:
    before, word = tampering
    parts = case.body.split(before)
    places = range(first + 1, min(first + 1 + times, len(parts)))
    tampered = [word + part if number in places else part for number, part in enumerate(parts)]
    assert missed(case, before.join(tampered)) == set()

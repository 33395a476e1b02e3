"""From upstream's bytes to the agent's: forms, ends and failures, whatever repairs are on."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from proxy.errors import problem
from proxy.pipeline import Pipeline
from proxy.repair import Context, Form, Repair
from proxy.repairs import REGISTRY, selected
from proxy.sink import Step
from proxy.wire import JsonObject

STREAM = "text/event-stream"


def event(delta: JsonObject, finish: str | None = None, **members: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return b"data: " + json.dumps({**head, "choices": [choice], **members}).encode() + b"\n\n"


HELLO = event({"role": "assistant", "content": "he"}) + event({"content": "llo"})
STOP = event({}, "stop")
DONE = b"data: [DONE]\n\n"


def pipeline(*, stream: bool = True, **fixes: bool) -> Pipeline:
    names = {name.replace("_", "-"): on for name, on in fixes.items()}
    return Pipeline(Context({"model": "m", "stream": stream}), selected(names))


def run(started: Pipeline, *pieces: bytes, content_type: str = STREAM, status: int = 200) -> bytes:
    started.start(status, content_type)
    steps = [*map(started.feed, pieces), started.finish()]
    return b"".join(step.data for step in steps)


def last(started: Pipeline, *pieces: bytes, **how: Any) -> Step:
    started.start(200, STREAM)
    for piece in pieces:
        started.feed(piece)
    return started.finish(**how)


@given(data=st.binary(), stream=st.booleans(), status=st.sampled_from([200, 404, 500]))
def test_forwards_every_byte_where_no_fix_is_on(data: bytes, stream: bool, status: int) -> None:
    bare = Pipeline(Context({"stream": stream}), [])
    assert run(bare, data, status=status) == data or bare.failure is not None


def test_forwards_a_healthy_stream_with_every_default_fix_on() -> None:
    assert run(pipeline(), HELLO + STOP + DONE) == HELLO + STOP + DONE


def test_lets_each_event_go_in_the_read_in_which_it_came() -> None:
    started = pipeline()
    started.start(200, STREAM)
    assert started.feed(HELLO).data == HELLO
    assert started.feed(STOP[:20]).data == b""


def test_folds_a_stream_for_an_agent_that_asked_for_a_plain_answer() -> None:
    answer = json.loads(run(pipeline(stream=False), HELLO + STOP + DONE))
    assert answer["object"] == "chat.completion"
    assert answer["choices"][0]["message"] == {"role": "assistant", "content": "hello"}
    assert answer["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("pieces", [[HELLO], [HELLO, event({"content": "x"})[:-1]]])
def test_never_folds_a_cut_stream_into_an_answer(pieces: list[bytes]) -> None:
    started = pipeline(stream=False, errors=False)
    step = last(started, *pieces)
    assert step.failure is not None
    assert step.failure.status == 502
    assert step.data == b""


def test_explodes_a_plain_answer_for_an_agent_that_asked_for_a_stream() -> None:
    message = {"role": "assistant", "content": "hello"}
    body = {"id": "c", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    sent = run(pipeline(), json.dumps(body).encode(), content_type="application/json")
    assert sent.endswith(b"\n\n" + DONE)
    assert b'"content":"hello"' in sent


def test_says_how_the_content_type_must_change() -> None:
    started = pipeline()
    run(started, HELLO + STOP + DONE, content_type="application/json")
    assert started.content_type == STREAM
    assert started.form is Form.STREAM


def test_adds_the_sentinel_after_a_finish() -> None:
    assert run(pipeline(), HELLO + STOP) == HELLO + STOP + DONE


def test_waits_for_the_sentinel_once_every_choice_has_finished() -> None:
    started = pipeline()
    started.start(200, STREAM)
    started.feed(HELLO)
    assert not started.waits_for_sentinel
    started.feed(STOP)
    assert started.waits_for_sentinel
    started.feed(DONE)
    assert started.done
    assert not started.waits_for_sentinel


@pytest.mark.parametrize(
    "more", [{"content": "more"}, {"tool_calls": [{"index": 0, "function": {"arguments": "{"}}]}]
)
def test_waits_no_longer_where_a_choice_goes_on_after_its_finish(more: JsonObject) -> None:
    started = pipeline()
    started.start(200, STREAM)
    started.feed(HELLO + STOP + event(more))
    assert not started.waits_for_sentinel
    started.feed(STOP)
    assert started.waits_for_sentinel


def test_goes_on_waiting_where_a_choice_says_nothing_after_its_finish() -> None:
    started = pipeline()
    started.start(200, STREAM)
    started.feed(HELLO + STOP + event({"role": "assistant", "content": ""}))
    assert started.waits_for_sentinel


def test_a_broken_connection_ends_in_an_error_event_and_no_finish() -> None:
    started = pipeline()
    step = last(started, HELLO, clean=False)
    assert json.loads(step.data.removeprefix(b"data: "))["error"]["code"] == "upstream_reset"
    assert b"finish_reason" not in step.data
    assert DONE not in step.data


def test_names_the_problem_that_broke_the_stream() -> None:
    step = last(pipeline(), HELLO, problem=problem("upstream_idle_timeout"))
    assert step.failure is not None
    assert step.failure.error["code"] == "upstream_idle_timeout"
    assert step.failure.status == 504


def test_a_connection_that_breaks_after_the_finish_is_a_whole_answer() -> None:
    step = last(pipeline(), HELLO + STOP, clean=False)
    assert step.failure is None
    assert step.data == STOP + DONE


def test_sends_no_half_event() -> None:
    assert b"hal" not in last(pipeline(), HELLO, b'data: {"hal', clean=False).data


def test_gives_up_on_an_event_without_end() -> None:
    started = pipeline()
    started.start(200, STREAM)
    step = Step()
    for _ in range(40):
        step = started.feed(b"data: " + b"x" * 1024 * 1024)
    assert started.failure is not None
    assert started.failure.error["code"] == "event_too_large"
    assert step == Step()


def test_forwards_a_huge_plain_answer_unread() -> None:
    body = b'{"a":"' + b"x" * (33 * 1024 * 1024) + b'"}'
    assert run(pipeline(stream=False), body, content_type="application/json") == body


def test_changes_no_byte_of_a_request_without_defect() -> None:
    body = b'{ "model":"m",  "stream":true, "messages":[] }'
    assert pipeline().request(body).data is body


def test_asks_upstream_for_a_stream_where_that_is_forced() -> None:
    mended = pipeline(stream=False, force_stream=True).request(b'{"model":"m","messages":[]}')
    asked = json.loads(mended.data)
    assert asked["stream"] is True
    assert asked["stream_options"] == {"include_usage": True}
    assert [mark.fix for mark in mended.marks] == ["force-stream"]


def test_asks_upstream_for_a_plain_answer_where_that_is_forced() -> None:
    body = b'{"model":"m","stream":true,"stream_options":{"include_usage":true}}'
    mended = pipeline(force_non_stream=True).request(body)
    assert json.loads(mended.data) == {"model": "m", "stream": False}


@given(body=st.binary())
def test_survives_any_request(body: bytes) -> None:
    assert pipeline().request(body).data is body or body.strip().startswith(b"{")


class Raising(Repair):
    """Raises in every hook."""

    name = "raising"
    title = symptom = remedy = ""
    default = True


def _raise(*_: object) -> Any:
    raise RuntimeError


for _hook in ("request", "answer", "event", "chunk", "flush", "end"):
    setattr(Raising, _hook, _raise)


def test_a_repair_that_raises_costs_no_byte() -> None:
    started = Pipeline(Context({"stream": True}), [Raising])
    assert run(started, HELLO + STOP + DONE) == HELLO + STOP + DONE


def test_registers_every_repair_once_and_in_an_order_that_works() -> None:
    assert len(set(REGISTRY)) == len(REGISTRY)
    assert REGISTRY[0].name == "stream-framing"

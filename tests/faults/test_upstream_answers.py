"""Heads and framings no provider should send, and those it may: F10 to F17."""

import json
from typing import Any

import pytest

from proxy.eventwise import MAX_HELD
from tests.fakes.upstream import (
    CLOSE,
    LAST,
    SSE_HEAD,
    FakeUpstream,
    Step,
    document,
    framed,
    streamed,
)
from tests.faults.ending import told
from tests.faults.parts import HEALTHY, event
from tests.faults.rig import rig
from tests.server.running import Answer, chat, post, proxy

WHOLE = b"".join(HEALTHY)
PART = event({"role": "assistant", "content": "half an ans"})
CALL: dict[str, Any] = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}
    ],
}
INTERIM = b"HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n"
EVENTS = b"content-type: text/event-stream\r\n"


def _code(answer: Answer) -> str:
    return answer.json["error"]["code"]


def test_f10_interim_answers_are_not_passed_on() -> None:
    first = b"HTTP/1.1 100 Continue\r\n\r\n" + INTERIM * 2
    # By itself, too: what is read alone must not be taken for the answer.
    steps: list[Step] = [first, 0.1, INTERIM, 0.1, *streamed(*HEALTHY)]
    with rig(steps) as fault:
        answer = fault.ask()
        assert (answer.status, answer.body) == (200, WHOLE)
        assert "Early" not in answer.head
        assert bytes(fault.asked[0].peer.heard).count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    ("body", "ends", "tells"),
    [(WHOLE, "done", "success"), (PART, "cut_off", "failure"), (PART[:-20], "cut_off", "failure")],
    ids=["with its terminal", "without", "in mid-event"],
)
def test_f11_a_stream_without_a_length_ends_where_its_protocol_says(
    body: bytes, ends: str, tells: str
) -> None:
    with rig([b"HTTP/1.0 200 OK\r\n" + EVENTS + b"\r\n", body, CLOSE]) as fault:
        assert told(fault.ask(ends=ends)) == tells


def test_f11_a_whole_answer_without_a_length_is_delivered() -> None:
    text = json.dumps(CALL).encode()
    head = b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n"
    with rig([head, text, CLOSE]) as fault:
        assert json.loads(fault.ask(fault.body(stream=False)).body) == CALL


@pytest.mark.parametrize("stream", [True, False])
def test_f12_a_body_shorter_than_its_length_is_no_success(stream: bool) -> None:
    kind = EVENTS if stream else b"content-type: application/json\r\n"
    text = PART if stream else json.dumps(CALL).encode()[:-9]
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n" + kind + b"\r\n"
    with rig([head, text, CLOSE]) as fault:
        answer = fault.ask(fault.body(stream=stream), ends="cut_off")
        assert told(answer) == "failure"
        assert b"upstream_reset" in answer.body or not answer.whole


_BROKEN = {
    "a size that is none": b"ZZ\r\n",
    "no line end behind a chunk": b"3\r\nabcde\r\n0\r\n\r\n",
    "a size beyond all bounds": b"fffffffffffffffff\r\n",
    "a negative size": b"-1\r\n",
    "the end in mid-chunk": b"ff\r\nabc",
    "no last chunk": b"",
}


@pytest.mark.parametrize("what", _BROKEN)
def test_f13_a_framing_that_breaks_is_told_by_an_event(what: str) -> None:
    with rig([SSE_HEAD, framed(PART), 0.05, _BROKEN[what], CLOSE]) as fault:
        answer = fault.ask(ends="cut_off")
        assert b"half an ans" in answer.body
        assert b'"upstream_reset"' in answer.body
        assert told(answer) == "failure"


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["another", "itself"])
def test_f14_a_redirect_is_never_followed(status: int, where: str) -> None:
    with rig(probe=False) as fault:
        target = fault.b.url if where == "another" else fault.a.url
        fault.a.script = document(
            b"{}", f"{status} Elsewhere", location=f"{target}/chat/completions"
        )
        answer = fault.ask(ends="upstream_error")
        assert (answer.status, _code(answer)) == (502, "upstream_redirect_refused")
        assert not answer.header("location")
        assert (len(fault.a.requests), fault.b.connections) == (1, 0)


def test_f15_a_limit_of_the_provider_reaches_the_agent_as_it_is() -> None:
    said = b'{"error":{"message":"Slow down.","type":"rate_limit_error","code":"rate_limited"}}'
    told_of = {"retry_after": "7", "x_ratelimit_remaining_tokens": "0", "x_should_retry": "true"}
    with rig(document(said, "429 Too Many Requests", **told_of)) as fault:
        answer = fault.ask(ends="upstream_error")
        assert (answer.status, answer.body) == (429, said)
        for name, value in told_of.items():
            assert answer.header(name.replace("_", "-")) == [value]
        assert len(fault.a.requests) == 1


_MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [{"type": "text", "text": "hello"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}
_RESPONSE: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "status": "completed",
    "model": "m",
    "output": [
        {
            "id": "m1",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "hello", "annotations": []}],
        }
    ],
}
_FAMILIES: dict[str, tuple[dict[str, Any], bytes]] = {
    "/v1/chat/completions": (CALL, b"data: [DONE]"),
    "/v1/messages": (_MESSAGE, b'"message_stop"'),
    "/v1/responses": (_RESPONSE, b'"response.completed"'),
}


@pytest.mark.parametrize("path", _FAMILIES)
def test_f16_a_whole_answer_where_a_stream_was_asked_for_becomes_one(path: str) -> None:
    said, terminal = _FAMILIES[path]
    with rig(document(json.dumps(said).encode())) as fault:
        answer = fault.ask(path=path)
        assert "event-stream" in answer.header("content-type")[0]
        assert b"hello" in answer.body
        assert terminal in answer.body
        assert told(answer) == "success"


_MISPLACED: dict[str, tuple[bytes, int]] = {
    "an error": (b'{"error":{"message":"no credit","type":"t","code":402}}', 402),
    "an error that is a word": (b'{"error":"no credit"}', 502),
    "a web page": (b"<html><title>no credit</title></html>", 502),
    "prose": (b"no credit", 502),
    "half an answer": (b'{"id":"no credi', 502),
    "nothing": (b"", 502),
}


@pytest.mark.parametrize("path", _FAMILIES)
@pytest.mark.parametrize("what", _MISPLACED)
def test_f16_what_is_no_answer_where_a_stream_was_asked_for_is_an_error(
    path: str, what: str
) -> None:
    said, status = _MISPLACED[what]
    with rig(document(said), probe=False) as fault:
        answer = fault.ask(path=path, ends="cut_off" if what == "nothing" else "upstream_error")
        assert (answer.status, told(answer)) == (status, "failure")
        assert (answer.json.get("type") == "error") == (path == "/v1/messages")
        assert answer.json["error"]["message"]


def test_f27_a_stream_too_large_to_become_one_answer_goes_on_as_it_is() -> None:
    event = b'data: {"type":"response.output_text.delta","delta":"' + b"x" * 65_536 + b'"}\n\n'
    end = b'data: {"type":"response.completed","response":{"status":"completed"}}\n\n'
    events = [event] * (MAX_HELD // len(event) + 2)
    with FakeUpstream(streamed(*events, end)) as up, proxy(up.url) as running:
        answer = post(running, chat(stream=False), "/v1/responses")
        assert answer.header("content-type") == ["text/event-stream"]
        assert answer.body == b"".join([*events, end])
        assert running.finished()[0].outcome == "done"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\n\r\n",
        b"HTTP/1.1 206 Partial Content\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 205 Reset Content\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 999 Odd\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 " + b"x" * 65_536 + b"\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n" + b"x-many: 1\r\n" * 201 + b"content-length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nx-large: " + b"y" * 65_536 + b"\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nx-odd: a\x01b\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        b"220 mail.example ESMTP\r\n\r\n",
    ],
    ids=[
        *("204", "304", "206", "205", "999", "reason of 64 KB", "201 headers", "header of 64 KB"),
        *("control character", "two lengths", "no HTTP"),
    ],
)
def test_f17_an_answer_that_cannot_be_one_is_refused(head: bytes, stream: bool) -> None:
    with rig([head, CLOSE], probe=False) as fault:
        answer = fault.ask(fault.body(stream=stream), ends="upstream_error")
        assert (answer.status, _code(answer)) == (502, "upstream_invalid")
        assert len(fault.a.requests) == 1


@pytest.mark.parametrize("path", ["/v1/responses", "/v1/messages", "/v1/embeddings"])
def test_f17_a_length_of_nothing_is_no_answer(path: str) -> None:
    with rig(document(b""), probe=False) as fault:
        answer = fault.ask(fault.body(stream=False), path, ends="upstream_error")
        assert answer.status == 502


def test_f17_a_last_chunk_alone_is_no_answer() -> None:
    with rig([SSE_HEAD, LAST]) as fault:
        assert told(fault.ask(ends="cut_off")) == "failure"

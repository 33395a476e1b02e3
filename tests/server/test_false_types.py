"""Answers of the families that no fix mends, under a content type that is not theirs."""

import json

import pytest

from proxy.dialects.explode import message_events
from tests.fakes.upstream import LAST, SSE_HEAD, FakeUpstream, framed
from tests.server.running import chat, post, proxy
from tests.server.test_dialects import MESSAGE
from tests.server.test_endings import STARTS, TERMINALS


@pytest.mark.parametrize("path", TERMINALS)
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/html; charset=utf-8"])
@pytest.mark.parametrize("lead", [b"", b": here\n\n", b"\n"], ids=["bare", "comment", "blank"])
def test_a_stream_under_a_false_type_goes_on_as_the_stream_it_is(
    path: str, kind: str, lead: bytes
) -> None:
    body = lead + STARTS[path] + TERMINALS[path]
    head = SSE_HEAD.replace(b"text/event-stream", kind.encode())
    pieces = [framed(body[:3]), 0.02, framed(body[3:40]), 0.02, framed(body[40:])]
    with FakeUpstream([head, *pieces, LAST]) as up, proxy(up.url) as running:
        answer = post(running, chat(), f"/v1/{path}")
        assert (answer.status, answer.body) == (200, body)
        assert answer.header("content-type") == ["text/event-stream"]
        [over] = running.finished()
        assert (over.outcome, over.findings) == ("done", {"answer-mode": 1})


@pytest.mark.parametrize("path", TERMINALS)
def test_what_is_no_stream_stays_an_error_for_who_asked_for_one(path: str) -> None:
    page = b"<html><title>Just a moment</title></html>"
    head = SSE_HEAD.replace(b"text/event-stream", b"text/html")
    with FakeUpstream([head, framed(page), LAST]) as up, proxy(up.url) as running:
        answer = post(running, chat(), f"/v1/{path}")
        assert answer.status == 502
        assert json.loads(answer.body)["error"]["message"]


@pytest.mark.parametrize("kind", ["text/event-stream", "application/json"])
def test_a_stream_of_messages_nobody_asked_for_comes_in_one_piece(kind: str) -> None:
    events = message_events(MESSAGE)
    head = SSE_HEAD.replace(b"text/event-stream", kind.encode())
    script = [head, framed(events[:300]), 0.02, framed(events[300:]), LAST]
    with FakeUpstream(script) as up, proxy(up.url) as running:
        answer = post(running, chat(stream=False), "/v1/messages")
        assert (answer.status, json.loads(answer.body)) == (200, MESSAGE)
        assert answer.header("content-type") == ["application/json"]
        assert running.finished()[0].findings == {"answer-mode": 1}


def test_an_error_in_a_stream_of_messages_nobody_asked_for_has_a_status() -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Too busy."}}
    late = b"event: error\ndata: " + json.dumps(error).encode() + b"\n\n"
    script = [SSE_HEAD, framed(STARTS["messages"] + late), LAST]
    with FakeUpstream(script) as up, proxy(up.url) as running:
        answer = post(running, chat(stream=False), "/v1/messages")
        assert answer.status >= 500
        assert json.loads(answer.body)["error"]["message"] == "Too busy."

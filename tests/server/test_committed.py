"""A stream that showed life before upstream answered: whatever comes then is told as events."""

import json
import socket
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from proxy import sse
from proxy.limits import Limits
from tests.fakes.upstream import RESET, FakeUpstream, Request, Step, document
from tests.server.conversing import openai_sdk
from tests.server.running import PROVIDER_KEY, Answer, Running, chat, connect, proxy, read
from tests.server.test_endings import closes

EARLY = Limits(first_keep_alive=0.05, keep_alive=0.05)
WAIT = 0.3
PATHS = ("chat/completions", "completions", "responses", "messages")
MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [
        {"type": "text", "text": "h\u00e9"},
        {"type": "tool_use", "id": "t", "name": "f", "input": {"a": [1, "x"]}},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 2},
}
TEXT: dict[str, Any] = {"type": "output_text", "text": "h\u00e9", "annotations": []}
OUTPUT: list[dict[str, Any]] = [
    {"type": "message", "id": "m1", "role": "assistant", "status": "completed", "content": [TEXT]},
    {"type": "function_call", "id": "f1", "call_id": "c", "name": "f", "arguments": '{"a":1}',
     "status": "completed"},
]  # fmt: skip
RESPONSE: dict[str, Any] = {
    "id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "completed",
    "output": OUTPUT, "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
}  # fmt: skip


@contextmanager
def asked(path: str, script: list[Step], outcome: str = "upstream_error") -> Generator[Answer]:
    """Let upstream answer once the agent has seen a sign of life."""
    shown = threading.Event()

    def late(_request: Request) -> Iterator[Step]:
        assert shown.wait(10)
        yield from script

    with (
        FakeUpstream(late) as up,
        proxy(up.url, limits=EARLY) as running,
        connect(running, chat(), f"/v1/{path}") as peer,
    ):
        while b": keep-alive\n" not in peer.recv(65536, socket.MSG_PEEK):
            pass
        shown.set()
        answer = read(peer)
        assert answer.status == 200
        assert answer.body.startswith(b": keep-alive\n")
        assert answer.whole
        assert closes(peer)
        yield answer
        assert running.finished()[0].outcome == outcome


def only_event(answer: Answer) -> tuple[bytes, dict[str, Any]]:
    [event] = [each for each in sse.Decoder().feed(answer.body) if each.data is not None]
    return event.name, json.loads(event.data or b"")


def told(path: str, answer: Answer) -> str:
    """Return what a client of the family reads from the one event, whose shape must be right."""
    name, body = only_event(answer)
    if path == "responses":
        assert (name, body["type"], body["sequence_number"]) == (b"error", "error", 0)
        return body["message"]
    if path == "messages":
        assert (name, body["type"]) == (b"error", "error")
    else:
        assert name == b""
    return body["error"]["message"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("status", ["401 No", "429 Slow", "500 Oops"])
def test_an_error_becomes_the_familys_event(path: str, status: str) -> None:
    body = {"error": {"message": f"no {PROVIDER_KEY}", "type": "t", "param": None, "code": "c"}}
    with asked(path, document(json.dumps(body).encode(), status)) as answer:
        assert told(path, answer) == "no ‹key›"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "body", [b"<html><title>Bad gateway</title>", b'{"detail":"Bad gateway"}', b"Bad gateway"]
)
def test_an_error_of_no_known_shape_becomes_the_familys_event_too(path: str, body: bytes) -> None:
    with asked(path, document(body, "502 Bad")) as answer:
        assert "Bad gateway" in told(path, answer)


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_that_breaks_off_becomes_the_familys_event_too(path: str) -> None:
    head = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"id":'
    with asked(path, [head, 0.1, RESET], "cut_off") as answer:
        assert "connection to the provider broke" in told(path, answer)
        assert b'{"id":' not in answer.body


@contextmanager
def answering(body: dict[str, Any]) -> Generator[Running]:
    script = [WAIT, *document(json.dumps(body).encode())]
    with FakeUpstream(script) as up, proxy(up.url, limits=EARLY) as running:
        yield running
        assert running.finished()[0].outcome == "done"


def test_a_plain_message_becomes_a_stream() -> None:
    with answering(MESSAGE) as running, connect(running, chat(), "/v1/messages") as peer:
        events = [each for each in sse.Decoder().feed(read(peer).body) if each.data is not None]
    bodies = [json.loads(each.data or b"") for each in events]
    assert [each.name.decode() for each in events] == [body["type"] for body in bodies]
    block = ["content_block_start", "content_block_delta", "content_block_stop"]
    kinds = ["message_start", *block, *block, "message_delta", "message_stop"]
    assert [body["type"] for body in bodies] == kinds
    assert bodies[0]["message"] == {**MESSAGE, "content": [], "stop_reason": None}
    assert [body["index"] for body in bodies[1:7]] == [0, 0, 0, 1, 1, 1]
    assert bodies[1]["content_block"] == {"type": "text", "text": ""}
    assert bodies[2]["delta"] == {"type": "text_delta", "text": "h\u00e9"}
    assert bodies[4]["content_block"] == {**MESSAGE["content"][1], "input": {}}
    assert json.loads(bodies[5]["delta"]["partial_json"]) == {"a": [1, "x"]}
    ending = {"stop_reason": "tool_use", "stop_sequence": None}
    assert (bodies[7]["delta"], bodies[7]["usage"]) == (ending, MESSAGE["usage"])


def test_a_plain_response_becomes_a_stream_that_the_official_client_reads() -> None:
    with (
        answering(RESPONSE) as running,
        openai_sdk(f"{running.url}/v1", running.key) as client,
        client.responses.stream(model="m", input="hi") as stream,
    ):
        kinds = [event.type for event in stream]
        response = stream.get_final_response()
    assert response.output_text == "h\u00e9"
    assert [item.type for item in response.output] == ["message", "function_call"]
    assert kinds[-1] == "response.completed"


def test_a_plain_completion_becomes_a_stream() -> None:
    message = {"role": "assistant", "content": "h\u00e9"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    completion = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
    with (
        answering({**completion, "choices": [choice]}) as running,
        openai_sdk(f"{running.url}/v1", running.key) as client,
    ):
        stream = client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "hi"}], stream=True
        )
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "h\u00e9"

"""What the fixes that are off would have found; nothing for healthy traffic, nothing twice."""

import json

import pytest

from proxy.repairs import fix_defaults
from proxy.shadow import would_mend

ON = [name for name, on in fix_defaults().items() if on]
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
    return would_mend({"stream": True}, 200, "text/event-stream", received, on)


@pytest.mark.parametrize("on", [[], ON])
def test_finds_nothing_in_healthy_traffic(on: list[str]) -> None:
    assert found(stream(text("hello"), STOP % "stop"), on) == {}


def test_finds_what_passthrough_lets_pass() -> None:
    assert found(stream(CALL, STOP % "stop"), []) == {"index-repair": 1, "finish-reason": 1}


def test_leaves_out_what_is_mended_anyway() -> None:
    assert found(stream(CALL, STOP % "stop"), ON) == {}
    assert found(stream(CALL, STOP % "stop"), ["finish-reason"]) == {"index-repair": 1}


def test_finds_what_an_opt_in_fix_would_do() -> None:
    assert found(stream(text("<think>x</think>y"), STOP % "stop"), ON)["think-tags"] > 0


def test_buffering_alone_is_no_defect() -> None:
    numbered = CALL.replace('{"id"', '{"index":0,"id"')
    assert found(stream(numbered, STOP % "tool_calls"), ON) == {}


@pytest.mark.parametrize("received", [b"", b"\xff\x00", b"{", b"data: {\n\n"])
def test_survives_any_bytes(received: bytes) -> None:
    assert isinstance(found(received, []), dict)

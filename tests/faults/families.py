"""One answer in each family's events, and what its error says, for rows that concern them all."""

import json
from dataclasses import dataclass
from typing import Any

from proxy import sse
from tests.faults import parts
from tests.server.running import Answer


@dataclass(frozen=True)
class Spoken:
    """How a family streams."""

    path: str
    start: bytes
    text: bytes
    arguments: bytes
    """An unfinished piece of a call's arguments, ``{"a"``."""
    stop: bytes
    """What stands between the last text and the terminal."""
    terminal: bytes
    error: bytes
    """An error in band, as the provider says it."""

    @property
    def whole(self) -> bytes:
        """A healthy answer."""
        return self.start + self.text + self.stop + self.terminal


def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    """Return a chunk without white space, as providers write it."""
    return parts.event(delta, finish).replace(b'": ', b'":').replace(b', "', b',"')


def named(kind: str, **members: Any) -> bytes:
    """Return an event that says its type twice, as Responses and Messages do."""
    return sse.encode(json.dumps({"type": kind, **members}).encode(), kind.encode())


_CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}
_FRAGMENT = {"index": 0, "function": {"arguments": '{"a"'}}
_RESPONSE: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "status": "in_progress",
    "output": [],
}
_MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "content": [],
    "model": "m",
}

CHAT = Spoken(
    path="/v1/chat/completions",
    start=event({"role": "assistant", "content": "a"}),
    text=event({"content": "b"}),
    arguments=event({"tool_calls": [_CALL]}) + event({"tool_calls": [_FRAGMENT]}),
    stop=event({}, "stop"),
    terminal=b"data: [DONE]\n\n",
    error=b'data: {"error":{"message":"too much","type":"t","param":null,"code":"c"}}\n\n',
)
RESPONSES = Spoken(
    path="/v1/responses",
    start=named("response.created", sequence_number=0, response=_RESPONSE),
    text=named("response.output_text.delta", sequence_number=1, delta="b"),
    arguments=named("response.function_call_arguments.delta", sequence_number=1, delta='{"a"'),
    stop=named("response.output_text.done", sequence_number=2, text="b"),
    terminal=named(
        "response.completed", sequence_number=3, response={**_RESPONSE, "status": "completed"}
    ),
    error=named("error", sequence_number=1, message="too much", code="c", param=None),
)
MESSAGES = Spoken(
    path="/v1/messages",
    start=named("message_start", message=_MESSAGE),
    text=named("content_block_delta", index=0, delta={"type": "text_delta", "text": "b"}),
    arguments=named(
        "content_block_delta", index=0, delta={"type": "input_json_delta", "partial_json": '{"a"'}
    ),
    stop=named("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 1}),
    terminal=named("message_stop"),
    error=named("error", error={"type": "api_error", "message": "too much"}),
)
FAMILIES = {"chat": CHAT, "responses": RESPONSES, "messages": MESSAGES}


def last_event(answer: Answer) -> dict[str, Any]:
    """Return the object in the last event."""
    events = [each for each in sse.Decoder().feed(answer.body) if each.data is not None]
    return json.loads(events[-1].data or b"")


def sentence(answer: Answer) -> str:
    """Return what the answer's last event says went wrong, read as its family's clients do."""
    body = last_event(answer)
    if body.get("type") == "response.failed":
        assert body["response"]["status"] == "failed"
        return body["response"]["error"]["message"]
    return body["message"] if "message" in body else body["error"]["message"]

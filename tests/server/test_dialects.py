"""Each family's errors, signs of life and ends, in its own shape."""

import json
from typing import Any

import pytest

from proxy import sse
from proxy.dialects import ENDPOINTS, Family, Watch, messages
from proxy.dialects.explode import message_events
from proxy.dialects.responses import fold
from proxy.errors import PROBLEMS, problem

FAMILIES = {endpoint.family.name: endpoint.family for endpoint in ENDPOINTS}
CREATED = {"type": "response.created", "sequence_number": 0, "response": {"id": "r", "status": "x"}}


def event(body: object, name: str = "") -> bytes:
    return sse.encode(json.dumps(body).encode(), name.encode())


def fed(family: str, *events: bytes) -> Watch:
    watch = FAMILIES[family].watch()
    for each in events:
        watch.feed(each)
    return watch


def read(data: bytes) -> tuple[str, dict[str, object]]:
    [found] = sse.Decoder().feed(data)
    return found.name.decode(), json.loads(found.data or b"")


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize("code", PROBLEMS)
def test_an_error_before_the_first_byte_names_itself(family: Family, code: str) -> None:
    body = json.loads(family.error_body(problem(code)))
    assert body["error"]["message"] == problem(code).message
    if family.name == "messages":
        assert body["type"] == "error"
    else:
        assert set(body["error"]) == {"message", "type", "param", "code"}
        assert body["error"]["code"] == code


def test_a_transport_failure_is_never_an_invalid_request() -> None:
    for code in (code for code, each in PROBLEMS.items() if each.status >= 500):
        for family in FAMILIES.values():
            kind = json.loads(family.error_body(problem(code)))["error"]["type"]
            assert kind != "invalid_request_error"


@pytest.mark.parametrize(
    ("family", "end"),
    [
        ("chat", b"data: [DONE]\n\n"),
        ("chat", event({"error": {"message": "no"}})),
        ("responses", event({"type": "response.completed"})),
        ("responses", event({}, "response.failed")),
        ("responses", event({"type": "error"}, "error")),
        ("messages", event({"type": "message_stop"}, "message_stop")),
        ("messages", event({"type": "error"}, "error")),
    ],
)
def test_knows_the_terminal(family: str, end: bytes) -> None:
    assert not fed(family, b": comment\n\n", event({"type": "ping"})).over
    assert fed(family, *(end[place : place + 1] for place in range(len(end)))).over


def test_knows_an_honest_end_without_terminal() -> None:
    assert fed("chat", event({"choices": [{"finish_reason": "stop"}]})).finished
    assert not fed("chat", event({"choices": [{"finish_reason": None}]})).finished
    stopped = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
    assert fed("messages", event(stopped)).finished


def test_counts_half_an_event() -> None:
    assert fed("chat", b"data: {}\n\ndata: ha").pending == len(b"data: ha")


def test_a_failed_response_repeats_what_was_created() -> None:
    watch = fed("responses", event(CREATED), event({"type": "x", "sequence_number": 6}))
    name, body = read(watch.error_event(problem("upstream_reset")))
    assert (name, body["type"], body["sequence_number"]) == (*["response.failed"] * 2, 7)
    assert body["response"] == {
        "id": "r",
        "status": "failed",
        "error": {"code": "server_error", "message": problem("upstream_reset").message},
    }


def test_before_a_response_was_created_the_error_stands_alone() -> None:
    name, body = read(fed("responses").error_event(problem("upstream_reset")))
    assert (name, body["type"], body["code"]) == ("error", "error", "upstream_reset")


def test_each_family_shows_life_in_its_own_way() -> None:
    assert fed("chat").keep_alive() == b": keep-alive\n"
    assert fed("messages").keep_alive() == b": keep-alive\n"
    name, _ = read(fed("messages", event({"type": "message_start"})).keep_alive())
    assert name == "ping"
    name, body = read(fed("responses", event(CREATED)).keep_alive())
    assert (name, body["sequence_number"]) == ("response.in_progress", 0)


MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [
        {"type": "thinking", "thinking": "Hm, so.", "signature": "s=="},
        {"type": "text", "text": "größe \u2028 😀"},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": [1, {"b": "}"}]}},
        {"type": "tool_use", "id": "toolu_2", "name": "g", "input": {}},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {"input_tokens": 3, "output_tokens": 4},
}


def test_folds_a_stream_of_messages_to_the_message_it_came_from() -> None:
    assert messages.fold(message_events(MESSAGE)) == MESSAGE


def test_adds_up_the_pieces_of_a_message() -> None:
    place = {"type": "content_block_delta", "index": 0}
    block: dict[str, Any] = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    stream = [
        event({"type": "message_start", "message": {"id": "m", "usage": {"input_tokens": 3}}}),
        event({"type": "ping"}),
        event({"type": "content_block_start", "index": 0, "content_block": block}),
        event({**place, "delta": {"type": "input_json_delta", "partial_json": '{"a": "x'}}),
        event({**place, "delta": {"type": "input_json_delta", "partial_json": 'y"}'}}),
        event({"type": "content_block_stop", "index": 0}),
        event({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"o": 1}}),
    ]
    end = event({"type": "message_stop"})
    folded = messages.fold(b"".join([*stream, end]))
    assert folded is not None
    assert folded["content"] == [{**block, "input": {"a": "xy"}}]
    assert (folded["stop_reason"], folded["usage"]) == ("tool_use", {"input_tokens": 3, "o": 1})
    assert messages.fold(b"".join(stream)) is None, "cut off"
    assert messages.fold(b"".join([*stream[:4], end])) is None, "half a tool's input"
    assert messages.fold(end) is None, "an end without a beginning"


def test_folds_a_responses_stream_to_what_its_terminal_carries() -> None:
    done = event({"type": "response.completed", "response": {"id": "r", "output": [1]}})
    assert fold(event(CREATED) + done) == {"id": "r", "output": [1]}
    assert fold(event(CREATED)) is None
    assert fold(b"nonsense") is None

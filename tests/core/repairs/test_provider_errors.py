import json
from dataclasses import dataclass
from typing import Any

import pytest

from proxy.pipeline import Pipeline
from proxy.repair import Context, Failure, Repair
from proxy.repairs.provider_errors import MAX_SENTENCE, ProviderErrors
from tests.core.repairs import answer, delta

REPAIRS: list[type[Repair]] = [ProviderErrors]
HELLO = b"data: %s\n\n" % json.dumps(delta(role="assistant", content="hi")).encode()


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of an answer."""

    sent: bytes
    failure: Failure | None
    fixes: list[str]

    @property
    def error(self) -> tuple[int, Any, Any, Any]:
        assert self.failure is not None
        error = self.failure.error
        return self.failure.status, error["message"], error["type"], error["code"]


def see(received: bytes, status: int = 200, *, streaming: bool = False) -> Seen:
    pipeline = Pipeline(Context({"stream": streaming}), REPAIRS)
    pipeline.start(status, "")
    steps = [pipeline.feed(received), pipeline.finish()]
    sent = b"".join(step.data for step in steps)
    return Seen(sent, pipeline.failure, [mark.fix for step in steps for mark in step.marks])


def body(value: Any, status: int = 200) -> Seen:
    return see(json.dumps(value).encode(), status)


def event(value: Any, *, name: bytes = b"", before: bytes = b"") -> Seen:
    named = b"event: " + name + b"\n" if name else b""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return see(before + named + b"data: " + data + b"\n\n", streaming=True)


RIGHT_REFUSALS: dict[str, Any] = {
    "all members": {"error": {"message": "No.", "type": "t", "param": None, "code": "c"}},
    "the message alone": {"error": {"message": "No."}},
    "a number as code": {"error": {"message": "No.", "code": 429, "metadata": {}}},
    "anthropic's": {"type": "error", "error": {"type": "t", "message": "No."}},
}


@pytest.mark.parametrize("value", RIGHT_REFUSALS.values(), ids=RIGHT_REFUSALS)
@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_leaves_a_refusal_in_the_right_shape(value: Any, status: int) -> None:
    data = json.dumps(value, indent=1).encode()
    seen = see(data, status)
    assert (seen.sent, seen.failure, seen.fixes) == (data, None, [])


HEALTHY_BODIES: dict[str, Any] = {
    "a completion": answer({"index": 0, "message": {"content": "hi"}, "finish_reason": "stop"}),
    "error null": {**answer({"index": 0, "message": {"content": "hi"}}), "error": None},
    "an empty form": {
        **answer({"index": 0, "message": {"content": "hi"}}),
        "error": {"message": "", "code": 0},
    },
    "minimax's success": {
        **answer({"index": 0, "message": {"content": "hi"}}),
        "base_resp": {"status_code": 0, "status_msg": ""},
    },
    "minimax's success without a choice": {
        "choices": [],
        "base_resp": {"status_code": 0, "status_msg": ""},
    },
    "talk of errors": answer({"index": 0, "message": {"content": '{"error": "x"}'}}),
    "members called detail and message": {
        **answer({"index": 0, "message": {"content": "hi"}}),
        "detail": "x",
        "message": "y",
        "code": 500,
    },
}


@pytest.mark.parametrize("value", HEALTHY_BODIES.values(), ids=HEALTHY_BODIES)
def test_leaves_healthy_answers(value: Any) -> None:
    data = json.dumps(value).encode()
    assert see(data).sent == data
    assert see(data).fixes == []


@pytest.mark.parametrize("value", HEALTHY_BODIES.values(), ids=HEALTHY_BODIES)
def test_leaves_healthy_events(value: Any) -> None:
    assert event(value).fixes == []


@pytest.mark.parametrize("data", [b'{"id": "x", "choices": [{"mess', b"\xff\xfe\x00\x01"])
def test_leaves_bytes_that_it_cannot_read(data: bytes) -> None:
    assert see(data).sent == data


def test_leaves_redirects() -> None:
    assert see(b"<html>moved</html>", 302).sent == b"<html>moved</html>"


REFUSALS: dict[str, tuple[Any, str]] = {
    "a string": ({"error": "No."}, "No."),
    "a message beside it": ({"error": True, "message": "No."}, "No."),
    "a list": ([{"error": {"message": "No."}}], "No."),
    "fastapi": ({"detail": "No."}, "No."),
    "fastapi's list": ({"detail": [{"loc": ["body", "x"], "msg": "No."}]}, "body.x: No."),
    "old vllm": ({"object": "error", "message": "No.", "code": 400}, "No."),
    "cloudflare": ({"success": False, "errors": [{"code": 7003, "message": "No."}]}, "No."),
    "a json string": ("No.", "No."),
    "something else": ({"why": "no"}, '{"why":"no"}'),
}


@pytest.mark.parametrize(("value", "sentence"), REFUSALS.values(), ids=REFUSALS)
def test_gives_refusals_the_right_shape_and_keeps_their_status(value: Any, sentence: str) -> None:
    seen = body(value, 422)
    assert seen.error[0] == 422
    assert sentence in seen.error[1]
    assert seen.fixes == ["errors"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"upstream connect error", "upstream connect error"),
        (b"<html><title>504 Gateway\n Time-out</title></html>", "504 Gateway Time-out"),
        (b"<!DOCTYPE html><p>no", "web page"),
        (b"", "nothing more"),
        (b'data: {"error": "No."}\n\n', "No."),
    ],
    ids=["text", "a page", "a page without title", "nothing", "a stream"],
)
def test_shapes_refusals_that_are_no_json(data: bytes, sentence: str) -> None:
    seen = see(data, 504)
    assert seen.error[0] == 504
    assert sentence in seen.error[1]


STATUSES: dict[str, tuple[Any, int]] = {
    "its code": ({"error": {"message": "x", "code": 429}}, 429),
    "its code in letters": ({"error": {"message": "x", "code": "503"}}, 503),
    "its status": ({"error": {"message": "x"}, "status": 403}, 403),
    "authentication": ({"error": {"message": "x", "type": "authentication_error"}}, 401),
    "permission": ({"error": {"message": "x", "type": "permission_error"}}, 403),
    "not found": ({"error": {"message": "x", "code": "model_not_found"}}, 404),
    "rate limit": ({"error": {"message": "x", "type": "rate_limit_error"}}, 429),
    "quota": ({"error": {"message": "x", "code": "insufficient_quota"}}, 429),
    "invalid request": ({"error": {"message": "x", "type": "invalid_request_error"}}, 400),
    "google's word": ({"error": {"message": "x", "status": "RESOURCE_EXHAUSTED"}}, 429),
    "a server's fault": ({"error": {"message": "x", "type": "server_error"}}, 502),
    "a code out of range": ({"error": {"message": "x", "code": 1302}}, 502),
    "nothing": ({"error": "x"}, 502),
    "no success": ({"success": False, "message": "x"}, 502),
    "a detail": ({"detail": "x", "status_code": 401}, 401),
    "a failed status": ({"status": "error", "message": "x", "code": 429}, 429),
    "minimax's": ({"choices": None, "base_resp": {"status_code": 1008, "status_msg": "x"}}, 502),
}


@pytest.mark.parametrize(("value", "status"), STATUSES.values(), ids=STATUSES)
def test_finds_the_status_of_an_error_inside_a_success(value: Any, status: int) -> None:
    assert body(value).error[0] == status
    assert event(value).error[0] == status


def test_keeps_the_words_of_the_provider() -> None:
    error = {"message": "Slow down.", "type": "rate", "param": "p", "code": "slow", "more": 1}
    seen = event({"choices": [], "error": error})
    assert seen.failure is not None
    assert seen.failure.error == {
        name: error[name] for name in ("message", "type", "param", "code")
    }


@pytest.mark.parametrize("before", [b"", HELLO])
def test_calls_an_error_without_a_type_upstreams(before: bytes) -> None:
    seen = event({"error": "STREAM_EXPLODED"}, before=before)
    assert seen.error == (502, "STREAM_EXPLODED", "upstream_error", None)
    assert b'"type":"upstream_error"' in seen.sent


def test_finds_an_error_beside_choices() -> None:
    choice = {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}
    error = {"code": "server_error", "message": "Provider disconnected"}
    seen = event({"choices": [choice], "error": error}, before=HELLO)
    assert seen.error[1] == "Provider disconnected"
    assert seen.sent.startswith(HELLO)


def test_finds_an_error_inside_a_choice() -> None:
    choice = {"index": 0, "message": {"content": ""}, "error": {"code": 502, "message": "Gone."}}
    assert body({"choices": [choice]}).error[:2] == (502, "Gone.")


@pytest.mark.parametrize(
    "data",
    [b'{"code":429,"message":"Slow down."}', b"Slow down.", b'"Slow down."'],
    ids=["an object", "text", "a string"],
)
def test_reads_events_that_are_named_error(data: bytes) -> None:
    assert event(data, name=b"error", before=HELLO).error[1] == "Slow down."


def test_says_that_a_web_page_is_no_answer() -> None:
    seen = see(b"\n<!doctype html><title>Sign in &amp; go</title>")
    assert seen.error[0] == 502
    assert "Sign in & go" in seen.error[1]
    assert "/v1" in seen.error[1]


def test_says_that_nothing_came() -> None:
    assert see(b" ").error[3] == "stream_incomplete"


def test_cuts_a_sentence_that_has_no_end() -> None:
    message = body({"error": "ä" * 5000}).error[1]
    assert len(message.encode()) == MAX_SENTENCE


def test_sends_the_error_last_and_once() -> None:
    more = HELLO + b"data: [DONE]\n\n"
    seen = see(HELLO + b'data: {"error":"x"}\n\n' + more, streaming=True)
    assert seen.sent.count(b'"error"') == 1
    assert seen.sent.endswith(b'"code":null}}\n\n')


def test_has_nothing_left_to_say_of_its_own_error() -> None:
    first = see(HELLO + b'data: {"error":"x"}\n\n', streaming=True)
    second = see(first.sent, streaming=True)
    assert second.sent == first.sent
    assert second.fixes == []

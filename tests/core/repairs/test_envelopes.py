"""What stands around an answer is taken off; what says that it failed stays."""

import json
from typing import Any

import pytest

from proxy.pipeline import Pipeline
from proxy.repair import Context, Repair
from proxy.repairs.envelopes import Envelopes
from tests.core.repairs import answer, delta, replay, stream

REPAIRS: list[type[Repair]] = [Envelopes]
WHOLE = answer({"index": 0, "message": {"content": "hi"}, "finish_reason": "stop"})
ENVELOPES: dict[str, Any] = {
    "success": {"success": True, "data": WHOLE},
    "code": {"code": 0, "msg": "ok", "data": WHOLE},
    "result": {"result": WHOLE, "success": True, "errors": []},
    "lambda": {"statusCode": 200, "body": json.dumps(WHOLE)},
    "text": json.dumps(WHOLE),
    "list": [WHOLE],
}
NONE: dict[str, Any] = {
    "completion": {**WHOLE, "data": WHOLE},
    "failed": {"success": False, "data": WHOLE},
    "error": {"error": "no", "data": WHOLE},
    "other": {"success": True, "data": {"a": 1}},
    "several": [WHOLE, WHOLE],
    "word": "hello",
    "nothing": None,
}


@pytest.mark.parametrize("body", ENVELOPES.values(), ids=ENVELOPES)
def test_takes_an_envelope_off(body: Any) -> None:
    outcome = replay(REPAIRS, json.dumps(body).encode(), {})
    assert json.loads(outcome.sent) == WHOLE
    assert outcome.fixes == ["answer-mode"]


@pytest.mark.parametrize("body", NONE.values(), ids=NONE)
def test_leaves_what_is_no_envelope(body: Any) -> None:
    assert replay(REPAIRS, json.dumps(body).encode(), {}).untouched


def test_leaves_an_error_in_its_envelope() -> None:
    body = json.dumps(ENVELOPES["success"]).encode()
    pipeline = Pipeline(Context(), REPAIRS)
    pipeline.start(500, "application/json")
    assert pipeline.feed(body).data + pipeline.finish().data == body


@pytest.mark.parametrize("holder", ["data", "result", "response", "body"])
def test_takes_it_off_each_chunk(holder: str) -> None:
    chunk = delta(content="hi")
    outcome = stream(REPAIRS, [{"success": True, holder: chunk}, chunk])
    assert outcome.chunks == [chunk, chunk]
    assert outcome.fixes == ["answer-mode"]


def test_takes_it_off_a_chunk_that_is_held_as_text() -> None:
    chunk = delta(content="hi")
    outcome = stream(REPAIRS, [{"statusCode": 200, "body": json.dumps(chunk)}])
    assert outcome.chunks == [chunk]
    assert outcome.fixes == ["answer-mode"]

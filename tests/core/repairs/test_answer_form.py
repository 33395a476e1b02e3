"""The bytes decide in which form an answer came, and the agent gets the form it asked for."""

import json

import pytest

from proxy.pipeline import Pipeline
from proxy.repair import Context
from proxy.repairs.answer_form import AnswerForm
from proxy.repairs.content_parts import ContentParts
from proxy.repairs.provider_errors import ProviderErrors

MESSAGE = {"role": "assistant", "content": "hi"}
COMPLETION = {"id": "c", "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}]}
BODY = json.dumps(COMPLETION).encode()
STREAM = (
    b'data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"hi"},'
    b'"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)
SSE = "text/event-stream"
JSON = "application/json"


def run(
    body: bytes, content_type: str, *, stream: bool, status: int = 200
) -> tuple[bytes, str | None, int]:
    pipeline = Pipeline(Context({"stream": stream}), [AnswerForm])
    pipeline.start(status, content_type)
    steps = [pipeline.feed(body), pipeline.finish()]
    marks = sum(len(step.marks) for step in steps)
    return b"".join(step.data for step in steps), pipeline.content_type, marks


@pytest.mark.parametrize(
    ("body", "content_type", "stream", "status"),
    [
        (STREAM, SSE, True, 200),
        (STREAM, SSE + "; charset=utf-8", True, 200),
        (BODY, JSON, False, 200),
        (b'\n\n{"choices":[]}', JSON, False, 200),
        (b'{"error":{"message":"no"}}', JSON, True, 400),
        (b"<html>", "text/html", False, 502),
        (b'{"success":true,"data":{"a":1}}', JSON, False, 200),
    ],
)
def test_leaves_a_fitting_answer_alone(
    body: bytes,
    content_type: str,
    stream: bool,
    status: int,
) -> None:
    assert run(body, content_type, stream=stream, status=status) == (body, None, 0)


@pytest.mark.parametrize("content_type", [SSE, JSON, "text/plain", ""])
def test_folds_a_stream_whatever_its_label(content_type: str) -> None:
    sent, label, marks = run(STREAM, content_type, stream=False)
    assert json.loads(sent)["choices"][0]["message"] == MESSAGE
    assert (label, marks) == (JSON, 1)


@pytest.mark.parametrize("content_type", [SSE, JSON, "text/plain", ""])
def test_explodes_a_plain_answer_whatever_its_label(content_type: str) -> None:
    sent, label, marks = run(BODY, content_type, stream=True)
    assert sent.startswith(b"data: {")
    assert sent.endswith(b"data: [DONE]\n\n")
    assert (label, marks) == (SSE, 1)


@pytest.mark.parametrize("content_type", [JSON, "text/plain", ""])
def test_corrects_a_label_alone(content_type: str) -> None:
    assert run(STREAM, content_type, stream=True) == (STREAM, SSE, 1)


def test_takes_a_sentinel_off_a_plain_answer() -> None:
    assert run(BODY + b"\n\ndata: [DONE]\n\n", JSON, stream=False) == (BODY, None, 1)


@pytest.mark.parametrize("stream", [True, False])
def test_takes_the_byte_order_mark_off_a_plain_answer(*, stream: bool) -> None:
    body, content_type, marks = run(b"\xef\xbb\xbf" + BODY, JSON, stream=stream)
    assert (body.endswith(b"data: [DONE]\n\n"), content_type) == (stream, SSE if stream else None)
    assert json.loads(body) == COMPLETION if not stream else b'"content":"hi"' in body
    assert marks == 1 + stream


def lines(*finishes: str | None) -> bytes:
    chunks = [
        {"id": "c", "choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": each}]}
        for each in finishes
    ]
    return b"\n".join(json.dumps(each).encode() for each in chunks) + b"\n"


@pytest.mark.parametrize("end", [b"", b"[DONE]\n"])
@pytest.mark.parametrize("stream", [True, False])
def test_reads_chunks_that_came_as_lines(end: bytes, *, stream: bool) -> None:
    body, _, _ = run(lines(None, "stop") + end, SSE, stream=stream)
    assert body.count(b'"content":"hi') == 1 + stream
    assert b'"finish_reason":"stop"' in body
    assert body.endswith(b"data: [DONE]\n\n") is stream


@pytest.mark.parametrize(
    "body",
    [
        lines("stop").strip(),
        lines(None, "stop").replace(b"\n", b""),
        b"[" + lines(None, "stop").strip().replace(b"\n", b",") + b"]",
        b"\xef\xbb\xbf" + lines(None, "stop"),
        lines(None, "stop") + b'{"choices": [{',
        lines(None, "stop") + b"data: [DONE]\n\n",
    ],
    ids=["one", "glued", "list", "bom", "broken-off-behind", "sentinel-with-prefix"],
)
@pytest.mark.parametrize("stream", [True, False])
def test_reads_chunks_however_they_stand_together(body: bytes, *, stream: bool) -> None:
    sent, _, _ = run(body, JSON, stream=stream)
    assert b'"content":"hi' in sent
    assert b'"finish_reason":"stop"' in sent


@pytest.mark.parametrize("body", [lines(None, None), lines(None, None) + b'{"choices": [{'])
@pytest.mark.parametrize("stream", [True, False])
def test_lines_that_break_off_are_an_error(body: bytes, *, stream: bool) -> None:
    sent, _, _ = run(body, SSE, stream=stream)
    assert (b'"stream_incomplete"' in sent) is stream
    assert b"hi" not in sent


def test_gives_numbers_that_json_has_no_word_for_one_that_clients_read() -> None:
    body = BODY.replace(b'"index": 0', b'"index": 0, "logprobs": {"x": -Infinity, "NaN": NaN}')
    sent, _, marks = run(body, JSON, stream=False)
    assert json.loads(sent)["choices"][0]["logprobs"] == {"x": -9999.0, "NaN": None}
    assert marks == 1


@pytest.mark.parametrize("text", ['"delta"', "NaN", '{"choices":[{"delta":{}}]}'])
def test_what_the_model_says_is_no_defect(text: str) -> None:
    body = BODY.replace(b'"hi"', json.dumps(text).encode())
    assert run(body, JSON, stream=False) == (body, None, 0)


@pytest.mark.parametrize("stream", [True, False])
def test_an_error_among_chunks_that_came_as_lines_is_an_error(*, stream: bool) -> None:
    body = lines(None, "stop") + b'{"error": {"message": "no more", "code": 429}}'
    pipeline = Pipeline(Context({"stream": stream}), [AnswerForm, ProviderErrors])
    pipeline.start(200, JSON)
    pipeline.feed(body)
    pipeline.finish()
    assert pipeline.failure is not None
    assert pipeline.failure.status == 429


@pytest.mark.parametrize("stream", [True, False])
def test_chunks_that_came_as_lines_are_mended_one_by_one(*, stream: bool) -> None:
    parts = [{"type": "text", "text": "hi"}]
    body = lines(None, "stop").replace(b'"hi"', json.dumps(parts).encode())
    pipeline = Pipeline(Context({"stream": stream}), [AnswerForm, ContentParts])
    pipeline.start(200, JSON)
    sent = pipeline.feed(body).data + pipeline.finish().data
    assert b"type" not in sent
    assert sent.count(b'"content":"hi') == 1 + stream

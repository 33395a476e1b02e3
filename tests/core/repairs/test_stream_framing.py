"""Framing that narrow clients cannot read is rewritten; everything legal stays byte for byte."""

import json

import pytest

from proxy.pipeline import Pipeline
from proxy.repair import Context
from proxy.repairs.stream_framing import StreamFraming

CHUNK = b'{"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}'
STOP = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"
GOOD = b"data: " + CHUNK + b"\n\n"


def run(stream: bytes) -> tuple[bytes, list[str]]:
    pipeline = Pipeline(Context({"stream": True}), [StreamFraming])
    pipeline.start(200, "text/event-stream")
    steps = [pipeline.feed(stream), pipeline.finish()]
    marks = [mark.message for step in steps for mark in step.marks]
    return b"".join(step.data for step in steps), marks


@pytest.mark.parametrize(
    "stream",
    [
        GOOD + STOP + DONE,
        (GOOD + STOP + DONE).replace(b"\n", b"\r\n"),
        b": OPENROUTER PROCESSING\n\n" + GOOD + STOP + DONE,
        GOOD + b"\n" + STOP + DONE,
        GOOD + b'data: {"a":"NaN, Infinity"}\n\n' + STOP + DONE,
        GOOD + b'data: {"a":' + b"9" * 5000 + b"}\n\n" + STOP + DONE,
        GOOD + b'data: {"a":"\xff"}\n\n' + STOP + DONE,
        b'data: {"a":"data: {}"}\n\n' + STOP + DONE,
    ],
    ids=["lf", "crlf", "comment", "blank", "nan-in-text", "digits", "utf-8", "data-in-text"],
)
def test_leaves_a_legal_stream_alone(stream: bytes) -> None:
    assert run(stream) == (stream, [])


@pytest.mark.parametrize(
    "broken",
    [
        b"data:" + CHUNK + b"\n\n",
        b"data: " + CHUNK + b"\r\r",
        b"data: data: " + CHUNK + b"\n\n",
        b"event: message\ndata: " + CHUNK + b"\n\n",
        b"id: 7\ndata: " + CHUNK + b"\n\n",
        b"retry: 3000\n\ndata: " + CHUNK + b"\n\n",
        GOOD.replace(b'"choices":', b'"choices":\ndata: '),
        b'data: {"id":"c","object":"chat.compdata: ' + CHUNK + b"\n\n",
        b"\xef\xbb\xbfdata: " + CHUNK + b"\n\n",
        b"data: " + CHUNK.replace(b",", b" ,", 1) + b"\ndata:\n\n",
        GOOD.replace(b'"choices":', b'"choices":\n'),
        b"  Data: " + CHUNK + b"\n\n",
        b": hi\n" + CHUNK + b"\n\n",
        b"event: chat.completion.chunk\ndata: " + CHUNK + b"\n\n",
        b"data: " + CHUNK + b"\0\n\n",
        b"data: {}\n\n" + GOOD,
    ],
    ids=[
        "space",
        "cr",
        "double",
        "event",
        "id",
        "retry",
        "lines",
        "glued",
        "bom",
        "empty-line",
        "unprefixed-rest",
        "indented",
        "unprefixed",
        "chunk-name",
        "nul",
        "empty-object",
    ],
)
def test_writes_one_data_line_and_a_blank_line(broken: bytes) -> None:
    sent, marks = run(broken + STOP + DONE)
    sent = sent.removeprefix(b": {}\n\n").replace(b" ,", b",").replace(b": [{", b":[{")
    assert sent == GOOD + STOP + DONE
    assert marks


@pytest.mark.parametrize("field", [b"other: field", b"a field without a colon", b"x"])
def test_loses_nothing_to_a_field_that_nobody_knows(field: bytes) -> None:
    sent, marks = run(GOOD + field + b"\ndata: " + CHUNK + b"\n\n" + STOP + DONE)
    assert sent == GOOD + GOOD + STOP + DONE
    assert marks


def test_separates_events_that_only_a_line_feed_separates() -> None:
    sent, _ = run(GOOD[:-1] + STOP[:-1] + DONE)
    assert sent == GOOD + STOP + DONE


@pytest.mark.parametrize(
    "glued",
    [
        b"data: " + CHUNK + CHUNK + b"\n\n",
        b"data: " + CHUNK + b"data: " + CHUNK + b"\n\n",
        b"data: " + CHUNK + b"\n" + CHUNK + b"\n\n",
        b"data: [" + CHUNK + b"," + CHUNK + b"]\n\n",
    ],
    ids=["nothing-between", "prefix-between", "line-between", "list"],
)
def test_loses_no_chunk_of_several_in_one_event(glued: bytes) -> None:
    sent, _ = run(glued + STOP + DONE)
    assert sent == GOOD + GOOD + STOP + DONE


def test_loses_no_chunk_before_a_sentinel_that_is_glued_to_it() -> None:
    sent, _ = run(GOOD + STOP[:-2] + b"[DONE]\n\n")
    assert sent == GOOD + STOP + DONE


def test_gives_numbers_that_json_has_no_word_for_one_that_clients_read() -> None:
    odd = GOOD.replace(b"null", b'null,"logprobs":{"NaN":-Infinity,"x":NaN}')
    sent, marks = run(odd + STOP + DONE)
    assert sent == odd.replace(b"-Infinity", b"-9999.0").replace(b":NaN", b":null") + STOP + DONE
    assert len(marks) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"data: error: no memory is left\n\n", "error: no memory is left"),
        (b"data: [ERROR] no memory is left\n\n", "[ERROR] no memory is left"),
        (b"<html><body>Bad Gateway</body></html>", "<html><body>Bad Gateway</body></html>"),
    ],
)
def test_writes_an_error_that_stands_in_the_stream_as_text_as_an_error(
    text: bytes, sentence: str
) -> None:
    sent, marks = run(GOOD + text)
    assert json.loads(sent.removeprefix(GOOD + b"data: ")) == {"error": sentence}
    assert len(marks) == 1


def test_keeps_an_error_that_a_gateway_wrote_between_the_events() -> None:
    error = b'{"error":{"message":"context is full","code":400}}'
    sent, marks = run(GOOD + error)
    assert sent == GOOD + b"data: " + error + b"\n\n"
    assert len(marks) == 1


@pytest.mark.parametrize(
    "data",
    [b": OPENROUTER PROCESSING", b"ping", b"keepalive", b"", b"null", b'{"type":"ping"}'],
)
def test_turns_text_without_json_into_a_comment(data: bytes) -> None:
    sent, marks = run(b"data: " + data + b"\n\n" + GOOD + STOP + DONE)
    assert sent.startswith(b": ")
    assert sent.endswith(b"\n\n" + GOOD + STOP + DONE)
    assert len(marks) == 1


@pytest.mark.parametrize(
    "end",
    [
        b"",
        b"data: [DONE]",
        b'data: "[DONE]"\n\n',
        b"data:[DONE]\n\n",
        b"event: done\ndata: [DONE]\n\n",
        DONE + DONE,
    ],
)
def test_closes_with_exactly_one_sentinel(end: bytes) -> None:
    sent, marks = run(GOOD + STOP + end)
    assert sent == GOOD + STOP + DONE
    assert marks


def test_drops_what_comes_after_the_sentinel() -> None:
    sent, marks = run(GOOD + STOP + DONE + GOOD + b": late\n\n")
    assert sent == GOOD + STOP + DONE
    assert len(marks) == 2


def test_invents_no_sentinel_for_a_stream_that_was_cut() -> None:
    assert run(GOOD) == (GOOD, [])


def test_leaves_a_named_event_to_those_who_know_its_name() -> None:
    stream = b'event: error\ndata: {"message":"no"}\n\n'
    assert run(stream) == (stream, [])


def test_escapes_control_characters_within_strings_instead_of_losing_the_event() -> None:
    raw = GOOD.replace(b'"content":"', b'"content":"\0\x0b\t\\"')
    assert raw != GOOD
    sent, marks = run(raw + STOP + DONE)
    first, rest = sent.split(b"\n\n", 1)
    delta = json.loads(first.removeprefix(b"data: "))["choices"][0]["delta"]
    assert delta["content"].startswith('\0\v\t"')
    assert rest == STOP + DONE
    assert len(marks) == 1

"""A plain request goes upstream as a stream; the agent gets one completion, or the truth."""

import json

import pytest

from proxy.pipeline import Pipeline
from proxy.repair import Context, Form
from proxy.repairs.forced_stream import ForceStream

TOOL_STREAM = (
    b'data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,'
    b'"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":null}]}'
    b'\n\ndata: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}\n\n'
    b'data: {"id":"c","choices":[],"usage":{"total_tokens":3}}\n\ndata: [DONE]\n\n'
)


def pipeline(request: dict[str, object]) -> Pipeline:
    return Pipeline(Context(request), [ForceStream])


@pytest.mark.parametrize("request_", [{}, {"stream": False}, {"stream": None}])
def test_asks_for_a_stream_with_usage(request_: dict[str, object]) -> None:
    asked = json.loads(pipeline(request_).request(json.dumps(request_).encode()).data)
    assert asked == {"stream": True, "stream_options": {"include_usage": True}}


def test_keeps_the_agents_own_stream_options() -> None:
    request: dict[str, object] = {"stream": False, "stream_options": {"x": 1}}
    asked = json.loads(pipeline(request).request(json.dumps(request).encode()).data)
    assert asked["stream_options"] == {"x": 1, "include_usage": True}


def test_leaves_a_streaming_request_alone() -> None:
    body = b'{"stream": true}'
    assert pipeline({"stream": True}).request(body).data is body


def test_folds_the_stream_into_one_completion() -> None:
    started = pipeline({})
    started.start(200, "text/event-stream")
    answer = json.loads(started.feed(TOOL_STREAM).data + started.finish().data)
    assert answer["object"] == "chat.completion"
    assert answer["choices"][0]["finish_reason"] == "tool_calls"
    function = {"name": "f", "arguments": "{}"}
    call = {"id": "a", "type": "function", "function": function}
    assert answer["choices"][0]["message"]["tool_calls"] == [call]
    assert answer["usage"] == {"total_tokens": 3}
    assert started.content_type == "application/json"


def test_sends_a_refusal_as_it_is() -> None:
    started = pipeline({})
    started.start(429, "application/json")
    started.feed(b'{"error":{}}')
    assert started.finish().data == b'{"error":{}}'
    assert (started.form, started.content_type) == (Form.DOCUMENT, None)

import json

import pytest

from proxy import sse
from proxy.pipeline import Pipeline
from proxy.repair import Context, Form
from proxy.repairs.failed_generation import FailedGeneration
from proxy.repairs.provider_errors import ProviderErrors
from proxy.sink import Step
from proxy.wire import JsonObject
from tests.core.repairs import Outcome, delta

REPAIRS = [FailedGeneration, ProviderErrors]
READ = {"type": "function", "function": {"name": "read"}}
REQUEST: JsonObject = {"model": "llama", "messages": [], "tools": [READ]}
CALLED = [("read", '{"path": "a"}')]


def refusal(generated: str) -> bytes:
    error = {
        "message": "Failed to call a function.",
        "type": "invalid_request_error",
        "code": "tool_use_failed",
        "failed_generation": generated,
    }
    return json.dumps({"error": error}).encode()


def refused(generated: str, *, stream: bool) -> tuple[Pipeline, Step, Outcome]:
    pipeline = Pipeline(Context({**REQUEST, "stream": stream}), REPAIRS)
    pipeline.start(400, "application/json")
    received = refusal(generated)
    pipeline.feed(received)
    step = pipeline.finish()
    marks = step.marks
    outcome = Outcome(
        received, step.data, [each.fix for each in marks], [each.message for each in marks]
    )
    return pipeline, step, outcome


@pytest.mark.parametrize(
    "generated",
    [
        '<function=read={"path": "a"}</function>',
        '<function=read>{"path": "a"}</function>',
        '```\n{"tool_calls": [{"name": "read", "parameters": {"path": "a"}}]}\n```',
        '{"name": "read", "arguments": {"path": "a"}}',
        '[{"name": "read", "parameters": {"path": "a"}}]',
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_answers_with_the_calls_that_the_error_quotes(generated: str, stream: bool) -> None:
    pipeline, step, outcome = refused(generated, stream=stream)
    assert step.failure is None
    assert pipeline.status == 200
    assert pipeline.form is (Form.STREAM if stream else Form.DOCUMENT)
    assert outcome.calls == CALLED
    assert outcome.finish == "tool_calls"
    assert outcome.fixes == ["text-tool-calls"]


def test_keeps_what_was_said_before_the_call() -> None:
    _, _, outcome = refused('I read it. <function=read>{"path": "a"}</function>', stream=False)
    assert outcome.message()["content"] == "I read it."


@pytest.mark.parametrize(
    "generated",
    ["", "I cannot do that.", "<function=launch>{}</function>", '<function=read>{"path": ', "{}"],
)
@pytest.mark.parametrize("stream", [True, False])
def test_leaves_an_error_that_quotes_no_call(generated: str, stream: bool) -> None:
    pipeline, _, outcome = refused(generated, stream=stream)
    assert pipeline.status is None
    assert outcome.sent == outcome.received
    assert not outcome.fixes


def test_goes_on_with_the_stream_that_an_error_ended() -> None:
    first = b"data: " + json.dumps(delta(role="assistant", content="")).encode() + b"\n\n"
    error = sse.encode(refusal('<function=read>{"path": "a"}</function>'), b"error")
    pipeline = Pipeline(Context({**REQUEST, "stream": True}), REPAIRS)
    pipeline.start(200, "text/event-stream")
    steps = [pipeline.feed(first + error), pipeline.finish()]
    outcome = Outcome(b"", b"".join(each.data for each in steps), [], [])
    assert pipeline.failure is None
    assert outcome.calls == CALLED
    assert outcome.finish == "tool_calls"
    assert {each["id"] for each in outcome.chunks} == {"chatcmpl-1"}

"""Calls in text, through a real proxy, to the SDK that agents use."""

import json
from typing import Any

from openai import OpenAI

from proxy.wire import JsonObject
from tests.fakes.upstream import FakeUpstream, document, streamed
from tests.server.conversing import openai_sdk
from tests.server.running import Running, chat, post, proxy

LOOK: Any = {
    "type": "function",
    "function": {"name": "look", "parameters": {"type": "object", "properties": {}}},
}
CALL = '<tool_call>\n{"name": "look", "arguments": {"at": "the sky"}}\n</tool_call>'
FIXES = {"text-tool-calls": True, "think-tags": True}
QUOTED = {
    "message": "Failed to call a function.",
    "type": "invalid_request_error",
    "code": "tool_use_failed",
    "failed_generation": '<function=look={"at": "the sky"}</function>',
}
REFUSAL = json.dumps({"error": QUOTED}).encode()


def event(delta: JsonObject, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return b"data: " + json.dumps({**head, "choices": [choice]}).encode() + b"\n\n"


ANSWER = streamed(
    event({"role": "assistant", "content": "<think>hm"}),
    event({"content": "</think>I look. <tool"}),
    event({"content": CALL.removeprefix("<tool")}),
    event({}, "stop"),
    b"data: [DONE]\n\n",
)


def client(running: Running) -> OpenAI:
    return openai_sdk(f"{running.url}/v1", running.key)


def test_the_sdk_sees_thought_text_and_call() -> None:
    with (
        FakeUpstream(ANSWER) as up,
        proxy(up.url, fixes=FIXES) as running,
        client(running) as sdk,
        sdk.chat.completions.stream(model="m", messages=[], tools=[LOOK]) as stream,
    ):
        completion = stream.get_final_completion()
    [choice] = completion.choices
    [call] = choice.message.tool_calls or []
    assert choice.message.content == "I look. "
    assert choice.message.model_extra == {"reasoning_content": "hm"}
    assert (call.function.name, call.function.arguments) == ("look", '{"at": "the sky"}')
    assert choice.finish_reason == "tool_calls"


def test_the_sdk_gets_an_answer_in_place_of_the_error_that_quotes_it() -> None:
    refused = document(REFUSAL, "400 Bad Request")
    with FakeUpstream(refused) as up, proxy(up.url, fixes=FIXES) as running, client(running) as sdk:
        completion = sdk.chat.completions.create(model="m", messages=[], tools=[LOOK])
        [over] = running.finished()
    assert (completion.choices[0].message.tool_calls or [])[0].type == "function"
    assert completion.choices[0].finish_reason == "tool_calls"
    assert (over.status, over.outcome, over.findings) == (200, "done", {"text-tool-calls": 1})


def test_an_agent_that_streams_gets_a_stream_in_place_of_that_error() -> None:
    refused = document(REFUSAL, "400 Bad Request")
    with FakeUpstream(refused) as up, proxy(up.url, fixes=FIXES) as running:
        answer = post(running, chat(tools=[LOOK]))
    assert answer.status == 200
    assert answer.header("content-type") == ["text/event-stream"]
    assert answer.body.endswith(b"data: [DONE]\n\n")
    assert b'"look"' in answer.body


def test_the_error_stays_one_where_the_fix_is_off() -> None:
    with FakeUpstream(document(REFUSAL, "400 Bad Request")) as up, proxy(up.url) as running:
        answer = post(running, chat(tools=[LOOK]))
        [over] = running.finished()
    assert (answer.status, answer.body) == (400, REFUSAL)
    assert over.would_mend == {"text-tool-calls": 1}

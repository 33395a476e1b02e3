"""Conversations that OpenAI's own SDK holds through a real proxy."""

import json
from typing import Any, cast

import pytest
from openai import LengthFinishReasonError, OpenAIError
from openai.types.chat import ChatCompletion, ChatCompletionMessage
from pydantic import ValidationError

from proxy.wire import JsonObject
from tests.corpus import Case, case as case_named
from tests.fakes.upstream import FakeUpstream
from tests.server.conversing import (
    CASES,
    DEMO_FIXES,
    DEMO_HEARD,
    QUICK,
    Call,
    Heard,
    Script,
    Talk,
    demo_talk,
    meant,
    openai_sdk,
    quick_demo,
    same_ids,
    talk_of,
)
from tests.server.running import proxy

# What it cannot read as it came, one case of each kind.
HURTING = [
    "args-absent-parallel",
    "args-double-encoded",
    "args-empty-string",
    "args-replayed-at-end",
    "choice-index-missing",
    "error-named-event",
    "finish-stop-with-tools-nonstream",
    "finish-twice-toolcalls-then-stop",
    "idx-always-zero-distinct-ids",
    "idx-gap",
    "idx-missing-parallel-one-per-chunk",
    "idx-null",
    "legacy-function-call-stream",
    "mode-sse-for-nonstream-mislabelled",
    "name-repeated-every-delta",
    "split-choices-stream",
    "sse-comment-as-data",
    "text-hermes-json",
    "think-tags-inline",
    "usage-chunk-no-choices-key",
]


class OpenAiAgent:
    """An agent in few lines: it runs a tool only where the answer says so."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._sdk = openai_sdk(talk.url, talk.key)
        self._messages: list[Any] = [{"role": "user", "content": "Go."}]

    def hold(self) -> Heard:
        """Hold the conversation."""
        with self._sdk:
            try:
                first = self._turn()
                calls = self._run(first)
                last = self._turn() if calls else first
            except (
                OpenAIError,
                ValidationError,
                ValueError,
                TypeError,
                AttributeError,
                IndexError,
            ):
                # With none of them would an agent have an answer.
                return Heard(failed=True)
        return Heard(calls, last.choices[0].message.content or "")

    def _turn(self) -> ChatCompletion:
        asked: dict[str, Any] = {"model": self._talk.model, "messages": self._messages}
        if self._talk.tools:
            asked["tools"] = [*self._talk.tools]
        if self._talk.forced:
            function = {"name": self._talk.forced}
            asked["tool_choice"] = {"type": "function", "function": function}
        if not self._talk.stream:
            # Its type depends on the arguments, which are only known here.
            create: Any = self._sdk.chat.completions.create
            return cast("ChatCompletion", create(**asked))
        try:
            with self._sdk.chat.completions.stream(**asked) as stream:
                return stream.get_final_completion()
        except LengthFinishReasonError as cut:
            return cut.completion

    def _run(self, answer: ChatCompletion) -> list[Call]:
        choice = answer.choices[0]
        ending = "stop" if self._talk.forced else "tool_calls"
        if choice.finish_reason != ending or not choice.message.tool_calls:
            return []
        self._messages.append(_replayed(choice.message))
        calls: list[Call] = []
        for call in choice.message.tool_calls:
            assert call.type == "function"
            calls.append((call.function.name, json.loads(call.function.arguments)))
            self._messages.append({"role": "tool", "tool_call_id": call.id, "content": "fine"})
        return calls


def _replayed(message: ChatCompletionMessage) -> JsonObject:
    members = {"role", "content", "tool_calls"}
    replayed: JsonObject = message.model_dump(include=members, exclude_none=True)
    return replayed


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_openai_sdk_hears_what_the_model_meant(case: Case) -> None:
    script = Script(case)
    with FakeUpstream(script) as up, proxy(up.url, limits=QUICK, fixes=case.fixes) as running:
        heard = OpenAiAgent(talk_of(case, running)).hold()
    assert heard == meant(case)
    assert not heard.calls or same_ids(script, case)


@pytest.mark.parametrize("name", HURTING)
def test_the_openai_sdk_hears_something_else_without_the_fix(name: str) -> None:
    case = case_named(name)
    with FakeUpstream(Script(case)) as up, proxy(up.url, passthrough=True) as running:
        heard = OpenAiAgent(talk_of(case, running)).hold()
    assert heard != meant(case)


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
@pytest.mark.parametrize("scenario", DEMO_HEARD)
def test_the_openai_sdk_talks_to_the_demo(
    scenario: str, stream: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_demo(monkeypatch)
    with proxy(fixes=DEMO_FIXES) as running:
        heard = OpenAiAgent(demo_talk(running, scenario, stream=stream)).hold()
    assert heard == DEMO_HEARD[scenario]

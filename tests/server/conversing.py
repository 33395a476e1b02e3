"""A conversation of two turns: the model calls a tool, is told its result, and says a last word.

The first turn is the answer of a case, the second a healthy one; an official SDK holds the
conversation. What it made of it must be what the case says the model meant.
"""

import json
import ssl
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pytest
from openai import DefaultHttpxClient, OpenAI

from proxy import wire
from proxy.demo import SCENARIOS
from proxy.limits import Limits
from proxy.wire import JsonObject
from tests.corpus import Case, cases
from tests.fakes.upstream import (
    CLOSE,
    LAST,
    STALL,
    Request,
    Step,
    document,
    framed,
    streamed,
)
from tests.server.running import Running

Call: TypeAlias = tuple[str, Any]
"""The name of a tool and what it was run with."""

LAST_WORD = "That is all."
QUICK = Limits(sentinel_grace=0.3)
GENERATED = "<generated>"

CASES = [
    each for each in cases() if not each.obstacle and each.status == 200 and "n" not in each.request
]
CITY: JsonObject = {"type": "object", "properties": {"city": {"type": "string"}}}
WEATHER: JsonObject = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": CITY},
}


@dataclass(frozen=True)
class Talk:
    """What an SDK is to ask for."""

    url: str
    key: str
    model: str
    stream: bool
    tools: tuple[JsonObject, ...]
    forced: str = ""
    """The one tool that may be called."""


@dataclass
class Heard:
    """What an SDK made of the answers."""

    calls: list[Call] = field(default_factory=list[Call])
    text: str = ""
    """What was said last."""
    failed: bool = False
    """An error was raised."""


DEMO_FIXES = {"force-stream": True}
"""What the demo's scenarios need beside the fixes that are on at first."""
_BOTH = [("get_weather", {"city": "Beijing"}), ("get_weather", {"city": "Hamburg"})]
DEMO_HEARD = {
    scenario: Heard(failed=True)
    if scenario in ("cut-off", "error-inside")
    else Heard(_BOTH, "The tool says: fine")
    for scenario in SCENARIOS
}
"""What an agent must hear of each scenario, streaming or not."""


# To read the system's authorities takes an SDK longer than a whole conversation.
_AUTHORITIES = ssl.create_default_context()


def openai_sdk(url: str, key: str) -> OpenAI:
    """Return OpenAI's own SDK, as an agent has it, which asks once."""
    return OpenAI(
        base_url=url,
        api_key=key,
        max_retries=0,
        timeout=15,
        http_client=DefaultHttpxClient(verify=_AUTHORITIES),
    )


def quick_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no scenario take longer than a test may."""
    monkeypatch.setattr("proxy.demo._SLOW_SECONDS", 0.03)
    monkeypatch.setattr("proxy.demo.PACE_SECONDS", 0.001)


def talk_of(case: Case, running: Running) -> Talk:
    """Return the conversation that a case begins."""
    choice = wire.child(case.request, "tool_choice")
    return Talk(
        url=f"{running.url}/v1",
        key=running.key,
        model="m",
        stream=case.request.get("stream") is True,
        tools=tuple(wire.objects(case.request, "tools")),
        forced=wire.text(wire.function(choice), "name"),
    )


def demo_talk(running: Running, scenario: str, *, stream: bool) -> Talk:
    """Return a conversation with the demo."""
    return Talk(f"{running.url}/v1", running.key, scenario, stream, (WEATHER,))


class Script:
    """Plays a case to whoever has no tool's result yet, a healthy answer to all others."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self.told: list[JsonObject] = []
        """The messages of the second turn's request."""

    def __call__(self, request: Request) -> list[Step]:
        body: JsonObject = json.loads(request.body)
        messages = [*wire.objects(body, "messages")]
        if not any(each.get("role") == "tool" for each in messages):
            return _recorded(self._case)
        self.told = messages
        return _last_word(stream=body.get("stream") is True)

    @property
    def asked(self) -> list[str]:
        """The ids of the calls in the second turn's history."""
        calls = [call for each in self.told for call in wire.objects(each, "tool_calls")]
        return [wire.text(call, "id") for call in calls]

    @property
    def answered(self) -> list[str]:
        """The ids of the calls whose results stand right behind them."""
        results = [each for each in self.told[-len(self.asked) :] if each["role"] == "tool"]
        return [wire.text(each, "tool_call_id") for each in results]


def meant(case: Case) -> Heard:
    """Return what a case's model meant, as an agent that runs tools must hear it."""
    if case.final is None:
        return Heard(failed=True)
    message = wire.child(case.final, "message")
    functions = [wire.function(each) for each in wire.objects(message, "tool_calls")]
    if not functions:
        return Heard(text=wire.text(message, "content"))
    if case.final.get("finish_reason") != _finish_of_calls(case):
        return Heard()
    calls = [(wire.text(each, "name"), json.loads(each["arguments"])) for each in functions]
    return Heard(calls, LAST_WORD)


def same_ids(script: Script, case: Case) -> bool:
    """Tell whether the second turn answered just the calls that were meant, each by its own id."""
    message = wire.child(case.final or {}, "message")
    wanted = [wire.text(each, "id") for each in wire.objects(message, "tool_calls")]
    asked = script.asked
    known = [mine if mine == GENERATED else its for mine, its in zip(wanted, asked, strict=True)]
    return known == wanted and script.answered == asked and len({*asked}) == len(asked)


def _finish_of_calls(case: Case) -> str:
    # OpenAI itself says so where the request names the tool.
    return "stop" if wire.child(case.request, "tool_choice") else "tool_calls"


def _recorded(case: Case) -> list[Step]:
    named = {
        name: value
        for name, value in case.headers.items()
        if name not in ("content-length", "transfer-encoding", "connection")
    }
    named["transfer-encoding"] = "chunked"
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    steps: list[Step] = [f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode()]
    steps += [framed(piece) for piece in case.pieces if piece]
    match case.ending:
        case "eof":
            return [*steps, CLOSE]
        case "open":
            return [*steps, STALL]
        case _:
            return [*steps, LAST]


def _last_word(*, stream: bool) -> list[Step]:
    head: JsonObject = {"id": "c2", "created": 1, "model": "m"}
    if not stream:
        message = {"role": "assistant", "content": LAST_WORD}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return document(wire.encode({**head, "object": "chat.completion", "choices": [choice]}))
    chunks: list[JsonObject] = [
        {"index": 0, "delta": {"role": "assistant", "content": LAST_WORD}, "finish_reason": None},
        {"index": 0, "delta": {}, "finish_reason": "stop"},
    ]
    head["object"] = "chat.completion.chunk"
    events = [b"data: %s\n\n" % wire.encode({**head, "choices": [each]}) for each in chunks]
    return streamed(*events, b"data: [DONE]\n\n")

"""Streams and plain answers to try a repair on: what goes in, and what the agent gets."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from proxy import wire
from proxy.aggregate import Fold
from proxy.pipeline import Pipeline
from proxy.repair import Context, Repair
from proxy.wire import JsonObject

ABSENT: Any = object()
"""For a member that is left out, where None stands for null."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one answer."""

    received: bytes
    sent: bytes
    fixes: list[str]
    """The fixes that acted, in order."""
    messages: list[str]
    """What each said."""

    @property
    def failed(self) -> bool:
        """A fix raised and was switched off."""
        return any("failed" in each for each in self.messages)

    @property
    def untouched(self) -> bool:
        return self.sent == self.received and not self.fixes

    @property
    def chunks(self) -> list[JsonObject]:
        blocks = self.sent.decode().split("\n\n")
        return [json.loads(each[6:]) for each in blocks if each.startswith("data: {")]

    @property
    def completion(self) -> JsonObject:
        if not self.sent.startswith(b"data:"):
            return json.loads(self.sent)
        fold = Fold()
        for chunk in self.chunks:
            fold.add(chunk)
        return fold.completion()

    def message(self, choice: int = 0) -> JsonObject:
        return self.completion["choices"][choice]["message"]

    @property
    def calls(self) -> list[tuple[str, str]]:
        """Name and arguments of every call in the first choice."""
        functions = [call["function"] for call in self.message().get("tool_calls", [])]
        return [(each["name"], each["arguments"]) for each in functions]

    @property
    def ids(self) -> list[str]:
        return [call["id"] for call in self.message().get("tool_calls", [])]

    @property
    def finish(self) -> str | None:
        return self.completion["choices"][0]["finish_reason"]

    @property
    def entries(self) -> list[JsonObject]:
        """Every tool-call entry of the stream, in order."""
        deltas = (wire.delta(choice) for each in self.chunks for choice in wire.choices(each))
        return [entry for each in deltas for entry in wire.objects(each, "tool_calls")]


def entry(
    arguments: Any = ABSENT, *, name: Any = ABSENT, function: Any = ABSENT, **members: Any
) -> JsonObject:
    """A tool-call entry; its index, id and type are given by name."""
    if function is ABSENT:
        function = {"name": name, "arguments": arguments}
        function = {key: value for key, value in function.items() if value is not ABSENT}
    return {**members, "function": function}


def opening(index: int, call_id: str, name: str, arguments: str = "") -> JsonObject:
    """The first entry of a call as OpenAI sends it."""
    return entry(arguments, name=name, index=index, id=call_id, type="function")


def chunk(*choices: JsonObject, **members: Any) -> JsonObject:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return {**head, "choices": list(choices), **members}


def delta(choice: int = 0, finish: str | None = None, **members: Any) -> JsonObject:
    return chunk({"index": choice, "delta": members, "finish_reason": finish})


def calls(*entries: JsonObject, choice: int = 0, finish: str | None = None) -> JsonObject:
    """A chunk with these tool-call entries."""
    return delta(choice, finish, tool_calls=list(entries))


def stream(
    repairs: Sequence[type[Repair]],
    chunks: Sequence[JsonObject],
    request: JsonObject | None = None,
    *,
    sentinel: bool = True,
    clean: bool = True,
) -> Outcome:
    """Send chunks as a stream through these repairs."""
    blocks = [b"data: %s\n\n" % json.dumps(each).encode() for each in chunks]
    received = b"".join([*blocks, b"data: [DONE]\n\n"] if sentinel else blocks)
    return replay(repairs, received, {"stream": True, **(request or {})}, clean=clean)


def document(
    repairs: Sequence[type[Repair]], body: JsonObject, request: JsonObject | None = None
) -> Outcome:
    """Send a plain answer through these repairs."""
    return replay(repairs, json.dumps(body).encode(), request or {})


def answer(*choices: JsonObject) -> JsonObject:
    return {"id": "chatcmpl-1", "object": "chat.completion", "model": "m", "choices": list(choices)}


def choice_of(*tool_calls: JsonObject, index: int = 0, finish: str | None = None) -> JsonObject:
    """A choice of a plain answer that calls these tools."""
    message = {"role": "assistant", "content": None, "tool_calls": list(tool_calls)}
    return {"index": index, "message": message, "finish_reason": finish or "tool_calls"}


def replay(
    repairs: Sequence[type[Repair]], received: bytes, request: JsonObject, *, clean: bool = True
) -> Outcome:
    """Send bytes through these repairs."""
    pipeline = Pipeline(Context(request), repairs)
    kind = "text/event-stream" if received.startswith(b"data:") else "application/json"
    pipeline.start(200, kind)
    steps = [pipeline.feed(received), pipeline.finish(clean=clean)]
    sent = b"".join(step.data for step in steps)
    marks = [mark for step in steps for mark in step.marks]
    return Outcome(received, sent, [each.fix for each in marks], [each.message for each in marks])


def again(repairs: Sequence[type[Repair]], outcome: Outcome, request: JsonObject) -> Outcome:
    """Send what the agent got through the same repairs once more."""
    streaming = outcome.sent.startswith(b"data:")
    return replay(repairs, outcome.sent, {**request, "stream": streaming})

"""The strict client: what an official SDK makes of the bytes that were sent, or why it cannot.

It reads the one framing that every client reads, and no defect of the wire is forgiven: who mends
an answer must satisfy it.
"""

import json
from dataclasses import dataclass, field
from typing import Any, cast

from proxy import wire
from proxy.wire import JsonObject

_DONE = "data: [DONE]"


class BrokenAnswerError(Exception):
    """A client would fail on this answer."""


@dataclass(slots=True)
class Reply:
    """An answer as a program sees it."""

    message: JsonObject = field(default_factory=dict[str, Any])
    finish_reason: str | None = None
    usage: JsonObject | None = None
    error: JsonObject | None = None
    """An error event, or the body of an answer with an error's status."""


def read(sent: bytes, *, stream: bool, choice: int = 0) -> Reply:
    """Read an answer in the form that was asked for."""
    return _read_stream(sent, choice) if stream else _read_completion(sent, choice)


def _read_completion(sent: bytes, choice: int) -> Reply:
    try:
        body: JsonObject = json.loads(sent)
    except ValueError as error:
        raise BrokenAnswerError("no JSON") from error
    if body.get("error"):
        return Reply(error=body["error"])
    chosen = body["choices"][choice]
    message = chosen["message"]
    calls = [_whole_call(call) for call in wire.objects(message, "tool_calls")]
    text = message.get("content")
    _require(text is None or isinstance(text, str), "content is no text")
    return Reply(
        _message(text or "", message.get("reasoning_content") or "", calls),
        chosen["finish_reason"],
        body.get("usage"),
    )


def _whole_call(call: JsonObject) -> JsonObject:
    _require("index" not in call, "a call of a plain message has an index")
    function = call["function"]
    _require(isinstance(function["arguments"], str), "arguments are no text")
    return _call(call["id"], call["type"], function["name"], function["arguments"])


def _call(call_id: str, kind: str, name: str, arguments: str) -> JsonObject:
    _require(kind == "function", "a call of another type")
    _require(bool(call_id and call_id.strip()), "a call without id")
    return {
        "id": call_id, "type": "function", "function": {"name": name, "arguments": arguments},
    }  # fmt: skip


def _message(text: str, reasoning: str, calls: list[JsonObject]) -> JsonObject:
    message: JsonObject = {"role": "assistant", "content": text or (None if calls else "")}
    if calls:
        message["tool_calls"] = calls
    if reasoning:
        message["reasoning_content"] = reasoning
    return message


@dataclass(slots=True)
class _Stream:
    choice: int
    texts: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    calls: list[JsonObject] = field(default_factory=list[JsonObject])
    finish: str | None = None
    usage: JsonObject | None = None

    def add(self, chunk: JsonObject) -> None:
        for member in ("id", "object", "created", "model", "choices"):
            _require(chunk.get(member) is not None, f"a chunk without {member}")
        self.usage = chunk.get("usage") or self.usage
        for choice in chunk["choices"]:
            _require(isinstance(choice["index"], int), "a choice without index")
            _require(isinstance(choice["delta"], dict), "a choice without delta")
            if choice["index"] == self.choice:
                self._choice(choice)

    def _choice(self, choice: JsonObject) -> None:
        delta = choice["delta"]
        _require(self.finish is None or not any(delta.values()), "a delta after the finish reason")
        for member in ("content", "reasoning_content"):
            text = delta.get(member)
            _require(text is None or isinstance(text, str), f"{member} is no text")
            if text:
                self.texts.setdefault(member, []).append(text)
        for fragment in wire.objects(delta, "tool_calls"):
            self._fragment(fragment)
        finish = choice.get("finish_reason")
        _require(finish is None or self.finish is None, "two finish reasons")
        _require(finish != "", "an empty finish reason")
        self.finish = finish or self.finish

    def _fragment(self, fragment: JsonObject) -> None:
        place, function = fragment.get("index"), wire.function(fragment)
        _require(isinstance(place, int), "a fragment without index")
        index = cast("int", place)
        _require(0 <= index <= len(self.calls), "an index that is not the next")
        arguments = function.get("arguments")
        _require(arguments is None or isinstance(arguments, str), "arguments are no text")
        if index == len(self.calls):
            call = _call(fragment["id"], fragment["type"], function["name"], "")
            _require(all(call["id"] != each["id"] for each in self.calls), "two calls of one id")
            self.calls.append(call)
        else:
            repeated = fragment.get("id") or function.get("name")
            _require(not repeated, "id or name on a later fragment")
            _require(fragment.get("type", "function") == "function", "a type that is none")
        self.calls[index]["function"]["arguments"] += arguments or ""

    def reply(self, error: JsonObject | None) -> Reply:
        _require(error is not None or self.finish is not None, "no finish reason")
        text, reasoning = (
            "".join(self.texts.get(each, [])) for each in ("content", "reasoning_content")
        )
        return Reply(_message(text, reasoning, self.calls), self.finish, self.usage, error)


def _read_stream(sent: bytes, choice: int) -> Reply:
    started = _Stream(choice)
    if sent.startswith(b"{"):
        # The body of an error's status: nothing streamed.
        return _read_completion(sent, choice)
    *blocks, rest = sent.decode().split("\n\n")
    _require(not rest, "the last event has no blank line")
    for number, block in enumerate(blocks):
        lines = [line for line in block.split("\n") if not line.startswith(":")]
        if not lines:
            continue
        last = number == len(blocks) - 1
        if lines == [_DONE]:
            _require(last, "something after the sentinel")
            return started.reply(None)
        _require(len(lines) == 1 and lines[0].startswith("data: {"), "an event of another form")
        chunk: JsonObject = json.loads(lines[0].removeprefix("data: "))
        if chunk.get("error"):
            _require(last, "something after the error")
            return started.reply(chunk["error"])
        started.add(chunk)
    raise BrokenAnswerError("no sentinel")


def _require(condition: bool, complaint: str) -> None:
    if not condition:
        raise BrokenAnswerError(complaint)

"""The built-in provider that is broken on purpose: no key, no network, one scenario a model.

It is the first-run demonstration, the default of a fresh configuration, and a fixture for tests.
Each scenario is a healthy answer and the one thing that is done to it; the tool that is called is
the agent's own, with arguments that fit its schema.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, cast

import httpx

from proxy import sse, wire
from proxy.wire import JsonObject

PACE_SECONDS = 0.012
"""Between two events, as a quick provider has it."""
_SLOW_SECONDS = 0.6

_WEATHER: JsonObject = {
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
_HEAD: JsonObject = {
    "id": "chatcmpl-demo",
    "object": "chat.completion.chunk",
    "created": 1_760_000_000,
}
_USAGE: JsonObject = {"prompt_tokens": 21, "completion_tokens": 34, "total_tokens": 55}


@dataclass(frozen=True, slots=True)
class Turn:
    """What the model means to say."""

    model: str
    text: str
    calls: tuple[tuple[str, str], ...] = ()
    """Name and arguments of each call."""
    usage: bool = False


@dataclass(slots=True)
class Wire:
    """How it is sent: a healthy stream, until a scenario has changed it."""

    deltas: list[JsonObject]
    finish: str
    choice_of: Callable[[JsonObject], int] = field(default=lambda _: 0)
    sentinel: bool = True
    pace: float = field(default_factory=lambda: PACE_SECONDS)
    status: int = 200
    body: bytes | None = None
    """Sent instead of everything else."""


class _Pieces(httpx.AsyncByteStream):
    def __init__(self, pieces: list[bytes], pace: float) -> None:
        self._pieces = pieces
        self._pace = pace

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for number, piece in enumerate(self._pieces):
            if number:
                await asyncio.sleep(self._pace)
            yield piece


class DemoTransport(httpx.AsyncBaseTransport):
    """Answers as a provider would, inside the process."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer chat completions and the list of models; 404 for all else."""
        path = request.url.path.removeprefix("/v1/")
        if path == "models":
            return _json({"object": "list", "data": [_model(name) for name in SCENARIOS]})
        if path.startswith("models/") and path.removeprefix("models/") in SCENARIOS:
            return _json(_model(path.removeprefix("models/")))
        if path != "chat/completions":
            return _refusal("The demo answers chat completions and models only.")
        return _answer(wire.decode_object(await request.aread()) or {})


def _answer(asked: JsonObject) -> httpx.Response:
    scenario = SCENARIOS.get(wire.text(asked, "model"))
    if scenario is None:
        return _refusal("There is no such scenario. The list of models names them all.")
    turn = _turn(asked)
    sent = _healthy(turn)
    scenario(sent, turn)
    streams = asked.get("stream") is True
    if sent.body is not None:
        return _json(sent.body, sent.status)
    if not streams and wire.text(asked, "model") != "stream-only":
        return _json(_completion(sent, turn))
    events = _events(sent, turn)
    if not streams:
        # This provider answers a plain request with fragments of its stream.
        events = events[:-1]
    head = {"content-type": "text/event-stream" if streams else "application/json"}
    return httpx.Response(200, headers=head, stream=_Pieces(events, sent.pace))


def _turn(asked: JsonObject) -> Turn:
    model = wire.text(asked, "model")
    usage = wire.child(asked, "stream_options").get("include_usage") is True
    messages = [*wire.objects(asked, "messages")]
    results = [each for each in messages if each.get("role") == "tool"]
    if results:
        said = json.dumps(results[-1].get("content"), ensure_ascii=False).strip('"')
        return Turn(model, f"The tool says: {said[:200]}", usage=usage)
    tools = [wire.function(tool) for tool in wire.objects(asked, "tools")] or [_WEATHER]
    calls = [(wire.text(tool, "name"), _arguments(tool)) for tool in tools[:2]]
    if len(calls) == 1 and asked.get("parallel_tool_calls") is not False:
        calls.append((calls[0][0], _arguments(tools[0], second=True)))
    return Turn(model, "I will look that up.", tuple(calls), usage)


def _arguments(tool: JsonObject, *, second: bool = False) -> str:
    schema = wire.child(tool, "parameters")
    members = wire.child(schema, "properties")
    made = {name: _example(name, wire.child(members, name), second=second) for name in members}
    return json.dumps(made, ensure_ascii=False)


def _example(name: str, schema: JsonObject, *, second: bool) -> Any:
    choices = schema.get("enum")
    if isinstance(choices, list) and choices:
        return cast("list[Any]", choices)[0]
    match schema.get("type"):
        case "integer" | "number":
            return 2 if second else 1
        case "boolean":
            return True
        case "array":
            return []
        case "object":
            return {}
        case _:
            return ("Hamburg" if second else "Beijing") if name == "city" else name


def _healthy(turn: Turn) -> Wire:
    words = turn.text.split(" ")
    deltas: list[JsonObject] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": word if not n else f" {word}"} for n, word in enumerate(words)]
    for index, (name, arguments) in enumerate(turn.calls):
        half = len(arguments) // 2
        function = {"name": name, "arguments": ""}
        first = {"index": index, "id": f"call_demo{index}", "type": "function"}
        deltas.append({"tool_calls": [{**first, "function": function}]})
        deltas += [
            {"tool_calls": [{"index": index, "function": {"arguments": part}}]}
            for part in (arguments[:half], arguments[half:])
        ]
    return Wire(deltas, "tool_calls" if turn.calls else "stop")


def _events(sent: Wire, turn: Turn) -> list[bytes]:
    head = {**_HEAD, "model": turn.model}
    chunks: list[JsonObject] = [
        {**head, "choices": [{"index": sent.choice_of(d), "delta": d, "finish_reason": None}]}
        for d in sent.deltas
    ]
    if sent.finish:
        last: JsonObject = {"index": 0, "delta": {}, "finish_reason": sent.finish}
        chunks.append({**head, "choices": [last]})
    if turn.usage and sent.finish:
        chunks.append({**head, "choices": [], "usage": _USAGE})
    events = [sse.encode(wire.encode(chunk)) for chunk in chunks]
    return [*events, sse.encode(sse.SENTINEL)] if sent.sentinel else events


def _completion(sent: Wire, turn: Turn) -> JsonObject:
    calls = [
        {"id": f"call_demo{n}", "type": "function", "function": {"name": name, "arguments": text}}
        for n, (name, text) in enumerate(turn.calls)
    ]
    message: JsonObject = {"role": "assistant", "content": turn.text}
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "finish_reason": sent.finish or "stop"}
    head = {**_HEAD, "object": "chat.completion", "model": turn.model}
    return {**head, "choices": [choice], "usage": _USAGE}


def _calls(sent: Wire) -> list[JsonObject]:
    return [call for delta in sent.deltas for call in wire.objects(delta, "tool_calls")]


def _as_it_should_be(sent: Wire, _: Turn) -> None:
    """Nothing is broken."""


def _missing_index(sent: Wire, _: Turn) -> None:
    """The calls' fragments carry no index."""
    for call in _calls(sent):
        del call["index"]


def _index_always_zero(sent: Wire, _: Turn) -> None:
    """Every call has the index 0."""
    for call in _calls(sent):
        call["index"] = 0


def _stop_after_tools(sent: Wire, _: Turn) -> None:
    """The turn claims to have just stopped."""
    sent.finish = "stop"


def _split_choices(sent: Wire, _: Turn) -> None:
    """The calls stand in a second choice."""
    sent.choice_of = lambda delta: int("tool_calls" in delta)


def _text_after_tools(sent: Wire, turn: Turn) -> None:
    """Text follows the calls."""
    if turn.calls:
        sent.deltas.append({"content": " One moment."})


def _cut_off(sent: Wire, _: Turn) -> None:
    """The stream ends in the middle of a call."""
    del sent.deltas[-1]
    sent.finish, sent.sentinel = "", False


def _slow(sent: Wire, _: Turn) -> None:
    """Each event takes its time."""
    sent.pace = _SLOW_SECONDS


def _no_sentinel(sent: Wire, _: Turn) -> None:
    """``[DONE]`` never comes."""
    sent.sentinel = False


def _object_arguments(sent: Wire, turn: Turn) -> None:
    """The arguments are an object instead of its text."""
    whole = [json.loads(arguments) for _, arguments in turn.calls]
    sent.deltas = [delta for delta in sent.deltas if "tool_calls" not in delta]
    for index, (name, _) in enumerate(turn.calls):
        function = {"name": name, "arguments": whole[index]}
        call = {"index": index, "id": f"call_demo{index}", "type": "function", "function": function}
        sent.deltas.append({"tool_calls": [call]})


def _error_inside(sent: Wire, _: Turn) -> None:
    """An error comes with status 200."""
    error = {"message": "The demo is overloaded.", "code": 429}
    sent.body = wire.encode({"success": False, "error": error})


def _json_for_stream(sent: Wire, turn: Turn) -> None:
    """One plain answer comes where a stream was asked for."""
    sent.body = wire.encode(_completion(sent, turn))


SCENARIOS: dict[str, Callable[[Wire, Turn], None]] = {
    "healthy": _as_it_should_be,
    "missing-index": _missing_index,
    "index-always-zero": _index_always_zero,
    "stream-only": _as_it_should_be,
    "stop-after-tools": _stop_after_tools,
    "split-choices": _split_choices,
    "text-after-tools": _text_after_tools,
    "cut-off": _cut_off,
    "slow": _slow,
    "no-sentinel": _no_sentinel,
    "object-arguments": _object_arguments,
    "error-inside": _error_inside,
    "json-for-stream": _json_for_stream,
}
"""By model; the docstring of each says what is broken."""


def _model(name: str) -> JsonObject:
    return {"id": name, "object": "model", "created": 1_760_000_000, "owned_by": "wiremend"}


def _json(body: JsonObject | bytes, status: int = 200) -> httpx.Response:
    data = body if isinstance(body, bytes) else wire.encode(body)
    return httpx.Response(status, headers={"content-type": "application/json"}, content=data)


def _refusal(message: str) -> httpx.Response:
    error = {"message": message, "type": "not_found_error", "param": None, "code": None}
    return _json({"error": error}, 404)

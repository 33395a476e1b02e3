"""Translate ``function_call``, which OpenAI has replaced, into ``tool_calls``.

Agents that declare ``tools`` do not look at it, so no tool runs (endolith/open-interpreter#334 is
one of the last to read it). An agent that declares ``functions`` speaks the old tongue itself and
gets what came.

See: https://platform.openai.com/docs/api-reference/chat (function_call, deprecated)
"""

import re
from dataclasses import dataclass, field
from typing import cast

from proxy import wire
from proxy.call_ids import CallIds
from proxy.repair import Context, Finding, Group, Output, Repair
from proxy.scan import JsonScan
from proxy.wire import JsonObject


@dataclass(slots=True)
class _Choice:
    count: int = 0
    """How many calls have been opened."""
    name: str = ""
    scan: JsonScan = field(default_factory=JsonScan)
    modern: bool = False
    """It calls tools in the new way, too: the old one would call them twice."""


class LegacyFunctions(Repair):
    """Send a function call as a tool call."""

    name = "legacy-functions"
    title = "Translate function_call"
    group = Group.TOOL_CALLS
    default = False
    symptom = "The provider calls functions in OpenAI's old way, which agents ignore."
    remedy = "function_call is sent as a tool call with an id of its own."
    signs = re.compile(rb'"function_call"\s*:\s*\{')
    price = "None for agents that declare tools."

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ids = CallIds(context, self.name)
        self._choices: dict[int, _Choice] = {}

    @classmethod
    def applies(cls, context: Context) -> bool:
        return not any(wire.objects(context.request, "functions"))

    def chunk(self, chunk: JsonObject) -> Output:
        for choice in wire.choices(chunk):
            state = self._choices.setdefault(wire.index(choice), _Choice())
            delta = wire.delta(choice)
            state.modern = state.modern or (not state.count and any(wire.tool_calls(choice)))
            if state.modern:
                continue
            if isinstance(delta.get("function_call"), dict) and delta["function_call"]:
                call = cast("JsonObject", delta.pop("function_call"))
                delta["tool_calls"] = [self._entry(chunk, call, state)]
                yield Finding(self.name, "translated function_call into a tool call")
            if state.count and choice.get("finish_reason") == "function_call":
                choice["finish_reason"] = "tool_calls"
                yield Finding(self.name, "translated the finish reason function_call")
        yield chunk

    def _entry(self, chunk: JsonObject, call: JsonObject, state: _Choice) -> JsonObject:
        arguments = call.get("arguments")
        name = wire.text(call, "name")
        function = {key: value for key, value in call.items() if key != "name"}
        if not state.count or _opens(name, arguments, state):
            state.count += 1
            state.name, state.scan = name, JsonScan()
            head: JsonObject = {"id": self._ids.make(chunk), "type": "function"}
            function = {"name": name, **function}
        else:
            head = {}
            if name and not state.name:
                state.name = function["name"] = name
        if isinstance(arguments, str):
            state.scan.feed(arguments)
        return {"index": state.count - 1, **head, "function": function}


def _opens(name: str, arguments: object, state: _Choice) -> bool:
    """Tell whether a name is that of another call."""
    if not name.strip() or not state.name:
        return False
    starts = isinstance(arguments, str) and arguments.lstrip().startswith("{")
    return name != state.name or (state.scan.complete and starts)

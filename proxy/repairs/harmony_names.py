"""Take harmony's markup off the names of tool calls.

gpt-oss servers that cut its messages in the wrong place send ``get_weather<|channel|>commentary``
as the name of a tool, and no agent has such a one (vllm-project/vllm#32587,
movieclaw/movieclaw#224).
Only where what stands before the markup is a declared tool.
"""

import re

from proxy import wire
from proxy.repair import Context, Finding, Group, Output, Repair
from proxy.wire import JsonObject

_MARKUP = "<|"


class HarmonyNames(Repair):
    """Cut names of tool calls off at the first special token."""

    name = "text-tool-calls"
    title = "Find tool calls in the text"
    group = Group.GUESSES
    default = False
    symptom = "The agent knows no tool of the name that the model called."
    remedy = "The name of the declared tool alone."
    signs = re.compile(rb'"name"\s*:\s*"[^"]*(?:<|\\u003[cC])')

    @classmethod
    def applies(cls, context: Context) -> bool:
        return any(wire.objects(context.request, "tools"))

    def chunk(self, chunk: JsonObject) -> Output:
        for choice in wire.choices(chunk):
            for call in wire.tool_calls(choice):
                name = wire.text(wire.function(call), "name")
                if _MARKUP not in name or name in self.context.schema_by_tool:
                    continue
                bare = name.partition(_MARKUP)[0].strip().removeprefix("functions.")
                if bare in self.context.schema_by_tool:
                    wire.function(call)["name"] = bare
                    yield Finding(self.name, "a tool's name ended in markup of the model; cut off")
        yield chunk

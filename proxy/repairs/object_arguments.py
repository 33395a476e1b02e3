"""Write the arguments of a tool call as text where they came as an object.

The schema says string; typed clients refuse the answer and JavaScript shows ``[object Object]``
(huggingface/text-generation-inference#2136, ggml-org/llama.cpp#20198). An empty list is no
arguments at all (nextcloud/integration_openai#243).
"""

from typing import Any

from proxy import wire
from proxy.fragments import read, write_arguments
from proxy.repair import CALLS, Finding, Group, Output, Repair
from proxy.wire import JsonObject


class ObjectArguments(Repair):
    """Turn arguments that are an object into their JSON."""

    name = "tool-arguments"
    title = "Argument repair"
    group = Group.TOOL_CALLS
    default = True
    speaks = True
    symptom = "A tool without arguments is never run, or its arguments cannot be read."
    remedy = "The arguments of each call as the JSON text of one object, said once."
    wakes_on = CALLS

    def chunk(self, chunk: JsonObject) -> Output:
        for choice in wire.choices(chunk):
            for entry in wire.tool_calls(choice):
                text = _text(wire.function(entry).get("arguments"))
                if text is not None and read(entry) is not None:
                    write_arguments(entry, text)
                    yield Finding(self.name, "wrote arguments that were an object as text")
        yield chunk


def _text(arguments: Any) -> str | None:
    if isinstance(arguments, dict):
        written = wire.encode_if_possible(arguments)
        return None if written is None else written.decode()
    # PHP writes an object without members as an empty list.
    return "" if arguments == [] else None

"""Tidy what agents send and providers refuse, where nothing is lost by it.

``tools: []`` (QwenLM/qwen-code#2054, vllm-project/vllm#39780), ``stream_options`` without a
stream (BerriAI/litellm#5803), and calls in the history whose arguments are empty, no string, or
no JSON: one of them makes every later turn fail (aws-samples/bedrock-access-gateway#258,
MiaAI-Lab/DeepSeek-v4-Flash-DSpark-2x-DGX-Spark#55).
"""

from collections.abc import Iterator
from typing import Any

from proxy import wire
from proxy.repair import Finding, Group, Repair
from proxy.wire import JsonObject

# What is only allowed beside a list that is not empty.
_DEPENDENTS = {
    "tools": ("tool_choice", "parallel_tool_calls"),
    "functions": ("function_call",),
}


class UntidyRequest(Repair):
    """Remove or mend the members of a request that say nothing."""

    name = "request-shape"
    title = "Tidy the request"
    group = Group.REQUESTS
    default = True
    symptom = (
        "The provider refuses requests because of empty tools or a broken call in the history."
    )
    remedy = "The request without the empty members, the arguments of old calls as valid JSON."

    @classmethod
    def concerns(cls, request: JsonObject) -> bool:
        return (
            any(request.get(name) == [] for name in _DEPENDENTS)
            or _pointless_options(request)
            or any(not _sound(function.get("arguments")) for function in _called(request))
        )

    def request(self, body: JsonObject) -> Iterator[Finding]:
        for name, dependents in _DEPENDENTS.items():
            if body.get(name) == []:
                for each in (name, *dependents):
                    body.pop(each, None)
                yield Finding(self.name, f"an empty list of {name}; removed")
        if _pointless_options(body):
            del body["stream_options"]
            yield Finding(self.name, "stream options without a stream; removed")
        for function in _called(body):
            if _mend_arguments(function):
                yield Finding(self.name, "a call in the history had no valid arguments; mended")


def _pointless_options(body: JsonObject) -> bool:
    return body.get("stream_options") is not None and body.get("stream") is not True


def _called(body: JsonObject) -> Iterator[JsonObject]:
    """Yield the function of every call that the history holds."""
    for message in wire.objects(body, "messages"):
        if message.get("role") == "assistant":
            yield from filter(None, map(wire.function, wire.objects(message, "tool_calls")))
            yield from filter(None, (wire.child(message, "function_call"),))


def _mend_arguments(function: JsonObject) -> bool:
    arguments = function.get("arguments")
    if _sound(arguments):
        return False
    written = isinstance(arguments, (dict, list))
    function["arguments"] = wire.dumps(arguments) if written else "{}"
    return True


def _sound(arguments: Any) -> bool:
    """Tell whether a provider would take these arguments."""
    if isinstance(arguments, str):
        return _reads(arguments)
    return arguments is not None and not isinstance(arguments, (dict, list))


def _reads(text: str) -> bool:
    try:
        wire.decode(text)
    except wire.NotJsonError:
        return False
    except wire.OpaqueJsonError:
        # It may be JSON of a kind that only others read.
        return True
    return True

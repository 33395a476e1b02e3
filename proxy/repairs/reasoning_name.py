"""Say reasoning under both of its names, ``reasoning`` and ``reasoning_content``.

vLLM renamed the member (vllm-project/vllm#50624), OpenRouter never had the other, and each client
reads one of them: thoughts are not shown, and not sent back on the next turn
(strands-agents/harness-sdk#2182). What already has both, or neither, stays as it is.
"""

import re

from proxy import wire
from proxy.repair import Finding, Group, Output, Repair
from proxy.wire import JsonObject

_USUAL = "reasoning_content"
_NAMES = (_USUAL, "reasoning")


class ReasoningName(Repair):
    """Copy reasoning to the name it lacks."""

    name = "reasoning-field"
    title = "Name reasoning both ways"
    group = Group.ANSWERS
    default = False
    symptom = "The agent does not show the model's thinking, or loses it between turns."
    remedy = "Each piece of thinking under both names."
    signs = re.compile(rb'"(?:reasoning|thinking)')
    price = "Thinking is sent twice."

    def chunk(self, chunk: JsonObject) -> Output:
        given = [_name_both(wire.delta(choice)) for choice in wire.choices(chunk)]
        if any(given):
            message = "reasoning had one of its two names; given the other as well"
            # Nearly every client reads the usual name: an answer that has it is healthy.
            yield Finding(self.name, message, routine=_USUAL not in given)
        yield chunk


def _name_both(delta: JsonObject) -> str:
    """Return the name that was given, empty where nothing was to be done."""
    for missing, present in (_NAMES, _NAMES[::-1]):
        if delta.get(missing) is None and wire.text(delta, present):
            delta[missing] = delta[present]
            return missing
    return ""

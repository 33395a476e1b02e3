"""Put usage where clients look for it, whole or not at all.

Moonshot reports it inside a choice (higress-group/higress#1568, AstrBotDevs/AstrBot#6614): token
counters stay at zero, and agents no longer know how full the context is. Others leave out counts
(vercel/ai#2763) or all of them (theopenco/llmgateway#2861), or give them as text: strict clients
refuse the whole answer. Usage that only we asked for is taken out of a stream again
(BerriAI/litellm#35290). Counts are summed, never estimated.
"""

import re
from collections.abc import Iterator

from proxy import wire
from proxy.repair import Answer, Context, Finding, Form, Group, Output, Repair
from proxy.wire import JsonObject

_COUNTS: tuple[str, ...] = ("prompt_tokens", "completion_tokens", "total_tokens")
_COUNT = re.compile("_tokens$")
_DECIMAL = re.compile("[0-9]{1,15}")
_OTHER_NAMES = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"}


class MisplacedUsage(Repair):
    """Lift usage out of choices, complete it, or take it away."""

    name = "usage"
    title = "Put usage where it belongs"
    group = Group.ANSWERS
    default = True
    symptom = "The agent shows no token counts, or refuses incomplete ones."
    remedy = "Usage on the chunk itself, with all three counts."
    wakes_on = re.compile(rb'"usage"')

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._wanted = context.usage_asked or not context.streaming
        self._streams = True

    def answer(self, answer: Answer) -> Iterator[Finding]:
        self._streams = answer.sent is Form.STREAM
        return iter(())

    def chunk(self, chunk: JsonObject) -> Output:
        wrong: list[str] = []
        if _lift(chunk, keep=self._streams):
            wrong.append("usage stood inside a choice")
        if _number(wire.child(chunk, "usage")):
            wrong.append("usage counted in text")
        if isinstance(chunk.get("usage"), dict) and not _counts(wire.child(chunk, "usage")):
            del chunk["usage"]
            wrong.append("usage counted nothing")
        if _complete(wire.child(chunk, "usage")):
            wrong.append("usage lacked a count")
        if wrong:
            yield Finding(self.name, f"{', '.join(wrong)}; mended")
        if self.usage_added and not self._wanted and "usage" in chunk:
            yield Finding(self.name, "usage that only the proxy asked for; removed", routine=True)
            counted = chunk.pop("usage") is not None
            if counted and chunk.get("choices") == []:
                return
        yield chunk


def _lift(chunk: JsonObject, *, keep: bool) -> bool:
    if chunk.get("usage") is not None:
        return False
    for choice in wire.choices(chunk):
        if usage := wire.child(choice, "usage"):
            # A stream's choice keeps its own for clients that look there.
            chunk["usage"] = dict(usage) if keep else choice.pop("usage")
            return True
    return False


def _number(usage: JsonObject) -> bool:
    """Make numbers of counts that are text; leave out those which are no number at all."""
    changed = False
    for holder in (usage, *(wire.child(usage, name) for name in usage)):
        texts = [name for name in holder if _COUNT.search(name) and isinstance(holder[name], str)]
        for name in texts:
            text = holder.pop(name)
            if _DECIMAL.fullmatch(text):
                holder[name] = int(text)
            changed = True
    return changed


def _counts(usage: JsonObject) -> bool:
    """Tell whether usage has any of its counts, of whatever type."""
    return any(usage.get(name) is not None for name in (*_COUNTS, *_OTHER_NAMES.values()))


def _complete(usage: JsonObject) -> bool:
    """Fill in the counts that follow from those which are there."""
    counts: dict[str, int | None] = {name: wire.number(usage, name) for name in _COUNTS}
    for name, other in _OTHER_NAMES.items():
        if counts[name] is None:
            counts[name] = wire.number(usage, other)
    known = [count for count in counts.values() if count is not None]
    absent = [name for name in _COUNTS if usage.get(name) is None]
    if not known or not absent:
        return False
    prompt, completion, total = counts.values()
    if completion is None:
        completion = max(0, total - prompt) if total is not None and prompt is not None else 0
    if prompt is None:
        prompt = max(0, total - completion) if total is not None else 0
    whole = dict(zip(_COUNTS, (prompt, completion, prompt + completion), strict=True))
    usage.update({name: whole[name] for name in absent})
    return True

"""Turn content that comes as a list of parts into text, and its thinking into reasoning.

Mistral's reasoning models stream such lists; clients expect a string and show nothing
(vercel/ai#13703, vercel/ai#17779). Parts that are neither text nor thinking are kept beside the
text.
"""

from collections.abc import Iterator
from typing import Any, cast

from proxy import wire
from proxy.repair import Finding, Group, Output, Repair
from proxy.wire import JsonObject

_THINKING = ("thinking", "reasoning", "reasoning_content")
_DEEPEST = 4
"""How far a part's text may be wrapped in parts of its own."""


class ContentParts(Repair):
    """Flatten a list of content parts."""

    name = "chunk-shape"
    title = "Fill in missing members"
    group = Group.ANSWERS
    default = True
    symptom = "The agent shows nothing, or a list of objects, where the answer should be."
    remedy = "The text as text, the thinking as reasoning."

    def chunk(self, chunk: JsonObject) -> Output:
        mended = [choice for choice in wire.choices(chunk) if _flatten(wire.delta(choice))]
        if mended:
            yield Finding(self.name, "the content was a list of parts; made text")
        yield chunk


def _flatten(delta: JsonObject) -> bool:
    content = delta.get("content")
    if content is None or isinstance(content, str):
        return False
    if not isinstance(content, (list, dict)):
        # A gateway took the text for a number.
        delta["content"] = "" if content is False else wire.dumps(content)
        return True
    text: list[str] = []
    thinking: list[str] = []
    others: list[Any] = []
    parts = cast("list[Any]", [content] if isinstance(content, dict) else content)
    for part in parts:
        kind = wire.text(cast("JsonObject", part), "type") if isinstance(part, dict) else ""
        pieces = list(_texts(part, 0))
        if pieces:
            (thinking if kind in _THINKING else text).extend(pieces)
        elif not _is_text(part, kind):
            others.append(part)
    delta["content"] = "".join(text)
    if thinking:
        delta["reasoning_content"] = wire.text(delta, "reasoning_content") + "".join(thinking)
    if others:
        delta["content_parts"] = others
    return True


def _texts(part: Any, depth: int) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif depth < _DEEPEST and isinstance(part, list):
        for inner in cast("list[Any]", part):
            yield from _texts(inner, depth + 1)
    elif depth < _DEEPEST and isinstance(part, dict):
        holder = cast("JsonObject", part)
        for name in ("text", *_THINKING):
            yield from _texts(holder.get(name), depth + 1)


def _is_text(part: Any, kind: str) -> bool:
    """Tell whether a part without text is an empty one rather than one of another kind."""
    return part is None or kind in ("text", "output_text", *_THINKING)

"""Fill in what every chunk must have: choices, their index, id, object, created, model.

Clients with strict types refuse the whole answer where one is missing
(openvinotoolkit/model_server#3553, ROCm/ATOM#1711, anomalyco/opencode#39606,
copilot-extensions/preview-sdk.js#76). A chunk without choices may leave its id and model empty:
Azure's first one does, and it breaks nobody for that.
"""

import hashlib
from typing import Any

from proxy import wire
from proxy.repair import Context, Finding, Group, Output, Repair
from proxy.wire import JsonObject


class MissingMembers(Repair):
    """Give every chunk the members that OpenAI's have."""

    name = "chunk-shape"
    title = "Fill in missing members"
    group = Group.ANSWERS
    default = True
    speaks = True
    symptom = "The agent refuses an answer, or overlooks a part, because of how its chunks look."
    remedy = (
        "Missing members are filled in, empty ones left out; the role comes once, text as text."
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._known: JsonObject = {}

    def chunk(self, chunk: JsonObject) -> Output:
        filled: list[str] = []
        if not chunk.get("error"):
            if chunk.get("choices") is None:
                chunk["choices"] = []
                filled.append("choices")
            if _drop_no_choices(chunk):
                filled.append("choice where one stood")
            if _number_choices(chunk["choices"]):
                filled.append("choice index")
            filled += self._fill_envelope(chunk)
        if filled:
            yield Finding(self.name, f"a chunk had no {', '.join(filled)}; filled in")
        yield chunk

    def _fill_envelope(self, chunk: JsonObject) -> list[str]:
        filled: list[str] = []
        for name in ("id", "object", "created", "model"):
            value = chunk.get(name)
            if value is None or (value == "" and chunk["choices"]):
                chunk[name] = self._known.setdefault(name, self._made(name))
                filled += [name] if chunk[name] != value else []
            elif value and name != "object":
                self._known[name] = value
        return filled

    def _made(self, name: str) -> Any:
        match name:
            case "id":
                seed = wire.encode_if_possible(self.context.request) or b""
                seed += str(self.context.now).encode()
                return f"chatcmpl-{hashlib.blake2b(seed, digest_size=12).hexdigest()}"
            case "created":
                return self.context.now
            case "model":
                return wire.text(self.context.request, "model")
            case _:
                return "chat.completion.chunk"


def _drop_no_choices(chunk: JsonObject) -> bool:
    """Leave out nulls that stand where a choice should: clients look into each one."""
    choices = chunk["choices"]
    if isinstance(choices, dict):
        chunk["choices"] = [choices]
        return True
    if not isinstance(choices, list) or None not in choices:
        return False
    chunk["choices"] = wire.choices(chunk)
    return True


def _number_choices(choices: Any) -> bool:
    """Number the choices that have no index by their place."""
    changed = False
    holder: JsonObject = {"choices": choices}
    for place, choice in enumerate(wire.choices(holder)):
        if wire.number(choice, "index") is None:
            text = wire.text(choice, "index")
            choice["index"] = int(text) if text.isascii() and text.isdecimal() else place
            changed = True
    return changed

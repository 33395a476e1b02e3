"""Take the envelope off an answer.

Gateways put the completion, or each chunk, into an object of their own, such as
``{"success":true,"data":{…}}``, into a list (predibase/lorax#281) or into a string: agents look for
``choices`` in vain. What says that it failed, or lacks an answer, is no envelope.
"""

import re
from typing import Any

from proxy import wire
from proxy.errors import FIRST_REDIRECT
from proxy.repair import DocumentOutput, Finding, Group, Output, Repair
from proxy.wire import JsonObject

_HOLDERS = ("data", "result", "response", "body")
_HELD = rb'"(?:%s)"\s*:\s*[{"]' % "|".join(_HOLDERS).encode("ascii")
_SIGNS = re.compile(rb'\A\s*[\["]|' + _HELD)


class Envelopes(Repair):
    """Unwrap completions and chunks."""

    name = "answer-mode"
    title = "Answer in the form asked for"
    group = Group.ANSWERS
    default = True
    symptom = "The agent reports broken JSON, or an empty answer."
    remedy = "The answer in the form the agent asked for, under its right content type."
    wakes_on = re.compile(_HELD)
    signs = _SIGNS

    def document(self, data: bytes) -> DocumentOutput:
        suspect = self.status < FIRST_REDIRECT and _SIGNS.search(data) is not None
        if suspect and (inner := _inner(wire.decode_if_possible(data))) is not None:
            yield self._finding()
            data = wire.encode(inner)
        yield data

    def chunk(self, chunk: JsonObject) -> Output:
        if "choices" not in chunk and (inner := _inner(chunk)) is not None:
            chunk.clear()
            chunk.update(inner)
            yield self._finding()
        yield chunk

    def _finding(self) -> Finding:
        return Finding(self.name, "the completion was wrapped in an envelope; unwrapped")


def _inner(value: Any) -> JsonObject | None:
    """Return the completion or chunk that an object, a list of one or a text holds."""
    if isinstance(value, str):
        return _answer(wire.decode_if_possible(value))
    if isinstance(value, list):
        return _answer(value[0]) if len(value) == 1 else None  # pyright: ignore[reportUnknownArgumentType]
    if not isinstance(value, dict):
        return None
    envelope: JsonObject = value  # pyright: ignore[reportUnknownVariableType]
    if "choices" in envelope or envelope.get("success") is False or envelope.get("error"):
        return None
    held = (envelope[name] for name in _HOLDERS if name in envelope)
    answers = (
        _answer(wire.decode_if_possible(each) if isinstance(each, str) else each) for each in held
    )
    return next((each for each in answers if each is not None), None)


def _answer(value: Any) -> JsonObject | None:
    good = isinstance(value, dict) and isinstance(value.get("choices"), list)  # pyright: ignore[reportUnknownMemberType]
    return value if good else None  # pyright: ignore[reportUnknownVariableType]

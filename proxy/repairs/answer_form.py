"""Give the answer in the form that was asked for.

Providers send SSE to agents that asked for JSON (BYK/loreai#1195,
diegosouzapw/OmniRoute#10239), JSON where a stream was asked (BerriAI/litellm#30208), and label
either as the other (openclaw/openclaw#96497, 54xzh/FLIT#71); clients believe the label or their
own request, and fail. The bytes decide, never the header. An envelope around the completion is
taken off, and so is a sentinel after it (decolua/9router#3492). What is no completion goes on
as it came.
"""

import re
from collections.abc import Iterator

from proxy import aggregate, sse, wire
from proxy.repair import Answer, DocumentOutput, Finding, Form, Group, Repair
from proxy.sse import BOM
from proxy.wire import JsonObject

_REDIRECTS = 300
_TRAILING_SENTINEL = re.compile(rb"\s*(?:data:\s*\[DONE\]\s*)+\Z")
_CONTENT_TYPE = {Form.STREAM: "text/event-stream", Form.DOCUMENT: "application/json"}


class AnswerForm(Repair):
    """Fold, explode or relabel an answer that has another form than was asked for."""

    name = "answer-mode"
    title = "Answer in the form asked for"
    group = Group.ANSWERS
    default = True
    symptom = "The agent reports broken JSON, or an empty answer."
    remedy = "The answer in the form the agent asked for, under its right content type."

    def answer(self, answer: Answer) -> Iterator[Finding]:
        if answer.came is not answer.asked and answer.sent is answer.came:
            answer.sent = answer.asked
            answer.content_type = _CONTENT_TYPE[answer.asked]
            came = "a stream" if answer.came is Form.STREAM else "a plain answer"
            yield Finding(self.name, f"{came} came instead of the form asked for; converted")
        elif answer.sent is answer.came and answer.declared is not answer.came:
            answer.content_type = _CONTENT_TYPE[answer.came]
            yield Finding(self.name, "the content type did not fit the answer; corrected")

    def document(self, data: bytes) -> DocumentOutput:
        if self.status < _REDIRECTS:
            if data.startswith(BOM):
                data = data.removeprefix(BOM)
                yield Finding(self.name, "a byte order mark stood before the answer; removed")
            if (folded := _lines(data)) is not None:
                data = wire.encode(folded)
                yield Finding(self.name, "the chunks came as lines of JSON; read as one answer")
            if (sentinel := _TRAILING_SENTINEL.search(data[-256:])) is not None:
                data = data[: len(data) - len(sentinel.group())]
                yield Finding(self.name, "a sentinel stood after the plain answer; removed")
            if (inner := _enveloped(data)) is not None:
                data = wire.encode(inner)
                yield Finding(self.name, "the completion was wrapped in an envelope; unwrapped")
        yield data


def _lines(data: bytes) -> JsonObject | None:
    """Read chunks that stand below each other, one a line; None for all else, and for half of it.

    Where a choice has no finish reason nobody knows whether more was to come.
    """
    if b"\n" not in data.strip() or b'"delta"' not in data:
        return None
    fold = aggregate.Fold()
    for line in filter(None, map(bytes.strip, data.split(b"\n"))):
        chunk = wire.decode_object(line)
        if chunk is not None and isinstance(chunk.get("choices"), list):
            fold.add(chunk)
        elif line != sse.SENTINEL:
            return None
    folded = fold.completion()
    choices = [*wire.choices(folded)]
    return folded if choices and all(each.get("finish_reason") for each in choices) else None


def _enveloped(data: bytes) -> JsonObject | None:
    if b'"data"' not in data or b'"success"' not in data:
        return None
    try:
        body = wire.decode(data)
    except ValueError:
        return None
    if not isinstance(body, dict) or "choices" in body:
        return None
    envelope: JsonObject = body  # pyright: ignore[reportUnknownVariableType]
    inner = wire.child(envelope, "data")
    good = envelope.get("success") is True and isinstance(inner.get("choices"), list)
    return inner if good else None

"""Give the answer in the form that was asked for.

Providers send SSE to agents that asked for JSON (BYK/loreai#1195,
diegosouzapw/OmniRoute#10239), JSON where a stream was asked (BerriAI/litellm#30208), and label
either as the other (openclaw/openclaw#96497, 54xzh/FLIT#71); clients believe the label or their
own request, and fail. The bytes decide, never the header. Chunks that stand in a list, or below
each other without their prefixes, are read as the stream that they are; a sentinel after a plain
answer is taken off (decolua/9router#3492). What is no completion goes on as it came.
"""

import re
from collections.abc import Iterator

from proxy import sse, wire
from proxy.errors import FIRST_REDIRECT, problem
from proxy.jsontexts import texts, tidy_numbers
from proxy.repair import Answer, DocumentOutput, Failure, Finding, Form, Group, Repair, failure
from proxy.sse import BOM, SENTINEL
from proxy.wire import JsonObject

_TRAILING_SENTINEL = re.compile(rb"\s*(?:data:\s*\[DONE\]\s*)+\Z")
_CONTENT_TYPE = {Form.STREAM: "text/event-stream", Form.DOCUMENT: "application/json"}


class AnswerForm(Repair):
    """Fold, explode or relabel an answer that has another form than was asked for."""

    name = "answer-mode"
    title = "Answer in the form asked for"
    group = Group.ANSWERS
    default = True
    speaks = True
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
        if self.status < FIRST_REDIRECT:
            if data.startswith(BOM):
                data = data.removeprefix(BOM)
                yield Finding(self.name, "a byte order mark stood before the answer; removed")
            if (stream := _reframed(data)) is not None:
                yield Finding(self.name, "the chunks came as lines of JSON; read as one answer")
                if isinstance(stream, Failure):
                    yield stream
                    return
                data = stream
            if (sentinel := _TRAILING_SENTINEL.search(data[-256:])) is not None:
                data = data[: len(data) - len(sentinel.group())]
                yield Finding(self.name, "a sentinel stood after the plain answer; removed")
            if (tidy := tidy_numbers(data)) != data:
                data = tidy
                yield Finding(
                    self.name, "numbers that JSON has no word for stood in the answer; rewritten"
                )
        yield data


def _reframed(data: bytes) -> bytes | Failure | None:
    """Write chunks that are no stream as one; None for all else.

    Where a choice has no finish reason, and no sentinel came, nobody knows whether more was to
    come: that is an error, as it is in a stream.
    """
    if b'"delta"' not in data:
        return None
    whole = wire.decode_object(data)
    if whole is not None and not _is_chunk(whole):
        return None
    found = texts(data)
    chunks = [wire.decode_object(text) or {} for text in found if text != SENTINEL]
    choices = [choice for chunk in chunks for choice in wire.choices(chunk)]
    if not any("delta" in each for each in choices):
        return None
    ended = {wire.index(each) for each in choices if each.get("finish_reason")}
    if SENTINEL not in found and not all(wire.index(each) in ended for each in choices):
        return failure(problem("stream_incomplete"))
    return b"".join(sse.encode(text) for text in found if text != SENTINEL)


def _is_chunk(body: JsonObject) -> bool:
    choices = wire.choices(body)
    return bool(choices) and all("delta" in each and "message" not in each for each in choices)

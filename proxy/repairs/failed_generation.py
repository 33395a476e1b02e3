"""Make an answer of the tool call that a provider could not read itself and sent as an error.

Groq refuses such an answer with a 400, or an error event, and quotes the model's text in
``failed_generation`` (groq/groq-typescript#28, tashfeenahmed/freellmapi#264). Only where the text
ends with calls of declared tools; any other error stays one.
"""

import re
from typing import Any

from proxy import sse, wire
from proxy.call_ids import CallIds
from proxy.repair import Context, DocumentOutput, EventOutput, Finding, Group, Repair
from proxy.sse import Event
from proxy.textreader import NoCallError
from proxy.textsearch import Forms, Search
from proxy.texttools import Call, Tools
from proxy.wire import JsonObject

_MEMBER = "failed_generation"
_OK = 200


class FailedGeneration(Repair):
    """Answer with the calls that stand in a provider's error."""

    name = "text-tool-calls"
    title = "Find tool calls in the text"
    group = Group.GUESSES
    default = False
    symptom = "The agent shows markup such as <tool_call> as its answer, and runs no tool."
    remedy = "Real tool calls in place of the text, or the error, that describes them."
    price = "Text that may begin such a call waits until it is clear that it does not."
    signs = re.compile(rb"failed_generation")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._tools = Tools(context.schema_by_tool)
        self._ids = CallIds(context, self.name)
        self._last = b""

    @classmethod
    def applies(cls, context: Context) -> bool:
        refused = context.request.get("tool_choice") == "none"
        return not refused and any(wire.objects(context.request, "tools"))

    def document(self, data: bytes) -> DocumentOutput:
        message = self._message(data)
        if message is None:
            yield data
            return
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
        self.status = _OK
        yield self._finding()
        yield wire.encode({**self._head("chat.completion"), "choices": [choice]})

    def event(self, event: Event) -> EventOutput:
        message = self._message(event.data)
        if message is None:
            self._last = event.data or self._last
            yield event
            return
        yield self._finding()
        calls = enumerate(message["tool_calls"])
        said = {name: message[name] for name in ("role", "content") if message[name]}
        numbered = [{"index": number, **call} for number, call in calls]
        yield self._chunk({**said, "tool_calls": numbered}, None)
        yield self._chunk({}, "tool_calls")

    def _finding(self) -> Finding:
        return Finding(self.name, "the error quoted calls of declared tools; made an answer")

    def _message(self, data: bytes | None) -> JsonObject | None:
        """Return the message that an error quotes, None where it quotes none."""
        if data is None or _MEMBER.encode() not in data:
            return None
        body = wire.decode_object(data)
        generated = wire.text(wire.child(body or {}, "error"), _MEMBER)
        text, calls = self._read(generated)
        if not calls:
            return None
        head = self._head("")
        quoted = [
            {
                "id": call.id or self._ids.make(head),
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in calls
        ]
        return {"role": "assistant", "content": text.strip() or None, "tool_calls": quoted}

    def _read(self, generated: str) -> tuple[str, list[Call]]:
        try:
            return "", self._tools.calls_of_json(generated.strip())
        except NoCallError:
            search = Search(Forms(self._tools, reasoning=False))
            search.feed(generated)
            calls = search.end()
            return generated[: search.cleared], calls

    def _head(self, kind: str) -> JsonObject:
        earlier: JsonObject = wire.decode_object(self._last) or {}
        made: dict[str, Any] = {
            "id": "chatcmpl-wiremend",
            "object": kind,
            "created": self.context.now,
            "model": wire.text(self.context.request, "model"),
        }
        known = {name: earlier[name] for name in ("id", "created", "model") if name in earlier}
        return {**made, **known}

    def _chunk(self, delta: JsonObject, finish: str | None) -> Event:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return sse.event(wire.encode({**self._head("chat.completion.chunk"), "choices": [choice]}))

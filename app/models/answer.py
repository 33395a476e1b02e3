"""Assembles the message of an answer from its chunks, in whichever dialect they are.

Texts only grow, so that a view can append what is new. Reading never raises, whatever a provider
sends.
"""

from dataclasses import dataclass, field
from typing import Any

from app.models.typedevents import (
    ARGUMENTS,
    BLOCK_CALLS,
    KIND_BY_DELTA,
    MEMBER_BY_CALL,
    TEXT,
    THINKING,
)
from proxy import wire
from proxy.dialects.responses import ENDS
from proxy.wire import JsonObject

_REASONING = ("reasoning_content", "reasoning", "thinking")


@dataclass(slots=True)
class ToolCall:
    """One call of a tool, as far as it has come."""

    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list[str])

    @property
    def arguments(self) -> str:
        return "".join(self.pieces)


@dataclass(slots=True)
class Answer:
    """The first choice of an answer, as far as it has come."""

    reasoning: list[str] = field(default_factory=list[str])
    text: list[str] = field(default_factory=list[str])
    calls: dict[object, ToolCall] = field(default_factory=dict[object, ToolCall])
    finish: str = ""
    error: str = ""

    @property
    def started(self) -> bool:
        """Something that a reader would see has come."""
        return bool(self.text or self.reasoning or self.calls)

    def add(self, chunk: JsonObject) -> None:
        """Take one event's JSON, or a whole plain answer."""
        kind = wire.text(chunk, "type")
        if "choices" in chunk:
            self._add_chat(chunk)
        elif kind.startswith("response.") or chunk.get("object") == "response":
            self._add_response(kind, chunk)
        elif kind:
            self._add_message(kind, chunk)
        # Of a Responses stream the event is the error.
        error = chunk.get("error") or (chunk if kind == "error" else None)
        if error:
            self.error = _error_words(error)

    def _add_chat(self, chunk: JsonObject) -> None:
        for choice in wire.choices(chunk):
            if wire.index(choice) != 0:
                continue
            delta = wire.delta(choice) or wire.child(choice, "message")
            self._add_texts(delta)
            if not delta:
                _append(self.text, choice.get("text"))
            for number, call in enumerate(wire.objects(delta, "tool_calls")):
                self._add_call(call, number)
            if call := wire.child(delta, "function_call"):
                self._add_call({"index": "function_call", "function": call}, 0)
            self.finish = wire.text(choice, "finish_reason") or self.finish

    def _add_texts(self, delta: JsonObject) -> None:
        _append(self.text, delta.get("content"))
        _append(self.text, delta.get("refusal"))
        # One thought under two names stays one.
        thought = next((delta[name] for name in _REASONING if delta.get(name)), None)
        _append(self.reasoning, thought)

    def _add_call(self, call: JsonObject, number: int) -> None:
        function = wire.function(call)
        key: Any = call.get("index")
        if not isinstance(key, (int, str)):
            # Without an index, an id or a name opens a call; all else belongs to the last one.
            opens = wire.filled(call, "id") or wire.filled(function, "name")
            key = ("open", len(self.calls)) if opens or not self.calls else [*self.calls][-1]
        known = self.calls.setdefault(key, ToolCall())
        known.id = known.id or wire.text(call, "id")
        known.name = known.name or wire.text(function, "name")
        _append_arguments(known, function.get("arguments"))

    def _add_message(self, kind: str, chunk: JsonObject) -> None:
        key = wire.number(chunk, "index")
        if kind == "content_block_start":
            self._open_block(key, wire.child(chunk, "content_block"))
        elif kind == "content_block_delta":
            delta = wire.child(chunk, "delta")
            _append(self.text, delta.get("text"))
            _append(self.reasoning, delta.get("thinking"))
            if key in self.calls:
                _append(self.calls[key].pieces, delta.get("partial_json"))
        elif kind == "message_delta":
            self.finish = wire.text(wire.child(chunk, "delta"), "stop_reason") or self.finish
        elif kind == "message":
            for number, block in enumerate(wire.objects(chunk, "content")):
                self._open_block(number, block)
            self.finish = wire.text(chunk, "stop_reason")

    def _open_block(self, key: object, block: JsonObject) -> None:
        kind = wire.text(block, "type")
        if kind in BLOCK_CALLS:
            call = ToolCall(wire.text(block, "id"), wire.text(block, "name"))
            if block.get("input"):
                _append_arguments(call, block["input"])
            self.calls[key] = call
        else:
            _append(self.text, block.get("text"))
            _append(self.reasoning, block.get("thinking"))

    def _add_response(self, kind: str, chunk: JsonObject) -> None:
        key = _item_key(chunk)
        if kind in KIND_BY_DELTA:
            self._add_piece(KIND_BY_DELTA[kind], key, chunk.get("delta"))
        elif kind in ("response.output_item.added", "response.output_item.done"):
            self._open_item(key, wire.child(chunk, "item"), whole=kind.endswith("done"))
        elif not kind:
            self._add_output(chunk)
        elif kind in ENDS:
            self._end_response(wire.child(chunk, "response"))

    def _add_piece(self, kind: str, key: object, piece: object) -> None:
        if kind == TEXT:
            _append(self.text, piece)
        elif kind == THINKING:
            _append(self.reasoning, piece)
        elif kind == ARGUMENTS and key in self.calls:
            _append(self.calls[key].pieces, piece)

    def _open_item(self, key: object, item: JsonObject, *, whole: bool) -> None:
        kind = wire.text(item, "type")
        member = MEMBER_BY_CALL.get(kind)
        if member is None:
            return
        # A tool of the provider's own has no other name, and often no other id.
        name = wire.text(item, "name") or kind
        call_id = wire.text(item, "call_id") or wire.text(item, "id")
        call = self.calls.setdefault(key, ToolCall(call_id, name))
        # Who sent them bit by bit says them all again at the end.
        if whole and not call.pieces:
            _append_arguments(call, item.get(member))

    def _add_output(self, response: JsonObject) -> None:
        for number, item in enumerate(wire.objects(response, "output")):
            self._open_item(number, item, whole=True)
            thought = wire.text(item, "type") == "reasoning"
            for part in wire.objects(item, "content"):
                _append(self.reasoning if thought else self.text, part.get("text"))
            _append(self.reasoning, item.get("summary"))
        self._end_response(response)

    def _end_response(self, response: JsonObject) -> None:
        self.finish = wire.text(response, "status")
        if error := response.get("error"):
            self.error = _error_words(error)


def _item_key(chunk: JsonObject) -> object:
    number = wire.number(chunk, "output_index")
    if number is not None:
        return number
    return wire.text(chunk, "item_id") or wire.text(wire.child(chunk, "item"), "id")


def _append(pieces: list[str], value: object) -> None:
    if isinstance(value, str) and value:
        pieces.append(value)
    elif isinstance(value, list):
        for part in wire.objects({"parts": value}, "parts"):
            _append(pieces, part.get("text"))


def _append_arguments(call: ToolCall, arguments: object) -> None:
    if isinstance(arguments, str):
        _append(call.pieces, arguments)
    elif arguments is not None and (text := wire.encode_if_possible(arguments)) is not None:
        call.pieces.append(text.decode("utf-8", "replace"))


def _error_words(error: object) -> str:
    if isinstance(error, str):
        return error
    holder: JsonObject = {"error": error}
    return wire.text(wire.child(holder, "error"), "message") or str(error)

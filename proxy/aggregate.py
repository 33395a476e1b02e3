"""Fold chunks into one completion, and explode a completion into chunks.

The two are each other's inverse as far as JSON allows: an exploded completion folds back to
itself, so that a repair written for chunks mends plain answers as well. What upstream added of
its own is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from proxy import sse, wire
from proxy.wire import JsonObject

_TEXT_MEMBERS = frozenset({"content", "reasoning_content", "reasoning", "refusal", "thinking"})
"""Members of a delta whose strings are pieces of one text."""
_PER_CHUNK = ("id", "object", "created", "model", "system_fingerprint", "service_tier")
"""Members that every chunk of an answer repeats."""
_PADDING = "obfuscation"
_REASONING = ("reasoning_content", "reasoning", "thinking", "reasoning_details")


class Fold:
    """One completion from the chunks of a stream; `add` them in order."""

    def __init__(self) -> None:
        self._top: JsonObject = {}
        self._choice_by_index: dict[int, _FoldedChoice] = {}

    def add(self, chunk: JsonObject) -> None:
        """Take the next chunk."""
        for name, value in chunk.items():
            if name not in ("choices", _PADDING):
                _merge(self._top, name, value)
        for choice in wire.choices(chunk):
            index = wire.index(choice)
            if index not in self._choice_by_index:
                self._choice_by_index[index] = _FoldedChoice(index)
            self._choice_by_index[index].add(choice)

    def completion(self) -> JsonObject:
        """Return the completion that all chunks together make."""
        top = dict(self._top)
        head = {name: top.pop(name) for name in ("id", "object", "created", "model") if name in top}
        head["object"] = "chat.completion"
        choices = [self._choice_by_index[index].folded() for index in sorted(self._choice_by_index)]
        return {**head, "choices": choices, **top}


class _FoldedChoice:
    def __init__(self, index: int) -> None:
        self._choice: JsonObject = {"index": index}
        self._message: JsonObject = {"role": "assistant", "content": None}
        self._texts: dict[str, list[str]] = {}
        self._calls: dict[object, _FoldedCall] = {}
        self._function = _FoldedCall()
        self._finish: Any = None

    def add(self, choice: JsonObject) -> None:
        for name, value in choice.items():
            if name == "finish_reason":
                self._finish = self._finish or value
            elif name not in ("index", "delta"):
                _merge(self._choice, name, value)
        for name, value in wire.delta(choice).items():
            self._add_member(name, value)

    def folded(self) -> JsonObject:
        for name, pieces in self._texts.items():
            self._message[name] = "".join(pieces)
        if self._calls:
            # A client must read the calls of an empty text as calls alone.
            self._message["content"] = self._message["content"] or None
            self._message["tool_calls"] = [call.folded() for call in self._calls.values()]
        if self._function.touched:
            self._message["function_call"] = self._function.folded()["function"]
        return {**self._choice, "message": self._message, "finish_reason": self._finish}

    def _add_member(self, name: str, value: Any) -> None:
        if name == "tool_calls" and isinstance(value, list):
            for call in wire.objects({"calls": value}, "calls"):
                self._call(call).add(call)
        elif name == "function_call" and isinstance(value, dict):
            self._function.add({"function": value})
        elif name == "audio" and isinstance(value, dict):
            self._add_audio(cast("JsonObject", value))
        elif name in _TEXT_MEMBERS and isinstance(value, str):
            self._texts.setdefault(name, []).append(value)
        elif name == "role":
            self._message["role"] = value or self._message["role"]
        else:
            _merge(self._message, name, value)

    def _add_audio(self, audio: JsonObject) -> None:
        known = cast("JsonObject", self._message.setdefault("audio", {}))
        for name, value in audio.items():
            if name in ("data", "transcript") and isinstance(value, str):
                known[name] = wire.text(known, name) + value
            else:
                _merge(known, name, value)

    def _call(self, call: JsonObject) -> "_FoldedCall":
        key: object = wire.number(call, "index")
        if key is None:
            # Without an index, an id or a name opens a call; all else belongs to the last one.
            opens = wire.filled(call, "id") or wire.filled(wire.function(call), "name")
            key = ("open", len(self._calls)) if opens or not self._calls else [*self._calls][-1]
        return self._calls.setdefault(key, _FoldedCall())


class _FoldedCall:
    def __init__(self) -> None:
        self.touched = False
        self._call: JsonObject = {}
        self._function: JsonObject = {}
        self._arguments: list[str] = []
        self._odd_arguments: Any = None

    def add(self, call: JsonObject) -> None:
        self.touched = True
        for name, value in call.items():
            if name not in ("index", "function"):
                _merge(self._call, name, value)
        for name, value in wire.function(call).items():
            if name != "arguments":
                _merge(self._function, name, value)
            elif isinstance(value, str):
                self._arguments.append(value)
            elif value is not None:
                self._odd_arguments = value

    def folded(self) -> JsonObject:
        text = "".join(self._arguments)
        arguments = self._odd_arguments if self._odd_arguments is not None and not text else text
        head = {name: self._call[name] for name in ("id", "type") if name in self._call}
        function: JsonObject = {"name": "", **self._function, "arguments": arguments}
        return {**head, "function": function, **self._call}


def _merge(target: JsonObject, name: str, value: Any) -> None:
    """Take a member over; what is empty erases nothing, objects merge, lists grow."""
    known = target.get(name)
    if isinstance(known, dict) and isinstance(value, dict):
        for inner, item in cast("JsonObject", value).items():
            _merge(cast("JsonObject", known), inner, item)
    elif isinstance(known, list) and isinstance(value, list):
        if known != value:
            target[name] = [*cast("list[Any]", known), *cast("list[Any]", value)]
    elif name in ("id", "model", "created", "type", "name", "object") and known:
        return
    elif name not in target or value not in (None, "", [], {}):
        target[name] = _copied(value)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(item) for name, item in cast("JsonObject", value).items()}
    return value


def completion(data: bytes) -> JsonObject | None:
    """Read a plain answer; None where it is no completion."""
    body = wire.decode_chunk(data)
    return body if body is not None and isinstance(body.get("choices"), list) else None


@dataclass(frozen=True, slots=True)
class Whole:
    """A plain answer that can be read: a completion, or chunks that came in one piece."""

    completion: JsonObject
    loose: tuple[JsonObject, ...] = ()

    def chunks(self, *, usage: bool) -> Iterator[JsonObject]:
        """Yield the chunks of which it is the sum."""
        return iter(self.loose) if self.loose else explode(self.completion, usage=usage)


def read(data: bytes) -> Whole | None:
    """Read a plain answer, or one that a repair found out to be a stream; None for all else."""
    if (stream := sse.decoded(data)) is not None:
        return Whole({}, tuple(filter(None, map(wire.decode_object, stream))))
    body = completion(data)
    return None if body is None else Whole(body)


def restored(completion: JsonObject, original: JsonObject) -> JsonObject:
    """Put back the empty members of the original that chunks do not carry."""
    choices = [*wire.choices(original)]
    for choice in wire.choices(completion):
        match = [each for each in choices if wire.index(each) == wire.index(choice)]
        if match:
            message = _with_empty(wire.child(choice, "message"), wire.child(match[0], "message"))
            choice["message"] = message
            choice.update(_with_empty(choice, match[0]))
    return _with_empty(completion, original)


def _with_empty(folded: JsonObject, original: JsonObject) -> JsonObject:
    empty = {name: value for name, value in original.items() if value in (None, [], {}, "")}
    order = [name for name in original if name in folded or name in empty]
    merged = {**empty, **folded}
    order += [name for name in merged if name not in order]
    return {name: merged[name] for name in order}


def explode(completion: JsonObject, *, usage: bool) -> Iterator[JsonObject]:
    """Yield the chunks of which the completion is the sum.

    Role, reasoning, content, per call a name and an arguments fragment, finish; then usage, if it
    is wanted, in a chunk without choices. (Some adapters lose arguments that come with the name.)
    """
    base = {name: completion[name] for name in _PER_CHUNK if name in completion}
    if "object" in base:
        base["object"] = "chat.completion.chunk"
    known = {*_PER_CHUNK, "choices", "usage"}
    extra = {name: each for name, each in completion.items() if name not in known and _says(each)}
    for choice in wire.choices(completion):
        for part in _choice_parts(choice):
            yield {**base, "choices": [part], **extra}
            extra = {}
    if usage and _says(completion.get("usage")):
        yield {**base, "choices": [], "usage": completion["usage"], **extra}


def _choice_parts(choice: JsonObject) -> Iterator[JsonObject]:
    message = wire.child(choice, "message")
    if not message:
        # Nobody knows what it says: it stays in one piece.
        yield {"finish_reason": None, **choice}
        return
    deltas = [_role(message), *_texts(message), *_calls(message)]
    rest = {
        name: value
        for name, value in choice.items()
        if name not in ("index", "message", "finish_reason", "delta") and _says(value)
    }
    place = {"index": choice["index"]} if "index" in choice else {}
    for delta in deltas:
        yield {**place, "delta": delta, "finish_reason": None}
    yield {**place, "delta": {}, "finish_reason": choice.get("finish_reason"), **rest}


def _role(message: JsonObject) -> JsonObject:
    spoken = {"content", "tool_calls", *_REASONING}
    return {
        name: value
        for name, value in message.items()
        if name == "role" or (name not in spoken and _says(value))
    }


def _texts(message: JsonObject) -> Iterator[JsonObject]:
    # One thought under two names stays one.
    for names in (_REASONING, ("content",)):
        if spoken := {name: message[name] for name in names if _says(message.get(name))}:
            yield spoken


def _calls(message: JsonObject) -> Iterator[JsonObject]:
    calls: Any = message.get("tool_calls")
    if not isinstance(calls, list):
        # No list at all: whoever knows better may make one of it.
        calls = []
        if _says(message.get("tool_calls")):
            yield {"tool_calls": message["tool_calls"]}
    for index, call in enumerate(cast("list[Any]", calls)):
        if isinstance(call, dict):
            yield from _call(index, cast("JsonObject", call))
        else:
            yield {"tool_calls": [call]}


def _call(index: int, call: JsonObject) -> Iterator[JsonObject]:
    function = wire.function(call)
    head = {name: value for name, value in call.items() if name not in ("index", "function")}
    named = {**function, "arguments": ""}
    if call.get("function") is not None:
        yield {"tool_calls": [{"index": index, **head, "function": named}]}
    else:
        yield {"tool_calls": [{"index": index, **head}]}
    arguments = function.get("arguments")
    if arguments not in (None, ""):
        yield {"tool_calls": [{"index": index, "function": {"arguments": arguments}}]}


def _says(value: Any) -> bool:
    return isinstance(value, (bool, int, float, Decimal)) or bool(value)

"""Make the best of arguments that are no JSON although the model finished.

A parser lost the last brackets (vllm-project/vllm#32152): they are added, but only where no string
is open and something stands before them. Two calls were glued together
(NousResearch/hermes-agent#62940): each gets its own. Anything else was cut off
(vllm-project/vllm#53269): it stays as it is and the choice finishes with ``length``, so that nobody
runs half a call. A truncation can look like lost brackets; that is why this is opt-in.
"""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from proxy import wire
from proxy.call_ids import CallIds
from proxy.fragments import Piece, ends_well, fragment_chunk, pieces, write_arguments
from proxy.repair import CALLS, Context, Finding, Group, Output, Repair
from proxy.scan import JsonScan
from proxy.wire import JsonObject

_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)
_MAX_GLUED = 32
"""Calls in one; more are no glued calls but a model that has lost its way."""
_CLOSING = {"{": "}", "[": "]"}


@dataclass(slots=True)
class _Call:
    name: str = ""
    parts: list[str] = field(default_factory=list[str])
    scan: JsonScan = field(default_factory=JsonScan)
    glued: list[str] = field(default_factory=list[str])
    """What came after the first object, which may be other calls'."""
    held: list[JsonObject] = field(default_factory=list[JsonObject])
    """The same, as chunks that would bring it as it came."""

    def take(self, text: str) -> str:
        """Take a piece; return what of it goes on at once."""
        if self.glued:
            self.glued.append(text)
            return ""
        before = copy.copy(self.scan)
        self.scan.feed(text)
        self.parts.append(text)
        if not self.scan.trailing or before.trailing:
            return text
        end = _end_of_object(before, text)
        if not text[end:].lstrip().startswith("{"):
            return text
        self.parts[-1] = text[:end]
        self.glued.append(text[end:])
        return text[:end]


@dataclass(frozen=True, slots=True)
class _Remedy:
    """What completes a call."""

    brackets: str = ""
    further: tuple[str, ...] = ()
    """The arguments of the calls that were glued to it."""


class SalvageArguments(Repair):
    """Close, part or give up arguments that cannot be read."""

    name = "salvage-arguments"
    title = "Salvage broken arguments"
    group = Group.GUESSES
    default = False
    symptom = "A tool's arguments are cut off, lack a bracket or belong to two calls."
    remedy = "Lost brackets are added, glued calls parted; what is cut off is said to be."
    wakes_on = CALLS
    price = "A call that was cut off right after a value may run with what it has."

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ids = CallIds(context, self.name)
        self._calls: dict[tuple[int, int], _Call] = {}
        self._ending: tuple[JsonObject, list[Finding]] | None = None
        """The chunk that says of broken calls that they are finished: more may yet come."""

    def chunk(self, chunk: JsonObject) -> Output:
        yield from self._settle(chunk)
        own = [finding for piece in pieces(chunk) for finding in self._take(chunk, piece)]
        if any(self._salvages(choice) for choice in wire.choices(chunk)):
            self._ending = chunk, own
            self.held.append(chunk)
        else:
            yield from self._close(chunk, own)

    def flush(self) -> Output:
        yield from self._settle(None)
        yield from self._give_back([*self._calls.values()])

    def _settle(self, following: JsonObject | None) -> Output:
        """Believe the finish that is held back, unless the calls go on in the chunk that follows.

        Some providers put a reason on every fragment: what it would complete is not broken at all.
        """
        if self._ending is None:
            return
        (ending, own), self._ending = self._ending, None
        self.held = [chunk for chunk in self.held if chunk is not ending]
        finished = {wire.index(each) for each in wire.choices(ending) if each.get("finish_reason")}
        goes_on = any(
            wire.index(choice) in finished and any(wire.tool_calls(choice))
            for choice in wire.choices(following or {})
        )
        was_cut = following is None and not (self.clean or self.sentinel)
        if goes_on or was_cut:
            yield from own
            yield ending
        else:
            yield from self._close(ending, own)

    def _close(self, chunk: JsonObject, own: list[Finding]) -> Output:
        for choice in wire.choices(chunk):
            if choice.get("finish_reason"):
                yield from self._finish(chunk, choice, own)
        # What precedes the chunk has its own findings; these are the chunk's.
        yield from own
        yield chunk

    def _salvages(self, choice: JsonObject) -> bool:
        """Tell whether a choice is said to be finished with calls that cannot be read."""
        number = wire.index(choice)
        calls = [call for key, call in self._calls.items() if key[0] == number]
        return ends_well(choice) and any(_remedy(call) != _Remedy() for call in calls)

    def _take(self, chunk: JsonObject, piece: Piece) -> Iterator[Finding]:
        call = self._calls.setdefault(piece.key, _Call())
        call.name = call.name or piece.name
        now = call.take(piece.text)
        if now != piece.text:
            write_arguments(piece.entry, now)
            rest = {"index": piece.key[1], "function": {"arguments": piece.text[len(now) :]}}
            call.held.append(fragment_chunk(chunk, piece.choice, rest))
            self.held.append(call.held[-1])
            yield Finding(self.name, "held back what came after a call's arguments")

    def _finish(self, chunk: JsonObject, choice: JsonObject, own: list[Finding]) -> Output:
        number = wire.index(choice)
        calls = {key[1]: call for key, call in self._calls.items() if key[0] == number}
        remedies = {index: _remedy(call) for index, call in calls.items()}
        whole = {index: remedy for index, remedy in remedies.items() if remedy is not None}
        if ends_well(choice) and len(whole) == len(remedies):
            extra = [*self._entries(chunk, choice, calls, whole)]
            self._forget([*calls.values()])
        else:
            extra = self._give_back([*calls.values()])
        if extra and any(wire.tool_calls(choice)):
            early = {name: value for name, value in chunk.items() if name != "usage"}
            extra.insert(0, {**early, "choices": [{**choice, "finish_reason": None}]})
            choice["delta"] = {}
            own.append(Finding(self.name, "parted the finish reason from the arguments"))
        for each in extra:
            yield Finding(self.name, "completed or parted a call's arguments")
            yield each
        if ends_well(choice) and len(whole) < len(remedies):
            choice["finish_reason"] = "length"
            own.append(Finding(self.name, "said that a call's arguments are cut off"))

    def _entries(
        self,
        chunk: JsonObject,
        choice: JsonObject,
        calls: dict[int, _Call],
        remedies: dict[int, _Remedy],
    ) -> Iterator[JsonObject]:
        """Yield the chunks that complete these calls."""
        for index, remedy in remedies.items():
            if remedy.brackets:
                entry: JsonObject = {"index": index, "function": {"arguments": remedy.brackets}}
                yield fragment_chunk(chunk, choice, entry)
        free = max(calls, default=0) + 1
        for index, remedy in remedies.items():
            for arguments in remedy.further:
                function = {"name": calls[index].name, "arguments": arguments}
                head = {"index": free, "id": self._ids.make(chunk), "type": "function"}
                free += 1
                yield fragment_chunk(chunk, choice, {**head, "function": function})

    def _give_back(self, calls: list[_Call]) -> list[JsonObject]:
        held = [chunk for call in calls for chunk in call.held]
        self._forget(calls)
        return held

    def _forget(self, calls: list[_Call]) -> None:
        gone = [chunk for call in calls for chunk in call.held]
        self.held = [each for each in self.held if not any(each is known for known in gone)]
        for call in calls:
            call.held.clear()


def _end_of_object(before: JsonScan, text: str, start: int = 0) -> int:
    """Return where the first object ends, given the state before this piece of it."""
    scan, end = copy.copy(before), start
    while not scan.complete and end < len(text):
        cut = text.find("}", end) + 1 or len(text)
        scan.feed(text[end:cut])
        end = cut
    return end


def _remedy(call: _Call) -> _Remedy | None:
    """Return what makes a call whole, None where it is cut off."""
    text = "".join(call.parts)
    if not text.strip():
        return _Remedy()
    if call.glued:
        further = _objects("".join(call.glued))
        whole = wire.decode_object(text) is not None and call.name and further
        return _Remedy(further=further) if whole else None
    if wire.decode_object(text) is not None:
        return _Remedy()
    brackets = _lost_brackets(text)
    return _Remedy(brackets) if brackets else None


def _objects(text: str) -> tuple[str, ...]:
    """Return the objects of which the text consists; nothing if there is more to it."""
    text = text.strip()
    found: list[str] = []
    start = 0
    while start < len(text):
        end = _end_of_object(JsonScan(), text, start)
        if len(found) == _MAX_GLUED or wire.decode_object(text[start:end]) is None:
            return ()
        found.append(text[start:end].strip())
        start = end
    return tuple(found)


def _lost_brackets(text: str) -> str:
    """Return the brackets that close the text; nothing where they are not all it lacks."""
    text = text.rstrip()
    stack: list[str] = []
    for token in _STRING_OR_BRACKET.findall(text):
        if token in _CLOSING:
            stack.append(_CLOSING[token])
        elif token in ("}", "]") and (not stack or stack.pop() != token):
            return ""
    closing = "".join(reversed(stack))
    # After an opening bracket nothing has been said yet: that is no lost bracket.
    said = not text.endswith(("{", "["))
    return closing if said and wire.decode_object(text + closing) is not None else ""

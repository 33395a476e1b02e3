"""Put the fragments of tool calls where they belong: index, id, name and type.

Clients assemble calls by index and expect id, type and name exactly once, on the first entry.
Where the index is missing or always 0 they glue calls together or lose them; where the id is
missing the turn dies; where id or name is repeated they open a second call
(openai/openai-python#3246, vercel/ai#18440, su-kaka/gcli2api#406, JetBrains/koog#2052).

Entries of another type than ``function`` are not touched, and a fragment that could belong to
several calls goes on as it came. A call whose name is late is held back, with all that follows
among the choice's calls.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, cast

from proxy import wire
from proxy.call_ids import CallIds
from proxy.fragments import Call, Calls, Place, read
from proxy.repair import CALLS, Context, Finding, Group, Output, Repair
from proxy.wire import JsonObject

_REPEATED = (("id", "removed a repeated id"), ("type", "removed a repeated type"))


@dataclass(slots=True)
class _Out:
    """How the client knows a call."""

    index: int
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class _Part:
    """The fragments of one choice in one chunk, in order."""

    chunk: JsonObject
    entries: list[Any]
    """The delta's own list of tool calls."""
    placed: list[tuple[JsonObject, Place]]

    @property
    def named(self) -> bool:
        return all(place.call.name for _, place in self.placed)


@dataclass(slots=True)
class _Choice:
    calls: Calls
    out_by_call: dict[Call, _Out] = field(default_factory=dict[Call, _Out])
    ids: set[str] = field(default_factory=set[str])
    foreign: set[int] = field(default_factory=set[int])
    """Indexes of entries that are not functions'."""
    next_index: int = 0
    waiting: deque[_Part] = field(default_factory=deque[_Part])


class IndexRepair(Repair):
    """Number each choice's tool calls from 0 and name each once."""

    name = "index-repair"
    title = "Index repair"
    group = Group.TOOL_CALLS
    default = True
    symptom = "The agent stops although a tool was called, or mixes up parallel calls."
    remedy = "Every call gets its own index and id, and its name exactly once."
    wakes_on = CALLS
    speaks = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ids = CallIds(context)
        self._choices: dict[int, _Choice] = {}

    def chunk(self, chunk: JsonObject) -> Output:
        findings: list[Finding] = []
        for choice in wire.choices(chunk):
            state = self._state(choice)
            if state is None:
                continue
            part = self._place(chunk, choice, state)
            ends = bool(choice.get("finish_reason"))
            if ends:
                yield from self._release(state, even_nameless=True)
            if part.placed and not ends and (state.waiting or not part.named):
                detached = self._hold(part, choice, state)
                yield from self._release(state)
                if not detached:
                    return
                findings.append(Finding(self.name, "held a call back until its name comes"))
            elif part.placed:
                findings += self._write(part, state)
        if not findings and self.held:
            findings.append(Finding(self.name, "let this pass a call whose name is late"))
        yield from findings
        yield chunk

    def flush(self) -> Output:
        for state in self._choices.values():
            yield from self._release(state, even_nameless=True)

    def _state(self, choice: JsonObject) -> _Choice | None:
        """Return the choice's state; None as long as it has called no tool."""
        index = wire.index(choice)
        if index not in self._choices and any(wire.tool_calls(choice)):
            self._choices[index] = _Choice(Calls(frozenset(self.context.schema_by_tool)))
        return self._choices.get(index)

    def _place(self, chunk: JsonObject, choice: JsonObject, state: _Choice) -> _Part:
        placed: list[tuple[JsonObject, Place]] = []
        state.calls.next_chunk()
        for entry in wire.tool_calls(choice):
            fragment = read(entry)
            if fragment is None:
                index = wire.number(entry, "index")
                state.foreign |= set() if index is None else {index}
            elif (place := state.calls.place(fragment)) is not None:
                placed.append((entry, place))
        entries: object = wire.delta(choice).get("tool_calls")
        known = cast("list[Any]", entries) if isinstance(entries, list) else []
        return _Part(chunk, known, placed)

    # Waiting for a name

    def _hold(self, part: _Part, choice: JsonObject, state: _Choice) -> bool:
        """Hold the fragments back; tell whether the rest of their chunk goes on without them."""
        detached = not _alone(part.chunk, choice)
        if detached:
            delta = wire.delta(choice)
            entries = delta.pop("tool_calls")
            own = {**choice, "delta": {"tool_calls": entries}, "finish_reason": None}
            part = _Part({**part.chunk, "choices": [own]}, entries, part.placed)
        state.waiting.append(part)
        self.held.append(part.chunk)
        return detached

    def _release(self, state: _Choice, *, even_nameless: bool = False) -> Output:
        while state.waiting and (even_nameless or state.waiting[0].named):
            part = state.waiting.popleft()
            self.held = [chunk for chunk in self.held if chunk is not part.chunk]
            yield from self._write(part, state)
            yield part.chunk

    # Writing

    def _write(self, part: _Part, state: _Choice) -> list[Finding]:
        changes: dict[str, None] = {}
        for entry, place in _joined(part, changes):
            if not place.call.name:
                # Nothing can be made of a call without a name: it keeps its place to itself.
                state.foreign |= place.call.indexes
                continue
            out = state.out_by_call.get(place.call)
            if out is None:
                out = self._open(part.chunk, place.call, state)
                _write_first(entry, out, changes)
            else:
                _write_later(entry, out, place, changes)
            if wire.number(entry, "index") != out.index:
                rest = {name: value for name, value in entry.items() if name != "index"}
                entry.clear()
                entry.update({"index": out.index, **rest})
                changes["set the index"] = None
        return [Finding(self.name, ", ".join(changes))] if changes else []

    def _open(self, chunk: JsonObject, call: Call, state: _Choice) -> _Out:
        while state.next_index in state.foreign:
            state.next_index += 1
        used = not call.id or call.id in state.ids or self._ids.in_history(call.id)
        out = _Out(state.next_index, self._ids.make(chunk) if used else call.id, call.name)
        state.next_index += 1
        state.ids.add(out.id)
        state.out_by_call[call] = out
        return out


def _alone(chunk: JsonObject, choice: JsonObject) -> bool:
    """Tell whether a chunk holds nothing but this choice's fragments."""
    others = [each for each in wire.choices(chunk) if each is not choice]
    said = any(
        value for name, value in wire.delta(choice).items() if name not in ("role", "tool_calls")
    )
    return not others and not said


def _joined(part: _Part, changes: dict[str, None]) -> list[tuple[JsonObject, Place]]:
    """Make one entry of several for one call; return what remains."""
    kept: dict[Call, JsonObject] = {}
    remaining: list[tuple[JsonObject, Place]] = []
    for entry, place in part.placed:
        first = kept.get(place.call)
        if first is None or place.name_part or not _join(first, entry):
            kept[place.call] = entry
            remaining.append((entry, place))
            continue
        changes["joined the entries of one call"] = None
        part.entries[:] = [each for each in part.entries if each is not entry]
    return remaining


def _join(first: JsonObject, later: JsonObject) -> bool:
    """Add a later entry's arguments and further members to the first; False if they do not fit."""
    known, added = wire.function(first), wire.function(later)
    before, after = known.get("arguments"), added.get("arguments")
    if not isinstance(before, str | None) or not isinstance(after, str | None):
        return False
    if before and before.lstrip().startswith("{") and (after or "").startswith(before):
        # A snapshot of the whole call, not its next piece.
        return False
    for name, value in later.items():
        if name != "function":
            first[name] = first.get(name) or value
    if added:
        first["function"] = {**added, **known}
        if before is not None or after is not None:
            first["function"]["arguments"] = (before or "") + (after or "")
    return True


def _write_first(entry: JsonObject, out: _Out, changes: dict[str, None]) -> None:
    if entry.get("id") != out.id:
        entry["id"] = out.id
        changes["set the id"] = None
    if entry.get("type") != "function":
        entry["type"] = "function"
        changes["set the type"] = None
    function = wire.function(entry)
    if function.get("name") != out.name:
        entry["function"] = {**function, "name": out.name}
        changes["set the name"] = None


def _write_later(entry: JsonObject, out: _Out, place: Place, changes: dict[str, None]) -> None:
    for name, change in _REPEATED:
        if entry.get(name) is not None:
            del entry[name]
            changes[change] = None
    if "type" in entry:
        # The official client takes the last type for the call's own, and refuses null.
        del entry["type"]
        changes["removed a null type"] = None
    function = wire.function(entry)
    if place.name_part and out.name != place.call.name:
        out.name += wire.text(function, "name")
    elif function.get("name") is not None:
        del function["name"]
        changes["removed a repeated name"] = None

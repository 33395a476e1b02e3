"""Send tool calls whole, behind the text and before the finish.

Text between or after calls becomes, in the next turn, assistant(calls) -> assistant(text) ->
tool, which providers reject (openai/openai-agents-python#3506, earendil-works/pi#4228); half
calls run with half arguments, and names in pieces keep one piece only
(NVIDIA-NeMo/Switchyard#785). Everything but calls, finishes and what follows them goes on at
once. Calls that are cut off are dropped, and never completed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from proxy import wire
from proxy.errors import problem
from proxy.repair import CALLS, Context, Finding, Group, Output, Repair, failure
from proxy.scan import JsonScan
from proxy.wire import JsonObject

_CUT_SHORT = ("length", "content_filter")


@dataclass(slots=True)
class _Call:
    """One call, as far as its fragments have come."""

    index: int
    first: JsonObject
    """The chunk that began it; the frames made of it have its envelope."""
    last: JsonObject
    names: list[str] = field(default_factory=list[str])
    arguments: list[str] = field(default_factory=list[str])
    odd_arguments: Any = None
    scan: JsonScan = field(default_factory=JsonScan)
    members: JsonObject = field(default_factory=dict[str, Any])
    function: JsonObject = field(default_factory=dict[str, Any])

    def take(self, entry: JsonObject, chunk: JsonObject) -> None:
        self.last = chunk
        for name, value in entry.items():
            if name not in ("index", "function"):
                _merge(self.members, name, value)
        for name, value in wire.function(entry).items():
            if name not in ("name", "arguments"):
                _merge(self.function, name, value)
        if wire.filled(wire.function(entry), "name"):
            self.names.append(wire.text(wire.function(entry), "name"))
        arguments = wire.function(entry).get("arguments")
        if isinstance(arguments, str):
            self.arguments.append(arguments)
            self.scan.feed(arguments)
        elif arguments is not None:
            self.odd_arguments = arguments

    def complete(self, *, cut_short: bool) -> bool:
        """Tell whether the arguments are whole; so are none, unless the answer was cut short."""
        if self.odd_arguments is not None:
            return True
        return not cut_short if self.scan.empty else self.scan.complete

    def entries(self, name: str) -> Iterator[tuple[JsonObject, JsonObject]]:
        """Yield the frames of the call, each with the chunk whose envelope it takes."""
        head = {member: self.members[member] for member in ("id",) if member in self.members}
        function = {"name": name, "arguments": "", **self.function}
        entry = {"index": self.index, **head, "type": "function", "function": function}
        yield {**entry, **self.members}, self.first
        arguments = "".join(self.arguments) or self.odd_arguments
        if arguments is not None and arguments != "":
            yield {"index": self.index, "function": {"arguments": arguments}}, self.last


@dataclass(slots=True)
class _Choice:
    """The calls of one choice, and what went wrong with them."""

    call_by_key: dict[object, _Call] = field(default_factory=dict[object, _Call])
    foreign: set[object] = field(default_factory=set[object])
    reason: str = ""
    recut: bool = False
    """A fragment shared its chunk with something else."""
    scattered: bool = False
    """Text came after a call."""

    def take(self, entry: JsonObject, chunk: JsonObject) -> bool:
        """Take a fragment in; False where it belongs to a call of another type."""
        key = self._key(entry)
        if key in self.foreign or wire.text(entry, "type") not in ("", "function"):
            self.foreign.add(key)
            return False
        if key not in self.call_by_key:
            index = wire.number(entry, "index")
            place = len(self.call_by_key) if index is None else index
            self.call_by_key[key] = _Call(place, chunk, chunk)
        self.call_by_key[key].take(entry, chunk)
        return True

    def _key(self, entry: JsonObject) -> object:
        index = wire.number(entry, "index")
        if index is not None:
            return index
        known = [*self.call_by_key, *self.foreign]
        opens = wire.filled(entry, "id") or wire.filled(wire.function(entry), "name")
        return ("open", len(known)) if opens or not known else known[-1]


class ScatteredCalls(Repair):
    """Hold back tool calls and finishes until the answer is over."""

    name = "buffer-tool-calls"
    title = "Buffer tool calls"
    group = Group.TOOL_CALLS
    default = False
    symptom = "Half tool calls, or text after them, confuse the agent or break the next request."
    remedy = "Text streams on at once; tool calls come whole, just before the finish."
    signs = CALLS
    price = "Tool calls appear when the answer is complete."

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._choices: dict[int, _Choice] = {}

    def chunk(self, chunk: JsonObject) -> Output:
        choices = [*wire.choices(chunk)]
        rests = [self._take(choice, chunk) for choice in choices]
        taken = any(rest is not None for rest in rests)
        ends = _ends(chunk)
        deltas = [
            wire.delta(choice) if rest is None else rest
            for choice, rest in zip(choices, rests, strict=True)
        ]
        speaks = any(_says(delta, roles=True) for delta in deltas)
        if (speaks and (taken or ends)) or (taken and ends):
            spoken = any(_says(delta, roles=False) for delta in deltas)
            yield from self._divide(chunk, deltas, routine=not (spoken and self._calling))
        elif not speaks and (taken or ends or self.held):
            self.held.append(chunk)
        else:
            yield chunk

    def flush(self) -> Output:
        held, self.held = self.held, []
        for state in self._choices.values():
            if not state.call_by_key:
                continue
            cut_short = state.reason in _CUT_SHORT
            whole = {k: c for k, c in state.call_by_key.items() if c.complete(cut_short=cut_short)}
            if len(whole) == len(state.call_by_key) and (self.clean or state.reason):
                continue
            yield self._finding("a tool call was cut off; dropped")
            if self.clean and not cut_short:
                yield failure(problem("stream_incomplete"))
                return
            state.recut = True
            state.call_by_key = whole if cut_short else {}
            held = held if cut_short else [each for each in held if not _ends(each)]
        yield from self._whole(held)

    def _state(self, choice: JsonObject) -> _Choice:
        return self._choices.setdefault(wire.index(choice), _Choice())

    @property
    def _calling(self) -> bool:
        return any(state.call_by_key for state in self._choices.values())

    def _take(self, choice: JsonObject, chunk: JsonObject) -> JsonObject | None:
        """Take the calls of a choice in; return what else its delta holds, None without a call."""
        state = self._choices.setdefault(wire.index(choice), _Choice())
        reason = wire.text(choice, "finish_reason")
        if not state.reason or reason in _CUT_SHORT:
            state.reason = reason
        delta = wire.delta(choice)
        state.scattered = state.scattered or bool(state.call_by_key and _says(delta, roles=False))
        entries = [*wire.tool_calls(choice)]
        foreign = [entry for entry in entries if not state.take(entry, chunk)]
        if len(foreign) == len(entries):
            return None
        rest = {name: value for name, value in delta.items() if name != "tool_calls"}
        state.recut = state.recut or bool(foreign) or _says(rest, roles=True) or _ends(chunk)
        return {**rest, "tool_calls": foreign} if foreign else rest

    def _divide(self, chunk: JsonObject, deltas: list[JsonObject], *, routine: bool) -> Output:
        """Send on what shares a chunk with calls or a finish; keep the finish."""
        for choice, delta in zip(wire.choices(chunk), deltas, strict=True):
            choice["delta"] = delta
        ending = _ending(chunk)
        yield Finding(
            self.name, "a chunk held calls or a finish and more; divided", routine=routine
        )
        if any(_says(delta, roles=True) for delta in deltas):
            yield chunk
        if ending["choices"] or wire.child(ending, "usage"):
            self.held.append(ending)

    def _whole(self, held: list[JsonObject]) -> Output:
        """Release the calls, then what waited behind them; as it came where it came like that."""
        calls = [
            chunk for chunk in held if any(any(wire.tool_calls(c)) for c in wire.choices(chunk))
        ]
        called = {id(chunk) for chunk in calls}
        others = [chunk for chunk in held if id(chunk) not in called]
        frames = list(self._frames())
        states = self._choices.values()
        as_came = not any(state.recut or state.scattered for state in states)
        if as_came and held == [*calls, *others] and _deltas(calls) == _deltas(frames):
            yield from held
            return
        if frames or calls:
            broken = any(state.scattered for state in states) or self._joined()
            message = "text or names were scattered among" if broken else "fragments made up"
            yield Finding(self.name, f"{message} the tool calls; sent whole", routine=not broken)
        yield from frames
        yield from others

    def _frames(self) -> Iterator[JsonObject]:
        for index, state in self._choices.items():
            for call in state.call_by_key.values():
                for entry, chunk in call.entries(self._name(call)):
                    choice = {
                        "index": index,
                        "delta": {"tool_calls": [entry]},
                        "finish_reason": None,
                    }
                    yield {**chunk, "choices": [choice]}

    def _name(self, call: _Call) -> str:
        """Return the call's name, its pieces joined only where they make up a declared one."""
        declared = self.context.schema_by_tool
        first = next(iter(call.names), "")
        joined = "".join(call.names)
        return joined if first not in declared and joined in declared else first

    def _joined(self) -> bool:
        calls = [call for state in self._choices.values() for call in state.call_by_key.values()]
        return any(self._name(call) != next(iter(call.names), "") for call in calls)

    def _finding(self, message: str) -> Finding:
        return Finding(self.name, message)


def _says(delta: JsonObject, *, roles: bool) -> bool:
    """Tell whether a delta has anything to say beside its calls; is a role something?"""
    return any(
        value for name, value in delta.items() if name != "tool_calls" and (roles or name != "role")
    )


def _ends(chunk: JsonObject) -> bool:
    return any(choice.get("finish_reason") for choice in wire.choices(chunk))


def _ending(chunk: JsonObject) -> JsonObject:
    """Take the finish reasons, and the usage with them, out of a chunk into one of their own."""
    stays = ("choices",) if _ends(chunk) else ("choices", "usage")
    ending: JsonObject = {name: value for name, value in chunk.items() if name not in stays}
    parts: list[JsonObject] = []
    if "usage" in ending:
        del chunk["usage"]
    for choice in wire.choices(chunk):
        if choice.get("finish_reason"):
            part: JsonObject = {"delta": {}, "finish_reason": choice["finish_reason"]}
            parts.append({"index": wire.index(choice), **part})
            choice["finish_reason"] = None
    return {**ending, "choices": parts}


def _deltas(chunks: list[JsonObject]) -> list[list[tuple[int, JsonObject]]]:
    return [[(wire.index(c), wire.delta(c)) for c in wire.choices(chunk)] for chunk in chunks]


def _merge(target: JsonObject, name: str, value: Any) -> None:
    """Take a member over: objects merge deeply, what is empty erases nothing."""
    known = target.get(name)
    if isinstance(known, dict) and isinstance(value, dict):
        for inner, item in cast("JsonObject", value).items():
            _merge(cast("JsonObject", known), inner, item)
    elif name in ("id", "type") and known:
        return
    elif name not in target or value not in (None, "", [], {}):
        target[name] = dict(cast("JsonObject", value)) if isinstance(value, dict) else value

"""Which call a fragment belongs to, where no single member of a tool-call entry can be trusted.

Some providers leave the index out, others the id; some send a new id with every fragment, one id
for parallel calls, or the index 0 for all (openai/openai-python#3246, su-kaka/gcli2api#406,
poolsideai/pool#9, mudler/LocalAI#9722). What could belong to several calls is placed nowhere:
a call that runs with another's arguments is worse than a turn that fails.
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from proxy import wire
from proxy.scan import JsonScan
from proxy.wire import JsonObject

_MAX_INDEX_DIGITS = 6
_GOOD_ENDS = frozenset(
    {"stop", "tool_calls", "function_call", "tool_use", "end_turn", "eos", "eos_token"}
)
_NOTHING_SAID = frozenset({"role", "tool_calls"})


@dataclass(frozen=True, slots=True)
class Fragment:
    """What a tool-call entry says; blank members count as absent."""

    index: int | None
    id: str
    name: str
    arguments: str
    """An object counts as the text ``{}``: it is complete."""

    @property
    def blank(self) -> bool:
        """It adds nothing to the arguments."""
        return not self.arguments.strip()

    @property
    def starts(self) -> bool:
        """Its arguments can be the beginning of a call's, which may be encoded twice."""
        return self.arguments.lstrip().startswith(("{", '"{'))


def read(entry: JsonObject) -> Fragment | None:
    """Read a tool-call entry; None for one that is no function's or makes no sense."""
    kind, function, call_id = entry.get("type"), entry.get("function"), entry.get("id")
    name = wire.function(entry).get("name")
    if not (
        (kind is None or (isinstance(kind, str) and kind.strip().lower() in ("", "function")))
        and (isinstance(function, dict) or (function is None and "custom" not in entry))
        and (call_id is None or isinstance(call_id, str) or _is_number(call_id))
        and (name is None or isinstance(name, str))
    ):
        return None
    spelled = "" if call_id is None else str(call_id)
    return Fragment(
        index=_index(entry.get("index")),
        id=spelled if spelled.strip() else "",
        name=name if name and name.strip() else "",
        arguments=_arguments(wire.function(entry).get("arguments")),
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """A fragment whose call is known by its index."""

    choice: JsonObject
    entry: JsonObject
    key: tuple[int, int]
    """The choice's index and the call's."""
    name: str
    text: str
    """What it adds to the arguments, where that is text."""


def pieces(chunk: JsonObject) -> Iterator[Piece]:
    """Yield the fragments in a chunk whose arguments are text, or nothing."""
    for choice in wire.choices(chunk):
        for entry in wire.tool_calls(choice):
            fragment = read(entry)
            arguments = wire.function(entry).get("arguments")
            if fragment is None or fragment.index is None or not isinstance(arguments, str | None):
                continue
            key = wire.index(choice), fragment.index
            yield Piece(choice, entry, key, fragment.name, arguments or "")


def write_arguments(entry: JsonObject, text: str) -> None:
    """Replace the arguments of a tool-call entry."""
    entry["function"] = {**wire.function(entry), "arguments": text}


def says_more(chunk: JsonObject) -> bool:
    """Tell whether a chunk says anything beside fragments of tool calls."""
    return any(
        choice.get("finish_reason")
        or any(value for name, value in wire.delta(choice).items() if name not in _NOTHING_SAID)
        for choice in wire.choices(chunk)
    )


def ends_well(choice: JsonObject) -> bool:
    """Tell whether a choice finishes because the model had nothing more to write."""
    return wire.text(choice, "finish_reason").lower() in _GOOD_ENDS


def fragment_chunk(model: JsonObject, choice: JsonObject, entry: JsonObject) -> JsonObject:
    """Return a chunk of our own with one tool-call entry, of the same answer as ``model``."""
    head = {name: model[name] for name in ("id", "object", "created", "model") if name in model}
    place = {"index": choice["index"]} if "index" in choice else {}
    return {**head, "choices": [{**place, "delta": {"tool_calls": [entry]}, "finish_reason": None}]}


def _index(value: Any) -> int | None:
    if isinstance(value, str) and len(value) <= _MAX_INDEX_DIGITS and value.isascii():
        value = int(value) if value.isdigit() else None
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        value = int(value) if value.adjusted() < _MAX_INDEX_DIGITS else None
    return value if isinstance(value, int) and _is_number(value) and value >= 0 else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _arguments(value: Any) -> str:
    if isinstance(value, dict):
        return "{}"
    return value if isinstance(value, str) else ""


class Call:
    """One call as far as it has come."""

    def __init__(self) -> None:
        self.id = ""
        """Upstream's first id for it."""
        self.name = ""
        self.scan = JsonScan()
        self.indexes: set[int] = set()
        """Every index under which upstream sent it."""
        self.chunk = 0
        """The number of the last chunk that held a fragment of it."""
        self.has_several_ids = False
        self.doubted = False
        """A fragment that could be its own was placed nowhere."""
        self._quoted = False
        self._pieces = 0
        self._digest = hashlib.blake2b()

    @property
    def complete(self) -> bool:
        """Its arguments are whole, as far as brackets and quotes tell."""
        return self.scan.complete or (self._quoted and not self.scan.in_string)

    def feed(self, arguments: str) -> None:
        """Take the next piece of its arguments."""
        if arguments:
            if self.scan.empty:
                self._quoted = arguments.lstrip().startswith('"')
            self.scan.feed(arguments)
            self._pieces += bool(arguments.strip())
            self._digest.update(arguments.encode("utf-8", "surrogatepass"))

    def equals(self, arguments: str) -> bool:
        """Tell whether its arguments so far are exactly these."""
        other = hashlib.blake2b(arguments.encode("utf-8", "surrogatepass"))
        return self._digest.digest() == other.digest()

    def replayed_by(self, arguments: str) -> bool:
        """Tell whether a call that came in pieces is now sent once more, in one piece."""
        return self._pieces > 1 and self.equals(arguments)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fragment belongs."""

    call: Call
    name_part: bool = False
    """The fragment's name is the next part of the call's."""


class _Unclear(Exception):  # noqa: N818  no error: one of three answers
    """Several calls could be meant."""


class Calls:
    """The calls of one choice; `place` its fragments in order."""

    def __init__(self, declared: Collection[str] = ()) -> None:
        self._declared = declared
        self._calls: list[Call] = []
        self._calls_by_id: dict[str, list[Call]] = {}
        self._call_by_index: dict[int, Call] = {}
        self._chunk = 0

    def next_chunk(self) -> None:
        """The fragments that follow stand in another chunk."""
        self._chunk += 1

    def place(self, fragment: Fragment) -> Place | None:
        """Return the fragment's call, a new one where it opens one; None if that is not clear."""
        try:
            call = self._find(fragment)
        except _Unclear:
            return None
        if call is None:
            call = self._open_one()
            if fragment.index is not None:
                self._call_by_index[fragment.index] = call
        part = self._continues_name(call, fragment)
        self._learn(call, fragment)
        if part:
            call.name += fragment.name
        return Place(call, part)

    def _open_one(self) -> Call:
        if len(self._calls) >= wire.MOST_CALLS:
            # Each is compared with all others: the repair that asks is left out from here on.
            raise ValueError("more calls than any answer has")
        call = Call()
        self._calls.append(call)
        return call

    def _learn(self, call: Call, fragment: Fragment) -> None:
        if fragment.index is not None:
            self._call_by_index.setdefault(fragment.index, call)
            call.indexes.add(fragment.index)
        if fragment.id:
            known = self._calls_by_id.setdefault(fragment.id, [])
            if call not in known:
                known.append(call)
                call.has_several_ids = bool(call.id)
        call.id = call.id or fragment.id
        call.name = call.name or fragment.name
        call.chunk = self._chunk
        call.feed(fragment.arguments)

    def _find(self, fragment: Fragment) -> Call | None:
        """Return a call that is known, None for a new one."""
        if fragment.id in self._calls_by_id:
            return self._by_known_id(fragment)
        if fragment.id:
            return self._by_unknown_id(fragment)
        if fragment.name:
            return self._by_name(fragment)
        return self._by_place(fragment)

    def _by_known_id(self, fragment: Fragment) -> Call | None:
        known = self._calls_by_id[fragment.id]
        at_index = self._at(fragment)
        call = at_index if at_index in known else known[-1]
        return None if self._reuses_id(call, fragment) else call

    def _reuses_id(self, call: Call, fragment: Fragment) -> bool:
        """Tell whether this is another call that was given the same id."""
        if not fragment.name or not call.name:
            return False
        if fragment.index is not None and call.indexes and fragment.index not in call.indexes:
            return True
        if fragment.name != call.name:
            return not self._continues_name(call, fragment)
        # Whole calls side by side in one chunk are no snapshots of one call.
        side_by_side = call.chunk == self._chunk and call.complete and fragment.starts
        return side_by_side and not call.equals(fragment.arguments)

    def _by_unknown_id(self, fragment: Fragment) -> Call | None:
        call = self._at(fragment) if fragment.index is not None else self._only_open()
        if call is not None and call.complete:
            ends = call.has_several_ids and fragment.blank and not fragment.name
            return call if ends else None
        if call is None:
            return None
        if not fragment.name or not (call.id or call.name):
            return call
        if fragment.name != call.name:
            return None
        # What does not start like an object is the rest of one.
        continues = not call.scan.empty and not fragment.blank and not fragment.starts
        return call if continues or not call.id else None

    def _by_name(self, fragment: Fragment) -> Call | None:
        call = self._at(fragment) if fragment.index is not None else self._last_named(fragment)
        if call is None:
            return None if fragment.blank or fragment.starts else self._only_open(fragment.name)
        if not call.name or self._continues_name(call, fragment):
            return call
        if call.name != fragment.name:
            return None
        same = not call.complete or not fragment.starts or call.replayed_by(fragment.arguments)
        return call if same else None

    def _last_named(self, fragment: Fragment) -> Call | None:
        """Return the call that a name without an index speaks of."""
        named = [call for call in self._open() if call.name in ("", fragment.name)]
        if named:
            return _single(named, fragment)
        return self._calls[-1] if self._calls else None

    def _by_place(self, fragment: Fragment) -> Call | None:
        call = self._at(fragment)
        if call is not None or not self._calls:
            return call
        if fragment.index is not None:
            waiting = [call for call in self._calls if call.id and call.scan.empty]
            if waiting:
                return _single(waiting, fragment)
        open_calls = self._open()
        if open_calls:
            return _single(open_calls, fragment)
        if fragment.index is not None:
            return None
        if len(self._calls) == 1 or fragment.blank:
            return self._calls[-1]
        raise _Unclear

    def _at(self, fragment: Fragment) -> Call | None:
        return None if fragment.index is None else self._call_by_index.get(fragment.index)

    def _open(self) -> list[Call]:
        return [call for call in self._calls if not call.complete]

    def _only_open(self, name: str = "") -> Call | None:
        open_calls = [call for call in self._open() if not name or call.name == name]
        return open_calls[0] if len(open_calls) == 1 else None

    def _continues_name(self, call: Call, fragment: Fragment) -> bool:
        """Tell whether a name comes in parts: together they begin a declared one, alone not."""
        if not (call.name and fragment.name) or not call.scan.empty:
            return False
        joined = call.name + fragment.name
        known = fragment.name in self._declared or fragment.name == call.name
        return not known and any(name.startswith(joined) for name in self._declared)


def _single(calls: list[Call], fragment: Fragment) -> Call:
    """Return the one call that the fragment can continue."""
    if len(calls) > 1 and not fragment.blank and not fragment.starts:
        calls = [call for call in calls if call.doubted or not call.scan.empty] or calls
    if len(calls) > 1 and not fragment.blank:
        for call in calls:
            call.doubted = True
        raise _Unclear
    return calls[-1]

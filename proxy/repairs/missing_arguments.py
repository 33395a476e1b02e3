"""Give a call without arguments the empty object.

``JSON.parse("")`` fails, so agents never run such a tool (vercel/ai#6687, simonw/llm#1164,
sigoden/aichat#1217). Only a call that ended in good order gets it: one cut off by its length, or
one whose arguments may have gone elsewhere, stays as it is. Where the reason comes with every
chunk, it is true only once nothing more is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from proxy import wire
from proxy.fragments import Piece, ends_well, fragment_chunk, pieces, read, write_arguments
from proxy.repair import CALLS, Answer, Context, Finding, Form, Group, Output, Repair
from proxy.scan import JsonScan
from proxy.wire import JsonObject

_EMPTY = "{}"


@dataclass(slots=True)
class _Choice:
    last: JsonObject
    """The last chunk that held it."""
    choice: JsonObject
    scan_by_call: dict[int, JsonScan] = field(default_factory=dict[int, JsonScan])
    named: set[int] = field(default_factory=set[int])
    unclear: bool = False
    """Some arguments may belong to any of its calls."""
    ended: bool = False

    def without_arguments(self) -> list[int]:
        glued = any(scan.trailing for scan in self.scan_by_call.values())
        if self.unclear or glued:
            return []
        return [index for index in self.named if self.scan_by_call[index].empty]


@dataclass(frozen=True, slots=True)
class _End:
    """Where a choice finished, and the fragments that came with it."""

    chunk: JsonObject
    choice: JsonObject
    here: list[Piece]


class MissingArguments(Repair):
    """End every call that has no arguments with ``{}``."""

    name = "tool-arguments"
    title = "Argument repair"
    group = Group.TOOL_CALLS
    default = True
    symptom = "A tool without arguments is never run."
    remedy = "Its arguments are sent as an empty object."
    wakes_on = CALLS

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._choices: dict[int, _Choice] = {}
        self._ends: dict[int, _End] = {}
        """Finishes of which the next chunk tells whether they are true."""
        self._whole = False

    def answer(self, answer: Answer) -> Iterator[Finding]:
        self._whole = answer.came is Form.DOCUMENT
        return iter(())

    def chunk(self, chunk: JsonObject) -> Output:
        here = self._take(chunk)
        if self._ends:
            for index in _speaking(chunk):
                # The reason was premature: another may follow.
                self._ends.pop(index, None)
            if not (self._ends and wire.choices(chunk)):
                yield from self._release(fill=True)
        for choice in wire.choices(chunk):
            index = wire.index(choice)
            state = self._choices.get(index)
            if state is None or not choice.get("finish_reason") or state.ended:
                continue
            state.ended = not ends_well(choice)
            if not state.ended and index not in self._ends and state.without_arguments():
                self._ends[index] = _End(chunk, choice, here)
        if self._ends:
            self.held.append(chunk)
        else:
            yield chunk

    def flush(self) -> Output:
        yield from self._release(fill=self.clean)
        in_order = self.sentinel or (self._whole and self.clean)
        for state in self._choices.values() if in_order else ():
            if not state.ended:
                yield from self._fill(state, _End(state.last, state.choice, []))

    def _release(self, *, fill: bool) -> Output:
        """Let go the finishes that were held back; fill their calls if they are true."""
        held, self.held = self.held, []
        ends, self._ends = self._ends, {}
        for chunk in held:
            for index, end in ends.items():
                if fill and end.chunk is chunk:
                    yield from self._fill(self._choices[index], end)
            yield chunk

    def _take(self, chunk: JsonObject) -> list[Piece]:
        here = [*pieces(chunk)]
        for choice in wire.choices(chunk):
            entries = [*wire.tool_calls(choice)]
            number = wire.index(choice)
            if entries and number not in self._choices:
                self._choices[number] = _Choice(chunk, choice)
            state = self._choices.get(number)
            if state is not None:
                state.last, state.choice = chunk, choice
                known = [piece.entry for piece in here]
                odd = [entry for entry in entries if not any(entry is each for each in known)]
                state.unclear = state.unclear or any(_may_hold_arguments(each) for each in odd)
        for piece in here:
            state = self._choices[piece.key[0]]
            state.scan_by_call.setdefault(piece.key[1], JsonScan()).feed(piece.text)
            state.named |= {piece.key[1]} if piece.name else set()
        return here

    def _fill(self, state: _Choice, end: _End) -> Output:
        entry_by_index = {
            piece.key[1]: piece.entry
            for piece in end.here
            if piece.key[0] == wire.index(end.choice)
        }
        # A finding belongs to the chunk that follows it, so what changes this chunk comes last.
        for index in sorted(state.without_arguments(), key=entry_by_index.__contains__):
            state.scan_by_call[index].feed(_EMPTY)
            yield Finding(self.name, "gave a call without arguments an empty object")
            if index in entry_by_index:
                write_arguments(entry_by_index[index], _EMPTY)
            else:
                entry: JsonObject = {"index": index, "function": {"arguments": _EMPTY}}
                yield fragment_chunk(end.chunk, end.choice, entry)


def _speaking(chunk: JsonObject) -> Iterator[int]:
    """Yield the choices that say something."""
    for choice in wire.choices(chunk):
        if any(value for name, value in wire.delta(choice).items() if name != "role"):
            yield wire.index(choice)


def _may_hold_arguments(entry: JsonObject) -> bool:
    arguments = wire.function(entry).get("arguments")
    return read(entry) is not None and arguments is not None and arguments != ""

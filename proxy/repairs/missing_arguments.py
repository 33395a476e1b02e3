"""Give a call without arguments the empty object.

``JSON.parse("")`` fails, so agents never run such a tool (vercel/ai#6687, simonw/llm#1164,
sigoden/aichat#1217). Only a call that ended in good order gets it: one cut off by its length, or
one whose arguments may have gone elsewhere, stays as it is.
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
        self._whole = False

    def answer(self, answer: Answer) -> Iterator[Finding]:
        self._whole = answer.came is Form.DOCUMENT
        return iter(())

    def chunk(self, chunk: JsonObject) -> Output:
        here = self._take(chunk)
        for choice in wire.choices(chunk):
            state = self._choices.get(wire.index(choice))
            if state is None or not choice.get("finish_reason") or state.ended:
                continue
            state.ended = True
            if ends_well(choice):
                yield from self._fill(state, chunk, choice, here)
        yield chunk

    def flush(self) -> Output:
        in_order = self.sentinel or (self._whole and self.clean)
        for state in self._choices.values() if in_order else ():
            if not state.ended:
                yield from self._fill(state, state.last, state.choice, [])

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

    def _fill(
        self, state: _Choice, chunk: JsonObject, choice: JsonObject, here: list[Piece]
    ) -> Output:
        entry_by_index = {
            piece.key[1]: piece.entry for piece in here if piece.key[0] == wire.index(choice)
        }
        # A finding belongs to the chunk that follows it, so what changes this chunk comes last.
        for index in sorted(state.without_arguments(), key=entry_by_index.__contains__):
            state.scan_by_call[index].feed(_EMPTY)
            yield Finding(self.name, "gave a call without arguments an empty object")
            if index in entry_by_index:
                write_arguments(entry_by_index[index], _EMPTY)
            else:
                entry: JsonObject = {"index": index, "function": {"arguments": _EMPTY}}
                yield fragment_chunk(chunk, choice, entry)


def _may_hold_arguments(entry: JsonObject) -> bool:
    arguments = wire.function(entry).get("arguments")
    return read(entry) is not None and arguments is not None and arguments != ""

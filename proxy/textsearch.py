"""Finds tool calls in a text that arrives in pieces, and says how much of it is plain text.

Held back is only what may be the beginning of a marker, and what a grammar is reading. Text in a
code fence is an example and never a call.
"""

import re
from collections.abc import Generator

from proxy import textcalls
from proxy.textcalls import FENCE, Border, Marker
from proxy.textreader import NoCallError, Reader
from proxy.texttools import Call, Tools

# Nobody calls a tool with more; what is longer goes on as the text it is.
_LONGEST_CALL = 8 * 1024 * 1024

_LOOK_BEHIND = {
    Border.ANYTHING: "",
    Border.NO_LETTER: r"(?<![A-Za-z0-9_])",
    Border.LINE_END: r"(?<=\n)",
}
_FENCE = re.compile(r"(?<=\n)```")


class Forms:
    """The markers of one exchange, in the shapes in which they are looked for."""

    def __init__(self, tools: Tools, *, reasoning: bool) -> None:
        self.tools = tools
        self.marker_by_text = textcalls.markers(tools, reasoning=reasoning)
        ordered = sorted(self.marker_by_text.values(), key=lambda each: -len(each.text))
        self.pattern = re.compile(
            "|".join(_LOOK_BEHIND[each.border] + re.escape(each.text) for each in ordered)
        )
        self._borders_by_beginning: dict[str, set[Border]] = {}
        for marker in ordered:
            self._add_beginnings(marker)
        self._longest = max(map(len, self.marker_by_text), default=0)

    def begins_marker(self, text: str, place: int) -> int:
        """Return from where on, at ``place`` or later, the text may be a marker's beginning."""
        for start in range(max(place, len(text) - self._longest + 1), len(text)):
            borders = self._borders_by_beginning.get(text[start:])
            if borders and any(_stands(border, text, start) for border in borders):
                return start
        return len(text)

    def _add_beginnings(self, marker: Marker) -> None:
        for length in range(1, len(marker.text)):
            beginning = marker.text[:length]
            self._borders_by_beginning.setdefault(beginning, set()).add(marker.border)


def _stands(border: Border, text: str, place: int) -> bool:
    before = text[place - 1 : place]
    if border is Border.LINE_END:
        return before == "\n"
    return border is Border.ANYTHING or not (
        before.isascii() and (before.isalnum() or before == "_")
    )


class Search:
    """The search through one text."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms
        self._reader = Reader()
        self._reading: Generator[None, None, list[Call]] | None = None
        self._begun = 0
        self._fenced = False
        self._given_up = False
        self._calls_end: int | None = None

    @property
    def holding(self) -> bool:
        """Some of the text may belong to a call."""
        return self.cleared < self._reader.base + len(self._reader.text)

    @property
    def cleared(self) -> int:
        """How much of the text is known to be no call."""
        return self._reader.offset if self._reading is None else self._begun

    def feed(self, text: str) -> None:
        """Take the next piece."""
        self._reader.feed(text)
        if self._reading is not None:
            self._read(self._reading)
        self._seek()
        if self._reader.offset - self.cleared > _LONGEST_CALL:
            self.give_up()

    def kept(self, start: int, text: str) -> str:
        """Return what of a piece that began at ``start`` belongs to no call that was found."""
        if self._calls_end is None or start >= self._calls_end:
            return text
        return text[: max(0, self._begun - start)]

    def end(self) -> list[Call]:
        """Return the calls with which the text ends, now that it is over."""
        self._reader.ended = True
        found: list[Call] = []
        if self._reading is not None:
            try:
                next(self._reading)
            except StopIteration as stop:
                found = stop.value
            except NoCallError:
                pass
        if not found:
            self.give_up()
        else:
            self._calls_end = self._reader.offset
        return found

    def give_up(self) -> None:
        """Take all text, also what is still to come, for what it is."""
        self._given_up = True
        self._reading = None
        self._reader.place = len(self._reader.text)

    def _seek(self) -> None:
        while self._reading is None:
            if self._given_up:
                self._reader.place = len(self._reader.text)
                return
            if not (self._leave_fence() if self._fenced else self._find_marker()):
                return

    def _leave_fence(self) -> bool:
        """Move to the end of the fence; return False where the text stops before it."""
        reader = self._reader
        # The fence may have begun in a piece that has left already.
        start = max(1, reader.place - len(FENCE) + 1)
        match = _FENCE.search(reader.text, start)
        reader.place = len(reader.text) if match is None else match.end()
        self._fenced = match is None
        return not self._fenced

    def _find_marker(self) -> bool:
        reader = self._reader
        match = self._forms.pattern.search(reader.text, reader.place)
        if match is None:
            reader.place = self._forms.begins_marker(reader.text, reader.place)
            return False
        reader.place = match.start()
        reader.taken.clear()
        reader.complete = 0
        self._begun = reader.offset
        self._reading = textcalls.calls(reader, self._forms.tools, self._forms.marker_by_text)
        return self._read(self._reading)

    def _read(self, reading: Generator[None, None, list[Call]]) -> bool:
        """Let the grammar read on; return False while it waits."""
        try:
            next(reading)
        except NoCallError:
            self._reading = None
            # After a whole call, text: whatever follows, the model no longer waits for a result.
            self._given_up = self._reader.complete > 0
            taken = "\n" + "".join(self._reader.taken)
            self._fenced = len(_FENCE.findall(taken)) % 2 == 1
            return True
        return False

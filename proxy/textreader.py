"""Reads a text that arrives in pieces: grammars as generators that wait where the text stops.

A grammar takes what it expects and yields where it needs more text; it raises `NoCallError` as soon
as what came cannot fit. Each character is looked at once or twice, however the text was cut.
"""

import re
from collections.abc import Generator
from typing import TypeAlias, TypeVar

from proxy.scan import JsonScan

_T = TypeVar("_T")
Step: TypeAlias = Generator[None, None, _T]
"""Part of a grammar: yields while it waits, returns what it has read."""

_WHITE = re.compile(r"\s*")
_NAME = re.compile(r"[A-Za-z0-9_.\-]*")
_CLOSERS = re.compile(r"[}\]]")
_LONGEST_NAME = 256

# Characters before the place that stay readable, to see what a marker stands after.
_LOOK_BEHIND = 8


class NoCallError(Exception):
    """The text cannot be what the grammar describes."""


class Reader:
    """A text, and the place up to which it has been taken."""

    __slots__ = ("base", "complete", "ended", "place", "taken", "text")

    def __init__(self) -> None:
        self.text = "\n"
        """The part in work; a text begins as if after a line end."""
        self.place = 1
        self.base = -1
        """The offset of ``text`` in all that was fed."""
        self.ended = False
        self.taken: list[str] = []
        """What grammars took since the list was last emptied."""
        self.complete = 0
        """How many calls the grammar at work has read to their end."""

    @property
    def offset(self) -> int:
        """How much of all that was fed has been taken."""
        return self.base + self.place

    def feed(self, text: str) -> None:
        """Add the next piece."""
        cut = max(0, self.place - _LOOK_BEHIND)
        self.text = self.text[cut:] + text
        self.place -= cut
        self.base += cut

    def take(self, end: int) -> str:
        """Take what stands before ``end``."""
        taken = self.text[self.place : end]
        self.taken.append(taken)
        self.place = end
        return taken

    def white(self) -> Step[None]:
        """Take white space, if there is any."""
        while True:
            match = _WHITE.match(self.text, self.place)
            self.take(match.end() if match else self.place)
            if self.place < len(self.text) or self.ended:
                return
            yield

    def over(self) -> Step[bool]:
        """Tell whether the text is over; waits until that is known."""
        while self.place == len(self.text) and not self.ended:
            yield
        return self.place == len(self.text)

    def ahead(self, *options: str) -> Step[str]:
        """Return the longest option that stands here, without taking it; empty where none does."""
        longest = max(map(len, options))
        while True:
            text = self.text[self.place : self.place + longest]
            undecided = any(len(text) < len(each) and each.startswith(text) for each in options)
            if not undecided or self.ended:
                return max((each for each in options if text.startswith(each)), key=len, default="")
            yield

    def literal(self, *options: str) -> Step[str]:
        """Take the longest option that stands here; empty where none does."""
        found = yield from self.ahead(*options)
        self.take(self.place + len(found))
        return found

    def expect(self, *options: str) -> Step[str]:
        """Take one of the options."""
        found = yield from self.literal(*options)
        if not found:
            raise NoCallError
        return found

    def name(self) -> Step[str]:
        """Take the characters that function names consist of, at least one."""
        name = ""
        while len(name) <= _LONGEST_NAME:
            match = _NAME.match(self.text, self.place)
            name += self.take(match.end() if match else self.place)
            if self.place < len(self.text) or self.ended:
                break
            yield
        if not name or len(name) > _LONGEST_NAME:
            raise NoCallError
        return name

    def until(self, end: str) -> Step[str]:
        """Take everything up to and including ``end``; return what stands before it."""
        pieces: list[str] = []
        while (found := self.text.find(end, self.place)) < 0:
            # The end may have begun: its first characters wait for the rest.
            pieces.append(self.take(max(self.place, len(self.text) - len(end) + 1)))
            if self.ended:
                raise NoCallError
            yield
        pieces.append(self.take(found))
        self.take(found + len(end))
        return "".join(pieces)

    def json(self, begun: str = "") -> Step[str]:
        """Take one JSON object or array, of which ``begun`` has been taken; return its text."""
        if not begun:
            begun = yield from self.expect("{", "[")
        scan = JsonScan(begun)
        pieces = [begun]
        while True:
            for closer in _CLOSERS.finditer(self.text, self.place):
                pieces.append(self.take(closer.end()))
                scan.feed(pieces[-1])
                if scan.complete:
                    return "".join(pieces)
            pieces.append(self.take(len(self.text)))
            scan.feed(pieces[-1])
            if self.ended:
                raise NoCallError
            yield

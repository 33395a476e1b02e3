"""Where in a TOML text each member stands: to name the line of a mistake, to edit one value alone.

Parsers forget it. The text is known to be valid when it gets here, so this reader only finds its
way: through keys, strings and brackets, judging nothing.

See: https://toml.io/en/v1.0.0
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

Place: TypeAlias = tuple[str | int, ...]
"""The names and positions that lead to a member."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'", re.DOTALL
)
_OTHER_VALUE = re.compile(r"[^,\]}#\n]*[^,\]}#\s]")
_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


@dataclass(frozen=True, slots=True)
class Member:
    """A value that is written out, with offsets into the text."""

    start: int
    """Of its key; of the value where it is an item of an array."""
    value: int
    end: int


@dataclass(slots=True)
class Section:
    """A header in brackets and the members below it; the text's first lines have none."""

    place: Place
    start: int
    end: int
    """Of the header, or of the last member below it."""


@dataclass(slots=True)
class Places:
    """What stands where."""

    members: dict[Place, Member] = field(default_factory=dict[Place, Member])
    sections: list[Section] = field(default_factory=list[Section])
    lines: dict[Place, int] = field(default_factory=dict[Place, int])

    def line(self, place: Place) -> int:
        """Return the line, from 1, of a member or of what would hold it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def places(text: str) -> Places:
    """Find every section and member of a valid text."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._counted = 0
        self._line = 1
        self._found = Places(sections=[Section((), 0, 0)])
        self._lengths: dict[Place, int] = {}

    def read(self) -> Places:
        while self._skip_blank():
            if self._text.startswith("[", self._at):
                self._header()
            else:
                self._member(self._found.sections[-1].place)
            self._found.sections[-1].end = self._at
        return self._found

    def _header(self) -> None:
        array = self._text.startswith("[[", self._at)
        start, line = self._at, self._here()
        self._at += 2 if array else 1
        path = self._key()
        self._at += 2 if array else 1
        place = self._resolved(path[:-1]) + path[-1:]
        if array:
            number = self._lengths.get(place, 0)
            self._lengths[place] = number + 1
            self._note(place, line)
            place = (*place, number)
        self._note(place, line)
        self._found.sections.append(Section(place, start, self._at))

    def _resolved(self, path: Place) -> Place:
        """Let a name that means an array of tables mean its last table."""
        place: Place = ()
        for name in path:
            place = (*place, name)
            if place in self._lengths:
                place = (*place, self._lengths[place] - 1)
        return place

    def _member(self, table: Place) -> None:
        start, line = self._at, self._here()
        place = table
        for name in self._key():
            place = (*place, name)
            self._note(place, line)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(place, start)

    def _value(self, place: Place, start: int) -> None:
        value = self._at
        opening = self._text[value]
        if opening == "[":
            for number in self._items("]"):
                self._note((*place, number), self._here())
                self._value((*place, number), self._at)
        elif opening == "{":
            for _ in self._items("}"):
                self._member(place)
        else:
            match = _STRING.match(self._text, value) or _OTHER_VALUE.match(self._text, value)
            self._at = match.end() if match else len(self._text)
        self._found.members[place] = Member(start, value, self._at)

    def _items(self, closing: str) -> Iterator[int]:
        """Yield the number of each item, at which the reader then stands."""
        number = 0
        self._at += 1
        while self._skip_blank():
            if self._text[self._at] == closing:
                self._at += 1
                return
            yield number
            number += 1
            self._skip_blank()
            if self._text.startswith(",", self._at):
                self._at += 1

    def _key(self) -> Place:
        """Read a dotted key up to what follows it."""
        names: list[str] = []
        while True:
            self._skip(_SPACE)
            names.append(self._name())
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return tuple(names)
            self._at += 1

    def _name(self) -> str:
        match = _STRING.match(self._text, self._at) or _BARE_KEY.match(self._text, self._at)
        if match is None:
            # Not to be met in a valid text; going on keeps the promise to come to an end.
            self._at += 1
            return ""
        self._at = match.end()
        name = match.group()
        if name.startswith("'"):
            return name[1:-1]
        return _ESCAPE.sub(_unescaped, name[1:-1]) if name.startswith('"') else name

    def _skip_blank(self) -> bool:
        self._skip(_BLANK)
        return self._at < len(self._text)

    def _skip(self, what: re.Pattern[str]) -> None:
        match = what.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _note(self, place: Place, line: int) -> None:
        self._found.lines.setdefault(place, line)


def _unescaped(match: re.Match[str]) -> str:
    code = match.group()[1:]
    if len(code) > 1:
        return chr(int(code[1:], 16))
    return _ESCAPED.get(code, code)

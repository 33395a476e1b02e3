"""JSON with comments and trailing commas, edited by text range.

The text is parsed only to learn where things stand; an edit replaces or inserts a range, so
every other character, comments and line ends included, stays as it was.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.agents.errors import UnreadableError

_TRIVIA = re.compile(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_REST_OF_LINE = re.compile(r"(?:[ \t]+|/\*[^\r\n]*?\*/)*(?://[^\r\n]*)?(?=[\r\n])")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_SCALAR = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null")
_MAX_DEPTH = 100


@dataclass(slots=True)
class Member:
    """A name and its value in an object."""

    start: int
    """Where the quoted name begins."""
    value: "Node"


@dataclass(slots=True)
class Node:
    """A value and the range of text it stands in."""

    start: int
    end: int
    value: Any = None
    """The plain value of a scalar."""
    members: dict[str, Member] | None = None
    items: list["Node"] | None = None
    trailing_comma: int | None = None
    """Where the comma after the last member stands, if there is one."""

    def plain(self) -> Any:
        """Return the value as plain Python."""
        if self.members is not None:
            return {name: member.value.plain() for name, member in self.members.items()}
        if self.items is not None:
            return [item.plain() for item in self.items]
        return self.value


@dataclass(slots=True)
class _Parser:
    text: str
    depth: int = field(default=0)

    def document(self) -> Node:
        node = self.value(_skip(self.text, 0))
        end = _skip(self.text, node.end)
        if end != len(self.text):
            raise self.error(end, "nothing more was expected here")
        return node

    def error(self, at: int, message: str) -> UnreadableError:
        return UnreadableError.at(self.text, at, message)

    def value(self, at: int) -> Node:
        opening = self.text[at : at + 1]
        if opening == "{":
            return self.nested(at, self.object)
        if opening == "[":
            return self.nested(at, self.array)
        if opening == '"':
            value, end = self.string(at)
            return Node(at, end, value)
        match = _SCALAR.match(self.text, at)
        if match is None:
            raise self.error(at, "a value was expected")
        return Node(at, match.end(), json.loads(match.group()))

    def nested(self, at: int, read: Callable[[int], Node]) -> Node:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self.error(at, "nested too deeply")
        node = read(at)
        self.depth -= 1
        return node

    def string(self, at: int) -> tuple[str, int]:
        if self.text[at : at + 1] != '"':
            raise self.error(at, "a name in double quotes was expected")
        match = _STRING.match(self.text, at)
        if match is None:
            raise self.error(at, "the string is not closed or not legal")
        return json.loads(match.group()), match.end()

    def object(self, at: int) -> Node:
        node = Node(at, at, members={})
        members = node.members = dict[str, Member]()
        here = _skip(self.text, at + 1)
        while self.text[here : here + 1] != "}":
            name, end = self.string(here)
            colon = _skip(self.text, end)
            if self.text[colon : colon + 1] != ":":
                raise self.error(colon, "a colon was expected")
            value = self.value(_skip(self.text, colon + 1))
            if name in members:
                raise self.error(here, "this name stands here twice")
            members[name] = Member(here, value)
            here = self.after(node, value.end, "}")
        node.end = here + 1
        return node

    def array(self, at: int) -> Node:
        items: list[Node] = []
        node = Node(at, at, items=items)
        here = _skip(self.text, at + 1)
        while self.text[here : here + 1] != "]":
            items.append(self.value(here))
            here = self.after(node, items[-1].end, "]")
        node.end = here + 1
        return node

    def after(self, node: Node, end: int, closing: str) -> int:
        """Go past a comma, noting it; anything else must close the container."""
        here = _skip(self.text, end)
        if self.text[here : here + 1] == ",":
            node.trailing_comma = here
            return _skip(self.text, here + 1)
        node.trailing_comma = None
        if self.text[here : here + 1] != closing:
            raise self.error(here, f"a comma or {closing} was expected")
        return here


def parse(text: str) -> Node:
    """Read the text; raises `UnreadableError` with line and column."""
    return _Parser(text).document()


def find(root: Node, path: tuple[str, ...]) -> Node | None:
    """Return the value at that path of names, or None."""
    node = root
    for name in path:
        member = _members(node).get(name)
        if member is None:
            return None
        node = member.value
    return node


def put(text: str, path: tuple[str, ...], value: Any) -> str:
    """Set the value at the path; objects that are missing on the way are added."""
    node = parse(text)
    for depth, name in enumerate(path):
        if node.members is None:
            raise UnreadableError.at(text, node.start, "an object was expected here")
        member = node.members.get(name)
        if member is None:
            for missing in reversed(path[depth + 1 :]):
                value = {missing: value}
            return _add(text, node, name, value)
        node = member.value
    if node.plain() == value:
        return text
    line = text.rfind("\n", 0, node.start) + 1
    indent = _leading_space(text, line)
    return text[: node.start] + _render(text, value, indent) + text[node.end :]


def drop(text: str, path: tuple[str, ...]) -> str:
    """Remove the member at the path, and the objects on the way that it leaves empty."""
    *above, name = path
    holder = find(parse(text), tuple(above))
    if holder is None or name not in _members(holder):
        return text
    if above and len(_members(holder)) == 1 and not _has_comment(text, holder, name):
        return drop(text, tuple(above))
    return _cut(text, holder, name)


def _has_comment(text: str, holder: Node, name: str) -> bool:
    member = _members(holder)[name]
    around = text[holder.start : member.start] + text[member.value.end : holder.end]
    return "/*" in around or "//" in around


def _add(text: str, holder: Node, name: str, value: Any) -> str:
    members = list(_members(holder).values())
    newline = "\r\n" if "\r\n" in text else "\n"
    outer = _leading_space(text, text.rfind("\n", 0, holder.start) + 1)
    inner = outer + _unit(text)
    if not members:
        lead, tail = newline + inner, "" if _ends_line(text, holder) else newline + outer
        entry = f"{json.dumps(name)}: {_render(text, value, inner)}"
        return text[: holder.start + 1] + lead + entry + tail + text[holder.start + 1 :]
    last, comma = members[-1], holder.trailing_comma
    lead, depth = " ", outer
    if "\n" in text[holder.start : last.start]:
        inner = _leading_space(text, text.rfind("\n", 0, last.start) + 1)
        lead, depth = newline + inner, inner
    entry = f"{lead}{json.dumps(name)}: {_render(text, value, depth)}"
    if comma is None:
        at = _rest_of_line(text, last.value.end)
        return text[: last.value.end] + "," + text[last.value.end : at] + entry + text[at:]
    at = _rest_of_line(text, comma + 1)
    return text[:at] + entry + "," + text[at:]


def _cut(text: str, holder: Node, name: str) -> str:
    members = _members(holder)
    names = [*members]
    place = names.index(name)
    start = _line_start(text, members[name].start, holder.start + 1)
    end = members[name].value.end
    if place < len(names) - 1:
        comma = _skip(text, end)
        following = members[names[place + 1]].start
        if "\n" not in text[comma:following]:
            return text[: members[name].start] + text[following:]
        return text[:start] + text[comma + 1 :]
    if holder.trailing_comma is not None:
        return text[:start] + text[holder.trailing_comma + 1 :]
    if place == 0:
        return text[:start] + text[end:]
    before = members[names[place - 1]].value.end
    comma = _skip(text, before)
    return text[:comma] + text[comma + 1 : start] + text[end:]


def _line_start(text: str, at: int, floor: int) -> int:
    """Go back over the white space, and one line end, before a member."""
    while at > floor and text[at - 1] in " \t":
        at -= 1
    if at > floor and text[at - 1] == "\n":
        at -= 1
        if at > floor and text[at - 1] == "\r":
            at -= 1
    return at


def _rest_of_line(text: str, at: int) -> int:
    """Skip a comment that belongs to the line's last member."""
    match = _REST_OF_LINE.match(text, at)
    return at if match is None else match.end()


def _ends_line(text: str, holder: Node) -> bool:
    return _rest_of_line(text, holder.start + 1) != holder.start + 1 or text[
        holder.start + 1 : holder.start + 2
    ] in {"\r", "\n"}


def _members(node: Node) -> dict[str, Member]:
    return node.members or {}


def _skip(text: str, at: int) -> int:
    """Go past white space and comments."""
    match = _TRIVIA.match(text, at)
    return at if match is None else match.end()


def _leading_space(text: str, line: int) -> str:
    match = re.compile(r"[ \t]*").match(text, line)
    return "" if match is None else match.group()


def _unit(text: str) -> str:
    match = re.search(r"\n([ \t]+)\S", text)
    return "  " if match is None else match.group(1)


def _render(text: str, value: Any, indent: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    rendered = json.dumps(value, indent=_unit(text), ensure_ascii=False)
    return rendered.replace("\n", newline + indent)

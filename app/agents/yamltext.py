"""YAML edited by text range: parsed to learn where things stand, changed where we stand.

Comments, quoting, line ends and the order of everything else stay as they were, which a round
trip through a parser does not promise.
"""

from dataclasses import dataclass, field
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from app.agents.errors import UnreadableError

# An anchor may hold itself: without a limit such a file would be walked for ever.
_MAX_DEPTH = 50
_EMPTY = frozenset({"", "null", "~"})


@dataclass(frozen=True, slots=True)
class Node:
    """A value, and where its own characters begin and end."""

    start: int
    end: int
    column: int
    scalar: str = ""
    """The text of a scalar, empty for all else."""
    pairs: tuple[tuple["Node", "Node"], ...] = ()
    items: tuple["Node", ...] = ()
    block: bool = field(default=False)
    """A mapping or list that is written with one entry a line."""

    def find(self, name: str) -> "Node | None":
        """Return the value under a name of this mapping."""
        return next((value for key, value in self.pairs if key.scalar == name), None)

    def key(self, name: str) -> "Node | None":
        """Return the name itself, where it stands."""
        return next((key for key, _ in self.pairs if key.scalar == name), None)

    def text(self, name: str) -> str:
        """Return the scalar under a name, empty for all else."""
        found = self.find(name)
        return "" if found is None else found.scalar


_NOTHING = Node(0, 0, 0)


def plain(text: str) -> Any:
    """Return the document as plain Python; raises `UnreadableError`."""
    reader: Any = YAML(typ="safe", pure=True)
    try:
        return reader.load(text)
    except YAMLError as error:
        raise _unreadable(error) from None


def mapping(text: str) -> Node:
    """Return the root, a mapping with one key a line; an empty one for an empty document."""
    reader: Any = YAML(typ="rt", pure=True)
    try:
        raw = reader.compose(text)
    except YAMLError as error:
        raise _unreadable(error) from None
    if raw is None:
        return _NOTHING
    root = _node(raw, text, 0)
    if root.pairs and root.block:
        return root
    if not root.pairs and not root.items and root.scalar in _EMPTY:
        return _NOTHING
    raise UnreadableError.at(text, root.start, "a mapping with one key a line was expected")


def line_start(text: str, at: int) -> int:
    """Return where the line of that place begins."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Return the place behind the line's end; the start of a line is such a place already."""
    if at > 0 and text[at - 1] == "\n":
        return at
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def newline(text: str) -> str:
    """Return the line end that the text uses."""
    return "\r\n" if "\r\n" in text else "\n"


def quoted(value: str) -> str:
    """Return a scalar that YAML reads as this very string."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _node(raw: Any, text: str, depth: int) -> Node:
    start, column = int(raw.start_mark.index), int(raw.start_mark.column)
    if depth > _MAX_DEPTH:
        raise UnreadableError.at(text, start, "nested too deeply")
    if isinstance(raw.value, str):
        return Node(start, int(raw.end_mark.index), column, scalar=raw.value)
    children = cast("list[Any]", raw.value)
    pairs = tuple(
        (_node(each[0], text, depth + 1), _node(each[1], text, depth + 1))
        for each in children
        if isinstance(each, tuple)
    )
    items = tuple(_node(each, text, depth + 1) for each in children if not isinstance(each, tuple))
    if raw.flow_style:
        return Node(start, int(raw.end_mark.index), column, pairs=pairs, items=items)
    # The parser ends a block behind the comments that follow it; the last child ends before.
    ends = [child.end for pair in pairs for child in pair] + [item.end for item in items]
    return Node(start, max(ends, default=start), column, pairs=pairs, items=items, block=True)


def _unreadable(error: YAMLError) -> UnreadableError:
    mark: Any = getattr(error, "problem_mark", None)
    if mark is None:
        return UnreadableError(1, 1, "this is not YAML")
    problem = str(getattr(error, "problem", "") or "")
    message = f"this is not YAML: {problem}" if problem else "this is not YAML"
    return UnreadableError(int(mark.line) + 1, int(mark.column) + 1, message)

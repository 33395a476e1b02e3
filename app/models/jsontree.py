"""A JSON value as a tree, with notes where it differs from what it was before.

Children are made when a branch is opened, and what is large is only read then, so a body of many
megabytes opens at once.
"""

import re
from typing import Any, TypeAlias, cast

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QFont

from app.language import language
from app.models import bigjson
from app.models.bigjson import Raw
from app.models.eventwords import size_words
from app.models.plaintext import decoded, one_line
from proxy import wire

Index: TypeAlias = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

ROOT = QModelIndex()
MOST_CHILDREN = 10_000
"""Of one branch; more would not be read by anybody."""
MOST_OPENED = 200
"""Members that differ; whoever has more of them opens the others."""

_ABSENT = object()
_LONG_TEXT = 4 * 1024
_BEGINNING = 40
# Bytes of one character, where it is escaped.
_WIDEST = 6
_READABLE = re.compile(rb'\s*"((?:[^"\\]|\\u[0-9a-fA-F]{4}|\\[^u])*)')
_WIDTH = 240
_NOTE_WIDTH = 80
_COLUMNS = 3
NAME, VALUE, NOTE = range(_COLUMNS)


class Node:
    """One value of the tree."""

    __slots__ = ("_changed", "_children", "before", "name", "parent", "row", "value")

    def __init__(self, name: str, value: Any, before: Any, parent: "Node | None", row: int) -> None:
        self.name = name
        self.value = value
        self.before = before
        self.parent = parent
        self.row = row
        self._children: list[Node] | None = None
        self._changed: bool | None = None

    @property
    def children(self) -> "list[Node]":
        """The members or items; those that went away come last."""
        if self._children is None:
            self._children = self._made()
        return self._children

    @property
    def shown(self) -> Any:
        """The value, or what it was where it went away."""
        return self.before if self.value is _ABSENT else self.value

    @property
    def added(self) -> bool:
        return self.before is _ABSENT

    @property
    def removed(self) -> bool:
        return self.value is _ABSENT

    @property
    def changed(self) -> bool:
        if self._changed is None:
            self._changed = _differs(self.value, self.before)
        return self._changed

    def _made(self) -> "list[Node]":
        now, before = _members(self.value), _members(self.before)
        whole = self.added or self.removed or _kind(self.value) is not _kind(self.before)
        names = [*now, *(name for name in before if name not in now and not whole)]
        if self.removed:
            now, names = before, [*before]
        nodes: list[Node] = []
        for row, name in enumerate(names[:MOST_CHILDREN]):
            value = now.get(name, _ABSENT)
            # Inside of what is new or gone as a whole, nothing has a note of its own.
            earlier = value if whole else before.get(name, _ABSENT)
            nodes.append(Node(name, value, earlier, self, row))
        return nodes


class JsonTreeModel(QAbstractItemModel):
    """Name, value and note of every member."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = Node("", {}, {}, None, 0)
        language().changed.connect(self._say_again)

    def show_value(self, value: Any, before: Any) -> None:
        """Show a value; what differs from `before` gets a note."""
        self.beginResetModel()
        self._root = Node("", value, before, None, 0)
        self.endResetModel()

    def node(self, index: Index) -> Node:
        """Return the node behind an index."""
        return cast("Node", index.internalPointer()) if index.isValid() else self._root

    def changed_indexes(self) -> list[QModelIndex]:
        """Return what to open, so that everything that differs can be seen, from the outside in."""
        found: list[QModelIndex] = []
        level = [self._root]
        while level and len(found) < MOST_OPENED:
            level = [each for node in level for each in node.children if each.changed]
            found += [self.createIndex(node.row, 0, node) for node in level]
            # What is new or gone as a whole is seen as it is.
            level = [node for node in level if not (node.added or node.removed)]
        return found[:MOST_OPENED]

    def _say_again(self) -> None:
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, _COLUMNS - 1)

    def _note(self, node: Node) -> str:
        if node.added:
            return self.tr("◆ added")
        if node.removed:
            return self.tr("◆ removed")
        if not node.changed:
            return ""
        if _kind(node.value) is _kind(node.before) and _kind(node.value) in (dict, list):
            return self.tr("◆ changed inside")
        before = one_line(_scalar(node.before), _NOTE_WIDTH)
        return self.tr("◆ was {before}").format(before=before)

    # Qt overrides

    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        children = self.node(parent).children
        if not 0 <= row < len(children) or not 0 <= column < _COLUMNS:
            return QModelIndex()
        return self.createIndex(row, column, children[row])

    def parent(self, index: Index = ROOT) -> QModelIndex:  # pyright: ignore[reportIncompatibleMethodOverride]
        above = self.node(index).parent if index.isValid() else None
        if above is None or above is self._root:
            return QModelIndex()
        return self.createIndex(above.row, 0, above)

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.column() > 0 else len(self.node(parent).children)

    def hasChildren(self, parent: Index = ROOT) -> bool:
        return parent.column() <= 0 and _has_members(self.node(parent).shown)

    def columnCount(self, parent: Index = ROOT) -> int:
        return _COLUMNS

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Role.DisplayRole:
            return None
        headings = (self.tr("Name"), self.tr("Value"), self.tr("What we changed"))
        return headings[section] if 0 <= section < _COLUMNS else None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self.node(index)
        if role == Role.DisplayRole:
            if index.column() == NAME:
                return one_line(node.name, _WIDTH)
            return _summary(node.shown) if index.column() == VALUE else self._note(node)
        if role == Role.FontRole and (node.changed or node.added or node.removed):
            font = QFont()
            font.setBold(not node.removed)
            font.setStrikeOut(node.removed and index.column() != NOTE)
            return font
        return None


def _kind(value: object) -> type[object]:
    if isinstance(value, Raw):
        return {"{": dict, "[": list, '"': str}.get(bigjson.begins(value), object)
    return type(value)


def _differs(value: Any, before: Any) -> bool:
    if isinstance(value, Raw) and isinstance(before, Raw):
        return bytes(value) != bytes(before)
    return value is not before and value != before


def _has_members(value: Any) -> bool:
    if isinstance(value, Raw):
        return _kind(value) in (dict, list)
    return bool(_members(value))


def _members(value: Any) -> dict[str, Any]:
    if isinstance(value, Raw) and _kind(value) in (dict, list):
        value = bigjson.opened(value)
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    if isinstance(value, list):
        return {str(number): item for number, item in enumerate(cast("list[Any]", value))}
    return {}


def _summary(value: Any) -> str:
    if isinstance(value, dict):
        count = len(cast("dict[str, Any]", value))
        return f"{{{count}}}"
    if isinstance(value, list):
        count = len(cast("list[Any]", value))
        return f"[{count}]"
    if isinstance(value, Raw):
        return _summary_of_unread(value)
    text = one_line(_scalar(value), _WIDTH)
    length = _length(value)
    return f"{text} ({size_words(length)})" if length > _LONG_TEXT else text


def _length(value: Any) -> int:
    """Return how many bytes a text has, 0 for what is none."""
    if isinstance(value, str):
        return len(value.encode("utf-8", "replace"))
    return len(value) if isinstance(value, bytes) else 0


def _summary_of_unread(value: Raw) -> str:
    opening = bigjson.begins(value)
    closing = {"{": "}", "[": "]", '"': '"'}.get(opening, "")
    text = one_line(_beginning(value), _WIDTH) if opening == '"' else ""
    return f"{opening}{text}…{closing} ({size_words(bigjson.size(value))})"


def _beginning(value: Raw) -> str:
    """Return the first characters of a text that was not read."""
    found = _READABLE.match(bigjson.beginning(value, 1 + _BEGINNING * _WIDEST))
    whole = found.group(1).decode("utf-8", "ignore") if found else ""
    return (wire.decode_string(f'"{whole}"'.encode()) or whole)[:_BEGINNING]


def _scalar(value: Any) -> str:
    if isinstance(value, bytes):
        # What is no JSON at all.
        if len(value) <= _LONG_TEXT:
            return decoded(value)
        return f"{decoded(value[: _BEGINNING * _WIDEST])[:_BEGINNING]}…"
    if isinstance(value, str):
        # A long text is cut before it is made fit to be shown.
        if _length(value) <= _LONG_TEXT:
            return f'"{value[: 2 * _WIDTH]}"'
        return f'"{value[:_BEGINNING]}…"'
    if isinstance(value, Raw):
        return _summary_of_unread(value)
    return (wire.encode_if_possible(value) or b"?").decode("utf-8", "replace")

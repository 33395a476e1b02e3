"""Tables for long lists: every row has one height, nothing is measured, nothing wraps."""

from functools import partial

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QTreeView,
    QTreeWidget,
)

from app.language import Words, say

_PADDING = 8


class WholeRows(QTableView):
    """A table in which the keys go from row to row, Home and End to the first and the last."""

    # Qt overrides

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        ends = {
            QAbstractItemView.CursorAction.MoveHome: 0,
            QAbstractItemView.CursorAction.MoveEnd: self.model().rowCount() - 1,
        }
        if action in ends:
            return self.model().index(ends[action], max(0, self.currentIndex().column()))
        return super().moveCursor(action, modifiers)


class RoomyRows(QStyledItemDelegate):
    """Gives the rows of a tree the height of those of a table."""

    # Qt overrides

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), option.fontMetrics.height() + _PADDING)


def roomy(tree: QTreeView) -> None:
    """Set a tree's rows apart, all at one height."""
    tree.setItemDelegate(RoomyRows(tree))
    tree.setUniformRowHeights(True)


def table(model: QAbstractItemModel, name: Words, view: QTableView | None = None) -> QTableView:
    """Return a view of whole rows, ready for a hundred thousand of them."""
    view = view or WholeRows()
    view.setModel(model)
    say(view, view.setAccessibleName, name)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setTextElideMode(Qt.TextElideMode.ElideRight)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setCornerButtonEnabled(False)
    rows = view.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    height = view.fontMetrics().height() + _PADDING
    rows.setMinimumSectionSize(height)
    rows.setDefaultSectionSize(height)
    columns = view.horizontalHeader()
    columns.setHighlightSections(False)
    columns.setStretchLastSection(True)
    return view


def head(tree: QTreeWidget, *headings: Words) -> None:
    """Name a tree's columns."""
    tree.setColumnCount(len(headings))
    for column, words in enumerate(headings):
        say(tree, partial(tree.headerItem().setText, column), words)


def at_end(view: QTableView) -> bool:
    """Tell whether the last row is in sight."""
    bar = view.verticalScrollBar()
    return bar.value() >= bar.maximum() - view.verticalHeader().defaultSectionSize()

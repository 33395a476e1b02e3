"""A layout that puts widgets side by side and goes on below where the line is full."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Like words in a paragraph: nothing is cut off where it is narrow."""

    def __init__(self, *widgets: QWidget, spacing: int = 8) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)
        for widget in widgets:
            self.addWidget(widget)

    def _place(self, area: QRect, *, move: bool) -> int:
        """Go through the items line by line; return the height that takes."""
        at, line_height = QPoint(area.topLeft()), 0
        line: list[QLayoutItem] = []
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint().expandedTo(item.minimumSize())
            if at.x() > area.left() and at.x() + size.width() > area.right() + 1:
                _centre(line, line_height)
                at = QPoint(area.left(), at.y() + line_height + self.spacing())
                line, line_height = [], 0
            if move:
                item.setGeometry(QRect(at, size))
                line.append(item)
            at.setX(at.x() + size.width() + self.spacing())
            line_height = max(line_height, size.height())
        _centre(line, line_height)
        return at.y() + line_height - area.top()

    # Qt overrides

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._place(area, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        widest = QSize(0, 0)
        for item in self._items:
            widest = widest.expandedTo(item.minimumSize())
        return widest


def _centre(line: list[QLayoutItem], height: int) -> None:
    """Put the lower ones of a line at half its height: scripts differ in how tall they are."""
    for item in line:
        place = item.geometry()
        item.setGeometry(place.translated(0, (height - place.height()) // 2))

"""Events over time as a strip of bars, with a mark wherever a fix acted."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.language import say

_BAR_WIDTH = 4
_HEIGHT = 44
_MARK = 4
_BASELINE = 2 * _MARK + 2
_MARK_COLOUR = QColor(0xD0, 0x7A, 0x00)


class StripChart(QWidget):
    """How many events came when; silence is seen as a hole."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._at: Sequence[float] = ()
        self._marked: Sequence[int] = ()
        self._began = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        say(self, self.setAccessibleName, lambda: self.tr("Events over time"))

    def show_events(self, began: float, at: Sequence[float], marked: Sequence[int]) -> None:
        """Show the times of events, and the numbers of those that a fix acted on, both in order."""
        self._began, self._at, self._marked = began, at, marked
        self.update()

    def bars(self, count: int) -> list[int]:
        """Return how many events fall into each of so many equal parts of the time."""
        edges = self._edges(count)
        return [end - first for first, end in pairwise(edges)]

    def _edges(self, count: int) -> list[int]:
        """Return with which event each part begins; however many events there are, it is quick."""
        if count <= 0:
            return []
        span = max(self._at[-1] - self._began, 1e-6) if self._at else 1.0
        width = span / max(1, count - 1)
        places = [bisect_left(self._at, self._began + part * width) for part in range(1, count)]
        return [0, *places, len(self._at)]

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        room = self.height() - _BASELINE - 2
        places = self.width() // _BAR_WIDTH
        bars = self.bars(places)
        tallest = max(bars, default=0) or 1
        colour = self.palette().color(QPalette.ColorRole.Accent)
        for number, count in enumerate(bars):
            if count:
                height = max(2.0, room * count / tallest)
                left = number * _BAR_WIDTH
                painter.fillRect(QRectF(left, room - height + 2, _BAR_WIDTH - 1, height), colour)
        self._paint_marks(painter, self._edges(places))
        painter.end()

    def _paint_marks(self, painter: QPainter, edges: list[int]) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(_MARK_COLOUR)
        painter.setBrush(_MARK_COLOUR)
        middle = self.height() - _MARK - 1
        places = [bisect_left(self._marked, edge) for edge in edges]
        # However many fixes acted, each place is painted once.
        for number, (first, end) in enumerate(pairwise(places)):
            if end > first:
                x = number * _BAR_WIDTH + _BAR_WIDTH / 2
                corners = ((x, middle - _MARK), (x + _MARK, middle), (x, middle + _MARK))
                painter.drawPolygon(
                    QPolygonF([QPointF(*each) for each in (*corners, (x - _MARK, middle))])
                )

"""Events over time as a strip of bars, with a mark wherever a fix acted."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

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
        self._marked: Sequence[float] = ()
        self._began = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Events over time"))

    def show_events(self, began: float, at: Sequence[float], marked: Sequence[float]) -> None:
        """Show the times of events, and of those that a fix acted on."""
        self._began, self._at, self._marked = began, at, marked
        self.update()

    def bars(self, count: int) -> list[int]:
        """Return how many events fall into each of so many equal parts of the time."""
        bars = [0] * count
        if not self._at or count <= 0:
            return bars
        span = max(self._at[-1] - self._began, 1e-6)
        scale = (count - 1) / span
        for at in self._at:
            bars[min(count - 1, max(0, int((at - self._began) * scale)))] += 1
        return bars

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        room = self.height() - _BASELINE - 2
        bars = self.bars(self.width() // _BAR_WIDTH)
        tallest = max(bars, default=0) or 1
        colour = self.palette().color(QPalette.ColorRole.Accent)
        for number, count in enumerate(bars):
            if count:
                height = max(2.0, room * count / tallest)
                left = number * _BAR_WIDTH
                painter.fillRect(QRectF(left, room - height + 2, _BAR_WIDTH - 1, height), colour)
        self._paint_marks(painter, len(bars))
        painter.end()

    def _paint_marks(self, painter: QPainter, count: int) -> None:
        if not self._at:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(_MARK_COLOUR)
        painter.setBrush(_MARK_COLOUR)
        span = max(self._at[-1] - self._began, 1e-6)
        middle = self.height() - _MARK - 1
        scale = max(0, count - 1) / span
        # However many fixes acted, each place is painted once.
        for number in {int((at - self._began) * scale) for at in self._marked}:
            x = number * _BAR_WIDTH + _BAR_WIDTH / 2
            corners = ((x, middle - _MARK), (x + _MARK, middle), (x, middle + _MARK))
            painter.drawPolygon(
                QPolygonF([QPointF(*each) for each in (*corners, (x - _MARK, middle))])
            )

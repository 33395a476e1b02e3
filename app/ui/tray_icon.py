"""The tray's icon: the state is told by shape first, by colour second."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

from app.models.status import Condition

_SIZES = (16, 22, 24, 32, 48, 64)
_GREEN, _AMBER, _RED, _BLUE = "#2e9e4f", "#e08a00", "#d23f31", "#2f7de1"
_INKS = {"light": "#f2f2f2", "dark": "#2b2b2b"}
# Readable on light panels and on dark ones, since nobody tells which it is.
_INK_FOR_ANY_PANEL = "#4f9be8"
_COLOURS = {
    Condition.STOPPED: "#8a9099",
    Condition.RUNNING: _GREEN,
    Condition.STREAMING: _GREEN,
    Condition.ATTENTION: _GREEN,
    Condition.ERROR: "#8a9099",
}


def tray_icon(condition: Condition, style: str = "auto") -> QIcon:
    """Return the icon in a style: ``auto``, ``light``, ``dark`` or ``colour``."""
    drawn = QIcon()
    for size in _SIZES:
        drawn.addPixmap(_draw(condition, _ink(condition, style), size))
    return drawn


def _ink(condition: Condition, style: str) -> QColor:
    if style == "colour":
        return QColor(_COLOURS[condition])
    return QColor(_INKS.get(style, _INK_FOR_ANY_PANEL))


def _draw(condition: Condition, ink: QColor, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 24, size / 24)
    _draw_body(painter, ink, hollow=condition is Condition.STOPPED)
    if condition is Condition.STREAMING:
        # Never the colour of what it stands on.
        _draw_badge(painter, _BLUE if ink == QColor(_GREEN) else _GREEN, _dot)
    elif condition is Condition.ATTENTION:
        _draw_badge(painter, _AMBER, _triangle)
    elif condition is Condition.ERROR:
        _draw_badge(painter, _RED, _cross)
    painter.end()
    return pixmap


def _draw_body(painter: QPainter, ink: QColor, *, hollow: bool) -> None:
    """A wire with a diamond in it: where it was broken it is mended."""
    painter.setPen(QPen(ink, 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(1.5, 12), QPointF(4.5, 12))
    painter.drawLine(QPointF(19.5, 12), QPointF(22.5, 12))
    painter.setPen(QPen(ink, 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else ink)
    corners = ((12, 4), (20, 12), (12, 20), (4, 12))
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))


def _draw_badge(painter: QPainter, colour: str, shape: Callable[[QPainter, QColor], None]) -> None:
    """Cut a hole for the badge, so that it stands off whatever is behind it."""
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.GlobalColor.black)
    painter.drawEllipse(QRectF(11.5, 11.5, 14, 14))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    shape(painter, QColor(colour))


def _dot(painter: QPainter, colour: QColor) -> None:
    painter.setBrush(colour)
    painter.drawEllipse(QRectF(13.5, 13.5, 9.5, 9.5))


def _triangle(painter: QPainter, colour: QColor) -> None:
    painter.setBrush(colour)
    corners = ((18.3, 12.8), (23.8, 23.2), (12.8, 23.2))
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))


def _cross(painter: QPainter, colour: QColor) -> None:
    painter.setPen(QPen(colour, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(14.5, 14.5), QPointF(22, 22))
    painter.drawLine(QPointF(22, 14.5), QPointF(14.5, 22))

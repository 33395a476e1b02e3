"""The icons: simple drawings of our own, painted in whatever colour the text has at that moment."""

from pathlib import Path
from typing import Literal, TypeAlias

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer

IconName: TypeAlias = Literal[
    "agents", "check", "clear", "copy", "cross", "down", "export", "fix", "key", "next",
    "pause", "pin", "play", "plus", "previous", "providers", "quit", "search", "send",
    "settings", "stop", "traffic", "warning", "window", "wiremend",
]  # fmt: skip

FOLDER = Path(__file__).parent.parent / "resources" / "icons"


def icon(name: IconName) -> QIcon:
    """Return the icon of that name; it follows the palette by itself."""
    return QIcon(_Drawing(QSvgRenderer(str(FOLDER / f"{name}.svg"))))


class _Drawing(QIconEngine):
    """Paints one SVG in the palette's colour of the moment, so that no theme change is missed."""

    def __init__(self, renderer: QSvgRenderer) -> None:
        super().__init__()
        self._renderer = renderer

    # Qt overrides

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        device = painter.device()
        ratio = device.devicePixelRatioF() if device is not None else 1.0  # pyright: ignore[reportUnnecessaryComparison]
        size = rect.size() * ratio
        painter.drawPixmap(rect, _tinted(self._renderer, size, _colour(mode)))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return _tinted(self._renderer, size, _colour(mode))

    def clone(self) -> QIconEngine:
        return _Drawing(self._renderer)


def _tinted(renderer: QSvgRenderer, size: QSize, colour: QColor) -> QPixmap:
    pixmap = QPixmap(size)
    pixmap.fill(Qt.GlobalColor.transparent)
    if size.isEmpty():
        return pixmap
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(QPoint(), size))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(pixmap.rect(), colour)
    painter.end()
    return pixmap


def _colour(mode: QIcon.Mode) -> QColor:
    palette = QGuiApplication.palette()
    if mode == QIcon.Mode.Disabled:
        return palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
    if mode == QIcon.Mode.Selected:
        return palette.color(QPalette.ColorRole.HighlightedText)
    return palette.color(QPalette.ColorRole.ButtonText)

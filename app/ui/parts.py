"""The small parts the pages are built of: plain texts, cards, signs, rows of buttons.

Whatever may come from the wire or the configuration is shown as plain text: Qt would otherwise
take it for HTML.
"""

from collections.abc import Iterable
from enum import Enum
from itertools import pairwise

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.language import Words, asked, say
from app.models.plaintext import plain_hint

_SIGN_SIZE = 12
_CARD_MARGIN = 14
# One endless word must not make everything around it as wide.
_NARROWEST_TEXT = 80
_CARD_SPACING = 8


class Look(Enum):
    """How a text stands out."""

    BODY = "body"
    HEADING = "heading"
    SECTION = "section"
    MUTED = "muted"


def text(words: Words = "", look: Look = Look.BODY, *, wrap: bool = False) -> QLabel:
    """Return a label that shows these very characters."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    say(label, label.setText, words)
    label.setWordWrap(wrap)
    if wrap:
        policy = label.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
        label.setSizePolicy(policy)
        label.setMinimumWidth(_NARROWEST_TEXT)
    font = label.font()
    if look is Look.HEADING:
        font.setPointSizeF(font.pointSizeF() * 1.2)
        font.setWeight(QFont.Weight.DemiBold)
    elif look is Look.SECTION:
        font.setWeight(QFont.Weight.DemiBold)
    elif look is Look.MUTED:
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    label.setFont(font)
    return label


def button(words: Words, hint: Words = "") -> QPushButton:
    """Return a push button; the hint is read out and shown on hovering."""
    made = QPushButton()
    made.setAutoDefault(False)
    say(made, made.setText, words)
    if hint:
        say(made, made.setToolTip, lambda: plain_hint(asked(hint)))
        say(made, made.setAccessibleDescription, hint)
    return made


def row(*parts: QWidget | QLayout | None, spacing: int = 8) -> QHBoxLayout:
    """Return the parts side by side; None stands for the space that stretches."""
    layout = QHBoxLayout()
    layout.setSpacing(spacing)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, QLayout):
            layout.addLayout(part, 1)
        else:
            layout.addWidget(part, 1 if isinstance(part, QLabel) and part.wordWrap() else 0)
    return layout


def captioned(caption: QLabel, part: QWidget) -> QWidget:
    """Return a part with its name above it."""
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    layout.addWidget(caption)
    layout.addWidget(part, 1)
    return column


def add_line(form: QFormLayout, words: Words, field: QWidget | QLayout) -> QLabel:
    """Add a field to a form; return its name, whose letter leads to the field."""
    name = QLabel()
    say(name, name.setText, words)
    if isinstance(field, QWidget):
        # A row of several is meant for its first.
        name.setBuddy(field.focusProxy() or field)
    form.addRow(name, field)
    return name


def scrolling(inner: QWidget, *, stop: bool = True) -> QScrollArea:
    """Return a frameless view of something that may be longer than its place.

    It need be no stop of Tab where what is in it can be gone through: that scrolls it along.
    """
    area = QScrollArea()
    if not stop:
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(inner)
    return area


def empty(layout: QLayout) -> None:
    """Take everything out of a layout; widgets only lose their place."""
    while (item := layout.takeAt(0)) is not None:
        nested = item.layout()
        if nested is not None:
            empty(nested)


def discard(widgets: Iterable[QWidget]) -> None:
    """Let widgets go; until Qt has deleted them, they would be drawn where they were."""
    for widget in widgets:
        widget.hide()
        widget.deleteLater()


def tab_through(stops: Iterable[QWidget]) -> None:
    """Let Tab lead from one to the next, in this order."""
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)


class Card(QFrame):
    """A framed block of a page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Light)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(_CARD_MARGIN, _CARD_MARGIN, _CARD_MARGIN, _CARD_MARGIN)
        self.body.setSpacing(_CARD_SPACING)

    def add(self, *parts: QWidget | QLayout) -> None:
        """Put parts below each other."""
        for part in parts:
            if isinstance(part, QWidget):
                self.body.addWidget(part)
            else:
                self.body.addLayout(part)


class Tone(Enum):
    """What a sign says, by shape and colour."""

    GOOD = "good"
    QUIET = "quiet"
    WARNING = "warning"
    BAD = "bad"


# Each with a contrast of at least 4.5:1 on every ground of its theme.
_ON_LIGHT = {
    Tone.GOOD: "#1a7431",
    Tone.QUIET: "#5a6068",
    Tone.WARNING: "#8a5200",
    Tone.BAD: "#b3261e",
}
_ON_DARK = {
    Tone.GOOD: "#6fd58b",
    Tone.QUIET: "#a1a8b3",
    Tone.WARNING: "#f2b84b",
    Tone.BAD: "#ff8f85",
}
_MIDDLE_LIGHTNESS = 128


def tone_colour(tone: Tone, ground: QColor) -> QColor:
    """Return the colour in which a tone stands out from its ground."""
    dark = ground.lightness() < _MIDDLE_LIGHTNESS
    return QColor((_ON_DARK if dark else _ON_LIGHT)[tone])


class Sign(QWidget):
    """A dot, ring, triangle or cross before the words that say the same."""

    def __init__(self, tone: Tone = Tone.QUIET, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        self.setFixedSize(_SIGN_SIZE + 2, _SIGN_SIZE + 2)

    def show_tone(self, tone: Tone) -> None:
        """Change what is shown."""
        self._tone = tone
        self.update()

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(_SIGN_SIZE + 2, _SIGN_SIZE + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = tone_colour(self._tone, self.palette().color(QPalette.ColorRole.Window))
        area = QRect(2, 2, _SIGN_SIZE - 2, _SIGN_SIZE - 2)
        painter.setPen(QPen(colour, 2))
        if self._tone is Tone.BAD:
            painter.drawLine(area.topLeft(), area.bottomRight())
            painter.drawLine(area.topRight(), area.bottomLeft())
        elif self._tone is Tone.WARNING:
            painter.setBrush(colour)
            middle = area.center().x() + 0.5
            painter.drawPolygon(
                QPolygonF(_points((middle, 3), (area.right(), 11), (area.left(), 11)))
            )
        else:
            if self._tone is Tone.GOOD:
                painter.setBrush(colour)
            painter.drawEllipse(area)
        painter.end()


def _points(*places: tuple[float, float]) -> list[QPointF]:
    return [QPointF(x, y) for x, y in places]

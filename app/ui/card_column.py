"""Cards below each other, which the user brings into another order: by dragging, or by keys."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from app.language import say

_DOTS = 3
_DOT, _DOT_STEP = 2, 6
_SPACING = 12
_LINE = 3
_EDGE = 40
"""So near to the edge of what can be seen, dragging scrolls."""


class Grip(QWidget):
    """Six dots to take a card by; the arrow keys move it as well.

    Signals:
        dragged, dropped: where the pointer is on the screen.
        given_up: the drag ended without a drop.
        stepped: -1 for up, 1 for down.
    """

    dragged = Signal(QPoint)
    dropped = Signal(QPoint)
    given_up = Signal()
    stepped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pressed: QPoint | None = None
        self._dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        for show in (self.setAccessibleName, self.setToolTip):
            say(self, show, lambda: self.tr("Move: drag it, or press the up and down arrow keys"))
        self.setFixedSize(self.sizeHint())

    def _end(self) -> None:
        self._pressed, self._dragging = None, False
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(14, 24)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.globalPosition().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.globalPosition().toPoint()
        if self._pressed is None:
            return
        if (at - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            self._dragging = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._dragging:
            self.dragged.emit(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        dragging = self._dragging
        self._end()
        if dragging:
            self.dropped.emit(event.globalPosition().toPoint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None:
            self.stepped.emit(step)
        elif event.key() == Qt.Key.Key_Escape and self._dragging:
            self._end()
            self.given_up.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self._end()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        role = (
            QPalette.ColorRole.Highlight if self.hasFocus() else QPalette.ColorRole.PlaceholderText
        )
        colour: QColor = self.palette().color(role)
        top = (self.height() - (_DOTS - 1) * _DOT_STEP) // 2
        for line in range(_DOTS):
            for column in range(2):
                painter.fillRect(4 + column * 4, top + line * _DOT_STEP, _DOT, _DOT, colour)
        painter.end()


class CardColumn(QScrollArea):
    """The cards, scrolled where they do not fit.

    Signals:
        moved: the name of a card and its new place, as the user wishes; nothing has moved yet.
    """

    moved = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._cards: dict[str, QWidget] = {}
        self._inner = QWidget()
        self._column = QVBoxLayout()
        self._column.setSpacing(_SPACING)
        self._line = QFrame(self._inner)
        self._line.setAutoFillBackground(True)
        self._line.setBackgroundRole(QPalette.ColorRole.Highlight)
        self._line.hide()
        layout = QVBoxLayout(self._inner)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.addLayout(self._column)
        layout.addStretch(1)
        self.setWidgetResizable(True)
        # Tab goes through the cards, and takes it along.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(self._inner)

    @property
    def names(self) -> tuple[str, ...]:
        """The cards' names, from above."""
        return tuple(self._names)

    def take_grip(self, name: str, grip: Grip) -> None:
        """Let a card be moved by its grip."""
        grip.dragged.connect(self._show_line)
        grip.dropped.connect(self._drop(name))
        grip.given_up.connect(self._line.hide)
        grip.stepped.connect(self._step(name))

    def show_cards(self, cards: Sequence[tuple[str, QWidget]]) -> None:
        """Show these cards in this order; the others are gone."""
        focused = QApplication.focusWidget()
        kept = dict(cards)
        for name, card in self._cards.items():
            if name not in kept:
                card.hide()
                card.deleteLater()
        self._names, self._cards = [name for name, _ in cards], kept
        for place, (_, card) in enumerate(cards):
            if self._column.indexOf(card) != place:
                self._column.insertWidget(place, card)
        self._line.raise_()
        if focused is not None and self._inner.isAncestorOf(focused):
            focused.setFocus()
            self.ensureWidgetVisible(focused)

    def step(self, name: str, by: int) -> None:
        """Wish a card one place up or down."""
        place = self._names.index(name) + by
        if 0 <= place < len(self._names):
            self.moved.emit(name, place)

    def _step(self, name: str) -> Callable[[int], None]:
        return lambda by: self.step(name, by)

    def _drop(self, name: str) -> Callable[[QPoint], None]:
        def drop(at: QPoint) -> None:
            self._line.hide()
            gap, former = self._gap(at), self._names.index(name)
            # Taken out first, a card leaves those below it one place further up.
            place = gap - 1 if gap > former else gap
            if place != former:
                self.moved.emit(name, place)

        return drop

    def _gap(self, at: QPoint) -> int:
        """Return how many cards are above a point of the screen."""
        y = self._inner.mapFromGlobal(at).y()
        return sum(card.geometry().center().y() < y for card in self._cards.values())

    def _show_line(self, at: QPoint) -> None:
        y = self._inner.mapFromGlobal(at).y()
        self.ensureVisible(0, y, 0, _EDGE)
        gap = self._gap(at)
        if gap < len(self._names):
            line = self._cards[self._names[gap]].geometry().top() - (_SPACING + _LINE) // 2
        else:
            line = self._cards[self._names[-1]].geometry().bottom() + (_SPACING - _LINE) // 2
        self._line.setGeometry(0, max(0, line), self._inner.width() - 8, _LINE)
        self._line.show()

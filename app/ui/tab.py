"""What every tab of a request has in common."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractScrollArea, QVBoxLayout, QWidget

from app.language import language
from app.models.reading import Reading

_MARGIN = 6


class Tab(QWidget):
    """One view of a request; only the tab that can be seen is kept up to date."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reading: Reading | None = None
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        self.body.setSpacing(_MARGIN)
        language().changed.connect(self._say_again)

    def show_reading(self, reading: Reading | None) -> None:
        """Show another request, or none."""
        self.reading = reading
        self.start()
        if reading is not None:
            self.refresh(reading)

    def take_keys(self) -> None:
        """Let the arrow keys move in what is read here, in the first of several panes."""
        panes = self.findChildren(QAbstractScrollArea)
        shown = (each for each in panes if each.isVisibleTo(self) and each.isEnabled())
        min(shown, key=self._place, default=self).setFocus()

    def _place(self, pane: QWidget) -> tuple[int, int]:
        corner = pane.mapTo(self, QPoint(0, 0))
        return corner.y(), corner.x()

    def start(self) -> None:
        """Forget what was shown."""

    def refresh(self, reading: Reading) -> None:
        """Show what was read since."""
        raise NotImplementedError

    def _say_again(self) -> None:
        if self.reading is not None:
            self.show_reading(self.reading)

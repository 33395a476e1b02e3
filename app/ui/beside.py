"""A second request beside the one that is shown, to compare them tab by tab."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.models.store import Update
from app.ui.parts import Look, button, row, text
from app.ui.request_detail import RequestDetail
from app.ui.tools_tab import Later


class Beside(QWidget):
    """The same request, sent untouched.

    Signals:
        left: it can no longer be seen.
    """

    left = Signal()

    def __init__(self, later: Later, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.detail = RequestDetail(later)
        self.compared_with = ""
        """The id of the exchange that it stands beside."""
        self._caption = text(lambda: self.tr("The same, untouched"), Look.SECTION, wrap=True)
        self.close_button = button(lambda: self.tr("Close"))
        self.close_button.clicked.connect(self.leave)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row(self._caption, self.close_button))
        layout.addWidget(self.detail, 1)

    def refresh(self, update: Update) -> None:
        """Take in what a batch changed."""
        shown, reading = self.detail.exchange, self.detail.reading
        if shown is None or reading is None:
            return
        if shown.id in update.removed:
            self.leave()
        elif reading.stale:
            self.detail.show_exchange(shown)
        elif shown.id in update.changed:
            self.detail.refresh()

    def leave(self) -> None:
        """Make room again."""
        self.hide()
        self.detail.show_exchange(None)
        self.left.emit()

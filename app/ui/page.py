"""What every page of the main window has: a title, one sentence on its purpose, and a body."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.language import Words, say
from app.ui.parts import Look, scrolling, text

_MARGIN = 16
_SPACING = 10


class Page(QWidget):
    """A page; its own parts go into `body`, from top to bottom."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = text("", Look.HEADING)
        self._purpose = text("", Look.MUTED, wrap=True)
        self.body = QVBoxLayout()
        self.body.setSpacing(_SPACING)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        layout.setSpacing(_SPACING)
        layout.addWidget(self._title)
        layout.addWidget(self._purpose)
        layout.addLayout(self.body, 1)

    @property
    def entrance(self) -> QWidget | None:
        """What the keyboard acts on for whoever comes here; None stands for nothing."""
        return None

    def enter(self) -> None:
        """Let the keyboard act here."""
        if (entrance := self.entrance) is not None:
            entrance.setFocus()

    def scrolled(self) -> QVBoxLayout:
        """Return a column that fills the body, and is scrolled where it is too long for it."""
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, _SPACING, 0)
        column.setSpacing(_SPACING)
        self.body.addWidget(scrolling(inner, stop=False), 1)
        return column

    def set_title(self, title: Words, purpose: Words) -> None:
        """Name the page, to the eye and to screen readers."""
        say(self._title, self._title.setText, title)
        say(self._purpose, self._purpose.setText, purpose)
        say(self, self.setAccessibleName, title)
        say(self, self.setAccessibleDescription, purpose)

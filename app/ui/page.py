"""What every page of the main window has: a title, one sentence on its purpose, and a body."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.language import Words, say
from app.ui.parts import Look, scrolling, text

_MARGIN = 16
_SPACING = 10


class Page(QWidget):
    """A page; its own parts go into `body`, from top to bottom."""

    entrance: QWidget | None = None
    """Where the keyboard acts at first, where that is not what comes first."""

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


def first_stop(page: QWidget) -> QWidget | None:
    """Return where the keyboard acts on a page: where it was, what the page names, or its first."""
    wanted = (page.focusWidget(), page.entrance if isinstance(page, Page) else None)
    found = (each for each in (*wanted, *_chain(page)) if each is not None)
    return next((each for each in found if _stops(each, page)), None)


def _chain(page: QWidget) -> Iterator[QWidget]:
    """Go once through all that Tab could reach, from the page on."""
    each = page.nextInFocusChain()
    while each is not None and each is not page:
        yield each
        each = each.nextInFocusChain()


def _stops(widget: QWidget, page: QWidget) -> bool:
    reachable = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled()
    return bool(reachable) and page.isAncestorOf(widget) and widget.isVisibleTo(page)

"""Columns that fit into the room there is: long words are cut short, what is least needed goes."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.ui.tables import WholeRows

_PADDING = 12


@dataclass(frozen=True, slots=True)
class Wish:
    """What one column would like to show."""

    sample: str
    least: str = ""
    """What has to be readable; empty where that is all of the sample and of the heading."""
    turn: int = 0
    """Where even that is too much, the columns with the highest turn go first; 0 stays."""
    away: bool = False
    """It is not to be seen at all."""


class FittedTable(WholeRows):
    """Keeps its columns within its width, until the user sets one of them."""

    def __init__(self, wishes: Sequence[Wish], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wishes = wishes
        self._at_work = self._over = False
        columns = self.horizontalHeader()
        columns.setMinimumSectionSize(_PADDING)
        columns.sectionResized.connect(self._let_go)

    def choose(self, wishes: Sequence[Wish]) -> None:
        """Show other columns, or the same ones otherwise; what the user has set is over."""
        self._wishes, self._over = wishes, False
        self.fit()

    def fit(self) -> None:
        """Give each column its width."""
        if self._over or self._at_work or not self.model():
            return
        self._at_work = True
        self.horizontalHeader().setStretchLastSection(False)
        room = self.viewport().width()
        most = [self._width(place, wish.sample) for place, wish in enumerate(self._wishes)]
        least = [
            self._width(place, wish.least) if wish.least else most[place]
            for place, wish in enumerate(self._wishes)
        ]
        shown = _shown(self._wishes, least, room)
        spare = room - sum(least[place] for place in shown)
        # What can be cut short gets what is left, and gives what is still missing.
        more = [max(0, most[place] - least[place]) for place in range(len(most))]
        wanted = sum(more[place] for place in shown) or 1
        for place in range(len(self._wishes)):
            self.setColumnHidden(place, place not in shown)
            width = least[place] + spare * more[place] // wanted
            self.setColumnWidth(place, max(width, least[place] // 2))
        self._at_work = False

    def _width(self, place: int, sample: str) -> int:
        metrics, header = self.fontMetrics(), self.horizontalHeader()
        heading = str(self.model().headerData(place, Qt.Orientation.Horizontal) or "")
        wide = (metrics.horizontalAdvance(sample), header.fontMetrics().horizontalAdvance(heading))
        return max(wide) + _PADDING

    def _let_go(self) -> None:
        # Before it can be seen nobody has set anything.
        self._over = self._over or (self.isVisible() and not self._at_work)

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit()
        super().resizeEvent(event)


def _shown(wishes: Sequence[Wish], least: Sequence[int], room: int) -> set[int]:
    shown = {place for place, wish in enumerate(wishes) if not wish.away}
    for place in sorted(shown, key=lambda each: -wishes[each].turn):
        if sum(least[each] for each in shown) <= room or not wishes[place].turn:
            break
        shown.remove(place)
    return shown

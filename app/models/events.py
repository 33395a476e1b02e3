"""The table of one direction's events, with the gaps between them and the marks of the fixes.

An event is described only when its row is drawn.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QFont

from app.language import language
from app.models.eventwords import Described, described, kind_words
from app.models.findingwords import finding_words
from app.models.plaintext import one_line
from app.models.reading import EventLog
from proxy import sse
from proxy.tap import Mark

Index: TypeAlias = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

ROOT = QModelIndex()
GAP_SECONDS = 0.5
"""A silence that is worth a row of its own."""
MARKS_AT_ONCE = 5_000
# Rows that were drawn lately need not be read again.
_MOST_KEPT = 2000
_MESSAGE_WIDTH = 160

_COLUMNS = 5
NUMBER, DELAY, KIND, TEXT, FIX = range(_COLUMNS)


class EventsModel(QAbstractTableModel):
    """Rows of events and gaps; `refresh` takes in what was read since."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log: EventLog | None = None
        self._began = 0.0
        # An event's number; below zero, -1 - number, for the gap before it.
        self._rows: list[int] = []
        self._row_by_number: list[int] = []
        self._marks: Sequence[Mark] = ()
        # The places of an event's marks; lists for each would be walked through by the collector.
        self._first_mark: dict[int, int] = {}
        self._more_marks: dict[int, list[int]] = {}
        self._marks_taken = 0
        self._marked: list[int] | None = None
        self._described: dict[int, Described] = {}
        language().changed.connect(self._say_again)

    @property
    def log(self) -> EventLog | None:
        """The events behind the rows."""
        return self._log

    def show_log(self, log: EventLog | None, began: float) -> None:
        """Show another log; times count from when its exchange began."""
        self.beginResetModel()
        self._log, self._began = log, began
        self._rows, self._row_by_number = [], []
        self._marks, self._first_mark, self._more_marks = (), {}, {}
        self._described = {}
        self._marks_taken, self._marked = 0, None
        self.endResetModel()

    def refresh(self) -> None:
        """Take in the events that were read since, with one insertion."""
        if self._log is None:
            return
        rows, places = self._new_rows(self._log)
        if rows:
            first = len(self._rows)
            self.beginInsertRows(ROOT, first, first + len(rows) - 1)
            self._rows.extend(rows)
            self._row_by_number.extend(places)
            self.endInsertRows()

    def show_marks(self, marks: Sequence[Mark], *, sent: bool = False) -> bool:
        """Show which events the fixes acted on; tell whether there are more marks to be shown.

        Of a list that grew, only what is new is read, and never more of it than nobody notices.
        """
        new = marks[self._marks_taken : self._marks_taken + MARKS_AT_ONCE]
        self._marks = marks
        for place, mark in enumerate(new, self._marks_taken):
            number = mark.sent if sent else mark.received
            if number is None:
                continue
            if self._first_mark.setdefault(number, place) != place:
                self._more_marks.setdefault(number, []).append(place)
        self._marks_taken += len(new)
        if new and self._rows:
            last = self.index(len(self._rows) - 1, FIX)
            self.dataChanged.emit(self.index(0, FIX), last)
        return self._marks_taken < len(marks)

    @property
    def marked(self) -> list[int]:
        """The numbers of the events with a mark, in order."""
        if self._marked is None or len(self._marked) != len(self._first_mark):
            self._marked = sorted(self._first_mark)
        return self._marked

    def row_of(self, number: int) -> int | None:
        """Return the row of an event, None while it is not read."""
        return self._row_by_number[number] if 0 <= number < len(self._row_by_number) else None

    def number(self, row: int) -> int | None:
        """Return the number of the event in a row; None for a gap."""
        return self._rows[row] if 0 <= row < len(self._rows) and self._rows[row] >= 0 else None

    def event_at(self, row: int) -> sse.Event | None:
        """Return the event in a row; None for a gap."""
        number = self.number(row)
        return None if number is None or self._log is None else self._log.events[number]

    def marks(self, row: int) -> list[Mark]:
        """Return the marks of the event in a row."""
        number = self.number(row)
        first = None if number is None else self._first_mark.get(number)
        if number is None or first is None:
            return []
        return [self._marks[place] for place in (first, *self._more_marks.get(number, ()))]

    def marked_rows(self) -> list[int]:
        """Return the rows with a mark, in order."""
        rows = [self.row_of(number) for number in self.marked]
        return [row for row in rows if row is not None]

    def _say_again(self) -> None:
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, FIX)

    def _headings(self) -> tuple[str, ...]:
        return self.tr("#"), self.tr("+ms"), self.tr("Kind"), self.tr("Data"), self.tr("Fix")

    def _new_rows(self, log: EventLog) -> tuple[list[int], list[int]]:
        rows: list[int] = []
        places: list[int] = []
        for number in range(len(self._row_by_number), len(log.events)):
            if number and log.at[number] - log.at[number - 1] >= GAP_SECONDS:
                rows.append(-1 - number)
            places.append(len(self._rows) + len(rows))
            rows.append(number)
        return rows, places

    def _delay(self, log: EventLog, number: int) -> float:
        return log.at[number] - (log.at[number - 1] if number else self._began)

    def _of_gap(self, log: EventLog, number: int, column: int) -> str:
        if column == KIND:
            return self.tr("gap")
        if column != TEXT:
            return ""
        return self.tr("{seconds} s of silence").format(seconds=f"{self._delay(log, number):.2f}")

    def _of_event(self, log: EventLog, number: int, column: int) -> str:
        if column == NUMBER:
            return f"◆ {number}" if number in self._first_mark else str(number)
        if column == DELAY:
            return f"{self._delay(log, number) * 1e3:.0f}"
        if column == FIX:
            return self._mark_words(number)
        described_event = self._description(log, number)
        return kind_words(described_event.kind) if column == KIND else described_event.text

    def _mark_words(self, number: int) -> str:
        place, more = self._first_mark.get(number), len(self._more_marks.get(number, ()))
        if place is None:
            return ""
        first = f"◆ {one_line(finding_words(self._marks[place].message), _MESSAGE_WIDTH)}"
        return f"{first} +{more}" if more else first

    def _description(self, log: EventLog, number: int) -> Described:
        known = self._described.get(number)
        if known is None:
            if len(self._described) >= _MOST_KEPT:
                self._described.clear()
            known = self._described[number] = described(log.events[number])
        return known

    # Qt overrides

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else _COLUMNS

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < _COLUMNS:
            return None
        if role == Role.DisplayRole:
            return self._headings()[section]
        return _alignment(section) if role == Role.TextAlignmentRole else None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid() or self._log is None:
            return None
        number = self._rows[index.row()]
        if role == Role.DisplayRole:
            if number < 0:
                return self._of_gap(self._log, -1 - number, index.column())
            return self._of_event(self._log, number, index.column())
        if role == Role.TextAlignmentRole:
            return _alignment(index.column())
        if role == Role.FontRole and number in self._first_mark:
            font = QFont()
            font.setBold(index.column() in (NUMBER, FIX))
            return font
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    right = column in (NUMBER, DELAY)
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter

"""The list of requests: rows in order of arrival, as far as the filter lets them through."""

from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, TypeAlias

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QColor

from app.language import language, translate
from app.models.endwords import end_words
from app.models.eventwords import size_words
from app.models.exchange import Exchange, State
from app.models.filtering import Condition, condition
from app.models.plaintext import one_line, plain_hint
from app.models.store import Store, Update
from proxy.errors import FIRST_ERROR

Index: TypeAlias = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

ROOT = QModelIndex()
# Seconds; in hundredths of one, less would be nothing.
_SHORT = 0.01
_WIDTH = 120
_THOUSAND = 1000
# Each with a contrast of at least 4.5:1 on its ground.
_LIGHT_COLOURS = {"good": "#1a7431", "warning": "#8a5200", "bad": "#b3261e", "live": "#1b5fb4"}
_DARK_COLOURS = {"good": "#6fd58b", "warning": "#f2b84b", "bad": "#ff8f85", "live": "#82b4ff"}
_LOOK_BY_STATE = {
    State.STREAMING: "live",
    State.DONE: "good",
    State.MENDED: "good",
    State.CLOSED_EARLY: "good",
    State.SUSPICIOUS: "warning",
    State.CUT_OFF: "bad",
    State.ERROR: "bad",
    State.TIMEOUT: "bad",
    State.REFUSED: "bad",
    State.SHUTDOWN: "bad",
}
SIGNS = {
    State.WAITING: "○",
    State.STREAMING: "●",
    State.DONE: "✔",
    State.MENDED: "✔",
    State.CLOSED_EARLY: "✔",
    State.STOPPED: "■",
    State.SUSPICIOUS: "▲",
    State.CUT_OFF: "▲",
    State.ERROR: "✖",
    State.TIMEOUT: "✖",
    State.REFUSED: "✖",
    State.SHUTDOWN: "✖",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column's text for an exchange."""

    text: Callable[[Exchange], str]
    right: bool = False


def state_words(exchange: Exchange) -> str:
    """Say how an exchange stands."""
    state = exchange.state
    plain = {
        State.WAITING: translate("ExchangesModel", "waiting"),
        State.STREAMING: translate("ExchangesModel", "streaming"),
        State.DONE: translate("ExchangesModel", "done"),
        State.CLOSED_EARLY: translate("ExchangesModel", "done (agent closed early)"),
        State.STOPPED: translate("ExchangesModel", "stopped by agent"),
        State.CUT_OFF: translate("ExchangesModel", "cut off by provider"),
        State.SUSPICIOUS: translate("ExchangesModel", "suspicious"),
        State.TIMEOUT: translate("ExchangesModel", "error timeout"),
        State.SHUTDOWN: translate("ExchangesModel", "cut off: proxy stopped"),
    }
    if state is State.MENDED:
        return translate("ExchangesModel", "done, {count} fixed").format(count=exchange.mended)
    if state in (State.ERROR, State.REFUSED):
        # An error in the middle of a stream comes under the status of a success.
        status = exchange.status or 0
        words = translate("ExchangesModel", "error {status}")
        return words.format(status=status if status >= FIRST_ERROR else "").strip()
    return plain[state]


def ending_words(exchange: Exchange) -> str:
    """Say why it failed: in the provider's own words, or else in ours."""
    ours = exchange.finished.reason if exchange.finished is not None else ""
    return exchange.sentence or end_words(ours)


def gap_words(exchange: Exchange) -> str:
    """Say what of an exchange is not here to be looked at, empty where all of it is."""
    if exchange.dropped:
        size = size_words(exchange.received.size)
        words = translate(
            "ExchangesModel", "▲ The contents of this request ({size}) were dropped to save memory."
        )
        return words.format(size=size)
    if exchange.lost:
        words = translate(
            "ExchangesModel",
            "▲ {size} of this request came too fast to be kept: what is shown has holes.",
        )
        return words.format(size=size_words(exchange.lost))
    return ""


def clock_time(exchange: Exchange) -> str:
    """Return the local time at which the request came."""
    return f"{datetime.fromtimestamp(exchange.started.wall, UTC).astimezone():%H:%M:%S}"


def count_words(count: int) -> str:
    """Return a count, from a thousand on with one digit less than it deserves."""
    if count < _THOUSAND:
        return str(count)
    # There is room for four characters.
    digits = 1 if count < 100 * _THOUSAND else 0
    return f"{count / _THOUSAND:.{digits}f}k"


def seconds_words(seconds: float | None) -> str:
    """Return a duration, empty where there is none."""
    if seconds is None:
        return ""
    return milliseconds_words(seconds) if 0 <= seconds < _SHORT else f"{seconds:.2f} s"


def milliseconds_words(seconds: float) -> str:
    """Return a duration that would be nothing in hundredths of a second."""
    return f"{seconds * 1e3:.1f} ms"


def rate_words(exchange: Exchange) -> str:
    """Return the tokens a second, with a mark where the tokens are only counted events."""
    if exchange.rate is None:
        return ""
    return f"{_about(exchange)}{exchange.rate:.0f}"


def token_words(exchange: Exchange) -> str:
    """Return the tokens of the answer, with a mark where they are only counted events."""
    return f"{_about(exchange)}{count_words(exchange.tokens)}" if exchange.tokens else ""


def _state_column(exchange: Exchange) -> str:
    words = f"{SIGNS[exchange.state]} {state_words(exchange)}"
    reason = ending_words(exchange) if exchange.state.failed else ""
    return f"{words}: {one_line(reason, _WIDTH)}" if reason else words


def _about(exchange: Exchange) -> str:
    return "" if exchange.usage is not None else "~"


COLUMNS = (
    Column(lambda each: f"★ {clock_time(each)}" if each.pinned else clock_time(each)),
    Column(_state_column),
    Column(lambda each: one_line(each.started.model or each.started.endpoint, _WIDTH)),
    Column(lambda each: one_line(each.started.agent, _WIDTH)),
    Column(token_words, right=True),
    Column(rate_words, right=True),
    Column(lambda each: one_line(each.started.provider, _WIDTH)),
    Column(lambda each: str(each.mended or ""), right=True),
    Column(lambda each: seconds_words(each.first_token_seconds), right=True),
)
STATE_COLUMN = 1


class ExchangesModel(QAbstractTableModel):
    """Rows in order of arrival; brought up to date with one insertion per batch."""

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._rows: list[Exchange] = []
        self._meets: Condition = condition("")
        self._number_by_id: dict[str, int] = {}
        self._count = 0
        self._dark = False
        language().changed.connect(self._say_again)

    @property
    def exchanges(self) -> list[Exchange]:
        """The exchanges shown, in order."""
        return list(self._rows)

    def exchange(self, row: int) -> Exchange | None:
        """Return the exchange of a row."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, exchange: Exchange) -> int | None:
        """Return the row in which an exchange stands, None where the filter hides it."""
        number = self._number_by_id.get(exchange.id)
        if number is None:
            return None
        row = bisect(self._rows, number - 1, key=self._number)
        return row if self.exchange(row) is exchange else None

    def apply(self, update: Update) -> None:
        """Bring the list up to date after a batch."""
        if update.removed:
            self._remove(update.removed)
        for exchange in update.added:
            self._number_by_id[exchange.id] = self._count
            self._count += 1
        added = [each for each in update.added if self._meets(each)]
        self._append(added)
        new = {each.id for each in update.added}
        rows: list[int] = []
        for exchange in update.changed.values():
            row = self.row_of(exchange) if exchange.id not in new else None
            if row is not None:
                rows.append(row)
            elif exchange.id not in new and self._meets(exchange):
                self._insert(exchange)
        if rows:
            last = len(COLUMNS) - 1
            self.dataChanged.emit(self.index(min(rows), 0), self.index(max(rows), last))

    def filter(self, text: str) -> None:
        """Show only what meets the filter's words."""
        self._meets = condition(text)
        self.beginResetModel()
        known = (each for each in self._store if each.id in self._number_by_id)
        self._rows = [each for each in known if self._meets(each)]
        self.endResetModel()

    def set_dark(self, dark: bool) -> None:
        """Choose colours that can be read on a dark ground, or on a light one."""
        if dark != self._dark:
            self._dark = dark
            if self._rows:
                last = self.index(len(self._rows) - 1, STATE_COLUMN)
                self.dataChanged.emit(self.index(0, STATE_COLUMN), last)

    def _say_again(self) -> None:
        last = len(COLUMNS) - 1
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, last)
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, last))

    def _headings(self) -> tuple[str, ...]:
        return (
            self.tr("Time"),
            self.tr("State"),
            self.tr("Model"),
            self.tr("Agent"),
            self.tr("Tokens"),
            self.tr("Tok/s"),
            self.tr("Provider"),
            self.tr("Fixes"),
            self.tr("First token"),
        )

    def _hint(self, exchange: Exchange) -> str:
        """Say all columns, since some may have no room."""
        said = zip(self._headings(), (each.text(exchange) for each in COLUMNS), strict=True)
        return plain_hint("\n".join(f"{heading}: {words}" for heading, words in said if words))

    def _number(self, exchange: Exchange) -> int:
        return self._number_by_id[exchange.id]

    def _append(self, exchanges: list[Exchange]) -> None:
        if exchanges:
            first = len(self._rows)
            self.beginInsertRows(ROOT, first, first + len(exchanges) - 1)
            self._rows.extend(exchanges)
            self.endInsertRows()

    def _insert(self, exchange: Exchange) -> None:
        """Show an exchange that only now meets the filter, at its place."""
        if exchange.id not in self._number_by_id:
            return
        row = bisect(self._rows, self._number(exchange), key=self._number)
        self.beginInsertRows(ROOT, row, row)
        self._rows.insert(row, exchange)
        self.endInsertRows()

    def _remove(self, ids: set[str]) -> None:
        end = len(self._rows)
        # Neighbours go together: with each removal the view may choose, and show, another row.
        for gone, run in groupby([each.id in ids for each in reversed(self._rows)]):
            first = end - len(list(run))
            if gone:
                self.beginRemoveRows(ROOT, first, end - 1)
                del self._rows[first:end]
                self.endRemoveRows()
            end = first
        for exchange_id in ids:
            self._number_by_id.pop(exchange_id, None)

    def _colour(self, exchange: Exchange) -> QColor | None:
        look = _LOOK_BY_STATE.get(exchange.state)
        if look is None:
            return None
        return QColor((_DARK_COLOURS if self._dark else _LIGHT_COLOURS)[look])

    # Qt overrides

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        if role == Role.DisplayRole:
            return self._headings()[section]
        if role == Role.TextAlignmentRole:
            return _alignment(COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Role.DisplayRole:
            return COLUMNS[index.column()].text(self._rows[index.row()])
        if role == Role.TextAlignmentRole:
            return _alignment(COLUMNS[index.column()])
        if role == Role.ForegroundRole and index.column() == STATE_COLUMN:
            return self._colour(self._rows[index.row()])
        return self._hint(self._rows[index.row()]) if role == Role.ToolTipRole else None


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter

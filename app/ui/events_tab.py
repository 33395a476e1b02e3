"""The events of a request: as they were received, as they were sent, or side by side."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QPushButton,
    QRadioButton,
    QSplitter,
    QTableView,
    QWidget,
)

from app.language import Words, say
from app.models.events import EventsModel
from app.models.eventwords import size_words
from app.models.findingwords import finding_words
from app.models.plaintext import MOST_TEXT, decoded, plain_hint, pretty
from app.models.reading import Reading
from app.ui.fitting import FittedTable, Wish
from app.ui.flow import FlowLayout
from app.ui.icons import icon
from app.ui.parts import Look, captioned, row, text
from app.ui.plain_view import PlainView
from app.ui.strip_chart import StripChart
from app.ui.tab import Tab
from app.ui.tables import at_end, table

RECEIVED, SENT, BOTH = range(3)
# Bytes of an event; what is shown of it ends before, however many bytes a character has.
_MOST_READ = 4 * MOST_TEXT
_NUMBER, _KIND, _DATA = Wish("◆ 88888"), Wish("tool args", "text"), Wish("m" * 24, "m" * 6)
_ALONE = (
    *(_NUMBER, Wish("88888", turn=2), Wish("tool args"), _DATA),
    Wish("m" * 12, "m" * 4, turn=1),
)
# Side by side there is no room; the sign in the first column stays.
_BESIDE = (_NUMBER, Wish("", away=True), _KIND, _DATA, Wish("", away=True))


class EventsTab(Tab):
    """Two tables of events, of which one or both are shown, and the JSON of the chosen one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.received, self.sent = EventsModel(self), EventsModel(self)
        self._views = FittedTable(_ALONE), FittedTable(_ALONE)
        table(self.received, lambda: self.tr("Received events"), self._views[RECEIVED])
        table(self.sent, lambda: self.tr("Sent events"), self._views[SENT])
        self.detail = PlainView(lambda: self.tr("The chosen event"))
        self._beside = PlainView(lambda: self.tr("The chosen event, as it was sent"))
        names: tuple[Words, Words] = (lambda: self.tr("Received"), lambda: self.tr("Sent"))
        self._captions = tuple(text(name, Look.MUTED) for name in names)
        self._sides = tuple(self._side(names[side], side) for side in (RECEIVED, SENT))
        self._modes = QButtonGroup(self)
        self._previous, self._next = QPushButton(), QPushButton()
        self._count = text("", Look.MUTED)
        self._chart = StripChart()
        self._shown = -1
        self._current = RECEIVED
        self._marking = QTimer(self)
        self._marking.setSingleShot(True)
        self._marking.timeout.connect(self._mark_on)
        self._lay_out()
        self._connect()
        self.show_mode(RECEIVED)

    @property
    def mode(self) -> int:
        """What is shown: received, sent, or both."""
        return self._modes.checkedId()

    @property
    def event_text(self) -> str:
        """The data of the chosen event, empty for none."""
        view, model = self._views[self._current], self._models[self._current]
        event = model.event_at(view.currentIndex().row())
        return "" if event is None else decoded(event.data or event.raw)

    def start(self) -> None:
        self._shown = -1
        self.detail.show_text("")
        self._beside.show_text("")
        self._count.setText("")
        self._chart.show_events(0, (), ())
        for model in self._models:
            model.show_log(None, 0)

    def refresh(self, reading: Reading) -> None:
        exchange = reading.exchange
        if self._shown != reading.generation:
            self.start()
            self.received.show_log(reading.received, exchange.started.at)
            self.sent.show_log(reading.sent, exchange.started.at)
        for view, model in zip(self._views, self._models, strict=True):
            follows = not exchange.state.over and at_end(view)
            model.refresh()
            if follows:
                view.scrollToBottom()
        self._shown = reading.generation
        self._mark(reading)
        self._show_counts(reading)
        self._choose_first(over=reading.received.closed)

    def show_mode(self, mode: int) -> None:
        """Show what was received, what was sent, or both."""
        self._modes.button(mode).setChecked(True)
        self._sides[0].setVisible(mode != SENT)
        self._sides[1].setVisible(mode != RECEIVED)
        for part in (*self._captions, self._beside):
            part.setVisible(mode == BOTH)
        if mode != BOTH:
            self._current = mode
        for view in self._views:
            view.choose(_BESIDE if mode == BOTH else _ALONE)
        self._show_event()
        # Later: the tables have another height by then.
        QTimer.singleShot(0, self, self._show_place)

    def next_mode(self) -> None:
        """Go on to the next of received, sent, both."""
        self.show_mode((self.mode + 1) % 3)

    def jump(self, received: int | None, sent: int | None) -> None:
        """Choose the event that a fix acted on."""
        side, number = (SENT, sent) if received is None else (RECEIVED, received)
        if self.mode == SENT and sent is not None:
            side, number = SENT, sent
        place = None if number is None else self._models[side].row_of(number)
        if place is None:
            return
        if self.mode not in (side, BOTH):
            self.show_mode(side)
        self._choose(side, place)

    def step_mark(self, forward: bool) -> None:
        """Choose the next event with a fix, or the previous one."""
        rows = self._models[self._current].marked_rows()
        here = self._views[self._current].currentIndex().row()
        place = bisect_right(rows, here) if forward else bisect_left(rows, here) - 1
        if 0 <= place < len(rows):
            self._choose(self._current, rows[place])

    @property
    def _models(self) -> tuple[EventsModel, EventsModel]:
        return self.received, self.sent

    def _mark(self, reading: Reading) -> None:
        """Show some of the marks; with very many of them, the others follow at once."""
        marks = reading.exchange.marks
        more = self.received.show_marks(marks)
        more = self.sent.show_marks(marks, sent=True) or more
        if more:
            self._marking.start()

    def _mark_on(self) -> None:
        reading = self.reading
        if reading is not None and self._shown == reading.generation:
            self._mark(reading)
            self._show_counts(reading)

    def _show_place(self) -> None:
        """Have the chosen event in sight."""
        view = self._views[self._current]
        index = view.currentIndex()
        if index.isValid():
            view.scrollTo(index, QTableView.ScrollHint.PositionAtCenter)
            self._align(self._current, index.row())

    def _lay_out(self) -> None:
        names: tuple[Words, ...] = (
            lambda: self.tr("Received"),
            lambda: self.tr("Sent"),
            lambda: self.tr("Side by side"),
        )
        buttons: list[QWidget] = []
        for mode, name in enumerate(names):
            choice = QRadioButton()
            say(choice, choice.setText, name)
            say(choice, choice.setToolTip, lambda: plain_hint(self.tr("D changes between them")))
            self._modes.addButton(choice, mode)
            buttons.append(choice)
        for step, name, key in (
            (self._previous, lambda: self.tr("Previous fix"), "["),
            (self._next, lambda: self.tr("Next fix"), "]"),
        ):
            say(step, step.setAccessibleName, name)
            say(step, step.setToolTip, partial(_hint, name, key))
        self._previous.setIcon(icon("previous"))
        self._next.setIcon(icon("next"))
        tables = QSplitter(Qt.Orientation.Horizontal)
        for side in self._sides:
            tables.addWidget(side)
        halves = QSplitter(Qt.Orientation.Vertical)
        details = QSplitter(Qt.Orientation.Horizontal)
        details.addWidget(self.detail)
        details.addWidget(self._beside)
        halves.addWidget(tables)
        halves.addWidget(details)
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 2)
        self.body.addLayout(row(FlowLayout(*buttons, self._count), self._previous, self._next))
        self.body.addWidget(halves, 1)
        self.body.addWidget(self._chart)

    def _connect(self) -> None:
        self._modes.idClicked.connect(self.show_mode)
        self._previous.clicked.connect(partial(self.step_mark, False))
        self._next.clicked.connect(partial(self.step_mark, True))
        for side, view in enumerate(self._views):
            view.selectionModel().currentRowChanged.connect(partial(self._chosen, side))

    def _side(self, name: Words, side: int) -> QWidget:
        say(self._views[side], self._views[side].setAccessibleDescription, name)
        return captioned(self._captions[side], self._views[side])

    def _choose(self, side: int, place: int) -> None:
        self._current = side
        index = self._models[side].index(place, 0)
        # The other side is set at the height at which this one stands then.
        self._views[side].scrollTo(index, QTableView.ScrollHint.PositionAtCenter)
        self._views[side].setCurrentIndex(index)
        # Again, once a table that has just come into sight has its height.
        QTimer.singleShot(0, self, self._show_place)

    def _choose_first(self, *, over: bool) -> None:
        """Begin where the first fix acted, so that nobody has to look for it."""
        view, model = self._views[self._current], self._models[self._current]
        if view.currentIndex().isValid() or not model.rowCount():
            return
        first = model.row_of(model.marked[0]) if model.marked else (0 if over else None)
        if first is not None:
            self._choose(self._current, first)

    def _chosen(self, side: int, current: QModelIndex, previous: QModelIndex) -> None:
        if self._views[side].hasFocus():
            self._current = side
        if side == self._current and current.isValid():
            self._align(side, current.row())
            self._show_event()

    def _show_event(self) -> None:
        if self.mode == BOTH:
            self._show_event_of(RECEIVED, self.detail)
            self._show_event_of(SENT, self._beside)
            self._show_difference()
        else:
            self._show_event_of(self._current, self.detail)

    def _show_difference(self) -> None:
        """Have in sight where the two sides of an event begin to differ."""
        sides = [pane.toPlainText().split("\n") for pane in (self.detail, self._beside)]
        lines = enumerate(zip(*sides, strict=False))
        first = next((number for number, (came, left) in lines if came != left), 0)
        for pane in (self.detail, self._beside):
            pane.show_line(first)

    def _show_event_of(self, side: int, pane: PlainView) -> None:
        model = self._models[side]
        place = self._views[side].currentIndex().row()
        event = model.event_at(place)
        if event is None:
            return
        notes = [f"◆ {mark.fix}: {finding_words(mark.message)}" for mark in model.marks(place)]
        content = event.data or event.raw
        if len(content) <= MOST_TEXT:
            pane.show_text(_noted(notes, content))
            return
        words = self.tr("▲ {size}; only the beginning is shown.")
        beginning = [*notes, words.format(size=size_words(len(content)))]
        pane.show_text(_noted(beginning, content[:_MOST_READ]), partial(_noted, notes, content))

    def _align(self, side: int, place: int) -> None:
        """Choose on the other side what left, or came, at the same moment."""
        other = 1 - side
        number = self._counterpart(side, place)
        there = None if number is None else self._models[other].row_of(number)
        if there is not None:
            view = self._views[other]
            view.setCurrentIndex(self._models[other].index(there, 0))
            # At the same height, so that one can read across.
            height = view.verticalHeader().defaultSectionSize()
            above = place * height - self._views[side].verticalScrollBar().value()
            view.verticalScrollBar().setValue(there * height - above)

    def _counterpart(self, side: int, place: int) -> int | None:
        for mark in self._models[side].marks(place):
            if mark.received is not None and mark.sent is not None:
                return mark.sent if side == RECEIVED else mark.received
        mine, theirs = self._models[side].log, self._models[1 - side].log
        number = self._models[side].number(place)
        if mine is None or theirs is None or number is None or not theirs.at:
            return None
        at = mine.at[number]
        first, end = bisect_left(theirs.at, at), bisect_right(theirs.at, at)
        if first < end:
            # What left as it came has the same moment, and the same rank in it.
            found = first + number - bisect_left(mine.at, at)
        else:
            found = first if side == RECEIVED else end - 1
        return max(0, min(found, len(theirs.at) - 1))

    def _show_counts(self, reading: Reading) -> None:
        log = reading.received
        words = self.tr("{received} received, {sent} sent").format(
            received=len(log.events), sent=len(reading.sent.events)
        )
        if log.too_large:
            words = self.tr("{counts} · stopped at one that is too large").format(counts=words)
        self._count.setText(words)
        self._chart.show_events(reading.exchange.started.at, log.at, self.received.marked)
        for step in (self._previous, self._next):
            step.setEnabled(bool(reading.exchange.marks))


def _noted(notes: list[str], content: bytes) -> str:
    return "\n".join([*notes, pretty(decoded(content))])


def _hint(name: Callable[[], str], key: str) -> str:
    return plain_hint(f"{name()} ({key})")

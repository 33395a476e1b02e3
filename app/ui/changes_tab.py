"""What the fixes did to an answer: each with its reason and place, and the difference they made."""

from collections import Counter

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QSplitter, QTreeWidget, QTreeWidgetItem, QWidget

from app.language import say
from app.models.comparison import MOST_EVENTS, compare
from app.models.exchange import Exchange
from app.models.findingwords import finding_words
from app.models.plaintext import one_line
from app.models.reading import Reading
from app.ui.fix_switches import fix_title
from app.ui.parts import Look, text
from app.ui.plain_view import PlainView
from app.ui.tab import Tab
from app.ui.tables import head, roomy
from proxy.tap import Mark

MOST_MARKS = 300
"""Of one fix; whoever wants more of them looks at the events."""

_WIDTH = 300
_NUMBER_WIDTH = 70
_ROLE = Qt.ItemDataRole.UserRole


class ChangesTab(Tab):
    """The fixes that acted, and the unified diff of what came and what was sent.

    Signals:
        jump_asked: received event's number or None, sent event's number or None.
        request_asked: what was changed is in the request.
    """

    jump_asked = Signal(object, object)
    request_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verdict = text("", Look.SECTION, wrap=True)
        self._hashes = text("", Look.MUTED, wrap=True)
        self._hashes.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.fixes = QTreeWidget()
        self.difference = PlainView(lambda: self.tr("Difference of what came and what was sent"))
        self._note = text("", Look.MUTED, wrap=True)
        self._shown: tuple[int, int, bool] | None = None
        self._lay_out()

    def start(self) -> None:
        self._shown = None
        self.fixes.clear()
        self.difference.show_text("")
        for label in (self._verdict, self._hashes, self._note):
            label.setText("")

    def refresh(self, reading: Reading) -> None:
        exchange = reading.exchange
        complete = exchange.whole and reading.received.closed and reading.sent.closed
        state = (reading.generation, len(exchange.marks), complete)
        if state == self._shown:
            return
        self._shown = state
        self._verdict.setText(self._verdict_words(exchange))
        self._show_fixes(exchange)
        self._halves.setVisible(bool(exchange.marks) or not exchange.untouched)
        self.difference.setVisible(not exchange.untouched)
        self._hashes.setText(self._hash_words(reading) if complete else "")
        self._show_difference(reading, complete=complete)

    def _lay_out(self) -> None:
        head(
            self.fixes,
            lambda: self.tr("Fix and reason"),
            lambda: self.tr("Received"),
            lambda: self.tr("Sent"),
        )
        header = self.fixes.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.resizeSection(column, _NUMBER_WIDTH)
        roomy(self.fixes)
        say(self.fixes, self.fixes.setAccessibleName, lambda: self.tr("Fixes that acted"))
        self.fixes.itemClicked.connect(self._jump)
        self.fixes.itemActivated.connect(self._jump)
        self._halves = halves = QSplitter(Qt.Orientation.Vertical)
        halves.addWidget(self.fixes)
        halves.addWidget(self.difference)
        self.body.addWidget(self._verdict)
        self.body.addWidget(self._hashes)
        self.body.addWidget(halves, 1)
        self.body.addWidget(self._note)
        self.body.addStretch(0)

    def _verdict_words(self, exchange: Exchange) -> str:
        if not exchange.whole:
            return self.tr("Not all of this request was kept, so its two sides are not compared.")
        if exchange.untouched and not exchange.marks:
            if exchange.started.passthrough:
                return self.tr("Passthrough: every byte went through as it came.")
            return self.tr("Nothing was changed: every byte went through as it came.")
        return self.tr("Changes: {count} · fixes: {fixes}").format(
            count=len(exchange.marks), fixes=len({mark.fix for mark in exchange.marks})
        )

    def _hash_words(self, reading: Reading) -> str:
        received, sent = reading.received.sha256, reading.sent.sha256
        if received == sent:
            return self.tr("SHA-256 of both, received and sent: {digest}").format(digest=received)
        return self.tr("SHA-256  received {received}…  ·  sent {sent}…").format(
            received=received[:16], sent=sent[:16]
        )

    def _show_fixes(self, exchange: Exchange) -> None:
        self.fixes.clear()
        for fix, count in Counter(mark.fix for mark in exchange.marks).items():
            item = QTreeWidgetItem([f"◆ {fix_title(fix)}  ×{count}"])
            marks = [mark for mark in exchange.marks if mark.fix == fix]
            item.addChildren([_row(mark) for mark in marks[:MOST_MARKS]])
            self.fixes.addTopLevelItem(item)
            item.setExpanded(True)
            _point(item, marks[0])

    def _show_difference(self, reading: Reading, *, complete: bool) -> None:
        self._note.setText("")
        if not complete:
            words = self.tr("The difference is shown when the answer is complete.")
            waits = reading.exchange.whole and not reading.exchange.untouched
            self._note.setText(words if waits else "")
            return
        if reading.sent is reading.received:
            self.difference.show_text("")
            words = self.tr(
                "The answer went through as it came; the Request tab marks the changes."
            )
            self._note.setText(words if reading.exchange.marks else "")
            return
        comparison = compare(reading.received.events.raws, reading.sent.events.raws)
        self.difference.show_text(comparison.text)
        if not comparison.whole:
            words = self.tr("Only the first {count} events are compared.")
            self._note.setText(words.format(count=MOST_EVENTS))

    def _jump(self, item: QTreeWidgetItem) -> None:
        received, sent = item.data(0, _ROLE), item.data(1, _ROLE)
        if received is None and sent is None:
            self.request_asked.emit()
        else:
            self.jump_asked.emit(received, sent)


def _row(mark: Mark) -> QTreeWidgetItem:
    places = ["" if each is None else f"#{each}" for each in (mark.received, mark.sent)]
    item = QTreeWidgetItem([one_line(finding_words(mark.message), _WIDTH), *places])
    _point(item, mark)
    return item


def _point(item: QTreeWidgetItem, mark: Mark) -> None:
    item.setData(0, _ROLE, mark.received)
    item.setData(1, _ROLE, mark.sent)

"""The inspector: what agents and providers say to each other, live."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.language import say
from app.models.exchange import Exchange
from app.models.store import Store, Update
from app.ui.page import Page
from app.ui.parts import Look, button, row, text
from app.ui.request_detail import RequestDetail
from app.ui.request_list import RequestList
from proxy.config import Settings
from proxy.tap import Record

_SIZES = [470, 600]


class TrafficPage(Page):
    """The list of requests, and the one that is chosen.

    Signals:
        fix_toggled: provider, fix, new state.
        sample_asked: the user wants to see a request without an agent.
        send_again_asked: Started, the request as the agent sent it.
    """

    fix_toggled = Signal(str, str, bool)
    sample_asked = Signal()
    send_again_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.store = Store()
        self._held = Update()
        self.requests = RequestList(self.store)
        self.detail = RequestDetail(self.store.after)
        self._empty_words = text("", Look.HEADING)
        self._empty_hint = text("", Look.MUTED, wrap=True)
        self._sample = button("")
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self._name()

    def apply(self, records: list[Record]) -> None:
        """Take a batch of records."""
        self._take(self.store.apply(records))

    def _take(self, update: Update) -> None:
        if self.requests.paused:
            self._held.merge(update)
            return
        self._show(update)

    def lose(self, lost: dict[str, int]) -> None:
        """Mark the exchanges of whose bodies something came too fast to be kept."""
        self._take(self.store.lose(lost))

    def show_settings(self, settings: Settings) -> None:
        """Take over the configuration."""
        self.detail.show_settings(settings)

    def show_requests_of(self, provider: str) -> None:
        """Show one provider's requests alone."""
        self.requests.filter_by(f"provider:{provider}")

    def show_request(self, exchange_id: str, *, changes: bool = False) -> bool:
        """Show one request, on request its changes; False where it is no longer kept."""
        exchange = self.store.get(exchange_id)
        if exchange is None:
            return False
        self.requests.filter_by("")
        self.requests.choose(exchange)
        if changes:
            self.detail.tabs.setCurrentWidget(self.detail.changes)
        return True

    def _show(self, update: Update) -> None:
        self.requests.apply(update)
        shown = self.detail.exchange
        if shown is not None and shown.id in update.removed:
            self.detail.show_exchange(self.requests.exchange)
        elif self.detail.reading is not None and self.detail.reading.stale:
            self.detail.show_exchange(shown)
        elif shown is not None and (shown.id in update.changed or update.added):
            self.detail.refresh()
        self._stack.setCurrentIndex(1 if len(self.store) else 0)

    def _lay_out(self) -> None:
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.addWidget(self.requests)
        halves.addWidget(self.detail)
        halves.setChildrenCollapsible(False)
        halves.setStretchFactor(0, 2)
        halves.setStretchFactor(1, 3)
        halves.setSizes(_SIZES)
        self._stack.addWidget(self._empty_state())
        self._stack.addWidget(halves)
        self.body.addWidget(self._stack, 1)

    def _empty_state(self) -> QWidget:
        empty = QWidget()
        layout = QVBoxLayout(empty)
        layout.addStretch(1)
        for part in (self._empty_words, self._empty_hint):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(part)
        layout.addSpacing(8)
        layout.addLayout(row(None, self._sample, None))
        layout.addStretch(2)
        return empty

    def _connect(self) -> None:
        self.requests.chosen.connect(self._choose)
        self.requests.opened.connect(self._open)
        self.requests.pause_changed.connect(self._resume)
        self.requests.clear.clicked.connect(self._clear)
        self.detail.fix_toggled.connect(self.fix_toggled)
        self.detail.send_again_asked.connect(self.send_again_asked)
        self._sample.clicked.connect(self.sample_asked)
        for key, act in (
            (QKeySequence.StandardKey.Find, self._find),
            (QKeySequence("Ctrl+L"), self._clear),
        ):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(act)

    def _name(self) -> None:
        self.set_title(
            lambda: self.tr("Traffic"),
            lambda: self.tr("What your agents and providers really say to each other."),
        )
        say(self, self._empty_words.setText, lambda: self.tr("No request yet"))
        say(
            self,
            self._empty_hint.setText,
            lambda: self.tr(
                "Point a tool at the address below; the Agents page shows how.\n"
                "Or try it without one: the built-in demo provider breaks its answer on purpose, "
                "and you see it mended."
            ),
        )
        say(self, self._sample.setText, lambda: self.tr("Send a sample request"))

    def _choose(self, exchange: Exchange | None) -> None:
        if exchange is not self.detail.exchange:
            self.detail.show_exchange(exchange)

    def _open(self) -> None:
        self.detail.tabs.currentWidget().setFocus()

    def _find(self) -> None:
        self.requests.filter.setFocus()
        self.requests.filter.selectAll()

    def _clear(self) -> None:
        self._held.merge(self.store.clear())
        self._release()

    def _resume(self, paused: bool) -> None:
        if not paused:
            self._release()

    def _release(self) -> None:
        held, self._held = self._held, Update()
        self._show(held)

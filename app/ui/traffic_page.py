"""The inspector: what agents and providers say to each other, live."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.language import say
from app.models.exchange import Exchange
from app.models.store import Store, Update
from app.ui.beside import Beside
from app.ui.events_tab import BOTH, SENT
from app.ui.page import Page
from app.ui.parts import Look, button, row, text
from app.ui.request_detail import RequestDetail
from app.ui.request_list import RequestList
from app.ui.traffic_commands import TrafficCommands
from proxy.config import Settings
from proxy.tap import Record

_SIZES = [540, 600]


class TrafficPage(Page):
    """The list of requests, and the one that is chosen.

    Signals:
        fix_toggled: provider, fix, new state.
        sample_asked: the user wants to see a request without an agent.
        send_again_asked: Started, the request as the agent sent it; tuple of the ways to send it.
        provider_asked: provider, to be looked at.
        cleared: what is finished and not pinned has been forgotten.
    """

    fix_toggled = Signal(str, str, bool)
    sample_asked = Signal()
    send_again_asked = Signal(object, tuple)
    provider_asked = Signal(str)
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.store = Store()
        self._held = Update()
        self._watched = True
        self.requests = RequestList(self.store)
        self.detail = RequestDetail(self.store.after)
        self.beside: Beside | None = None
        self.commands = TrafficCommands(self)
        self._settings = Settings()
        self._awaited: tuple[str, ...] = ()
        self._halves = QSplitter(Qt.Orientation.Horizontal)
        self._empty_words = text("", Look.HEADING)
        self._empty_hint = text("", Look.MUTED, wrap=True)
        self._sample = button("")
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self._fill_commands()
        self._name()

    @property
    def entrance(self) -> QWidget:
        return self.requests.view if len(self.store) else self._sample

    def apply(self, records: list[Record]) -> None:
        """Take a batch of records."""
        self.store.viewed = self._viewed()
        self._take(self.store.apply(records))

    def watch(self, watched: bool) -> None:
        """Read and draw nothing while nobody can see it: the bytes wait."""
        self._watched = watched
        self._resume(self.requests.paused)

    def lose(self, lost: dict[str, int]) -> None:
        """Mark the exchanges of whose bodies something came too fast to be kept."""
        self._take(self.store.lose(lost))

    def clear(self) -> None:
        """Forget what is finished and not pinned."""
        self._held.merge(self.store.clear())
        self._release()
        self.cleared.emit()

    def show_settings(self, settings: Settings) -> None:
        """Take over the configuration."""
        self._settings = settings
        self.detail.show_settings(settings)
        if self.beside is not None:
            self.beside.detail.show_settings(settings)

    def show_again(self, exchange_ids: tuple[str, ...]) -> None:
        """Show what came of sending a request again, as soon as all of it is here."""
        self._awaited = exchange_ids
        self._show_awaited()

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

    def _viewed(self) -> set[str]:
        details = [self.detail, *([self.beside.detail] if self.beside is not None else [])]
        shown = [each.exchange for each in details if self._watched and each.isVisible()]
        return {each.id for each in shown if each is not None}

    def _take(self, update: Update) -> None:
        if self.requests.paused or not self._watched:
            self._held.merge(update)
            self.requests.show_held(len(self._held.added))
            return
        self._show(update)

    def _show(self, update: Update) -> None:
        self.requests.apply(update)
        shown = self.detail.exchange
        if shown is not None and shown.id in update.removed:
            self.detail.show_exchange(self.requests.exchange)
        elif self.detail.reading is not None and self.detail.reading.stale:
            self.detail.show_exchange(shown)
        elif shown is not None and (shown.id in update.changed or update.added):
            self.detail.refresh()
        if self.beside is not None:
            self.beside.refresh(update)
        self._show_awaited()
        waited = self._sample.hasFocus()
        self._stack.setCurrentIndex(1 if len(self.store) else 0)
        if waited:
            self.enter()

    def _show_awaited(self) -> None:
        found = [self.store.get(name) for name in self._awaited]
        exchanges = [each for each in found if each is not None]
        if not exchanges or len(exchanges) < len(found):
            return
        self._awaited = ()
        self.requests.filter_by("")
        self.requests.choose(exchanges[0])
        if len(exchanges) > 1:
            self._show_beside(exchanges[1], exchanges[0])

    def _show_beside(self, exchange: Exchange, compared: Exchange) -> None:
        if self.beside is None:
            self.beside = Beside(self.store.after)
            self.beside.left.connect(self.detail.caption.hide)
            self.beside.detail.fix_toggled.connect(self.fix_toggled)
            self.beside.detail.provider_asked.connect(self.provider_asked)
            self._halves.addWidget(self.beside)
        self.beside.compared_with = compared.id
        self.beside.detail.show_settings(self._settings)
        self.beside.detail.tabs.setCurrentIndex(self.detail.tabs.currentIndex())
        if self.detail.events.mode == BOTH:
            # There is no room for both sides of both.
            self.detail.events.show_mode(SENT)
        self.beside.detail.events.show_mode(self.detail.events.mode)
        self.detail.caption.setMinimumHeight(self.beside.close_button.sizeHint().height())
        self.detail.caption.show()
        self.beside.detail.show_exchange(exchange)
        self.beside.show()
        width = self._halves.width()
        self._halves.setSizes([width // 5, 2 * width // 5, 2 * width // 5])

    def _lay_out(self) -> None:
        halves = self._halves
        halves.addWidget(self.requests)
        halves.addWidget(self.detail)
        halves.setChildrenCollapsible(False)
        halves.setStretchFactor(0, 1)
        halves.setStretchFactor(1, 1)
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
        self.requests.clear.clicked.connect(self.clear)
        self.detail.fix_toggled.connect(self.fix_toggled)
        self.detail.send_again_asked.connect(self.send_again_asked)
        self.detail.provider_asked.connect(self.provider_asked)
        self.detail.pin_asked.connect(self.requests.pin.click)
        self._sample.clicked.connect(self.sample_asked)

    def _fill_commands(self) -> None:
        add, requests, detail = self.commands.add, self.requests, self.detail
        # Space and Enter are the ways to press a button elsewhere.
        view = requests.view
        add(lambda: self.tr("Next request"), "J", lambda: requests.step(1))
        add(lambda: self.tr("Previous request"), "K", lambda: requests.step(-1))
        add(lambda: self.tr("Read the request"), "Return", self._open, only_in=view)
        add(lambda: self.tr("Pin"), "P", requests.pin.click)
        self.commands.separate()
        add(lambda: self.tr("Filter"), "Ctrl+F", requests.search)
        add(lambda: self.tr("Pause, or go on"), "Space", requests.pause.toggle, only_in=view)
        add(lambda: self.tr("Clear"), "Ctrl+L", self.clear)
        self.commands.separate()
        add(lambda: self.tr("Events received, sent, side by side"), "D", detail.next_mode)
        add(lambda: self.tr("Previous fix"), "[", lambda: detail.step_mark(False))
        add(lambda: self.tr("Next fix"), "]", lambda: detail.step_mark(True))
        self.commands.separate()
        add(lambda: self.tr("Save as HAR…"), "Ctrl+E", detail.actions_menu.export)

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
        if exchange is self.detail.exchange:
            return
        self.detail.show_exchange(exchange)
        if self.beside is not None and self.beside.isVisible():
            self._leave_beside(self.beside, exchange)

    def _leave_beside(self, beside: Beside, exchange: Exchange | None) -> None:
        if exchange is None or exchange.id != beside.compared_with:
            beside.leave()
            self._halves.setSizes(_SIZES)

    def _open(self) -> None:
        self.detail.read()

    def _resume(self, paused: bool) -> None:
        if not paused and self._watched:
            self._release()

    def _release(self) -> None:
        held, self._held = self._held, Update()
        self.requests.show_held(0)
        self._show(held)

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.commands.enable(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.commands.enable(False)

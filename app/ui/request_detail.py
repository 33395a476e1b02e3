"""One request in detail: a line that sums it up, what would have helped, and the tabs."""

import time
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from app.language import Words, language, say
from app.models.exchange import Exchange
from app.models.exchanges import (
    SIGNS,
    ending_words,
    gap_words,
    rate_words,
    seconds_words,
    state_words,
    token_words,
)
from app.models.plaintext import one_line, unbroken
from app.models.reading import Reading
from app.ui.advice_bar import AdviceBar
from app.ui.answer_tab import AnswerTab
from app.ui.changes_tab import ChangesTab
from app.ui.events_tab import EventsTab
from app.ui.parts import Look, row, text
from app.ui.raw_tab import RawTab
from app.ui.request_actions import RequestActions
from app.ui.request_tab import RequestTab
from app.ui.tab import Tab
from app.ui.timing_tab import TimingTab
from app.ui.tools_tab import Later, ToolsTab
from proxy.config import Provider, Settings

# Short enough that nobody feels it; the drawing in between takes its own time.
SLICE_SECONDS = 0.006
_REDRAW_SECONDS = 0.05
_DRAWING_SHARE = 8
_WIDTH = 90
_REASON_WIDTH = 300
_NOTICE_MS = 4000
_GAP = 6


class RequestDetail(QWidget):
    """Reads the request that was chosen, in slices, and shows it on the tab that can be seen.

    Signals:
        fix_toggled: provider, fix, new state.
        send_again_asked: Started, ways to send it.
        provider_asked: provider.
        pin_asked: the request is to be kept, or no longer.
    """

    fix_toggled = Signal(str, str, bool)
    send_again_asked = Signal(object, tuple)
    provider_asked = Signal(str)
    pin_asked = Signal()

    def __init__(self, later: Later, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reading: Reading | None = None
        self._settings = Settings()
        self._drawn = 0.0
        self._pause = _REDRAW_SECONDS
        self.caption = text(lambda: self.tr("With the fixes"), Look.SECTION, wrap=True)
        self.caption.hide()
        self._head = text("", Look.SECTION, wrap=True)
        self._figures = text("", Look.MUTED, wrap=True)
        self._reason = text("", wrap=True)
        self._reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._gap = text("", wrap=True)
        self._advice = AdviceBar()
        self.answer, self.events, self.changes = AnswerTab(), EventsTab(), ChangesTab()
        self.tools, self.request, self.timing = ToolsTab(later), RequestTab(), TimingTab()
        self.raw = RawTab()
        self.tabs = QTabWidget()
        self.actions_menu = RequestActions(lambda: self.events.event_text)
        self._slices = QTimer(self)
        self._slices.setInterval(0)
        self._notices = QTimer(self)
        self._notices.setSingleShot(True)
        self._lay_out()
        self._connect()
        self.show_exchange(None)
        language().changed.connect(self._show_head)

    @property
    def exchange(self) -> Exchange | None:
        """The exchange that is shown."""
        return None if self.reading is None else self.reading.exchange

    @property
    def busy(self) -> bool:
        """There is something left to read."""
        return self._slices.isActive()

    def show_exchange(self, exchange: Exchange | None) -> None:
        """Show another request, or none; the keyboard stays here if it was."""
        read = self.isAncestorOf(QApplication.focusWidget() or self)
        self.reading = None if exchange is None else Reading(exchange)
        self._current_tab().show_reading(self.reading)
        self.actions_menu.show_exchange(self.exchange, self._provider())
        self._show_head()
        self.refresh()
        # What had the keyboard may be gone, and Qt would go on to whatever comes next.
        if read and not self.isAncestorOf(QApplication.focusWidget() or self):
            self.tabs.setFocus()

    def refresh(self) -> None:
        """Read on: there may be more of the request that is shown."""
        if self.reading is not None:
            self._slices.start()

    def show_settings(self, settings: Settings) -> None:
        """Take over which fixes are on."""
        self._settings = settings
        self.actions_menu.show_exchange(self.exchange, self._provider())
        self._advice.advise(self.exchange, self._provider())

    def next_mode(self) -> None:
        """Show the events as they were received, as they were sent, or side by side."""
        self.tabs.setCurrentWidget(self.events)
        self.events.next_mode()

    def step_mark(self, forward: bool) -> None:
        """Go to the next event with a fix, or to the previous one."""
        self.tabs.setCurrentWidget(self.events)
        self.events.step_mark(forward)

    def read(self) -> None:
        """Let the arrow keys move in the tab that can be seen."""
        self._current_tab().take_keys()

    def _lay_out(self) -> None:
        self.tabs.setDocumentMode(True)
        self.tabs.setUsesScrollButtons(True)
        tabs: tuple[tuple[Tab, Words], ...] = (
            (self.answer, lambda: self.tr("Answer")),
            (self.events, lambda: self.tr("Events")),
            (self.tools, lambda: self.tr("Tools")),
            (self.request, lambda: self.tr("Request")),
            (self.changes, lambda: self.tr("Changes")),
            (self.timing, lambda: self.tr("Timing")),
            (self.raw, lambda: self.tr("Raw")),
        )
        for tab, name in tabs:
            say(tab, partial(self.tabs.setTabText, self.tabs.addTab(tab, "")), name)
        for label in (self._head, self._figures):
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_GAP, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.caption)
        layout.addLayout(row(self._head, self.actions_menu))
        layout.addWidget(self._figures)
        layout.addWidget(self._reason)
        layout.addWidget(self._gap)
        layout.addWidget(self._advice)
        layout.addWidget(self.tabs, 1)

    def _connect(self) -> None:
        self._slices.timeout.connect(self._read_on)
        self._notices.timeout.connect(self._show_figures)
        self.tabs.currentChanged.connect(self._show_tab)
        self.changes.jump_asked.connect(self._jump)
        self.changes.request_asked.connect(lambda: self.tabs.setCurrentWidget(self.request))
        self.actions_menu.fix_toggled.connect(self.fix_toggled)
        self.actions_menu.send_again_asked.connect(self.send_again_asked)
        self.actions_menu.provider_asked.connect(self.provider_asked)
        self.actions_menu.pin_asked.connect(self.pin_asked)
        self.actions_menu.said.connect(self._notice)
        self._advice.fix_toggled.connect(self.fix_toggled)

    def _current_tab(self) -> Tab:
        tab = self.tabs.currentWidget()
        return tab if isinstance(tab, Tab) else self.answer

    def _provider(self) -> Provider | None:
        exchange = self.exchange
        return None if exchange is None else self._settings.providers.get(exchange.started.provider)

    def _read_on(self) -> None:
        if self.reading is None:
            self._slices.stop()
            return
        more = self.reading.advance(SLICE_SECONDS)
        now = time.perf_counter()
        if more and now - self._drawn < self._pause:
            return
        if not more:
            self._slices.stop()
        self._current_tab().refresh(self.reading)
        self._show_head()
        self._drawn = time.perf_counter()
        # Whatever is slow to draw is drawn less often.
        self._pause = max(_REDRAW_SECONDS, _DRAWING_SHARE * (self._drawn - now))

    def _show_tab(self) -> None:
        tab = self._current_tab()
        if tab.reading is not self.reading:
            tab.show_reading(self.reading)
        elif self.reading is not None:
            tab.refresh(self.reading)

    def _jump(self, received: int | None, sent: int | None) -> None:
        self.tabs.setCurrentWidget(self.events)
        self.events.jump(received, sent)

    def _show_head(self) -> None:
        exchange = self.exchange
        if exchange is None:
            self._head.setText(self.tr("No request is chosen."))
        else:
            started = exchange.started
            model = one_line(started.model, _WIDTH)
            path = one_line(started.path, _WIDTH)
            self._head.setText(f"{started.method} {path}   {model}")
        reason = "" if exchange is None else ending_words(exchange)
        self._reason.setText(one_line(reason, _REASON_WIDTH))
        self._reason.setVisible(bool(reason))
        gap = "" if exchange is None else gap_words(exchange)
        self._gap.setText(gap)
        self._gap.setVisible(bool(gap))
        if not self._notices.isActive():
            self._show_figures()
        self._advice.advise(exchange, self._provider())
        self._name_tabs()

    def _show_figures(self) -> None:
        exchange = self.exchange
        if exchange is None:
            self._figures.setText("")
            return
        first, rate = exchange.first_token_seconds, rate_words(exchange)
        tokens = token_words(exchange)
        state, status = state_words(exchange), str(exchange.status or "")
        parts = [
            f"{SIGNS[exchange.state]} {state}",
            self.tr("passthrough") if exchange.started.passthrough else "",
            "" if status in state else status,
            "" if first is None else self.tr("first token {s}").format(s=seconds_words(first)),
            tokens and self.tr("{count} tokens").format(count=tokens),
            rate and self.tr("{rate} tok/s").format(rate=rate),
            seconds_words(exchange.duration),
        ]
        self._figures.setText(" · ".join(unbroken(part) for part in parts if part))

    def _notice(self, words: str) -> None:
        self._figures.setText(words)
        self._notices.start(_NOTICE_MS)

    def _name_tabs(self) -> None:
        reading = self.reading
        if reading is None:
            counts = {}
        else:
            counts = {
                self.events: len(reading.received.events),
                self.tools: len(reading.answer.calls),
                self.changes: len(reading.exchange.marks),
            }
        names = {
            self.events: self.tr("Events"),
            self.tools: self.tr("Tools"),
            self.changes: self.tr("Changes"),
        }
        for tab, name in names.items():
            count = counts.get(tab, 0)
            title = f"{name} {count}" if count else name
            number = self.tabs.indexOf(tab)
            if self.tabs.tabText(number) != title:
                self.tabs.setTabText(number, title)

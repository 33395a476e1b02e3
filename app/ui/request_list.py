"""The list of requests, with what steers it: filter, pause, clear, pin, the way to the newest."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QSize, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.language import Words, asked, counted, language, say
from app.models.exchange import Exchange
from app.models.exchanges import ExchangesModel
from app.models.filtering import suggestions
from app.models.plaintext import plain_hint
from app.models.store import Store, Update
from app.ui.fitting import FittedTable, Wish
from app.ui.icons import IconName, icon
from app.ui.parts import Look, text
from app.ui.tables import at_end, table

_WISHES = (
    Wish("★ 00:00:00"),
    Wish("▲ cut off by provider: …"),
    Wish("moonshotai/kimi-k2-thinking", "deepseek-c…"),
    Wish("claude-cli", "opencode", 1),
    Wish("~10.2k", turn=2),
    Wish("188.8", turn=4),
    Wish("openrouter", "deepseek", 3),
    Wish("188", turn=5),
    Wish("88.88 s", turn=6),
)
_MIDDLE_LIGHTNESS = 128
_ICON = QSize(16, 16)
_MARGIN = 8


class WordCompleter(QCompleter):
    """Completes the last word of a line, and leaves the others alone."""

    # Qt overrides

    def splitPath(self, path: str) -> list[str]:
        return [path.rpartition(" ")[2]]

    def pathFromIndex(self, index: QModelIndex) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        line = self.widget()
        before = line.text().rpartition(" ")[0] if isinstance(line, QLineEdit) else ""
        word = str(index.data())
        return f"{before} {word}" if before else word


class FilterLine(QLineEdit):
    """Offers its words to whoever goes there, not only to those who type.

    Signals:
        wanted: the words are about to be offered.
    """

    wanted = Signal()

    def suggest(self) -> None:
        """Offer the words that could come next."""
        completer = self.completer()
        self.wanted.emit()
        completer.setCompletionPrefix(self.text())
        completer.complete()

    # Qt overrides

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # Not for Tab: whoever goes past with it wants no list in the way, and Down opens one.
        if event.reason() is Qt.FocusReason.MouseFocusReason:
            # Later: the click that came here would close the list again.
            QTimer.singleShot(0, self, self.suggest)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.suggest()
        else:
            super().keyPressEvent(event)


class RequestList(QWidget):
    """The requests that were kept, newest at the end.

    Signals:
        chosen: Exchange or None, the one to be shown.
        opened: the one that is shown is wanted closer.
        pause_changed: bool; the list stands still or follows again.
    """

    chosen = Signal(object)
    opened = Signal()
    pause_changed = Signal(bool)

    def __init__(self, store: Store, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._unseen = self._held = 0
        self._last: Exchange | None = None
        self.model = ExchangesModel(store, self)
        self.view = FittedTable(_WISHES)
        table(self.model, lambda: self.tr("Requests"), self.view)
        self.filter = FilterLine()
        self.pause = self._tool("pause", lambda: self.tr("Pause"), lambda: self.tr("Space"))
        self.clear = self._tool("clear", lambda: self.tr("Clear"), "Ctrl+L")
        self.pin = self._tool("pin", lambda: self.tr("Pin"), "P")
        self.pill = QPushButton(self)
        self._nothing = text(lambda: self.tr("No request meets the filter."), Look.MUTED)
        self._dropped = text("", Look.MUTED, wrap=True)
        self._words = QStringListModel(self)
        self._lay_out()
        self._connect()
        self._colour()
        language().changed.connect(self._say_again)

    @property
    def paused(self) -> bool:
        """The list stands still."""
        return self.pause.isChecked()

    @property
    def exchange(self) -> Exchange | None:
        """The exchange that is chosen."""
        index = self.view.currentIndex()
        return self.model.exchange(index.row()) if index.isValid() else None

    def apply(self, update: Update) -> None:
        """Take in what a batch changed."""
        follows = at_end(self.view)
        before = self.model.rowCount()
        self.model.apply(update)
        came = self.model.rowCount() - before
        if follows:
            self.view.scrollToBottom()
        elif came > 0:
            self._unseen += came
        if self._last is None and self.model.rowCount():
            self.choose_row(self.model.rowCount() - 1)
        self._show_pill()
        self._show_nothing()
        self._show_dropped()

    def choose(self, exchange: Exchange) -> None:
        """Show an exchange, if the filter lets it through."""
        row = self.model.row_of(exchange)
        if row is not None:
            self.choose_row(row)

    def choose_row(self, row: int) -> None:
        """Show the exchange of a row."""
        if 0 <= row < self.model.rowCount():
            self.view.setCurrentIndex(self.model.index(row, 0))
            self.view.scrollTo(self.model.index(row, 0))

    def search(self) -> None:
        """Go to the filter box, and offer its words."""
        self.filter.setFocus()
        self.filter.selectAll()
        self.filter.suggest()

    def filter_by(self, words: str) -> None:
        """Put words into the filter box."""
        self.filter.setText(words)

    def show_held(self, count: int) -> None:
        """Say how many requests wait until the list goes on."""
        if count != self._held:
            self._held = count
            self._show_pause(self.paused)

    def step(self, by: int) -> None:
        """Go to a request further down, or up."""
        self.choose_row(self.view.currentIndex().row() + by)

    def _lay_out(self) -> None:
        self.view.horizontalHeader().setSectionsMovable(True)
        say(
            self.filter,
            self.filter.setPlaceholderText,
            lambda: self.tr("Filter: words, fixed, status>=400 …"),
        )
        say(self.filter, self.filter.setAccessibleName, lambda: self.tr("Filter of the requests"))
        self.filter.setClearButtonEnabled(True)
        self.filter.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.filter.setMinimumWidth(120)
        self.pause.setCheckable(True)
        self.pin.setCheckable(True)
        self.pin.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.pill.hide()
        self.pill.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        bar = QHBoxLayout()
        bar.setSpacing(6)
        for part in (self.pause, self.clear, self.pin):
            bar.addWidget(part)
        bar.addWidget(self.filter, 1)
        self._dropped.hide()
        self._nothing.setParent(self)
        self._nothing.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(bar)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._dropped)

    def _connect(self) -> None:
        completer = WordCompleter(self._words, self.filter)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.filter.setCompleter(completer)
        completer.activated.connect(self._go_on)
        self.filter.textChanged.connect(self._filter)
        self.filter.textEdited.connect(self._learn_words)
        self.filter.wanted.connect(self._learn_words)
        self.view.selectionModel().currentRowChanged.connect(self._choose)
        self.view.activated.connect(self.opened)
        self.view.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.pause.toggled.connect(self._show_pause)
        self.pause.toggled.connect(self.pause_changed)
        self.pin.clicked.connect(self._pin)
        self.pill.clicked.connect(self._to_end)

    def _tool(self, name: IconName, words: Callable[[], str], key: Words) -> QToolButton:
        tool = QToolButton()
        tool.setIcon(icon(name))
        tool.setIconSize(_ICON)
        tool.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        say(tool, tool.setText, words)
        say(tool, tool.setToolTip, lambda: plain_hint(f"{words()} ({asked(key)})"))
        say(tool, tool.setAccessibleName, words)
        return tool

    def _show_pause(self, paused: bool) -> None:
        words = self.tr("Go on") if paused else self.tr("Pause")
        if paused and self._held:
            words = self.tr("Go on ({count} new)").format(count=self._held)
        self.pause.setIcon(icon("play" if paused else "pause"))
        self.pause.setText(words)
        self.pause.setAccessibleName(words)

    def _say_again(self) -> None:
        self.view.fit()
        self._show_pause(self.paused)
        self._show_pill()
        self._show_nothing()
        self._show_dropped()

    def _filter(self, words: str) -> None:
        # What is shown stays, even while the filter hides its row.
        self.model.filter(words)
        if self._last is not None:
            self.choose(self._last)
        self._unseen = 0
        self._show_pill()
        self._show_nothing()

    def _go_on(self, words: str) -> None:
        """After a word that wants a value, offer the values."""
        if words.endswith(":"):
            # Later: the list of the words is about to close.
            QTimer.singleShot(0, self.filter, self.filter.suggest)

    def _learn_words(self) -> None:
        self._words.setStringList(suggestions(self._store))

    def _choose(self, current: QModelIndex) -> None:
        exchange = self.model.exchange(current.row()) if current.isValid() else None
        self._last = exchange
        self.pin.setChecked(exchange is not None and exchange.pinned)
        self.chosen.emit(exchange)

    def _pin(self) -> None:
        exchange = self.exchange
        if exchange is None:
            self.pin.setChecked(False)
            return
        exchange.pinned = not exchange.pinned
        self.pin.setChecked(exchange.pinned)
        self.model.apply(Update(changed={exchange.id: exchange}))

    def _to_end(self) -> None:
        self._unseen = 0
        self.view.scrollToBottom()
        self._show_pill()

    def _scrolled(self) -> None:
        if self._unseen and at_end(self.view):
            self._unseen = 0
            self._show_pill()

    def _show_pill(self) -> None:
        self.pill.setVisible(self._unseen > 0)
        if self._unseen:
            self.pill.setText(self.tr("↓ {count} new").format(count=self._unseen))
            self._place_pill()

    def _place_pill(self) -> None:
        self.pill.adjustSize()
        area = self.view.geometry()
        left = area.center().x() - self.pill.width() // 2
        bar = self.view.horizontalScrollBar()
        below = bar.height() if bar.isVisible() else 0
        self.pill.move(left, area.bottom() - below - self.pill.height() - _MARGIN)
        self.pill.raise_()

    def _show_nothing(self) -> None:
        """Say why the list is empty."""
        empty = bool(len(self._store)) and not self.model.rowCount()
        self._nothing.setVisible(empty and bool(self.filter.text()))
        self._place_nothing()

    def _place_nothing(self) -> None:
        self._nothing.adjustSize()
        middle = self.view.geometry().center()
        self._nothing.move(middle.x() - self._nothing.width() // 2, middle.y())
        self._nothing.raise_()

    def _show_dropped(self) -> None:
        sentences: list[str] = []
        if self._store.dropped_rows:
            one = self.tr("1 older request was dropped.")
            many = self.tr("{count} older requests were dropped.")
            sentences.append(counted(self._store.dropped_rows, one, many))
        if self._store.dropped_bodies:
            one = self.tr("The contents of 1 older request were dropped.")
            many = self.tr("The contents of {count} older requests were dropped.")
            sentences.append(counted(self._store.dropped_bodies, one, many))
        self._dropped.setText(" ".join(sentences))
        self._dropped.setVisible(bool(sentences))

    def _colour(self) -> None:
        base = self.palette().color(QPalette.ColorRole.Base)
        self.model.set_dark(base.lightness() < _MIDDLE_LIGHTNESS)

    # Qt overrides

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_nothing()
        if self.pill.isVisible():
            self._place_pill()

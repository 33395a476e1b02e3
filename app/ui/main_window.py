"""The one window: a rail, the page beside it, and the line below that is always true."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.language import Words, language, say
from app.models.status import Status
from app.ui.banner import Banner
from app.ui.icons import IconName, icon
from app.ui.page import Page
from app.ui.status_line import StatusLine

_SIZE = QSize(1_180, 760)
_RAIL_WIDTH = 148
_RAIL_ICON = QSize(18, 18)
_NOTICE_MS = 5_000
_PLACE = "geometry"


@dataclass(frozen=True, slots=True)
class Destination:
    """A page of the window; without an icon it has no place in the rail."""

    name: str
    page: QWidget
    title: Words = ""
    icon: IconName | None = None


class MainWindow(QMainWindow):
    """Shows one page at a time; what closing means is the application's to say.

    Signals:
        shown: it can be seen, or no longer.
        close_asked: the user closed it; nothing has happened yet.
        copy_asked, proxy_asked, sample_asked, quit_asked: from the menus.
    """

    shown = Signal(bool)
    close_asked = Signal()
    copy_asked = Signal()
    proxy_asked = Signal(bool)
    sample_asked = Signal()
    quit_asked = Signal()

    def __init__(self, destinations: Iterable[Destination], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Wiremend")
        self.setWindowIcon(icon("wiremend"))
        self.resize(_SIZE)
        self.banner = Banner()
        self.line = StatusLine()
        self.actions_by_page: dict[str, QAction] = {}
        self._destinations = {each.name: each for each in destinations}
        self._entered: set[str] = set()
        self._runs = False
        self._stack = QStackedWidget()
        self._group = QActionGroup(self)
        self._notice_timer = QTimer(self)
        self._notice_timer.setSingleShot(True)
        self._notice_timer.timeout.connect(lambda: self.line.show_notice(""))
        self._lay_out()
        self._fill_menus()
        self.line.copy_asked.connect(self.copy_asked)
        self.show_status(Status())
        language().changed.connect(self._say_again)

    @property
    def page(self) -> str:
        """The name of the page that is shown."""
        current = self._stack.currentWidget()
        return next(each.name for each in self._destinations.values() if each.page is current)

    def show_page(self, name: str) -> None:
        """Show one page, and its place in the rail; the keyboard goes along."""
        page = self._destinations[name].page
        self._stack.setCurrentWidget(page)
        for each, action in self.actions_by_page.items():
            action.setChecked(each == name)
        # Qt itself leads it back to where it was on a page, but from another page alone.
        inside = page.isAncestorOf(QApplication.focusWidget() or page)
        if isinstance(page, Page) and not (inside and name in self._entered):
            page.enter()
        self._entered.add(name)

    def add_menu(self, words: Words, entries: Iterable[QAction | None]) -> None:
        """Put a page's own actions into the menu bar; None stands for a line between them."""
        menu = self._menu(words)
        for entry in entries:
            if entry is None:
                menu.addSeparator()
            else:
                menu.addAction(entry)

    def show_status(self, status: Status) -> None:
        """Show what the proxy does."""
        self._status = status
        self.line.show_status(status)
        self._runs = status.state == "running"
        self._proxy.setText(self._proxy_words())
        self._proxy.setIcon(icon("stop" if self._runs else "play"))
        self._proxy.setEnabled(status.state != "draining")
        self._copy.setEnabled(bool(status.address))

    def say(self, words: str) -> None:
        """Say for a few seconds what has been done."""
        self.line.show_notice(words)
        self._notice_timer.start(_NOTICE_MS)

    def come_forward(self) -> None:
        """Be seen, whatever was before."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def keep_place(self) -> None:
        """Remember where it stands and how large it is."""
        QSettings("wiremend", "window").setValue(_PLACE, self.saveGeometry())

    def take_place(self) -> None:
        """Stand where it stood the last time."""
        stored = QSettings("wiremend", "window").value(_PLACE)
        if isinstance(stored, QByteArray):
            self.restoreGeometry(stored)

    def _say_again(self) -> None:
        self.say("")
        self.show_status(self._status)

    def _lay_out(self) -> None:
        rail = QFrame()
        rail.setMinimumWidth(_RAIL_WIDTH)
        rail.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        say(rail, rail.setAccessibleName, lambda: self.tr("Pages"))
        column = QVBoxLayout(rail)
        column.setContentsMargins(8, 12, 8, 8)
        column.setSpacing(4)
        for number, destination in enumerate(self._destinations.values(), 1):
            self._stack.addWidget(destination.page)
            if destination.icon is not None:
                column.addWidget(self._rail_button(destination, number))
        column.addStretch(1)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.banner)
        middle.addWidget(self._stack, 1)
        whole = QWidget()
        across = QHBoxLayout(whole)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(rail)
        across.addLayout(middle, 1)
        self.setCentralWidget(whole)
        self.setStatusBar(self.line)

    def _rail_button(self, destination: Destination, number: int) -> QToolButton:
        action = QAction(self)
        say(action, action.setText, destination.title)
        if destination.icon is not None:
            action.setIcon(icon(destination.icon))
        action.setCheckable(True)
        action.setShortcut(QKeySequence(f"Ctrl+{number}"))
        action.triggered.connect(lambda: self.show_page(destination.name))
        self._group.addAction(action)
        self._group.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
        self.actions_by_page[destination.name] = action
        button = QToolButton()
        button.setDefaultAction(action)
        button.setIconSize(_RAIL_ICON)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAutoRaise(True)
        button.setMinimumHeight(34)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        say(button, button.setAccessibleName, destination.title)
        return button

    def _fill_menus(self) -> None:
        proxy = self._menu(lambda: self.tr("&Proxy"))
        self._proxy = self._entry(proxy, self._proxy_words, icon_name="play")
        self._proxy.triggered.connect(lambda: self.proxy_asked.emit(not self._runs))
        self._copy = self._entry(
            proxy, lambda: self.tr("&Copy address"), "Ctrl+Shift+C", icon_name="copy"
        )
        self._copy.triggered.connect(self.copy_asked)
        sample = self._entry(proxy, lambda: self.tr("Send a sa&mple request"), icon_name="send")
        sample.triggered.connect(self.sample_asked)
        proxy.addSeparator()
        close = self._entry(proxy, lambda: self.tr("Close &window"), "Ctrl+W", icon_name="window")
        close.triggered.connect(self.close)
        leave = self._entry(proxy, lambda: self.tr("&Quit"), "Ctrl+Q", icon_name="quit")
        leave.triggered.connect(self.quit_asked)
        view = self._menu(lambda: self.tr("&View"))
        view.addActions(list(self.actions_by_page.values()))

    def _proxy_words(self) -> str:
        return self.tr("&Stop proxy") if self._runs else self.tr("&Start proxy")

    def _menu(self, words: Words) -> QMenu:
        menu = QMenu(self)
        say(menu, menu.setTitle, words)
        self.menuBar().addMenu(menu)
        return menu

    def _entry(self, menu: QMenu, words: Words, keys: str = "", *, icon_name: IconName) -> QAction:
        action = QAction(icon(icon_name), "", menu)
        say(action, action.setText, words)
        if keys:
            action.setShortcut(QKeySequence(keys))
        menu.addAction(action)
        return action

    # Qt overrides

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
        self.close_asked.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown.emit(False)

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QLineEdit,
    QMainWindow,
    QStackedWidget,
    QTableView,
)
from pytestqt.qtbot import QtBot

from app.ui.traffic_page import TrafficPage
from tests.gui.exchanges import DONE, text, whole

EMPTY = (2, 4)
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(qtbot: QtBot) -> TrafficPage:
    page = TrafficPage()
    qtbot.addWidget(page)
    page.show()
    for name in "abc":
        page.apply(whole(text("Hello"), DONE, exchange_id=name))
    page.requests.choose_row(1)
    page.requests.view.setFocus()
    return page


def chosen(page: TrafficPage) -> str:
    return page.requests.exchange.id if page.requests.exchange else ""


def test_walks_through_the_list_with_j_and_k(page: TrafficPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.requests.view, "j")
    assert chosen(page) == "c"
    qtbot.keyClick(page.requests.view, "k")
    qtbot.keyClick(page.requests.view, "k")
    assert chosen(page) == "a"


def test_home_and_end_lead_to_the_oldest_and_the_newest(page: TrafficPage, qtbot: QtBot) -> None:
    rows = page.requests.model.rowCount()
    qtbot.keyClick(page.requests.view, Qt.Key.Key_End)
    assert page.requests.view.currentIndex().row() == rows - 1 > 0
    qtbot.keyClick(page.requests.view, Qt.Key.Key_Home)
    assert page.requests.view.currentIndex().row() == 0
    qtbot.keyClick(page.requests.view, Qt.Key.Key_Down)
    assert page.requests.view.currentIndex().row() == 1


def test_space_pauses_only_from_the_list(page: TrafficPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.requests.view, Qt.Key.Key_Space)
    assert page.requests.paused
    page.requests.clear.setFocus()
    qtbot.keyClick(page.requests.clear, Qt.Key.Key_Space)
    assert page.requests.paused
    assert len(page.store) == 0


def test_enter_leads_to_what_is_read(page: TrafficPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.requests.view, Qt.Key.Key_Return)
    assert page.detail.isAncestorOf(page.focusWidget())


@pytest.mark.parametrize("tab", range(7))
def test_enter_leads_to_where_the_arrow_keys_move(
    page: TrafficPage, qtbot: QtBot, tab: int
) -> None:
    page.detail.tabs.setCurrentIndex(tab)
    qtbot.waitUntil(lambda: not page.detail.busy)
    qtbot.keyClick(page.requests.view, Qt.Key.Key_Return)
    pane = page.focusWidget()
    if tab in EMPTY:
        # There is nothing to move in.
        assert pane is page.detail.tabs.currentWidget()
        return
    assert isinstance(pane, QAbstractScrollArea)
    assert page.detail.tabs.currentWidget().isAncestorOf(pane)


def test_enter_leads_to_the_list_of_events_before_the_event(
    page: TrafficPage, qtbot: QtBot
) -> None:
    page.detail.tabs.setCurrentWidget(page.detail.events)
    qtbot.waitUntil(lambda: not page.detail.busy)
    qtbot.keyClick(page.requests.view, Qt.Key.Key_Return)
    assert isinstance(page.focusWidget(), QTableView)


@pytest.mark.qt_log_ignore("raise", "grabbing the keyboard", extend=True)
def test_finds_the_filter_box_and_clears_the_list(page: TrafficPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.requests.view, "f", CONTROL)
    assert isinstance(page.focusWidget(), QLineEdit)
    qtbot.keyClick(page.requests.filter, "l", CONTROL)
    assert page.requests.model.rowCount() == 0


def test_every_command_shows_its_key(page: TrafficPage) -> None:
    keys = {each.shortcut().toString() for each in page.commands.entries if each is not None}
    assert keys == {"J", "K", "Return", "P", "Ctrl+F", "Space", "Ctrl+L", "D", "[", "]", "Ctrl+E"}
    assert all(each.text() for each in page.commands.entries if each is not None)


def test_keys_are_the_pages_own_while_it_is_shown(qtbot: QtBot) -> None:
    window, stack, page = QMainWindow(), QStackedWidget(), TrafficPage()
    qtbot.addWidget(window)
    other = QLineEdit()
    stack.addWidget(page)
    stack.addWidget(other)
    window.setCentralWidget(stack)
    menu = window.menuBar().addMenu("Request")
    for each in page.commands.entries:
        if isinstance(each, QAction):
            menu.addAction(each)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    page.apply(whole(text("Hello"), DONE))
    stack.setCurrentWidget(other)
    assert not any(each.isEnabled() for each in page.commands.entries if each is not None)
    qtbot.keyClick(other, "l", CONTROL)
    assert len(page.store) == 1
    stack.setCurrentWidget(page)
    qtbot.waitUntil(page.isVisible)
    page.requests.view.setFocus()
    qtbot.keyClick(page.requests.view, "l", CONTROL)
    assert len(page.store) == 0

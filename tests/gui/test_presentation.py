from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QScrollBar,
    QTabBar,
    QTableView,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.language import CHINESE, ENGLISH, language
from app.ui.answer_tab import CallCard
from app.ui.plain_view import PlainView
from tests.gui.showcase import Showcase

PAGES = ("traffic", "providers", "agents", "settings", "first-run")
SMALL = QSize(900, 600)
_NEEDS = (QPushButton, QCheckBox, QRadioButton, QToolButton)
_ROUNDING = 2
_MOST_STOPS = 400
# Their buttons are parts of them, and no stops of their own.
_QTS_OWN = (QLineEdit, QTabBar, QTableView)


@pytest.fixture(autouse=True)
def as_it_was(qapp: QApplication) -> Iterator[None]:
    font = qapp.font()
    yield
    qapp.setFont(font)


def shown(qtbot: QtBot, folder: Path, size: QSize) -> Showcase:
    showcase = Showcase(folder)
    qtbot.addWidget(showcase.window)
    showcase.window.resize(size)
    showcase.window.show()
    qtbot.waitUntil(lambda: not showcase.pages.traffic.detail.busy)
    return showcase


def cut_off(root: QWidget) -> list[str]:
    """Name every visible text that has less room than it needs."""
    faults: list[str] = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, (QLabel, *_NEEDS)):
            continue
        if widget.text() and not fits(widget):
            faults.append(f"{type(widget).__name__} {widget.size().toTuple()}: {widget.text()}")
    return faults


def fits(widget: QLabel | QAbstractButton) -> bool:
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.height() + _ROUNDING >= widget.heightForWidth(widget.width())
    needed = widget.sizeHint() if isinstance(widget, QLabel) else widget.minimumSizeHint()
    room = widget.size() + QSize(_ROUNDING, _ROUNDING)
    return room.width() >= needed.width() and room.height() >= needed.height()


@pytest.mark.parametrize("scale", [1, 1.5, 2])
@pytest.mark.parametrize("spoken", [ENGLISH, CHINESE])
def test_no_text_is_cut_off_on_any_page(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, spoken: str, scale: float
) -> None:
    font = qapp.font()
    font.setPointSizeF(font.pointSizeF() * scale)
    qapp.setFont(font)
    language().choose(spoken)
    showcase = shown(qtbot, tmp_path, SMALL * scale)
    faults: list[str] = []
    for page in PAGES:
        showcase.window.show_page(page)
        qtbot.wait(20)
        faults += [f"{page}: {each}" for each in cut_off(showcase.window)]
    assert showcase.window.size() == SMALL * scale
    assert faults == []


def test_a_text_without_room_would_be_found(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    label = QLabel("A text that is rather long", holder)
    label.resize(40, 20)
    holder.show()
    assert len(cut_off(holder)) == 1


def test_every_button_without_words_has_a_name(qtbot: QtBot, tmp_path: Path) -> None:
    showcase = shown(qtbot, tmp_path, SMALL)
    nameless = [
        each
        for page in PAGES
        for each in buttons_of(showcase, page)
        if not isinstance(each.parent(), _QTS_OWN)
        and not any(sign.isalpha() for sign in each.text())
        and not each.accessibleName()
    ]
    assert [described(each) for each in nameless] == []


@pytest.mark.parametrize("page", PAGES)
def test_tab_goes_through_the_window_from_top_to_bottom(
    qtbot: QtBot, tmp_path: Path, page: str
) -> None:
    showcase = shown(qtbot, tmp_path, QSize(1180, 760))
    showcase.window.show_page(page)
    qtbot.waitActive(showcase.window)
    qtbot.wait(50)
    stops = list(tab_stops(showcase.window, showcase.window))
    assert showcase.window._destinations[page].page.isAncestorOf(stops[-2])
    assert showcase.window.line.isAncestorOf(stops[-1])
    for area in showcase.window.findChildren(QScrollArea):
        area.verticalScrollBar().setValue(0)
    backwards = [
        f"{described(before)} -> {described(after)}"
        for before, after in pairwise(stops[:-1])
        if top(after) + after.height() < top(before)
        and left(after) + after.width() // 2 < left(before) + before.width()
    ]
    assert backwards == []


@pytest.mark.parametrize("page", PAGES[1:])
def test_whatever_tab_leads_to_can_be_seen_and_has_a_name(
    qtbot: QtBot, tmp_path: Path, page: str
) -> None:
    showcase = shown(qtbot, tmp_path, SMALL)
    showcase.window.show_page(page)
    qtbot.waitActive(showcase.window)
    stops = list(tab_stops(showcase.window, showcase.window._destinations[page].page, every=True))
    assert len(stops) > 2
    assert [described(each) for each in stops if not heard(each)] == []
    area = next(each for each in showcase.window.findChildren(QScrollArea) if each.isVisible())
    area.verticalScrollBar().setValue(0)
    inside = next(each for each in stops if area.isAncestorOf(each))
    inside.setFocus()
    QTest.keyClick(inside if isinstance(inside, QAbstractButton) else area, Qt.Key.Key_PageDown)
    assert area.verticalScrollBar().value() > 0 or area.verticalScrollBar().maximum() == 0


def test_whatever_tab_leads_to_in_a_request_has_a_name(qtbot: QtBot, tmp_path: Path) -> None:
    showcase = shown(qtbot, tmp_path, SMALL)
    qtbot.waitActive(showcase.window)
    detail = showcase.pages.traffic.detail
    stops: list[QWidget] = []
    for number in range(detail.tabs.count()):
        detail.tabs.setCurrentIndex(number)
        qtbot.waitUntil(lambda: not detail.busy)
        stops += tab_stops(showcase.window, detail, every=True)
    assert len(stops) > 3 * detail.tabs.count()
    assert [described(each) for each in stops if not heard(each)] == []


def test_the_keyboard_stays_with_the_request_when_the_next_one_is_shown(
    qtbot: QtBot, tmp_path: Path
) -> None:
    showcase = shown(qtbot, tmp_path, SMALL)
    qtbot.waitActive(showcase.window)
    traffic = showcase.pages.traffic
    traffic.show_request("a")
    qtbot.waitUntil(lambda: bool(traffic.detail.answer.findChildren(CallCard)))
    pane = traffic.detail.answer.findChildren(CallCard)[0].findChildren(PlainView)[0]
    pane.setFocus()
    traffic.requests.step(1)
    assert not pane.isVisible()
    assert traffic.detail.isAncestorOf(QApplication.focusWidget() or showcase.window)


def heard(widget: QWidget) -> str:
    """Return what a screen reader calls it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name)


def tab_stops(window: QWidget, page: QWidget, *, every: bool = False) -> Iterator[QWidget]:
    """Yield what Tab leads to on a page, in its order, as a person finds it."""
    window.setFocus()
    seen: list[QWidget] = []
    for _ in range(_MOST_STOPS):
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        stop = QApplication.focusWidget()
        if stop is None or stop in seen:
            return
        seen.append(stop)
        if page.isAncestorOf(stop) and (every or not isinstance(stop, (QScrollArea, QScrollBar))):
            yield stop


def buttons_of(showcase: Showcase, page: str) -> list[QAbstractButton]:
    showcase.window.show_page(page)
    return [each for each in showcase.window.findChildren(QAbstractButton) if each.isVisible()]


def described(widget: QWidget) -> str:
    words = widget.text() if isinstance(widget, QAbstractButton) else widget.accessibleName()
    return f"{type(widget).__name__} “{words}” in {type(widget.parent()).__name__}"


def top(widget: QWidget) -> int:
    return widget.mapToGlobal(QPoint(0, 0)).y()


def left(widget: QWidget) -> int:
    return widget.mapToGlobal(QPoint(0, 0)).x()

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.ui.events_tab import BOTH, SENT
from app.ui.traffic_page import TrafficPage
from tests.gui.exchanges import DONE, text, whole


@pytest.fixture
def page(qtbot: QtBot) -> TrafficPage:
    page = TrafficPage()
    qtbot.addWidget(page)
    page.resize(1200, 700)
    page.show()
    return page


def seen(widget: QWidget) -> str:
    return "\n".join(each.text() for each in widget.findChildren(QLabel) if each.isVisible())


def test_shows_both_answers_once_both_are_here(page: TrafficPage, qtbot: QtBot) -> None:
    page.apply(whole(text("first"), DONE, exchange_id="asked"))
    page.show_again(("with", "without"))
    page.apply(whole(text("mended"), DONE, exchange_id="with"))
    assert page.beside is None
    page.requests.filter_by("nothing has this")
    page.apply(whole(text("broken"), DONE, exchange_id="without", passthrough=True))
    assert page.detail.exchange is not None
    assert page.detail.exchange.id == "with"
    assert page.beside is not None
    assert page.beside.isVisible()
    detail = page.beside.detail
    qtbot.waitUntil(lambda: not detail.busy and not page.detail.busy)
    assert "".join(detail.reading.answer.text if detail.reading else ()) == "broken"
    assert "passthrough" in seen(detail)
    assert "passthrough" not in seen(page.detail)


def test_goes_when_it_is_closed_or_its_request_is_gone(page: TrafficPage, qtbot: QtBot) -> None:
    for name in "abcd":
        page.apply(whole(text("x"), DONE, exchange_id=name))
    page.show_again(("a", "b"))
    assert page.beside is not None
    assert "With the fixes" in seen(page)
    qtbot.mouseClick(page.beside.close_button, Qt.MouseButton.LeftButton)
    assert not page.beside.isVisible()
    assert "With the fixes" not in seen(page)
    page.show_again(("c", "d"))
    assert page.beside.isVisible()
    page.requests.choose_row(0)
    assert not page.beside.isVisible()
    page.show_again(("c", "d"))
    page.requests.clear.click()
    assert not page.beside.isVisible()


def test_compares_what_was_sent_where_both_sides_of_both_have_no_room(page: TrafficPage) -> None:
    for name in "ab":
        page.apply(whole(text("x"), DONE, exchange_id=name))
    page.detail.events.show_mode(BOTH)
    page.show_again(("a", "b"))
    assert page.beside is not None
    assert page.detail.events.mode == page.beside.detail.events.mode == SENT


def test_a_single_one_is_only_chosen(page: TrafficPage) -> None:
    page.apply([*whole(exchange_id="a"), *whole(exchange_id="b"), *whole(exchange_id="c")])
    page.show_again(("b",))
    assert page.detail.exchange is not None
    assert (page.detail.exchange.id, page.beside) == ("b", None)

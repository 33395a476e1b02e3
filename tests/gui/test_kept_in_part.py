"""What the page says of a request that is not kept as a whole."""

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.models.exchanges import STATE_COLUMN
from app.ui.traffic_page import TrafficPage
from tests.gui.exchanges import DONE, began, ended, passed, text, whole


@pytest.fixture
def page(qtbot: QtBot) -> TrafficPage:
    page = TrafficPage()
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    return page


def seen(page: TrafficPage) -> str:
    return "\n".join(each.text() for each in page.findChildren(QLabel) if each.isVisible())


def test_says_what_was_dropped_and_compares_nothing(page: TrafficPage, qtbot: QtBot) -> None:
    page.detail.tabs.setCurrentWidget(page.detail.changes)
    page.apply(whole(text("a" * 5000), DONE))
    qtbot.waitUntil(lambda: "every byte went through" in seen(page))
    page.store.most_bytes = 1000
    page.apply(whole(exchange_id="x2"))
    qtbot.waitUntil(lambda: "(5 KB) were dropped to save memory" in seen(page))
    assert "every byte went through" not in seen(page)
    assert "SHA-256" not in seen(page)


def test_claims_nothing_of_an_answer_that_was_dropped(page: TrafficPage, qtbot: QtBot) -> None:
    page.store.most_bytes = 1000
    page.apply(whole(text("a" * 5000), DONE))
    for tab in (page.detail.answer, page.detail.tools):
        page.detail.tabs.setCurrentWidget(tab)
        qtbot.waitUntil(lambda: "The answer is no longer kept." in seen(page))
        assert "calls no tool" not in seen(page)
    page.detail.tabs.setCurrentWidget(page.detail.timing)
    assert page.detail.timing.figure("gaps") == "–"


def test_says_what_came_too_fast_and_compares_nothing(page: TrafficPage, qtbot: QtBot) -> None:
    page.detail.tabs.setCurrentWidget(page.detail.changes)
    page.apply(whole(text("a"), DONE))
    page.lose({"x1": 2048})
    qtbot.waitUntil(lambda: "2 KB of this request came too fast to be kept" in seen(page))
    qtbot.waitUntil(lambda: "SHA-256" not in seen(page))


def test_says_in_the_list_and_above_the_tabs_why_it_failed(page: TrafficPage) -> None:
    error = b'{"error":{"message":"Incorrect API key provided"}}'
    page.apply([began(), *passed([error]), ended(status=401)])
    cell = page.requests.model.index(0, STATE_COLUMN).data()
    assert cell == "✖ error 401: Incorrect API key provided"
    assert "Incorrect API key provided" in seen(page).splitlines()
    assert seen(page).count("401") == 1

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.language import CHINESE, ENGLISH, language
from app.models.store import Store
from app.ui.request_list import RequestList
from tests.gui.exchanges import whole
from tests.gui.showcase import Showcase

_SIGN_AND_FRAME = 32
"""Pixels: the lens before the words, and what surrounds them."""

pytestmark = pytest.mark.qt_log_ignore("raise", "grabbing the keyboard", extend=True)


@pytest.fixture
def requests(qtbot: QtBot) -> RequestList:
    store = Store()
    store.apply(whole(model="kimi"))
    made = RequestList(store)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


def offers(requests: RequestList) -> bool:
    popup = requests.filter.completer().popup()
    return popup is not None and popup.isVisible()


def click(requests: RequestList, qtbot: QtBot) -> None:
    requests.filter.setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.waitUntil(lambda: offers(requests))


def press_down(requests: RequestList, qtbot: QtBot) -> None:
    requests.filter.setFocus()
    assert not offers(requests)
    qtbot.keyClick(requests.filter, Qt.Key.Key_Down)


def find(requests: RequestList, _qtbot: QtBot) -> None:
    requests.search()


@pytest.mark.parametrize("go", [click, press_down, find])
def test_offers_its_words_before_anything_is_typed(
    requests: RequestList, qtbot: QtBot, go: Callable[[RequestList, QtBot], None]
) -> None:
    go(requests, qtbot)
    completer = requests.filter.completer()
    assert offers(requests)
    offered = completer.completionModel()
    words = [offered.index(row, 0).data() for row in range(offered.rowCount())]
    assert {"fixed", "model:kimi", "provider:deepseek"} <= set(words)


def test_offers_what_goes_on_from_the_last_word(requests: RequestList, qtbot: QtBot) -> None:
    requests.filter.setText("fixed mod")
    press_down(requests, qtbot)
    offered = requests.filter.completer().completionModel()
    words = [offered.index(row, 0).data() for row in range(offered.rowCount())]
    assert words == ["model:", "model:kimi"]


def test_offers_the_values_after_a_word_that_wants_one(requests: RequestList, qtbot: QtBot) -> None:
    requests.filter.setText("provider:")
    requests.filter.completer().activated.emit("provider:")
    qtbot.waitUntil(lambda: offers(requests))


def test_says_that_nothing_meets_the_filter(requests: RequestList) -> None:
    def shown() -> list[str]:
        return [each.text() for each in requests.findChildren(QLabel) if each.isVisible()]

    requests.filter_by("nobody has this")
    assert shown() == ["No request meets the filter."]
    requests.filter_by("")
    assert shown() == []


@pytest.mark.parametrize("spoken", [ENGLISH, CHINESE])
def test_what_may_be_typed_can_be_read_in_a_window_of_usual_size(
    qtbot: QtBot, tmp_path: Path, spoken: str
) -> None:
    language().choose(spoken)
    showcase = Showcase(tmp_path)
    qtbot.addWidget(showcase.window)
    showcase.window.show()
    line = showcase.pages.traffic.requests.filter
    signs = line.fontMetrics().horizontalAdvance(line.placeholderText())
    assert signs <= line.width() - _SIGN_AND_FRAME

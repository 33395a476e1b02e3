from collections.abc import Callable

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.language import CHINESE, language
from app.ui.answer_tab import AnswerTab
from proxy import wire
from proxy.tap import Record
from tests.gui.exchanges import (
    DONE,
    answered,
    asked,
    began,
    call,
    chunk,
    ended,
    passed,
    read,
    text,
    whole,
)
from tests.gui.test_traffic_page import words

MODELS = wire.encode({"object": "list", "data": [{"id": "m", "object": "model"}]})
REFUSAL = wire.encode({"detail": "CUDA out of memory"})

ERROR = wire.encode({"error": {"message": "Incorrect API key provided"}})


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[list[Record]], str]:
    """Return a function that shows an exchange and returns every word that can be read."""
    tab = AnswerTab()
    qtbot.addWidget(tab)
    tab.show()

    def act(records: list[Record]) -> str:
        tab.show_reading(read(records))
        return words(tab)

    return act


Shown = Callable[[list[Record]], str]


@pytest.mark.parametrize(
    ("records", "said"),
    [
        (whole(MODELS), "No message of a model is in this answer"),
        (whole(ERROR), "An error came instead of an answer."),
        (whole(REFUSAL), "No message of a model is in this answer"),
        ([began(), asked(), answered(), ended()], "No answer came."),
        (whole(chunk({"role": "assistant"}), chunk({}, "stop"), DONE), "The answer says nothing."),
    ],
)
def test_says_why_there_is_nothing_to_read(shown: Shown, records: list[Record], said: str) -> None:
    assert said in shown(records)


def test_says_nothing_of_the_kind_where_a_message_is_or_may_come(shown: Shown) -> None:
    assert "answer" not in shown([began(), asked(), answered(), *passed([text("")])])
    assert shown(whole(text("Hi"), DONE)).strip() == "Hi"


def test_an_error_that_is_ours_is_said_in_the_windows_language(
    shown: Callable[[list[Record]], str],
) -> None:
    message = "The provider ended the stream before the answer was complete."
    ours = wire.encode({"error": {"message": message, "type": "upstream_error"}})
    records = whole(text("I will"), b"data: " + ours + b"\n\n")
    assert message in shown(records)
    language().choose(CHINESE)
    assert message not in shown(records)
    assert "回答尚未完成，供应商就结束了流。" in shown(records)


def test_shows_all_of_a_long_tool_name_in_a_narrow_pane(qtbot: QtBot) -> None:
    tab = AnswerTab()
    qtbot.addWidget(tab)
    tab.resize(220, 400)
    name = "mcp__github_enterprise__create_pull_request_review_comment"
    tab.show_reading(read(whole(call("{}", name, "c1"), DONE)))
    tab.show()
    head = next(each for each in tab.findChildren(QLabel) if each.text().startswith("⚙"))
    wanted = head.fontMetrics().boundingRect(
        QRect(0, 0, head.width(), 400), Qt.TextFlag.TextWordWrap, head.text()
    )
    assert wanted.width() <= head.width() < head.fontMetrics().horizontalAdvance(name)
    assert wanted.height() <= head.height()

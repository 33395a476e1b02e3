"""Requests and answers of fifty megabytes, whatever they are made of, are opened at once."""

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from app.models.plaintext import WIDTH
from proxy import wire
from proxy.tap import Record
from tests.gui.exchanges import DONE, answered, asked, began, ended, passed, text, whole
from tests.gui.pace import calmest
from tests.gui.test_traffic_page import made_page, opening

_SIZE = 50_000_000
_PIECE = 64 * 1024
ANSWER, REQUEST = 0, 3


def received(body: bytes) -> list[Record]:
    return whole(*[body[start : start + _PIECE] for start in range(0, len(body), _PIECE)])


def long_answer() -> list[Record]:
    message = {"role": "assistant", "content": "word " * (_SIZE // 5)}
    return received(wire.encode({"choices": [{"index": 0, "message": message}]}))


def many_values() -> list[Record]:
    chances = [{"t": "a", "l": 0}] * (_SIZE // 15)
    return received(wire.encode({"choices": [{"index": 0, "logprobs": chances}]}))


def long_conversation() -> list[Record]:
    messages = [{"role": "user", "content": "w"}] * (_SIZE // 30)
    body = wire.encode({"model": "m", "messages": messages})
    return [began(body=body), asked(body=body), answered(), *passed([text("a"), DONE]), ended()]


@pytest.mark.parametrize(
    ("made", "tab"),
    [
        (long_answer, ANSWER),
        (many_values, ANSWER),
        (many_values, REQUEST),
        (long_conversation, REQUEST),
    ],
)
def test_opens_at_once(qtbot: QtBot, made: Callable[[], list[Record]], tab: int) -> None:
    records = made()
    assert calmest(lambda: opening(qtbot, tab, records), 0.3, tries=6) <= 0.3


def test_says_that_of_a_huge_event_only_the_beginning_is_shown(qtbot: QtBot) -> None:
    page = made_page(qtbot)
    page.detail.tabs.setCurrentWidget(page.detail.events)
    page.apply(whole(text("y" * 10_000_000), DONE))
    qtbot.waitUntil(lambda: not page.detail.busy, timeout=20_000)
    shown = page.detail.events.detail.toPlainText()
    assert shown.startswith("▲ 9.5 MB; only the beginning is shown")
    assert max(map(len, shown.split("\n"))) <= WIDTH + 1
    assert len(page.detail.events.event_text) > 10_000_000

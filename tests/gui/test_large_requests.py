"""Requests and answers of fifty megabytes, whatever they are made of, are opened at once."""

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.models.plaintext import WIDTH
from proxy import wire
from proxy.tap import Mark, Record
from tests.gui.exchanges import (
    DONE,
    answered,
    asked,
    began,
    call,
    ended,
    mended,
    passed,
    text,
    whole,
)
from tests.gui.pace import Heart, calmest
from tests.gui.test_traffic_page import made_page, opening

_SIZE = 50_000_000
_PIECE = 64 * 1024
ANSWER, EVENTS, REQUEST, CHANGES = 0, 1, 3, 4


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
def test_every_tab_opens_a_large_request_at_once(
    qtbot: QtBot, made: Callable[[], list[Record]], tab: int
) -> None:
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


def much_mended() -> list[Record]:
    """Return an exchange of 100,000 events, each of them mended."""
    pieces: list[Record] = []
    for number in range(100_000):
        mark = Mark("index-repair", "set the index", number, number)
        came, left = (call(f"{number}", "f", "c", index) for index in (None, 0))
        pieces += mended(came, left, [mark], at=101 + number / 1e3)
    return [began(), asked(), answered(), *pieces, ended()]


def opening_mended(qtbot: QtBot, tab: int, records: list[Record]) -> float:
    """Return how long the window stood still while it opened a request that was there."""
    page = made_page(qtbot)
    page.watch(False)
    page.apply(records)
    page.detail.tabs.setCurrentIndex(tab)
    QApplication.processEvents()
    heart = Heart()
    page.watch(True)
    page.requests.choose_row(0)
    qtbot.waitUntil(lambda: not page.detail.busy, timeout=60_000)
    assert page.detail.exchange is not None
    assert len(page.detail.exchange.marks) == 100_000
    return heart.stop()


@pytest.fixture(scope="module")
def mended_records() -> list[Record]:
    return much_mended()


@pytest.mark.parametrize("tab", [ANSWER, EVENTS, CHANGES])
def test_opens_a_hundred_thousand_mended_events_without_standing_still(
    qtbot: QtBot, tab: int, mended_records: list[Record]
) -> None:
    assert calmest(partial(opening_mended, qtbot, tab, mended_records), 0.3) <= 0.3

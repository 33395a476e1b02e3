from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.ui.advice_bar import AdviceBar
from proxy.config import Provider
from tests.gui.exchanges import began, ended, exchange_of
from tests.gui.records import emissions

OFF = Provider("deepseek", "https://a.example", fixes={"index-repair": False})
MISSED = {"reasoning-field": 15, "index-repair": 2}

Advise = Callable[..., str]


@pytest.fixture
def bar(qtbot: QtBot) -> AdviceBar:
    made = AdviceBar()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def advise(bar: AdviceBar) -> Advise:
    """Return a function that shows what a request has missed, and returns the words."""

    def act(missed: dict[str, int], provider: Provider | None, *, untouched: bool = False) -> str:
        records = [began(passthrough=untouched), ended(would_mend=missed)]
        bar.advise(exchange_of(records), provider)
        return bar.findChildren(QLabel)[0].text() if bar.isVisible() else ""

    return act


def push(bar: AdviceBar) -> None:
    bar.findChildren(QPushButton)[0].click()


def test_names_what_is_needed_most_before_what_was_met_most_often(
    bar: AdviceBar, advise: Advise
) -> None:
    toggled = emissions(bar.fix_toggled)
    words = advise(MISSED, OFF)
    assert words == "▲ Index repair would have mended this answer in 2 places. 1 more fix helps."
    push(bar)
    assert toggled == [("deepseek", "index-repair", True)]


def test_names_of_two_alike_the_one_that_was_met_more_often(advise: Advise) -> None:
    off = replace(OFF, fixes={"index-repair": False, "finish-reason": False})
    assert advise({"finish-reason": 1, "index-repair": 5}, off).startswith("▲ Index repair")


def test_goes_on_to_the_next_fix_and_ends(bar: AdviceBar, advise: Advise) -> None:
    one = replace(OFF, fixes={})
    assert advise(MISSED, one).startswith("▲ Name reasoning both ways would have mended")
    both = replace(OFF, fixes={"reasoning-field": True})
    assert advise(MISSED, both) == "Index repair is on now: it acts from the next request on."
    assert not bar.findChildren(QPushButton)[0].isVisible()


def test_offers_nothing_where_passthrough_would_undo_it(bar: AdviceBar, advise: Advise) -> None:
    words = advise({"index-repair": 1}, replace(OFF, passthrough=True))
    assert words.endswith("in 1 place. With passthrough nothing is mended.")
    assert not bar.findChildren(QPushButton)[0].isVisible()
    assert advise({"index-repair": 1}, None).endswith("in 1 place.")
    assert not bar.findChildren(QPushButton)[0].isVisible()


def test_does_not_call_a_fix_new_that_a_request_was_sent_around(advise: Advise) -> None:
    words = advise({"index-repair": 1}, replace(OFF, fixes={}), untouched=True)
    assert words.endswith("in 1 place. With passthrough nothing is mended.")


def test_is_silent_where_nothing_was_missed(advise: Advise) -> None:
    assert advise({}, OFF) == ""

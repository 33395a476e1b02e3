from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.models.plaintext import MOST_TEXT
from app.ui.events_tab import BOTH, RECEIVED, SENT
from app.ui.traffic_page import TrafficPage
from proxy.config import Provider, Settings
from proxy.tap import Mark, Passed, Received, Record
from tests.gui.exchanges import (
    DONE,
    answered,
    asked,
    began,
    call,
    chunk,
    ended,
    mended,
    passed,
    text,
    whole,
)
from tests.gui.pace import Heart, calmest
from tests.gui.records import emissions

INDEX = Mark("index-repair", "set the index", 2, 2)
HOSTILE = "<img src='file:///etc/passwd'><b>x</b>\u202e\x1b[31m"
CAME, LEFT = call('{"path":"a"}', "read", "c1", None), call('{"path":"a"}', "read", "c1", 0)
MENDED: list[Record] = [
    began(body=b'{"model":"m"}'),
    asked(body=b'{"model":"m","stream":true}'),
    answered(),
    *passed([chunk({"reasoning_content": "Hm"}), text("I will look")]),
    *mended(CAME, LEFT, [INDEX]),
    *passed([chunk({}, "tool_calls"), DONE], first=103.0),
    ended(),
]


@pytest.fixture
def page(qtbot: QtBot) -> TrafficPage:
    return made_page(qtbot)


def made_page(qtbot: QtBot) -> TrafficPage:
    page = TrafficPage()
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show_settings(Settings(providers={"deepseek": Provider("deepseek", "https://a.example")}))
    page.show()
    return page


@pytest.fixture
def show(page: TrafficPage, qtbot: QtBot) -> Callable[..., None]:
    """Return a function that applies records, shows a tab and waits until everything is read."""

    def act(records: list[Record], tab: QWidget | None = None) -> None:
        page.apply(records)
        if tab is not None:
            page.detail.tabs.setCurrentWidget(tab)
        qtbot.waitUntil(lambda: not page.detail.busy)

    return act


Show = Callable[..., None]


def words(widget: QWidget) -> str:
    labels = [each.text() for each in widget.findChildren(QLabel) if each.isVisible()]
    panes = [each.toPlainText() for each in widget.findChildren(QPlainTextEdit) if each.isVisible()]
    return "\n".join([*labels, *panes])


def push(page: TrafficPage, label: str) -> None:
    buttons = page.findChildren(QPushButton)
    next(each for each in buttons if each.text() == label and each.isVisible()).click()


def test_offers_a_sample_while_there_is_nothing(page: TrafficPage, show: Show) -> None:
    asked_for = emissions(page.sample_asked)
    push(page, "Send a sample request")
    assert asked_for == [()]
    show(MENDED)
    assert "No request yet" not in words(page)


def test_reads_and_draws_nothing_while_nobody_looks(page: TrafficPage) -> None:
    page.watch(False)
    page.apply(MENDED)
    assert (len(page.store), page.requests.model.rowCount()) == (1, 0)
    page.watch(True)
    assert page.requests.model.rowCount() == 1
    page.requests.pause.click()
    page.watch(False)
    page.apply([began("later")])
    page.watch(True)
    assert page.requests.model.rowCount() == 1


def test_shows_the_answer_while_it_comes(page: TrafficPage, show: Show) -> None:
    show([began(), *passed([text("Hello ")])])
    assert "Hello" in words(page.detail.answer)
    show(passed([text("world")], first=101.0))
    assert "Hello world" in words(page.detail.answer)


def test_shows_reasoning_folded_and_calls_as_cards(page: TrafficPage, show: Show) -> None:
    show(MENDED)
    shown = words(page.detail.answer)
    assert "I will look" in shown
    assert '"path": "a"' in shown
    assert "read" in shown
    assert "Hm" not in shown
    assert "Finish: tool_calls" in shown


def test_begins_at_the_event_that_a_fix_acted_on(page: TrafficPage, show: Show) -> None:
    show(MENDED, page.detail.events)
    assert page.detail.events.event_text == CAME.decode()[6:].strip()
    assert "◆ index-repair: set the index" in page.detail.events.detail.toPlainText()


def test_walks_from_fix_to_fix_with_the_keys(page: TrafficPage, show: Show, qtbot: QtBot) -> None:
    later = Mark("finish-reason", "corrected", 3, 3)
    records = [*MENDED[:-3], *mended(text("x"), text("y"), [later], at=102.5), *MENDED[-3:]]
    show(records, page.detail.events)
    page.requests.view.setFocus()
    qtbot.keyClick(page.requests.view, "]")
    assert "corrected" in page.detail.events.detail.toPlainText()
    qtbot.keyClick(page.requests.view, "[")
    assert "set the index" in page.detail.events.detail.toPlainText()


def test_shows_both_sides_of_a_change(page: TrafficPage, show: Show, qtbot: QtBot) -> None:
    show(MENDED, page.detail.events)
    events = page.detail.events
    qtbot.keyClick(page.requests.view, "d")
    assert events.mode == SENT
    qtbot.keyClick(page.requests.view, "d")
    assert events.mode == BOTH
    events.jump(2, 2)
    assert [view.currentIndex().row() for view in events._views] == [3, 3]
    assert '"index": 0' not in events.detail.toPlainText().partition("delta")[2]
    assert '"index": 0' in events._beside.toPlainText().partition("delta")[2]
    events.show_mode(RECEIVED)
    assert "no index" in events.received.index(3, 3).data()
    assert "#0" in events.sent.index(3, 3).data()


def test_tells_what_was_changed_and_jumps_there(page: TrafficPage, show: Show) -> None:
    show(MENDED, page.detail.changes)
    changes = page.detail.changes
    assert "Changes: 1 · fixes: 1" in words(changes)
    assert "+     2  " in changes.difference.toPlainText()
    fix = changes.fixes.topLevelItem(0)
    assert fix is not None
    changes.fixes.itemClicked.emit(fix.child(0), 0)
    assert page.detail.tabs.currentWidget() is page.detail.events
    assert page.detail.events.event_text == CAME.decode()[6:].strip()


def test_leads_from_a_change_of_the_request_to_the_request(page: TrafficPage, show: Show) -> None:
    tidied = Mark("request-shape", "an empty list of tools; removed", None, None)
    head = [began(body=b'{"tools":[]}'), asked(body=b"{}", findings=(tidied,)), answered()]
    show([*head, *passed([text("a"), DONE]), ended()], page.detail.changes)
    changes = page.detail.changes
    assert "the Request tab marks the changes" in words(changes)
    assert not changes.difference.isVisible()
    fix = changes.fixes.topLevelItem(0)
    assert fix is not None
    changes.fixes.itemClicked.emit(fix.child(0), 0)
    assert page.detail.tabs.currentWidget() is page.detail.request


def test_proves_passthrough_with_equal_hashes(page: TrafficPage, show: Show) -> None:
    show(whole(text("a"), DONE, passthrough=True), page.detail.changes)
    shown = words(page.detail.changes)
    assert "every byte went through as it came" in shown
    assert "SHA-256 of both" in shown


def test_marks_what_was_changed_in_the_request(page: TrafficPage, show: Show) -> None:
    show(MENDED, page.detail.request)
    tree = page.detail.request.model
    assert tree.index(1, 2).data() == "◆ added"
    assert "‹key agent #12345678›" in words(page.detail.request)


def test_pairs_a_call_with_the_result_of_the_next_request(page: TrafficPage, show: Show) -> None:
    show(MENDED, page.detail.tools)
    item = page.detail.tools.calls.topLevelItem(0)
    assert item is not None
    assert item.text(2) == "none yet"
    body = b'{"messages":[{"role":"tool","tool_call_id":"c1","content":"file content"}]}'
    show([began("x2", body=body)])
    assert "file content" in words(page.detail.tools)


def test_counts_silences_and_shows_raw_bytes(page: TrafficPage, show: Show) -> None:
    show(MENDED, page.detail.timing)
    assert page.detail.timing.figure("longest") == "1.40 s"
    assert page.detail.timing.figure("connect") == "–"
    show([], page.detail.raw)
    assert page.detail.raw.received.content == b"".join(
        record.data for record in MENDED if isinstance(record, Passed | Received)
    )
    assert "SHA-256" in words(page.detail.raw)


def test_offers_the_fix_that_would_have_helped(page: TrafficPage, show: Show) -> None:
    toggled = emissions(page.fix_toggled)
    show([began(), *passed([text("a")]), ended(would_mend={"think-tags": 3})])
    assert "would have mended this answer in 3 places" in words(page.detail)
    push(page, "Turn on")
    assert toggled == [("deepseek", "think-tags", True)]


def test_holds_still_while_paused_and_loses_nothing(page: TrafficPage, show: Show) -> None:
    show(whole(exchange_id="a"))
    page.requests.pause.click()
    for number in range(50):
        show(whole(exchange_id=f"b{number}"))
    assert page.requests.model.rowCount() == 1
    assert page.requests.pause.text() == "Go on (50 new)"
    page.requests.pause.click()
    assert page.requests.model.rowCount() == 51


def test_follows_only_who_looks_at_the_end(page: TrafficPage, show: Show) -> None:
    show([record for n in range(100) for record in whole(exchange_id=f"a{n}")])
    bar = page.requests.view.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(0)
    show(whole(exchange_id="late"))
    assert (bar.value(), page.requests.pill.text()) == (0, "↓ 1 new")
    page.requests.pill.click()
    assert bar.value() == bar.maximum()
    assert not page.requests.pill.isVisible()


def test_keeps_what_is_pinned_when_it_is_cleared(
    page: TrafficPage, show: Show, qtbot: QtBot
) -> None:
    show([*whole(exchange_id="a"), *whole(exchange_id="b")])
    page.requests.choose_row(0)
    qtbot.keyClick(page.requests.view, "p")
    qtbot.keyClick(page.requests.view, "l", Qt.KeyboardModifier.ControlModifier)
    assert [each.id for each in page.requests.model.exchanges] == ["a"]


def test_keeps_what_is_looked_at_while_others_come(page: TrafficPage, show: Show) -> None:
    page.store.most_bytes = 100_000
    show(whole(text("Hello"), exchange_id="first"))
    for number in range(5):
        page.apply(whole(text("x" * 60_000), exchange_id=f"x{number}"))
    assert page.store.dropped_bodies
    assert page.detail.answer.isVisible()
    assert "Hello" in words(page.detail.answer)
    page.watch(False)
    page.apply(
        [record for n in range(3) for record in whole(text("x" * 60_000), exchange_id=f"y{n}")]
    )
    first = page.store.get("first")
    assert first is not None
    assert first.dropped


def test_filters_and_leaves_letters_to_the_filter_box(
    page: TrafficPage, show: Show, qtbot: QtBot
) -> None:
    show([*whole(exchange_id="a", model="kimi"), *whole(exchange_id="b", model="deepseek")])
    page.requests.filter.setFocus()
    page.requests.filter.setText("model:deep ")
    qtbot.keyClicks(page.requests.filter, "d")
    assert page.requests.filter.text() == "model:deep d"
    assert [each.id for each in page.requests.model.exchanges] == ["b"]


def test_s37_shows_hostile_content_as_plain_text(page: TrafficPage, show: Show) -> None:
    fragment = call(HOSTILE, HOSTILE, HOSTILE)
    show(
        [
            began(model=HOSTILE, agent=HOSTILE, body=chunk({"content": HOSTILE})),
            *passed([text(HOSTILE), fragment]),
            ended(reason=HOSTILE, outcome="upstream_error", status=500),
        ]
    )
    for number in range(page.detail.tabs.count()):
        page.detail.tabs.setCurrentIndex(number)
    labels = page.findChildren(QLabel)
    assert all(each.textFormat() is Qt.TextFormat.PlainText for each in labels if each.text())
    page.detail.tabs.setCurrentWidget(page.detail.answer)
    assert "<b>x</b>‹U+202E›‹U+001B›[31m" in words(page.detail.answer)
    assert not any(mark in words(page) for mark in ("\u202e", "\x1b"))


def burst(qtbot: QtBot) -> float:
    """Return how long a page stood still while 20,000 events came."""
    page = made_page(qtbot)
    page.detail.tabs.setCurrentWidget(page.detail.events)
    heart = Heart()
    page.apply([began()])
    records: list[Record] = [Passed("x1", 101 + n / 1e4, text(f"word {n}")) for n in range(20_000)]
    for first in range(0, len(records), 2000):
        page.apply(records[first : first + 2000])
        QApplication.processEvents()
    page.apply([ended()])
    qtbot.waitUntil(lambda: not page.detail.busy, timeout=20_000)
    assert page.detail.events.received.rowCount() == 20_000
    return heart.stop()


def test_takes_a_burst_without_standing_still(qtbot: QtBot) -> None:
    assert calmest(lambda: burst(qtbot), 0.15) <= 0.15


def opening(qtbot: QtBot, tab: int, records: list[Record]) -> float:
    """Return how long a page stood still while it opened an exchange."""
    page = made_page(qtbot)
    page.detail.tabs.setCurrentIndex(tab)
    page.apply(records)
    heart = Heart()
    qtbot.wait(20)
    qtbot.waitUntil(lambda: not page.detail.busy, timeout=20_000)
    qtbot.wait(20)
    panes = page.findChildren(QPlainTextEdit)
    assert all(len(pane.toPlainText()) <= MOST_TEXT + 2 for pane in panes)
    return heart.stop()


@pytest.mark.parametrize("tab", range(7))
@pytest.mark.parametrize(
    "pieces",
    [
        [text("x") * 100_000],
        [text("y" * 10_000_000), DONE],
        [call("z" * 5_000_000, "f", "c"), DONE],
    ],
    ids=["many", "large", "large call"],
)
def test_f53_opens_what_is_huge_at_once(qtbot: QtBot, tab: int, pieces: list[Any]) -> None:
    records = whole(*pieces)
    assert calmest(lambda: opening(qtbot, tab, records), 0.3) <= 0.3


def test_keeps_what_is_shown_while_the_filter_hides_its_row(page: TrafficPage, show: Show) -> None:
    show([*whole(exchange_id="a", model="kimi"), *whole(exchange_id="b", model="deepseek")])
    page.requests.choose_row(0)
    page.requests.filter.setText("nothing has this")
    assert page.requests.model.rowCount() == 0
    page.requests.filter.setText("")
    assert page.detail.exchange is page.requests.exchange
    assert page.detail.exchange is not None
    assert page.detail.exchange.id == "a"


def test_fits_into_a_narrow_window(page: TrafficPage, show: Show) -> None:
    show(MENDED)
    page.resize(640, 560)
    assert (page.width(), page.height()) == (640, 560)


@pytest.mark.parametrize("tab", ["events", "tools", "request", "changes"])
def test_the_columns_of_every_tab_fit_into_a_small_window(
    page: TrafficPage, show: Show, tab: str
) -> None:
    page.resize(760, 500)
    show(MENDED, getattr(page.detail, tab))
    QApplication.processEvents()
    lists = [each for each in page.detail.findChildren(QAbstractItemView) if each.isVisible()]
    assert lists
    assert [each.horizontalScrollBar().maximum() for each in lists] == [0] * len(lists)


def test_a_request_is_shown_from_elsewhere_with_its_changes_on_request(page: TrafficPage) -> None:
    page.apply([*whole(exchange_id="a"), *whole(exchange_id="b")])
    page.requests.filter_by("nothing has this")
    assert page.show_request("a")
    assert page.detail.exchange is page.store.get("a")
    assert page.detail.tabs.currentWidget() is not page.detail.changes
    assert page.show_request("b", changes=True)
    assert page.detail.tabs.currentWidget() is page.detail.changes
    assert not page.show_request("gone")

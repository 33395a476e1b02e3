"""Whatever stands in whichever field is shown as the characters that it is, and does nothing."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabWidget,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.ui.main_window import Destination, MainWindow
from app.ui.providers_page import ProvidersPage
from app.ui.traffic_page import TrafficPage
from app.ui.tray_menu import TrayMenu
from proxy import wire
from proxy.config import Provider, Settings
from proxy.tap import Answered, Asked, Mark, Record
from tests.gui.exchanges import DONE, began, call, chunk, ended, mended, passed, text

MARKUP = "<img src='file:///etc/passwd'><a href='https://evil.example'>x</a><b>bold</b>&amp;"
UNSEEN = "\u202egnp.exe\u2066\x1b[31m\x07\x00\u200b\u2028"
HOSTILE = f"{MARKUP}{UNSEEN}"
LONG = HOSTILE + "m" * 1_000_000
_ACTING = ("\u202e", "\u2066", "\x1b", "\x07", "\x00", "\u200b", "\u2028")
_LONGEST_LINE = 2_100
_LONGEST_CELL = 1_000
_MOST_CHILDREN = 200


def records(words: str) -> list[Record]:
    """Return a whole exchange with these words in every field that anybody else fills."""
    body = wire.encode({words: words, "messages": [{"role": words, "content": words}]})
    fragment = call(words, words, words)
    pairs = (("x-note", words), (words, "x"))
    url = f"https://a.example/{words}"
    return [
        began(
            "x1", body=body, model=words, agent=words, headers=pairs, provider="deepseek"
        ),
        Asked("x1", 100.1, url, pairs, body + b" ", (Mark("tidy", words, None, None),)),
        Answered("x1", 100.2, 500, (("content-type", words), *pairs)),
        *passed([text(words), chunk({"reasoning_content": words}), fragment]),
        *passed([b": " + words.encode() + b"\n\n"], first=101.0),
        *mended(fragment, text(words), [Mark("index-repair", words, 4, 4)]),
        *passed([chunk({}, words), b'data: {"error":{"message":' + wire.encode(words) + b"}}\n\n"]),
        *passed([b"data: not JSON " + words.encode() + b"\n\n", DONE], first=104.0),
        ended("x1", reason=words, outcome="upstream_error", status=500, would_mend={"tidy": 2}),
    ]  # fmt: skip


def cells(model: QAbstractItemModel, parent: QModelIndex, depth: int = 0) -> Iterator[str]:
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
    for row in range(min(model.rowCount(parent), _MOST_CHILDREN)):
        for column in range(columns):
            index = model.index(row, column, parent)
            for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                yield str(model.data(index, role) or "")
        if depth < 6:
            yield from cells(model, model.index(row, 0, parent), depth + 1)


def entries(widget: QWidget) -> Iterator[QAction]:
    for menu in widget.findChildren(QMenu):
        yield from menu.actions()
    yield from widget.actions()


def short_texts(widget: QWidget) -> Iterator[str]:
    """Yield what stands in one line: on buttons and tabs, in lists and titles, in menus."""
    yield from (each.text() for each in entries(widget))
    for each in (widget, *widget.findChildren(QWidget)):
        yield from (each.windowTitle(), each.accessibleName(), each.statusTip())
        if isinstance(each, (QAbstractButton, QLineEdit, QLabel)):
            yield each.text()
        if isinstance(each, QTabWidget):
            yield from (each.tabText(number) for number in range(each.count()))
        if isinstance(each, QAbstractItemView):
            yield from cells(each.model(), QModelIndex())
        if isinstance(each, QLineEdit) and (completer := each.completer()):
            yield from cells(completer.model(), QModelIndex())


def assert_harmless(widget: QWidget) -> None:
    for words in short_texts(widget):
        assert not any(each in words for each in _ACTING), words[:200]
        assert len(words) <= _LONGEST_CELL
    for pane in widget.findChildren(QPlainTextEdit):
        words = pane.toPlainText()
        assert not any(each in words for each in _ACTING)
        assert max(map(len, words.split("\n"))) <= _LONGEST_LINE
    assert not widget.findChildren(QTextEdit)
    for each in (widget, *widget.findChildren(QWidget)):
        assert "<img" not in each.toolTip()
        assert "<a " not in each.toolTip()
        if isinstance(each, QLabel) and "<" in each.text():
            assert each.textFormat() is Qt.TextFormat.PlainText
            assert not each.openExternalLinks()


@pytest.mark.parametrize("words", [HOSTILE, LONG], ids=["short", "a megabyte"])
def test_every_tab_shows_it_and_nothing_acts(qtbot: QtBot, words: str) -> None:
    page = TrafficPage()
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    page.show_settings(Settings(providers={"deepseek": Provider("deepseek", "https://a.example")}))
    page.apply(records(words))
    tabs = page.detail.tabs
    for number in range(tabs.count()):
        tabs.setCurrentIndex(number)
        qtbot.waitUntil(lambda: not page.detail.busy)
        for view in tabs.currentWidget().findChildren(QAbstractItemView):
            view.setCurrentIndex(view.model().index(0, 0))
        assert_harmless(page)
    page.requests.filter.setText("model:")
    page.requests.filter.textEdited.emit("model:")
    assert_harmless(page)
    page.show_again(("x1",))
    page.grab()


def test_titles_of_providers_act_nowhere(qtbot: QtBot) -> None:
    # What is not printable is refused where the configuration is read.
    provider = Provider("deepseek", "https://a.example", title=MARKUP)
    settings = Settings(providers={"deepseek": provider})
    page = ProvidersPage()
    window = MainWindow([Destination("providers", page, "Providers", "providers")])
    qtbot.addWidget(window)
    menu = TrayMenu(window)
    page.show_settings(settings)
    menu.show_settings(settings)
    window.say(MARKUP)
    assert_harmless(window)

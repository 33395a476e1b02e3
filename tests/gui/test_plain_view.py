import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.models.plaintext import MOST_TEXT, WIDTH
from app.ui import plain_view
from app.ui.plain_view import PlainView
from tests.gui.pace import Heart, calmest
from tests.gui.records import emissions

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def view(qtbot: QtBot) -> PlainView:
    made = PlainView("Answer", prose=True)
    qtbot.addWidget(made)
    return made


def longest_line(view: PlainView) -> int:
    return max(map(len, view.toPlainText().split("\n")))


@pytest.mark.parametrize("size", [1, 7, 1999, 2000, 2001, 4500])
def test_folds_a_line_that_comes_in_pieces_and_loses_nothing(view: PlainView, size: int) -> None:
    text = "abcdefghij" * 1000
    for start in range(0, len(text), size):
        view.add_text(text[start : start + size])
    assert longest_line(view) <= WIDTH
    assert view.toPlainText().replace("\n", "") == text


def test_keeps_the_lines_that_came_in_pieces(view: PlainView) -> None:
    lines = ["x" * WIDTH, "y" * (WIDTH - 1), "", "z"]
    for piece in "\n".join(lines):
        view.add_text(piece)
    assert view.toPlainText().split("\n") == lines


def test_f53_control_characters_in_pieces_do_not_get_past_the_limit(view: PlainView) -> None:
    for _ in range(MOST_TEXT // 1000):
        view.add_text("\u202e" * 1000)
    assert view.full
    assert len(view.toPlainText()) <= MOST_TEXT + 2


def test_loads_all_of_a_long_text_on_request_and_only_then(qtbot: QtBot, view: PlainView) -> None:
    text = "a line of words\n" * 40_000
    view.resize(300, 200)
    view.show()
    view.show_text(text[:MOST_TEXT], lambda: text)
    assert len(view.toPlainText()) <= MOST_TEXT + 1
    qtbot.mouseClick(view.load, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.toPlainText() == text)
    assert not view.load.isVisible()


def test_what_loads_the_rest_stands_in_the_corner_at_every_size(view: PlainView) -> None:
    view.resize(500, 300)
    view.show()
    view.show_text("x" * (MOST_TEXT + 1), lambda: "")
    for width in (600, 400):
        view.resize(width, 300)
        area = view.viewport().geometry()
        corner = view.load.geometry().bottomRight()
        assert area.contains(corner)
        assert (area.bottomRight() - corner).manhattanLength() < 60


def test_loads_what_came_in_pieces_and_what_comes_meanwhile(qtbot: QtBot, view: PlainView) -> None:
    pieces = ["ab\n" * 50_000, "cd\n" * 50_000]
    view.show()
    for piece in pieces:
        view.add_text(piece, lambda: "".join(pieces))
    assert view.full
    view.load_all()
    view.add_text("the last", lambda: "".join(pieces))
    qtbot.waitUntil(lambda: view.toPlainText() == "".join([*pieces, "the last"]))


def test_says_where_the_end_of_a_loaded_text_is_missing(
    qtbot: QtBot, view: PlainView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain_view, "MOST_LINES", 100_000)
    told = emissions(view.extent_changed)
    view.show()
    view.show_text("a\n" * 400_000)
    view.load_all()
    qtbot.waitUntil(lambda: view.full)
    assert view.toPlainText().endswith("\n…")
    assert view.extent < 400_000
    assert len(told) == 2


def test_offers_no_more_where_all_is_shown(view: PlainView) -> None:
    view.show()
    view.show_text("a" * 10)
    assert not view.load.isVisible()
    view.show_text("a" * MOST_TEXT + "b")
    assert view.load.isVisible()
    view.show_text("another one")
    assert not view.load.isVisible()


@pytest.mark.parametrize("follows", [True, False])
def test_takes_along_to_the_end_only_who_follows(view: PlainView, follows: bool) -> None:
    view.show()
    view.follows = follows
    view.add_text("line\n" * 500)
    view.add_text("line\n" * 500)
    bar = view.verticalScrollBar()
    assert bar.value() == (bar.maximum() if follows else 0)


def test_loading_all_holds_nothing_up(qtbot: QtBot) -> None:
    text = "a line of some words\n" * 100_000

    def gap() -> float:
        pane = PlainView("Answer", prose=True)
        qtbot.addWidget(pane)
        pane.show()
        pane.show_text(text)
        QApplication.processEvents()
        heart = Heart()
        pane.load_all()
        qtbot.waitUntil(lambda: pane.blockCount() > 100_000, timeout=15_000)
        return heart.stop()

    assert calmest(gap, 0.15) <= 0.15


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, CTRL])
def test_leads_to_both_ends_by_the_keys(view: PlainView, modifier: Qt.KeyboardModifier) -> None:
    view.show()
    view.show_text("a\n" * 1_000)
    bar = view.verticalScrollBar()
    QTest.keyClick(view, Qt.Key.Key_End, modifier)
    assert bar.value() == bar.maximum() > 0
    QTest.keyClick(view, Qt.Key.Key_Home, modifier)
    assert bar.value() == 0

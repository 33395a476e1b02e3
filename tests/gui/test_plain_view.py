import pytest
from pytestqt.qtbot import QtBot

from app.models.plaintext import MOST_TEXT, WIDTH
from app.ui.plain_view import PlainView


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

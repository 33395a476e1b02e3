"""The mouse and the keys bring cards into another order; the order itself is the file's."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ui.card_column import CardColumn, Grip
from app.ui.parts import Card
from tests.gui.records import emissions

NAMES = ("a", "b", "c")
_LEFT = Qt.MouseButton.LeftButton


class Cards(CardColumn):
    """Three cards with their grips."""

    def __init__(self) -> None:
        super().__init__()
        self.grips: dict[str, Grip] = {}
        self.cards: dict[str, QWidget] = {}
        for name in NAMES:
            card, self.grips[name] = Card(), Grip()
            card.add(self.grips[name])
            card.setFixedHeight(100)
            self.cards[name] = card
            self.take_grip(name, self.grips[name])
        self.order(NAMES)

    def order(self, names: tuple[str, ...]) -> None:
        self.show_cards([(name, self.cards[name]) for name in names])


@pytest.fixture
def column(qtbot: QtBot) -> Iterator[Cards]:
    column = Cards()
    qtbot.addWidget(column)
    column.resize(300, 500)
    with qtbot.waitExposed(column):
        column.show()
    yield column
    column.hide()


def drag(column: Cards, name: str, to: str, part: float, *, drop: bool = True) -> None:
    """Take a card by its grip to a part of another's height."""
    grip, target = column.grips[name], column.cards[to]
    at = target.mapToGlobal(QPoint(5, int(target.height() * part)))
    QTest.mousePress(grip, _LEFT, pos=QPoint(5, 5))
    QTest.mouseMove(grip, QPoint(5, 30))
    QTest.mouseMove(grip, grip.mapFromGlobal(at))
    if drop:
        QTest.mouseRelease(grip, _LEFT, pos=grip.mapFromGlobal(at))


@pytest.mark.parametrize(
    ("name", "to", "part", "place"),
    [("a", "c", 0.9, 2), ("a", "b", 0.9, 1), ("c", "a", 0.1, 0), ("c", "a", 0.9, 1)],
)
def test_a_card_is_wished_to_where_it_is_dropped(
    column: Cards, name: str, to: str, part: float, place: int
) -> None:
    moved = emissions(column.moved)
    drag(column, name, to, part)
    assert moved == [(name, place)]
    assert column.names == NAMES


@pytest.mark.parametrize(("to", "part"), [("a", 0.9), ("b", 0.1), ("b", 0.9), ("c", 0.1)])
def test_a_card_dropped_where_it_was_is_not_moved(column: Cards, to: str, part: float) -> None:
    moved = emissions(column.moved)
    drag(column, "b", to, part)
    assert moved == []


def test_a_line_shows_where_it_would_come_and_escape_gives_up(column: Cards) -> None:
    moved = emissions(column.moved)
    drag(column, "a", "c", 0.9, drop=False)
    assert column._line.isVisible()
    assert column._line.geometry().top() > column.cards["c"].geometry().bottom()
    QTest.keyClick(column.grips["a"], Qt.Key.Key_Escape)
    assert not column._line.isVisible()
    QTest.mouseRelease(column.grips["a"], _LEFT, pos=QPoint(5, 300))
    assert moved == []


def test_the_arrow_keys_wish_a_card_up_and_down_and_stop_at_the_ends(column: Cards) -> None:
    moved = emissions(column.moved)
    QTest.keyClick(column.grips["b"], Qt.Key.Key_Up)
    QTest.keyClick(column.grips["b"], Qt.Key.Key_Down)
    QTest.keyClick(column.grips["a"], Qt.Key.Key_Up)
    QTest.keyClick(column.grips["c"], Qt.Key.Key_Down)
    assert moved == [("b", 0), ("b", 2)]


def test_a_click_without_a_move_does_nothing(column: Cards) -> None:
    moved = emissions(column.moved)
    QTest.mouseClick(column.grips["b"], _LEFT)
    assert moved == []


def test_a_new_order_is_seen_from_above_and_a_card_that_is_gone_is_not(column: Cards) -> None:
    column.order(("c", "a"))
    QTest.qWait(20)
    tops = [column.cards[name].mapTo(column, QPoint()).y() for name in ("c", "a")]
    assert tops == sorted(tops)
    assert len(column.findChildren(Card)) == 2


def test_the_grip_keeps_the_keys_when_its_card_moves(column: Cards, qtbot: QtBot) -> None:
    column.activateWindow()
    column.grips["c"].setFocus()
    qtbot.waitUntil(column.grips["c"].hasFocus)
    column.order(("c", "a", "b"))
    assert column.grips["c"].hasFocus()

import pytest
from pytestqt.qtbot import QtBot

from app.models.exchange import Pieces
from app.models.plaintext import MOST_TEXT
from app.models.reading import EventLog
from app.ui.raw_tab import Side


@pytest.fixture
def side(qtbot: QtBot) -> Side:
    made = Side("Received")
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("size", [50_000, 65_536, 2_000_000])
def test_shows_no_text_with_a_hole_in_it(side: Side, size: int) -> None:
    text = "".join(f"{number:06d}語語語語\n" for number in range(60_000))
    raw = text.encode()
    pieces = Pieces()
    for start in range(0, len(raw), size):
        pieces.add(0.0, raw[start : start + size])
    for _ in range(3):
        side.show_pieces(pieces, EventLog(pieces), over=True)
    assert side.view.full
    assert text.startswith(side.view.toPlainText().rstrip("…"))
    assert len(side.view.toPlainText()) >= MOST_TEXT
    assert side.content == raw

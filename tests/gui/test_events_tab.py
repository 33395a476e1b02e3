import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.models.events import DELAY, FIX, KIND, TEXT
from app.ui.events_tab import BOTH, RECEIVED, EventsTab
from app.ui.fitting import FittedTable
from proxy.tap import Mark
from tests.gui.exchanges import began, call, ended, mended, passed, read, text

MARK = Mark("index-repair", "set the index", 40, 40)


@pytest.fixture
def tab(qtbot: QtBot) -> EventsTab:
    made = EventsTab()
    qtbot.addWidget(made)
    came, left = call("{}", "f", "c", None), call("{}", "f", "c", 0)
    pieces = [*passed([text("word " * 40)] * 40), *mended(came, left, [MARK])]
    made.show_reading(read([began(), *pieces, ended()]))
    made.show()
    return made


def views(tab: EventsTab) -> list[FittedTable]:
    return [each for each in tab.findChildren(FittedTable) if each.isVisible()]


@pytest.mark.parametrize("width", [360, 500, 900])
@pytest.mark.parametrize("mode", [RECEIVED, BOTH])
def test_shows_what_an_event_says_without_a_bar_at_every_width(
    tab: EventsTab, width: int, mode: int
) -> None:
    tab.resize(width, 500)
    tab.show_mode(mode)
    QApplication.processEvents()
    assert len(views(tab)) == (2 if mode == BOTH else 1)
    for view in views(tab):
        assert view.horizontalScrollBar().maximum() == 0
        assert view.columnWidth(TEXT) >= 50
        assert view.isColumnHidden(FIX) is (mode == BOTH)


def test_goes_back_to_all_columns_also_where_the_user_has_set_one(tab: EventsTab) -> None:
    tab.resize(500, 500)
    views(tab)[0].horizontalHeader().resizeSection(TEXT, 333)
    tab.show_mode(BOTH)
    tab.show_mode(RECEIVED)
    QApplication.processEvents()
    assert not views(tab)[0].isColumnHidden(DELAY)
    assert views(tab)[0].horizontalScrollBar().maximum() == 0


def test_says_where_it_stopped_reading(tab: EventsTab) -> None:
    reading = tab.reading
    assert reading is not None
    assert tab._count.text() == "41 received, 41 sent"
    reading.received.too_large = True
    tab.refresh(reading)
    assert tab._count.text() == "41 received, 41 sent · stopped at one that is too large"


def test_the_kind_of_an_event_is_never_cut_short_on_one_side(tab: EventsTab) -> None:
    tab.resize(500, 500)
    tab.show_mode(RECEIVED)
    QApplication.processEvents()
    view = views(tab)[0]
    assert view.columnWidth(KIND) > view.fontMetrics().horizontalAdvance("tool args")

import pytest
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from app.models.store import Store
from app.ui.fitting import FittedTable, Wish
from app.ui.request_list import RequestList
from app.ui.tables import table
from tests.gui.exchanges import whole

WISHES = (Wish("always here"), Wish("m" * 40, "mmm"), Wish("last", turn=1))


@pytest.fixture
def view(qtbot: QtBot) -> QTableView:
    model = QStandardItemModel(0, 3)
    made = FittedTable(WISHES)
    table(model, lambda: "Rows", made)
    model.setParent(made)
    qtbot.addWidget(made)
    made.show()
    return made


def shown(view: QTableView) -> list[int]:
    return [each for each in range(len(WISHES)) if not view.isColumnHidden(each)]


@pytest.mark.parametrize("width", [150, 200, 300, 600, 1200])
def test_never_needs_a_bar(view: QTableView, width: int) -> None:
    view.resize(width, 200)
    assert view.horizontalHeader().length() <= view.viewport().width()


def test_the_least_needed_column_goes_first_and_comes_back(view: QTableView) -> None:
    view.resize(600, 200)
    assert shown(view) == [0, 1, 2]
    view.resize(110, 200)
    assert shown(view) == [0, 1]
    view.resize(600, 200)
    assert shown(view) == [0, 1, 2]


def test_what_the_user_has_set_stays(view: QTableView) -> None:
    view.resize(600, 200)
    view.horizontalHeader().resizeSection(0, 333)
    view.resize(300, 200)
    assert view.columnWidth(0) == 333


@pytest.mark.parametrize("width", [290, 330, 420, 540, 900])
def test_the_list_of_requests_fits_at_every_width(qtbot: QtBot, width: int) -> None:
    requests = RequestList(Store())
    qtbot.addWidget(requests)
    requests.resize(width, 400)
    requests.show()
    qtbot.waitExposed(requests)
    assert requests.view.horizontalHeader().length() <= requests.view.viewport().width()
    for each in (0, 1, 2):
        assert not requests.view.isColumnHidden(each)


def test_rows_that_are_drawn_fit_too(qtbot: QtBot) -> None:
    store = Store()
    requests = RequestList(store)
    qtbot.addWidget(requests)
    requests.apply(store.apply(whole(model="kimi")))
    requests.resize(330, 400)
    requests.show()
    qtbot.waitExposed(requests)
    assert requests.view.isColumnHidden(6)


def test_the_longest_outcome_is_never_cut_short_in_a_window_of_usual_size(qtbot: QtBot) -> None:
    requests = RequestList(Store())
    qtbot.addWidget(requests)
    requests.resize(460, 400)
    requests.show()
    qtbot.waitExposed(requests)
    words = requests.view.fontMetrics().horizontalAdvance("▲ cut off by provider: …")
    assert requests.view.columnWidth(1) > words

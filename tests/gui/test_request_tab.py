import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.models.jsontree import NOTE
from app.models.plaintext import MOST_TEXT
from app.ui.plain_view import PlainView
from app.ui.request_tab import RequestTab
from proxy import wire
from tests.gui.exchanges import asked, began, read

# More characters than are shown at once, in fewer bytes than four for each.
LONG = "汉" * (MOST_TEXT + 100_000)


@pytest.fixture
def tab(qtbot: QtBot) -> RequestTab:
    made = RequestTab()
    qtbot.addWidget(made)
    made.show()
    return made


def show(tab: RequestTab, body: bytes, *path: int) -> PlainView:
    """Show a request, choose the value that this path leads to, and return its pane."""
    tab.show_reading(read([began(body=body), asked(body=body)]))
    index = tab.model.index(path[0], 0)
    for row in path[1:]:
        index = tab.model.index(row, 0, index)
    tab.view.setCurrentIndex(index)
    panes = tab.findChildren(PlainView)
    return next(each for each in panes if each.accessibleName() == "The chosen value")


def unfolded(pane: PlainView) -> str:
    return pane.toPlainText().replace("\n", "")


@pytest.mark.parametrize(
    ("path", "length"),
    [((0,), len(LONG)), ((0, 0), len(LONG)), ((0, 0, 1), len(LONG))],
    ids=["conversation", "message", "content"],
)
def test_loads_all_of_a_long_text_in_chinese(
    qtbot: QtBot, tab: RequestTab, path: tuple[int, ...], length: int
) -> None:
    body = wire.encode({"messages": [{"role": "user", "content": LONG}]})
    pane = show(tab, body, *path)
    assert unfolded(pane).count("汉") < length
    assert pane.load.isVisible()
    pane.load.click()
    qtbot.waitUntil(lambda: unfolded(pane).count("汉") == length)


def test_loads_all_of_a_long_body_that_is_no_json(qtbot: QtBot, tab: RequestTab) -> None:
    body = LONG.encode() + b"the end"
    pane = show(tab, body, 0)
    assert tab.model.index(0, 1).data().endswith("… (1.0 MB)")
    pane.load.click()
    qtbot.waitUntil(lambda: unfolded(pane).endswith("the end"))


def test_offers_no_more_of_a_short_text(tab: RequestTab) -> None:
    pane = show(tab, wire.encode({"model": "汉字"}), 0)
    assert pane.toPlainText() == "汉字"
    assert not pane.load.isVisible()


@pytest.mark.parametrize("changed", [False, True])
def test_shows_all_columns_that_say_something(tab: RequestTab, changed: bool) -> None:
    tab.resize(480, 500)
    body = wire.encode({"model": "m", "messages": [LONG]})
    sent = wire.encode({"model": "m", "messages": [LONG], "stream": True})
    tab.show_reading(read([began(body=body), asked(body=sent if changed else body)]))
    QApplication.processEvents()
    assert tab.view.isColumnHidden(NOTE) is not changed
    assert tab.view.horizontalScrollBar().maximum() == 0

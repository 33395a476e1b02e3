import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.models.status import Status
from app.ui.main_window import Destination, MainWindow
from app.ui.page import Page
from tests.gui.records import emissions


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    destinations = (
        Destination("traffic", QWidget(), "Traffic", "traffic"),
        Destination("providers", QWidget(), "Providers", "providers"),
        Destination("first-run", QWidget()),
    )
    made = MainWindow(destinations)
    # Closing asks, and does nothing: the test's end hides it.
    qtbot.addWidget(made, before_close_func=lambda widget: widget.hide())
    made.show()
    qtbot.waitExposed(made)
    return made


def test_shows_one_page_and_its_place_in_the_rail(window: MainWindow) -> None:
    window.actions_by_page["providers"].trigger()
    assert window.page == "providers"
    window.show_page("traffic")
    chosen = {name: each.isChecked() for name, each in window.actions_by_page.items()}
    assert (window.page, chosen) == ("traffic", {"traffic": True, "providers": False})


def test_a_page_without_a_place_leaves_the_rail_empty(window: MainWindow) -> None:
    window.show_page("traffic")
    window.show_page("first-run")
    assert not any(each.isChecked() for each in window.actions_by_page.values())


def test_closing_asks_and_stays(window: MainWindow) -> None:
    asked = emissions(window.close_asked)
    window.close()
    assert (asked, window.isVisible()) == ([()], True)


def test_the_line_below_is_true(window: MainWindow) -> None:
    window.show_status(Status("running", "127.0.0.1:8459", 2))
    said = [window.line._state, window.line._address, window.line._streaming]
    assert [each.text() for each in said] == ["Running", "127.0.0.1:8459", "2 streaming"]
    window.show_status(Status("stopped", problem="Port 8459 is used by cc-switch."))
    assert window.line._state.text() == "Not running"
    assert not window.line._address.isVisible()


def test_the_banner_offers_ways_out_and_goes(window: MainWindow) -> None:
    taken: list[str] = []
    window.banner.say("port", "Taken.", ("Try again", lambda: taken.append("again")))
    window.banner.clear("another cause")
    assert window.banner.isVisible()
    window.banner.choices[0].click()
    assert (taken, window.banner.isVisible(), window.banner.words) == (["again"], False, "")


def test_what_was_said_before_comes_back_when_the_later_cause_is_gone(window: MainWindow) -> None:
    banner, taken = window.banner, list[str]()
    banner.say("port", "Taken.", ("Try again", lambda: taken.append("again")))
    banner.say("file", "Line 3.")
    assert (banner.words, banner.choices) == ("Line 3.", [])
    banner.say("file", "Line 4.")
    banner.clear("file")
    assert banner.words == "Taken."
    banner.say("welcome", "It works.")
    banner._dismiss.click()
    banner.choices[0].click()
    assert (taken, banner.isVisible()) == (["again"], False)


def test_every_page_has_a_key_that_the_menu_shows(window: MainWindow) -> None:
    keys = [each.shortcut().toString() for each in window.actions_by_page.values()]
    assert keys == ["Ctrl+1", "Ctrl+2"]


def test_a_long_notice_never_widens_the_window(window: MainWindow) -> None:
    window.show()
    width = window.minimumSizeHint().width()
    window.say("An agent was not let in: " + "x" * 500)
    assert window.minimumSizeHint().width() == width


def test_the_keyboard_goes_along_to_the_page_that_is_shown(qtbot: QtBot) -> None:
    pages = {"first": TwoButtons(), "second": TwoButtons()}
    window = MainWindow(Destination(name, page, name, "traffic") for name, page in pages.items())
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    window.show_status(Status("running", "127.0.0.1:8459"))
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.line._copy.setFocus()
    window.show_page("first")
    assert pages["first"].entrance.hasFocus()
    pages["first"].other.setFocus()
    window.show_page("second")
    assert pages["second"].entrance.hasFocus()
    window.show_page("first")
    assert pages["first"].other.hasFocus(), "it is back where it was"


class TwoButtons(Page):
    def __init__(self) -> None:
        super().__init__()
        self.other, self._second = QPushButton(), QPushButton()
        for each in (self.other, self._second):
            self.body.addWidget(each)

    @property
    def entrance(self) -> QPushButton:
        return self._second

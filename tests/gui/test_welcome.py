"""A new user is led on by the first answer, and then left in peace."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.agents.places import Places
from app.autostart import DesktopFile
from app.choices import Choices
from app.service import OWN_AGENT
from app.tray import Tray
from app.ui.main_window import MainWindow
from app.ui.pages import Pages
from app.ui.tray_menu import TrayMenu
from app.welcome import Welcome
from proxy.config import DEMO_URL, Provider, Settings
from proxy.tap import Answered, Record
from tests.gui.records import finished, started

FRESH = Settings(providers={"demo": Provider("demo", DEMO_URL, key="none")})
KNOWN = Settings(providers={"one": Provider("one", "https://api.example.com/v1")})

pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged")


class Start:
    """The first start of a new user, up to the window."""

    def __init__(self, home: Path) -> None:
        self.pages = Pages(Places(home), home / "backups")
        self.window = MainWindow(self.pages.destinations())
        self.choices = Choices(home / "preferences.json", DesktopFile(home))
        self.tray = Tray(TrayMenu(self.window), self.window)
        self.welcome = Welcome(self.pages, self.window, self.choices, self.tray, self.window)

    def take(self, *records: Record) -> None:
        self.pages.apply(list(records))
        self.welcome.apply(records)


@pytest.fixture
def start(qtbot: QtBot, tmp_path: Path) -> Iterator[Start]:
    start = Start(tmp_path)
    qtbot.addWidget(start.window)
    start.window.show()
    yield start
    start.tray.end()


def test_begins_with_the_question_and_later_with_the_traffic(start: Start) -> None:
    start.welcome.begin(FRESH)
    assert start.window.page == "first-run"
    start.welcome.begin(KNOWN)
    assert start.window.page == "traffic"
    start.choices.change("welcomed", True)
    start.welcome.begin(FRESH)
    assert start.window.page == "traffic"


@pytest.mark.parametrize("page", ["first-run", "agents"])
def test_the_first_answer_leads_to_the_traffic(qtbot: QtBot, start: Start, page: str) -> None:
    start.window.show_page(page)
    start.take(started("1", "one"), Answered("1", 0.0, 200, ()))
    assert start.window.page == page
    qtbot.waitUntil(lambda: start.window.page == "traffic")
    shown = start.pages.traffic.requests.exchange
    assert shown is not None
    assert shown.id == "1"


def test_who_looks_at_something_else_is_left_in_peace(qtbot: QtBot, start: Start) -> None:
    start.window.show_page("settings")
    start.take(started("1", "one"), Answered("1", 0.0, 200, ()))
    qtbot.wait(1_800)
    assert start.window.page == "settings"


def test_says_once_what_was_fixed_and_leads_there(start: Start) -> None:
    banner = start.window.banner
    start.take(started("1", "one"), finished("1", {"index-repair": 3}))
    assert banner.words.startswith("Index repair fixed 3 events in this answer.")
    assert start.choices.now.welcomed
    banner.choices[0].click()
    detail = start.pages.traffic.detail
    assert (start.window.page, detail.tabs.currentWidget()) == ("traffic", detail.changes)
    start.take(started("2", "one"), finished("2", {"index-repair": 3}))
    assert banner.words == ""


def test_a_sample_shows_its_fixes_and_a_failure_nothing(start: Start) -> None:
    start.take(started("1", "one"), finished("1", outcome="upstream_error", status=401))
    assert start.window.banner.words == ""
    start.take(started("2", "demo", agent=OWN_AGENT), finished("2", {"index-repair": 1}))
    assert start.window.banner.words == "Index repair fixed 1 event in this answer."
    assert not start.choices.now.welcomed


def test_going_on_by_hand_ends_it(start: Start) -> None:
    start.welcome.begin(FRESH)
    start.pages.first_run.agents_asked.emit()
    assert start.window.page == "agents"
    start.pages.first_run.done.emit()
    assert (start.window.page, start.choices.now.welcomed) == ("traffic", True)

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from app.preferences import Preferences, changed
from app.ui.settings_page import SettingsPage
from proxy.config import Provider, Settings
from tests.gui.records import emissions

PROVIDERS = {
    "a": Provider("a", "https://a.example/v1", "A <i>b</i>"),
    "b": Provider("b", "https://b.example/v1"),
}


@pytest.fixture
def page(qtbot: QtBot) -> SettingsPage:
    page = SettingsPage()
    qtbot.addWidget(page)
    page.show_settings(Settings(default_provider="b", providers=PROVIDERS))
    return page


def choose(field: QComboBox, value: str) -> None:
    """Do as a user does who picks an entry."""
    field.setCurrentIndex(field.findData(value))
    field.activated.emit(field.currentIndex())


def test_showing_values_is_no_change(page: SettingsPage) -> None:
    seen = emissions(page.member_changed)
    page.show_settings(Settings(port=9000, access="open", providers=PROVIDERS))
    page.show_preferences(replace(Preferences(), theme="dark", kept_requests=100))
    page.show_autostart(True)
    assert seen == []
    assert page._numbers["server.port"].value() == 9000
    assert page._choices["theme"].currentData() == "dark"


def test_each_choice_is_told_with_its_name_and_value(page: SettingsPage) -> None:
    seen = emissions(page.member_changed)
    page._numbers["server.port"].setValue(9001)
    page._boxes["server.access"].click()
    page._boxes["start_at_login"].click()
    choose(page._choices["server.default_provider"], "a")
    choose(page._choices["theme"], "dark")
    assert seen == [
        ("server.port", 9001),
        ("server.access", "open"),
        ("start_at_login", True),
        ("server.default_provider", "a"),
        ("theme", "dark"),
    ]


def test_everything_the_page_offers_is_allowed_by_the_preferences(page: SettingsPage) -> None:
    own = [name for name in page._choices if not name.startswith("server.")]
    for name in own:
        field = page._choices[name]
        for place in range(field.count()):
            value = field.itemData(place)
            assert getattr(changed(Preferences(), name, value), name) == value


@pytest.mark.parametrize("label", ["Clear now", "Open log folder"])
def test_the_buttons_ask(page: SettingsPage, qtbot: QtBot, label: str) -> None:
    signal = page.clear_asked if label == "Clear now" else page.log_folder_asked
    button = next(each for each in page.findChildren(QPushButton) if each.text() == label)
    with qtbot.waitSignal(signal, timeout=1000):
        button.click()


def test_an_error_is_said_and_taken_back(page: SettingsPage) -> None:
    page.show()
    page.show_error("port 9000 is taken")
    assert page._error.isVisible()
    page.show_error("")
    assert not page._error.isVisible()

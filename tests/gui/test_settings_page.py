from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
)
from pytestqt.qtbot import QtBot

from app.about import version
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


def enter_port(page: SettingsPage, digits: str) -> None:
    field = page._numbers["server.port"]
    field.lineEdit().selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, digits)


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
    enter_port(page, "9001")
    QTest.mouseClick(page._move, Qt.MouseButton.LeftButton)
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


def test_a_port_is_changed_only_when_it_is_whole_and_another(page: SettingsPage) -> None:
    seen = emissions(page.member_changed)
    for entered, offered in (("80", False), ("8459", False), ("", False), ("8460", True)):
        enter_port(page, entered)
        assert page._move.isEnabled() is offered, entered
    assert seen == []
    QTest.keyClick(page._numbers["server.port"], Qt.Key.Key_Return)
    assert seen == [("server.port", 8460)]


def test_a_port_that_is_being_entered_survives_other_changes(page: SettingsPage) -> None:
    enter_port(page, "9001")
    page.show_settings(Settings(access="open", providers=PROVIDERS))
    assert page._numbers["server.port"].value() == 9001
    assert page._move.isEnabled()


def test_the_wheel_scrolls_and_changes_nothing(page: SettingsPage) -> None:
    seen = emissions(page.member_changed)
    page.show()
    for field in (*page._numbers.values(), *page._choices.values()):
        before = field.value() if isinstance(field, QSpinBox) else field.currentIndex()
        turn = QWheelEvent(
            QPointF(5, 5),
            QPointF(field.mapToGlobal(QPoint(5, 5))),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(field, turn)
        after = field.value() if isinstance(field, QSpinBox) else field.currentIndex()
        assert after == before
    assert seen == []


def test_what_it_is_and_what_it_is_built_on_is_said(page: SettingsPage, qtbot: QtBot) -> None:
    assert f"Wiremend {version()}" in [each.text() for each in page.findChildren(QLabel)]
    licences = page.findChildren(QPlainTextEdit)[0]
    page.show()
    qtbot.waitUntil(lambda: bool(licences.toPlainText()))
    built_on = licences.toPlainText()
    assert "PySide6_Essentials" in built_on
    assert "LGPL" in built_on


@pytest.mark.parametrize("label", ["Clear now", "Open folder", "Open log folder", "Lock keys now"])
def test_the_buttons_ask(page: SettingsPage, qtbot: QtBot, label: str) -> None:
    signals = {
        "Clear now": page.clear_asked,
        "Open folder": page.archive_folder_asked,
        "Open log folder": page.log_folder_asked,
        "Lock keys now": page.lock_asked,
    }
    signal = signals[label]
    button = next(each for each in page.findChildren(QPushButton) if each.text() == label)
    with qtbot.waitSignal(signal, timeout=1000):
        button.click()


def test_an_error_is_said_and_taken_back(page: SettingsPage) -> None:
    page.show()
    page.show_error("port 9000 is taken")
    assert page._error.isVisible()
    page.show_error("")
    assert not page._error.isVisible()

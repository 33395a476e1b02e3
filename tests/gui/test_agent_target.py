import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.ui.agent_target import AgentTarget
from proxy.config import Provider, Settings
from tests.gui.records import emissions

pytestmark = pytest.mark.qt_log_ignore("does not support")

PROVIDERS = {
    "first": Provider("first", "https://a.example/v1", "First <b>"),
    "second": Provider("second", "https://b.example/v1"),
}
SETTINGS = Settings(default_provider="first", providers=PROVIDERS)


@pytest.fixture
def target(qtbot: QtBot) -> AgentTarget:
    target = AgentTarget()
    qtbot.addWidget(target)
    target.show_settings(SETTINGS)
    target.show_base("http://127.0.0.1:8459/v1")
    target.show()
    target.activateWindow()
    qtbot.waitUntil(target.isActiveWindow)
    return target


def choose_next(target: AgentTarget) -> None:
    QTest.keyClick(target._provider, Qt.Key.Key_Down)


def test_the_default_provider_is_meant_at_first_and_named_so(target: AgentTarget) -> None:
    assert target.provider == "first"
    assert target._provider.currentText() == "First <b> (default)"
    assert target._address.text() == target.address == "http://127.0.0.1:8459/v1"


def test_another_provider_has_an_address_of_its_own(target: AgentTarget) -> None:
    target._model.setText("m")
    choose_next(target)
    assert target._address.text() == target.address == "http://127.0.0.1:8459/second/v1"
    # The other one has other models.
    assert target.model == ""


def test_the_choice_outlasts_a_change_of_the_configuration_but_not_its_provider(
    target: AgentTarget,
) -> None:
    choose_next(target)
    target.show_models("second", ["a"])
    target.learn_model("a")
    target.show_settings(SETTINGS)
    assert target.provider == "second"
    target.show_settings(
        Settings(default_provider="first", providers={"first": PROVIDERS["first"]})
    )
    assert (target.provider, target.address) == ("first", "http://127.0.0.1:8459/v1")
    assert (target.model, target._models.count()) == ("", 0)


def test_models_are_asked_for_by_a_click_and_then_offered(target: AgentTarget) -> None:
    asked = emissions(target.models_asked)
    target._list.click()
    assert asked == [("first",)]
    target._model.setText("mine")
    target.show_models("first", ["a", "<b>b</b>", "x" * 1000, "tab\tinside"])
    names = [target._models.itemText(place) for place in range(target._models.count())]
    assert names == ["a", "<b>b</b>"]
    # What stands there stays until the user picks.
    assert target.model == "mine"
    assert target._models.view().isVisible()
    QTest.keyClick(target._models.view(), Qt.Key.Key_Down)
    QTest.keyClick(target._models.view(), Qt.Key.Key_Return)
    assert target.model == "<b>b</b>"
    target.learn_model("other")
    assert target.model == "<b>b</b>"


def test_a_model_that_the_user_typed_outlasts_the_list(target: AgentTarget) -> None:
    QTest.keyClicks(target._model, "mine")
    target.show_models("first", ["a"])
    target.learn_model("other")
    assert target.model == "mine"


def test_models_that_come_late_are_not_another_providers(target: AgentTarget) -> None:
    choose_next(target)
    target.show_models("first", ["a"])
    assert target._models.count() == 0


def test_a_model_is_learnt_until_the_user_names_one(target: AgentTarget) -> None:
    target.learn_model("learnt")
    assert target.model == "learnt"
    QTest.keyClicks(target._model, "-mine")
    target.learn_model("other")
    assert target.model == "learnt-mine"


def test_without_a_provider_nothing_can_be_listed(target: AgentTarget) -> None:
    target.show_settings(Settings())
    assert target.provider == ""
    assert not target._list.isEnabled()
    assert isinstance(target._list, QPushButton)

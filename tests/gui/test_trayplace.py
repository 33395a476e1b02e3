from collections.abc import Generator
from importlib import import_module
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.trayplace import TrayPlace, tray_on_screen
from tests.gui.pace import Heart, calmest
from tests.gui.records import emissions
from tests.gui.session_bus import PROGRAM, Answers, listening, session_bus

WATCHER = "org.kde.StatusNotifierWatcher"
needs_bus = pytest.mark.skipif(PROGRAM is None, reason="needs a D-Bus daemon")


def host(*, takes_icons: bool) -> Answers:
    """Answer as a desktop's tray does."""

    def one(_interface: str, _name: str) -> tuple[str, tuple[Any, ...]]:
        return "v", (("b", takes_icons),)

    return {"Get": one}


@pytest.fixture
def address() -> Generator[str]:
    with session_bus() as made:
        yield made


@pytest.fixture
def place(qtbot: QtBot, address: str) -> Generator[TrayPlace]:
    """Return what a desktop on Wayland would have, on a bus of its own."""
    connection: Any = import_module("PySide6.QtDBus").QDBusConnection
    made = TrayPlace(platform="wayland", bus=connection.connectToBus(address, address))
    # It has asked already.
    with qtbot.waitSignal(made.told):
        pass
    yield made
    connection.disconnectFromBus(address)


def looked(qtbot: QtBot, place: TrayPlace) -> bool:
    with qtbot.waitSignal(place.told) as told:
        place.look()
    return told.args == [True]


@pytest.mark.usefixtures("qtbot")
def test_a_platform_of_another_kind_is_asked_for_its_own_tray() -> None:
    place = TrayPlace()
    told = emissions(place.told)
    place.look()
    assert (place.there(), place.on_bus, told) == (False, False, [(False,)])


@pytest.mark.usefixtures("qtbot")
def test_there_is_no_tray_without_a_bus_and_without_a_screen() -> None:
    connection: Any = import_module("PySide6.QtDBus").QDBusConnection
    place = TrayPlace(platform="xcb", bus=connection.connectToBus("unix:path=/nowhere", "none"))
    assert not place.there()
    assert not tray_on_screen()


@needs_bus
@pytest.mark.parametrize("takes_icons", [True, False])
def test_a_tray_on_the_bus_is_there_when_it_takes_icons(
    qtbot: QtBot, place: TrayPlace, address: str, takes_icons: bool
) -> None:
    assert not place.there()
    with qtbot.waitSignal(place.came), listening(address, WATCHER, host(takes_icons=takes_icons)):
        qtbot.waitUntil(lambda: looked(qtbot, place) == takes_icons)
    assert place.on_bus


@needs_bus
@pytest.mark.usefixtures("qtbot")
def test_what_is_there_at_the_start_is_known_before_anything_is_shown(address: str) -> None:
    connection: Any = import_module("PySide6.QtDBus").QDBusConnection
    bus = connection.connectToBus(address, "start")
    with listening(address, WATCHER, host(takes_icons=True)):
        assert TrayPlace(platform="wayland", bus=bus).there()
    with listening(address, WATCHER, {}) as watcher:
        assert not TrayPlace(platform="wayland", bus=bus).there()
        assert watcher.calls
    connection.disconnectFromBus("start")


@needs_bus
def test_nobody_waits_for_a_tray_that_does_not_answer(
    qtbot: QtBot, place: TrayPlace, address: str
) -> None:
    def stalled() -> float:
        heart = Heart()
        assert not looked(qtbot, place)
        return heart.stop()

    with listening(address, WATCHER, {}) as watcher:
        assert calmest(stalled, 0.2) <= 0.2
        assert watcher.calls

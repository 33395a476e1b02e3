import pytest

from app.trayplace import TrayPlace, tray_on_bus, tray_on_screen


@pytest.mark.usefixtures("qtbot")
def test_a_platform_of_another_kind_is_asked_for_its_own_tray() -> None:
    place = TrayPlace()
    assert (place.there(), place.on_bus) == (False, False)


@pytest.mark.usefixtures("qtbot")
def test_there_is_no_tray_without_a_bus_and_without_a_screen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    assert not tray_on_bus()
    assert not tray_on_screen()

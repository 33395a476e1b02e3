"""The icon in both kinds of trays, on time and late, and the questions asked on the way out."""

import contextlib
import shutil
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from tests.gui.desktop import Desktop, wait_for
from tests.gui.session_bus import PROGRAM, Answers, Listener, listening, press, session_bus
from tests.gui.test_newcomer import local_server
from tests.server.running import free_port

_PROGRAMS = ("Xvfb", "openbox", "trayer", "xdotool", "xprop", "xwininfo")

pytestmark = [
    pytest.mark.skipif(
        not all(map(shutil.which, _PROGRAMS)), reason="needs a screen, a tray and a hand"
    ),
    pytest.mark.timeout(120),
]

WATCHER = "org.kde.StatusNotifierWatcher"
needs_bus = pytest.mark.skipif(PROGRAM is None, reason="needs a D-Bus daemon")


@pytest.fixture
def desktop(tmp_path: Path) -> Desktop:
    return Desktop(tmp_path, free_port())


def host(takes_icons: Callable[[], bool] = lambda: True) -> Answers:
    """Answer as a desktop's tray does."""

    def state() -> dict[str, Any]:
        return {
            "IsStatusNotifierHostRegistered": ("b", takes_icons()),
            "ProtocolVersion": ("i", 0),
            "RegisteredStatusNotifierItems": ("as", []),
        }

    def one(_interface: str, name: str) -> tuple[str, tuple[Any, ...]]:
        return "v", (state()[name],)

    def every(_interface: str) -> tuple[str, tuple[Any, ...]]:
        return "a{sv}", (state(),)

    def register(_item: str) -> tuple[str, tuple[Any, ...]]:
        return "", ()

    return {"Get": one, "GetAll": every, "RegisterStatusNotifierItem": register}


def item(watcher: Listener) -> str:
    """Return where on the bus the icon is, empty until it has come."""
    items = [
        sender
        for (member, _), sender in zip(watcher.calls, watcher.senders, strict=True)
        if member == "RegisterStatusNotifierItem"
    ]
    return items[-1] if items else ""


@contextlib.contextmanager
def bus_of(desktop: Desktop) -> Generator[str]:
    with session_bus() as address, desktop.screen(tray=False):
        desktop.environment["DBUS_SESSION_BUS_ADDRESS"] = address
        yield address


@needs_bus
def test_stands_in_a_tray_over_d_bus_and_a_click_there_opens_the_window(desktop: Desktop) -> None:
    with (
        bus_of(desktop) as address,
        listening(address, WATCHER, host()) as watcher,
        desktop.application("--hidden"),
    ):
        wait_for(lambda: item(watcher))
        assert not desktop.shows_window()
        press(address, item(watcher))
        wait_for(desktop.shows_window)
        press(address, item(watcher))
        wait_for(lambda: not desktop.shows_window())


@needs_bus
def test_goes_into_a_tray_over_d_bus_that_comes_late_and_into_its_successor(
    desktop: Desktop,
) -> None:
    with bus_of(desktop) as address, desktop.application("--hidden"):
        wait_for(desktop.shows_window)
        for _ in range(2):
            with listening(address, WATCHER, host()) as watcher:
                wait_for(lambda watcher=watcher: item(watcher))


@needs_bus
def test_waits_for_a_tray_over_d_bus_that_does_not_take_icons_yet(desktop: Desktop) -> None:
    ready = threading.Event()
    with (
        bus_of(desktop) as address,
        listening(address, WATCHER, host(ready.is_set)) as watcher,
        desktop.application("--hidden"),
    ):
        wait_for(desktop.shows_window)
        ready.set()
        wait_for(lambda: item(watcher))


@needs_bus
def test_goes_into_a_tray_on_the_screen_though_there_is_a_bus(desktop: Desktop) -> None:
    with bus_of(desktop), desktop.application("--hidden"), desktop.tray():
        wait_for(desktop.icon)


def test_goes_into_a_tray_that_comes_late(desktop: Desktop) -> None:
    with desktop.screen(tray=False), desktop.application("--hidden"):
        wait_for(desktop.shows_window)
        with desktop.tray():
            wait_for(desktop.icon)


def test_everything_untouched_comes_back_as_it_was(desktop: Desktop) -> None:
    desktop.file.edit(
        lambda text: (
            text + '\n[providers.own]\nbase_url = "https://a.example/v1"\n'
            'key = "none"\npassthrough = true\n'
        )
    )
    with desktop.screen(), desktop.application("--hidden"):
        wait_for(desktop.icon)
        for untouched in (True, False):
            shown = desktop.menus()
            desktop.click_icon(3, until=lambda shown=shown: desktop.menus() > shown)
            desktop.point_nowhere()
            # Past the status and two providers.
            desktop.press("Down", "Down", "Down", "Return")
            wait_for(
                lambda untouched=untouched: through(desktop) == {"demo": untouched, "own": True}
            )


def through(desktop: Desktop) -> dict[str, bool]:
    """Return which provider is passed through, as the file has it."""
    return {name: each.passthrough for name, each in desktop.file.load().providers.items()}


def test_quitting_while_an_answer_is_written_asks(desktop: Desktop) -> None:
    with local_server() as (server, name), desktop.screen():
        port = server.server_address[1]
        desktop.file.edit(
            lambda text: (
                f'{text}\n[providers.{name}]\nkey = "none"\n'
                f'base_url = "http://127.0.0.1:{port}/v1"\n'
            )
        )
        with desktop.application() as process:
            wait_for(desktop.shows_window)
            asking = threading.Thread(target=desktop.ask, args=(name, "qwen3"))
            asking.start()
            wait_for(lambda: "1 streaming" in desktop.say("status"))
            shown = desktop.menus()
            desktop.press("ctrl+q")
            wait_for(lambda: desktop.menus() > shown)
            desktop.press("Escape")
            wait_for(lambda: desktop.menus() == shown)
            desktop.press("ctrl+q")
            wait_for(lambda: desktop.menus() > shown)
            # To quit when it is done is the answer at hand.
            desktop.press("Return")
            wait_for(lambda: desktop.say("status") == "draining")
            assert process.poll() is None
            server.go_on.set()
            asking.join()
            assert process.wait(10) == 0

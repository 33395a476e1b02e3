"""The inspector on a real screen, used with the keyboard alone."""

import contextlib
import shutil
import threading
from collections.abc import Iterator

import pytest

from proxy.demo import SCENARIOS
from tests.fakes.upstream import FakeUpstream, streamed
from tests.gui.desktop import Desktop, wait_for
from tests.gui.exchanges import DONE, call, chunk, text
from tests.server.running import free_port

_PROGRAMS = ("Xvfb", "openbox", "xdotool", "xprop", "xwininfo")
_ANSWER = streamed(text("I look"), call("{}", "read", "c1", None), chunk({}, "tool_calls"), DONE)
_LAST = "Up"

pytestmark = [
    pytest.mark.skipif(not all(map(shutil.which, _PROGRAMS)), reason="needs a screen and a hand"),
    pytest.mark.timeout(120),
]


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream(_ANSWER) as provider:
        yield provider


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory, upstream: FakeUpstream) -> Iterator[Desktop]:
    desktop = Desktop(tmp_path_factory.mktemp("home"), free_port())
    table = f'\n[providers.own]\nbase_url = "{upstream.url}"\nkey = "none"\n'
    desktop.file.edit(lambda text: text + table)
    with desktop.screen(tray=False), desktop.application():
        wait_for(desktop.shows_window)
        desktop.run("xdotool", "search", "--onlyvisible", "--name", "^Wiremend$", "windowfocus")
        desktop.press("ctrl+1")
        yield desktop


def press_in_actions(desktop: Desktop, *keys: str) -> None:
    """Open the menu of the chosen request, and press keys there."""
    before = desktop.menus()
    wait_for(lambda: opens_actions(desktop, before))
    desktop.press(*keys)


def opens_actions(desktop: Desktop, before: int) -> bool:
    """Press the menu's key; it is not heeded before the request is shown."""
    desktop.press("alt+a")
    with contextlib.suppress(TimeoutError):
        wait_for(lambda: desktop.menus() > before, 3)
    return desktop.menus() > before


def test_a_fix_is_turned_off_right_where_it_acted(desktop: Desktop) -> None:
    assert b'"index":0,"id":"c1"' in desktop.ask("own", "m").replace(b" ", b"")
    press_in_actions(desktop, _LAST, "Right", "Return")
    wait_for(lambda: "[providers.own.fixes]" in desktop.file.text())
    assert " = false" in desktop.file.text()


def test_a_request_is_sent_again_both_ways(desktop: Desktop, upstream: FakeUpstream) -> None:
    desktop.ask("own", "m")
    before = len(upstream.requests)
    press_in_actions(desktop, _LAST, _LAST, _LAST, "Right", _LAST, "Return")
    wait_for(lambda: len(upstream.requests) == before + 2)
    # Both are shown: the window is still there, and takes the next request.
    assert desktop.ask("own", "m")


def test_every_key_of_the_page_is_heeded_and_none_disturbs(desktop: Desktop) -> None:
    # Of the pictures nothing is asserted here; a fault of ours would be noted in the log.
    asking = [
        threading.Thread(target=desktop.ask, args=("demo", scenario), daemon=True)
        for scenario in [*SCENARIOS][:4]
    ]
    for each in asking:
        each.start()
    for each in asking:
        each.join(20)
    desktop.press("k", "j", "d", "d", "bracketright", "bracketleft", "p", "Return")
    desktop.press("ctrl+f", *"status", "colon", "2", "0", "0", "Escape")
    desktop.press("ctrl+1", "ctrl+2", "ctrl+1", "ctrl+l")
    assert desktop.say("status").startswith("running on")
    written = desktop.home / ".local" / "state" / "wiremend" / "log" / "wiremend.log"
    assert " ERROR " not in written.read_text()

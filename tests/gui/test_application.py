"""The whole application on a real screen, used with mouse, keys, terminal and requests."""

import json
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from app import instance
from app.channel import listening_name
from app.instance import Instance
from tests.gui.desktop import Desktop, wait_for
from tests.server.running import free_port

_PROGRAMS = ("Xvfb", "openbox", "trayer", "xdotool", "xprop", "xwininfo")

pytestmark = [
    pytest.mark.skipif(
        not all(map(shutil.which, _PROGRAMS)), reason="needs a screen, a tray and a hand"
    ),
    pytest.mark.timeout(120),
]


@pytest.fixture
def desktop(tmp_path: Path) -> Desktop:
    return Desktop(tmp_path, free_port())


@pytest.fixture
def with_tray(desktop: Desktop) -> Iterator[Desktop]:
    with desktop.screen():
        yield desktop


@pytest.fixture
def without_tray(desktop: Desktop) -> Iterator[Desktop]:
    with desktop.screen(tray=False):
        yield desktop


def ask_demo(desktop: Desktop, model: str = "missing-index") -> list[dict[str, Any]]:
    """Ask the demo provider as an agent does; return every fragment of a tool call that came."""
    tools = [{"type": "function", "function": {"name": "get_weather"}}]
    lines = desktop.ask("demo", model, tools=tools).decode().splitlines()
    chunks = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
    return [
        call
        for chunk in chunks
        for choice in chunk["choices"]
        for call in choice["delta"].get("tool_calls") or ()
    ]


def test_a_switch_in_the_tray_applies_to_the_next_request(with_tray: Desktop) -> None:
    with with_tray.application("--hidden"):
        wait_for(with_tray.icon)
        assert not with_tray.shows_window()
        mended = ask_demo(with_tray)
        assert mended
        assert all("index" in call for call in mended)
        # The demo provider's menu, past passthrough, the first fix: index repair.
        open_before = with_tray.menus()
        with_tray.click_icon(3, until=lambda: with_tray.menus() > open_before)
        with_tray.point_nowhere()
        with_tray.press("Down", "Right")
        wait_for(lambda: with_tray.menus() > open_before + 1)
        with_tray.press("Down", "Return")
        wait_for(lambda: "index-repair = false" in with_tray.file.text())
        wait_for(lambda: not any("index" in call for call in ask_demo(with_tray)), 2)


def test_a_click_on_the_icon_opens_the_window_and_closing_hides_it(with_tray: Desktop) -> None:
    with with_tray.application("--hidden") as process:
        wait_for(with_tray.icon)
        with_tray.click_icon(1, until=with_tray.shows_window)
        with_tray.press("ctrl+w")
        wait_for(lambda: not with_tray.shows_window())
        assert process.poll() is None
        assert ask_demo(with_tray)


def test_a_terminal_shows_asks_and_ends_it(with_tray: Desktop) -> None:
    with with_tray.application("--hidden") as process:
        assert with_tray.say("status") == f"running on 127.0.0.1:{with_tray.port}, 0 streaming"
        with_tray.say("show")
        wait_for(with_tray.shows_window)
        with_tray.say("quit")
        assert process.wait(10) == 0


def test_f52_a_second_start_raises_the_first_and_goes(with_tray: Desktop) -> None:
    with with_tray.application("--hidden") as first:
        assert not with_tray.shows_window()
        with_tray.say()
        wait_for(with_tray.shows_window)
        assert first.poll() is None


def test_f52_starts_over_the_remains_of_one_that_was_killed(with_tray: Desktop) -> None:
    with with_tray.application("--hidden") as first:
        first.kill()
        first.wait()
    with with_tray.application("--hidden"):
        assert "running" in with_tray.say("status")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_f43_a_signal_ends_it_in_good_order(with_tray: Desktop, number: signal.Signals) -> None:
    with with_tray.application("--hidden") as process:
        process.send_signal(number)
        assert process.wait(10) == 0


def test_f54_opens_the_window_where_there_is_no_tray(without_tray: Desktop) -> None:
    with without_tray.application("--hidden"):
        wait_for(without_tray.shows_window)


def test_closing_without_a_tray_asks_once_and_minimises(without_tray: Desktop) -> None:
    with without_tray.application("--hidden") as process:
        wait_for(without_tray.shows_window)
        windows = without_tray.menus()
        without_tray.press("ctrl+w")
        wait_for(lambda: without_tray.menus() > windows)
        # To go on is the answer at hand.
        without_tray.press("Return")
        wait_for(lambda: not without_tray.shows_window())
        without_tray.say("show")
        wait_for(without_tray.shows_window)
        without_tray.press("ctrl+w")
        wait_for(lambda: not without_tray.shows_window())
        assert process.poll() is None
        assert ask_demo(without_tray)


def test_obeys_an_edit_of_the_file(with_tray: Desktop) -> None:
    with with_tray.application("--hidden"):
        with_tray.say("set", "demo", "index-repair", "off")
        wait_for(lambda: not any("index" in call for call in ask_demo(with_tray)), 2)


def test_f40_a_taken_port_is_neither_left_nor_taken_by_force(with_tray: Desktop) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", with_tray.port))
        holder.listen()
        with with_tray.application("--hidden") as process:
            wait_for(lambda: f"Port {with_tray.port} is used by" in with_tray.say("status"))
            assert process.poll() is None
    assert f"port = {with_tray.port}" in with_tray.file.text()


def test_speaks_chinese_as_soon_as_it_is_chosen(with_tray: Desktop) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", with_tray.port))
        holder.listen()
        with with_tray.application():
            wait_for(with_tray.shows_window)
            wait_for(lambda: f"Port {with_tray.port} is used by" in with_tray.say("status"))
            with_tray.press("ctrl+4", "alt+a", "Down", "Down")
            wait_for(lambda: f"端口 {with_tray.port} 已被" in with_tray.say("status"))


def test_f52_only_one_holds_the_lock(tmp_path: Path) -> None:
    first, second = Instance(tmp_path / "control"), Instance(tmp_path / "control")
    assert first.claim()
    assert not second.claim()
    first.end()
    assert second.claim()
    second.end()


def test_who_asks_much_too_early_hears_that_too(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance, "_TIMES", 2)
    first, guest = Instance(tmp_path / "control"), QLocalSocket()
    assert first.listen({"status": lambda: None})
    guest.connectToServer(listening_name(tmp_path / "control"))
    guest.write(b"status\n")
    qtbot.waitUntil(guest.canReadLine)
    assert bytes(guest.readLine().data()) == b"starting\n"
    first.end()


def test_who_asks_too_early_hears_the_truth_a_moment_later(tmp_path: Path, qtbot: QtBot) -> None:
    first, known = Instance(tmp_path / "control"), [None, None, "running"]
    assert first.listen({"status": lambda: known.pop(0)})
    guest = QLocalSocket()
    guest.connectToServer(listening_name(tmp_path / "control"))
    guest.write(b"status\n")
    qtbot.waitUntil(guest.canReadLine)
    assert (bytes(guest.readLine().data()), known) == (b"running\n", [])
    first.end()

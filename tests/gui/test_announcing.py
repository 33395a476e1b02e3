"""Notices reach a notification service on a real bus, and nothing in them is markup."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app import announcing
from app.announcing import Announcer, notify
from tests.gui.session_bus import PROGRAM, Answers, listening, session_bus

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="needs a D-Bus daemon")

NAME = "org.freedesktop.Notifications"
HOSTILE = 'a <b>bold</b> & <a href="x">link</a>\nb\x1b[0m\u202e'


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with session_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


def service(*capabilities: str) -> Answers:
    def take(*_notice: Any) -> tuple[str, tuple[Any, ...]]:
        return "u", (7,)

    return {"GetCapabilities": lambda: ("as", (list(capabilities),)), "Notify": take}


def test_a_notice_reaches_the_desktop(bus: str) -> None:
    with listening(bus, NAME, service("body")) as desktop:
        assert notify("Wiremend", "Port 8459 is used by cc-switch.")
    member, notice = desktop.calls[-1]
    assert (member, notice[0], notice[3], notice[4]) == (
        "Notify", "Wiremend", "Wiremend", "Port 8459 is used by cc-switch.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("capabilities", "body"),
    [
        (
            ("body", "body-markup"),
            'a &lt;b&gt;bold&lt;/b&gt; &amp; &lt;a href="x"&gt;link&lt;/a&gt;⏎b‹U+001B›[0m‹U+202E›',
        ),
        (("body",), 'a <b>bold</b> & <a href="x">link</a>⏎b‹U+001B›[0m‹U+202E›'),
    ],
)
def test_hostile_words_are_shown_letter_by_letter(
    qtbot: QtBot, bus: str, capabilities: tuple[str, ...], body: str
) -> None:
    unseen: list[tuple[str, str]] = []
    announcer = Announcer(lambda title, words: unseen.append((title, words)))
    with listening(bus, NAME, service(*capabilities)) as desktop:
        announcer.tell("Wiremend", HOSTILE)
        qtbot.waitUntil(lambda: any(member == "Notify" for member, _ in desktop.calls))
    assert desktop.calls[-1][1][4] == body
    assert unseen == []


def test_where_nobody_takes_notices_the_tray_shows_them(qtbot: QtBot, bus: str) -> None:
    assert bus
    told: list[tuple[str, str]] = []
    announcer = Announcer(lambda title, words: told.append((title, words)))
    announcer.tell("Wiremend", "one\ntwo")
    qtbot.waitUntil(lambda: told == [("Wiremend", "one⏎two")])


def test_without_a_session_nothing_is_shown_and_nothing_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    assert not notify("Wiremend", "words")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "nonsense")
    assert not notify("Wiremend", "words")


def test_a_bus_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "_SECONDS", 0.3)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "bus"))
        silent.listen()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'bus'}")
        before = time.monotonic()
        assert not notify("Wiremend", "words")
    assert time.monotonic() - before < 3

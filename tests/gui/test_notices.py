"""What the desktop is told, and how often."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.models.attention import Attention
from app.notices import Notices
from app.preferences import Preferences
from app.tray import Tray
from app.ui.main_window import MainWindow
from app.ui.tray_menu import TrayMenu
from proxy.config import Provider, Settings
from proxy.errors import ConfigError, PortTakenError
from tests.gui.session_bus import PROGRAM, Listener, listening, session_bus

pytestmark = [
    pytest.mark.skipif(PROGRAM is None, reason="needs a D-Bus daemon"),
    pytest.mark.qt_log_ignore("systemTrayWindowChanged"),
]

NAME = "org.freedesktop.Notifications"
KNOWN = Settings(providers={"one": Provider("one", "https://a.example/v1", "<b>One</b>")})
LACKING = Attention("one", "index-repair")


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    def take(*_notice: Any) -> tuple[str, tuple[Any, ...]]:
        return "u", (1,)

    with session_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        answers = {"GetCapabilities": lambda: ("as", (["body-markup"],)), "Notify": take}
        with listening(address, NAME, answers) as desktop:
            yield desktop


@pytest.fixture
def notices(qtbot: QtBot) -> Iterator[Notices]:
    window = MainWindow(())
    qtbot.addWidget(window)
    tray = Tray(TrayMenu(window), window)
    yield Notices(window, tray, window)
    tray.end()


def told(desktop: Listener) -> list[str]:
    return [body[4] for member, body in desktop.calls if member == "Notify"]


def test_the_same_cause_is_told_once_and_literally(
    qtbot: QtBot, notices: Notices, desktop: Listener
) -> None:
    for _ in range(3):
        notices.attention(LACKING, KNOWN)
    notices.attention(Attention("one"), KNOWN)
    qtbot.waitUntil(lambda: len(told(desktop)) == 2)
    assert told(desktop) == [
        "&lt;b&gt;One&lt;/b&gt; needs “Index repair”, which is off",
        "&lt;b&gt;One&lt;/b&gt;: its key is locked",
    ]


def test_after_ten_minutes_it_is_told_again(
    qtbot: QtBot, notices: Notices, desktop: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices.attention(LACKING, KNOWN)
    qtbot.waitUntil(lambda: len(told(desktop)) == 1)
    later = time.monotonic() + 601
    monkeypatch.setattr("app.notices.time.monotonic", lambda: later)
    notices.attention(LACKING, KNOWN)
    qtbot.waitUntil(lambda: len(told(desktop)) == 2)


def test_who_wants_none_is_told_nothing(qtbot: QtBot, notices: Notices, desktop: Listener) -> None:
    notices.show_preferences(Preferences(notifications="none"))
    notices.attention(LACKING, KNOWN)
    qtbot.wait(300)
    assert told(desktop) == []


@pytest.mark.usefixtures("desktop")
@pytest.mark.parametrize(
    ("other", "offered"), [(8460, ["Try again", "Use port 8460"]), (0, ["Try again"])]
)
def test_another_port_is_offered_where_one_is_free(
    notices: Notices, other: int, offered: list[str]
) -> None:
    done: list[str] = []
    error = PortTakenError(8459, "another program")
    notices.port_taken(error, lambda: done.append("again"), other, lambda: done.append("move"))
    choices = notices._window.banner.choices
    assert [each.text() for each in choices] == offered
    choices[-1].click()
    assert done == ["move" if other else "again"]


@pytest.mark.usefixtures("desktop")
@pytest.mark.parametrize(("line", "begins"), [(3, "Line 3 of "), (0, "The configuration file ")])
def test_a_line_is_named_where_one_is_wrong(notices: Notices, line: int, begins: str) -> None:
    notices.file_wrong(ConfigError(line, "name is empty, expected a text in quotes"))
    assert notices._window.banner.words.startswith(begins)
    notices.file_right()
    assert notices._window.banner.words == ""

"""The whole application in this process: real parts, its own folders, the widgets of its pages."""

import contextlib
import gc
import http.client
import json
import signal
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app import preferences
from app.application import Application
from app.language import ENGLISH, language
from app.preferences import Preferences
from app.settings import ConfigFile
from app.ui.settings_page import SettingsPage
from tests.server.running import free_port

_PATIENCE = 15_000


def push(widget: QWidget, label: str) -> None:
    """Click on the button of that name that can be seen."""
    buttons = [each for each in widget.findChildren(QPushButton) if each.text() == label]
    shown = next(each for each in buttons if each.isVisibleTo(widget))
    QTest.mouseClick(shown, Qt.MouseButton.LeftButton)


class Whole:
    """The application, and its settings page as a person uses it."""

    def __init__(self, qtbot: QtBot, application: Application, file: ConfigFile) -> None:
        self.application = application
        self.file = file
        self.page: SettingsPage = application._pages.settings
        self._qtbot = qtbot

    def until(self, what: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(what()), timeout=_PATIENCE)

    def choose(self, name: str, value: str) -> None:
        """Pick an entry of a choice by the keys."""
        box: QComboBox = self.page._choices[name]
        QTest.keyClick(box, Qt.Key.Key_Home)
        for _ in range(box.findData(value)):
            QTest.keyClick(box, Qt.Key.Key_Down)

    def tick(self, name: str) -> None:
        QTest.keyClick(self.page._boxes[name], Qt.Key.Key_Space)

    def enter_port(self, port: int) -> None:
        field = self.page._numbers["server.port"]
        field.lineEdit().selectAll()
        QTest.keyClicks(field, str(port))
        self.push("Change the port")

    def push(self, label: str) -> None:
        push(self.page, label)

    def ask(self, model: str, key: str, provider: str = "demo") -> tuple[int, str]:
        """Ask as an agent does; return the status and the body, read beside the window."""
        answer: list[tuple[int, str]] = []
        body: dict[str, object] = {
            "model": model,
            "stream": True,
            "messages": [{"role": "user", "content": "hi"}],
        }
        address = self.application._service.url.removeprefix("http://")

        def send() -> None:
            connection = http.client.HTTPConnection(address, timeout=10)
            connection.request(
                "POST",
                f"/{provider}/v1/chat/completions",
                json.dumps(body),
                {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
            )
            response = connection.getresponse()
            answer.append((response.status, response.read().decode()))
            connection.close()

        threading.Thread(target=send, daemon=True).start()
        self.until(lambda: answer)
        return answer[0]

    def kept(self) -> Preferences:
        return preferences.load(preferences.default_path())


@contextlib.contextmanager
def running_whole(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: int | None = None
) -> Generator[Whole]:
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    scheme = qt.styleHints().colorScheme()
    file = ConfigFile(tmp_path / "config.toml")
    file.ensure()
    file.edit(lambda text: text.replace("8459", str(free_port())))
    application = Application(qt, file, file.load(), port)
    with _hooks_kept():
        application.start(hidden=False, error=None)
    made = Whole(qtbot, application, file)
    made.until(lambda: application._service.status.state == "running")
    application._window.show_page("settings")
    try:
        yield made
    finally:
        application._service.stop(0)
        made.until(lambda: application._service.status.state == "stopped")
        application.end()
        application.deleteLater()
        language().choose(ENGLISH)
        qt.styleHints().setColorScheme(scheme)
        gc.collect()


@contextlib.contextmanager
def _hooks_kept() -> Generator[None]:
    """Let what goes wrong reach the tests, and the signals pytest, not the application."""
    hook, of_threads = sys.excepthook, threading.excepthook
    signals = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    sys.excepthook, threading.excepthook = hook, of_threads
    for number, answer in signals.items():
        signal.signal(number, answer)

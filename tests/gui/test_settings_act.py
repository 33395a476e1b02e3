"""Every control of the settings page acts, on the whole application in this process."""

import gc
import os
import stat
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from app import preferences
from app.application import Application
from app.autostart import APP_ID
from app.language import ENGLISH, language
from app.preferences import Preferences
from app.service import free_port
from app.settings import ConfigFile
from app.ui.settings_page import SettingsPage
from proxy.tap import Record
from tests.gui.records import emissions, finished, started

# There is no tray on the platform without a screen.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", "propagateSizeHints")

_PATIENCE = 15_000
_MEGABYTE = 1024 * 1024


class Running:
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

    def push(self, label: str) -> None:
        buttons = self.page.findChildren(QPushButton)
        QTest.mouseClick(
            next(each for each in buttons if each.text() == label), Qt.MouseButton.LeftButton
        )

    def kept(self) -> Preferences:
        return preferences.load(preferences.default_path())


@pytest.fixture
def running(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    scheme = qt.styleHints().colorScheme()
    file = ConfigFile(tmp_path / "config.toml")
    file.ensure()
    file.edit(lambda text: text.replace("8459", str(free_port("127.0.0.1", 21_000))))
    application = Application(qt, file, file.load(), None)
    application.start(hidden=False, error=None)
    made = Running(qtbot, application, file)
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


def test_the_port_moves_the_proxy_and_stands_in_the_file(running: Running) -> None:
    port = free_port("127.0.0.1", running.file.load().port)
    field = running.page._numbers["server.port"]
    field.lineEdit().selectAll()
    QTest.keyClicks(field, str(port))
    running.push("Change the port")
    running.until(lambda: running.file.load().port == port)
    running.until(lambda: running.application._service.url.endswith(f":{port}"))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
        assert answer.status == 200
    assert running.application._pages.agents._address == f"http://127.0.0.1:{port}/v1"


def test_access_and_the_default_provider_stand_in_the_file(running: Running) -> None:
    running.file.edit(lambda text: text + '\n[providers.b]\nbase_url = "https://b.example/v1"\n')
    running.until(lambda: running.page._choices["server.default_provider"].count() == 2)
    running.choose("server.default_provider", "b")
    running.until(lambda: running.file.load().default_provider == "b")
    running.tick("server.access")
    running.until(lambda: running.file.load().access == "open")
    running.tick("server.access")
    running.until(lambda: running.file.load().access == "required")


@pytest.mark.skipif(os.name != "posix", reason="another system's own way")
def test_start_at_login_is_a_file_of_the_desktops(running: Running, tmp_path: Path) -> None:
    path = tmp_path / "config" / "autostart" / f"{APP_ID}.desktop"
    running.tick("start_at_login")
    running.until(path.is_file)
    assert "--hidden" in path.read_text()
    running.until(running.page._boxes["start_at_login"].isChecked)
    running.tick("start_at_login")
    running.until(lambda: not path.exists())


def test_start_hidden_is_kept(running: Running) -> None:
    running.tick("start_hidden")
    running.until(lambda: running.kept().start_hidden)


def test_the_close_button_minimises_or_quits_as_was_chosen(running: Running) -> None:
    window = running.application._window
    running.choose("close_button", "minimise")
    window.close()
    running.until(window.isMinimized)
    closing = running.application._closing
    # Qt's loop is pytest's here, and goes on.
    closing.over.disconnect(running.application._leave)
    over = emissions(closing.over)
    running.choose("close_button", "quit")
    window.close()
    running.until(lambda: over)


def test_what_is_kept_shrinks_to_what_was_chosen(running: Running) -> None:
    store = running.application._pages.traffic.store
    for number in range(30):
        records: list[Record] = [started(str(number), "demo"), finished(str(number))]
        running.application._take_records(records)
    running.until(lambda: len(store) == 30)
    running.page._numbers["kept_requests"].setValue(10)
    running.page._numbers["kept_megabytes"].setValue(8)
    assert (store.most_rows, store.most_bytes) == (10, 8 * _MEGABYTE)
    running.application._take_records([started("last", "demo"), finished("last")])
    running.until(lambda: len(store) <= 10)
    running.push("Clear now")
    running.until(lambda: len(store) == 0)


def test_keys_are_locked_and_unlocked_on_the_card(running: Running) -> None:
    running.file.edit(lambda text: text + '\n[providers.b]\nbase_url = "https://b.example/v1"\n')
    cards = running.application._pages.providers.cards
    running.until(lambda: "b" in cards and cards["b"]._key_state[0] == "unavailable")
    running.push("Lock keys now")
    running.until(lambda: cards["b"]._key_state == ("locked", "the key is locked"))
    QTest.mouseClick(cards["b"]._unlock, Qt.MouseButton.LeftButton)
    running.until(lambda: cards["b"]._key_state[0] == "unavailable")


def test_language_and_theme_change_at_once(running: Running) -> None:
    running.choose("language", "zh_CN")
    running.until(
        lambda: running.page._boxes["start_hidden"].text() != "Start &hidden, in the tray"
    )
    running.choose("language", "en")
    running.until(
        lambda: running.page._boxes["start_hidden"].text() == "Start &hidden, in the tray"
    )

    def lightness() -> int:
        return QApplication.palette().color(QPalette.ColorRole.Window).lightness()

    running.choose("theme", "dark")
    running.until(lambda: lightness() < 100)
    running.choose("theme", "light")
    running.until(lambda: lightness() > 200)


def test_the_tray_icon_and_notifications_follow(running: Running) -> None:
    running.choose("tray_icon", "colour")
    running.choose("notifications", "none")
    running.until(lambda: running.kept().tray_icon == "colour")
    running.until(lambda: running.kept().notifications == "none")
    assert running.application._choices.now.notifications == "none"


def test_settings_leave_and_come_back_without_keys(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.toml"

    def answer(*_: object) -> tuple[str, str]:
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)
    running.push("Export settings…")
    running.until(path.exists)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text(path.read_text().replace('title = "Demo"', 'title = "Came back"'))
    running.push("Import settings…")
    running.until(lambda: running.file.load().providers["demo"].title == "Came back")
    path.write_text("version = = 1\n")
    running.push("Import settings…")
    running.until(running.page._error.isVisible)
    assert "line 1" in running.page._error.text()


def test_the_folder_of_the_log_is_shown(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def note(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", note)
    running.push("Open log folder")
    running.until(lambda: opened)
    assert Path(opened[0]).is_dir()
    assert Path(opened[0]).is_relative_to(tmp_path)

"""Every control of the settings page acts, on the whole application in this process."""

import os
import socket
import stat
import urllib.request
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.autostart import APP_ID
from proxy.tap import Record
from tests.gui.records import emissions, finished, started
from tests.gui.whole import Whole, running_whole
from tests.server.running import free_port

# There is no tray on the platform without a screen.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", "does not support")

_PATIENCE = 15_000
_MEGABYTE = 1024 * 1024


def test_the_port_moves_the_proxy_and_stands_in_the_file(whole: Whole) -> None:
    port = free_port()
    whole.enter_port(port)
    whole.until(lambda: whole.file.load().port == port)
    whole.until(lambda: whole.application._service.url.endswith(f":{port}"))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
        assert answer.status == 200
    assert whole.application._pages.agents._address == f"http://127.0.0.1:{port}/v1"


def test_a_port_that_is_taken_is_named_until_another_one_is_chosen(whole: Whole) -> None:
    former, banner = whole.file.load().port, whole.application._window.banner
    with socket.create_server(("127.0.0.1", 0)) as holder:
        taken = int(holder.getsockname()[1])
        whole.enter_port(taken)
        whole.until(lambda: f"Port {taken} is used by" in banner.words)
        assert whole.application._service.url.endswith(f":{former}")
        whole.until(lambda: whole.page._settings.port == taken)
        whole.enter_port(former)
        whole.until(lambda: str(taken) not in banner.words)
    assert whole.file.load().port == former


def test_the_port_of_the_start_holds_until_another_one_is_in_the_file(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = free_port()
    with running_whole(qtbot, tmp_path, monkeypatch, asked) as whole:
        service, text = whole.application._service, whole.file.path.read_text("utf-8")
        other = free_port()
        whole.file.path.write_text("not TOML", "utf-8")
        whole.enter_port(other)
        whole.until(lambda: "was not changed" in whole.page._error.text())
        settled = emissions(service.settled)
        whole.file.path.write_text(text.replace('"required" ', '"open" '), "utf-8")
        whole.until(lambda: settled)
        assert service.url.endswith(f":{asked}")
        whole.enter_port(other)
        whole.until(lambda: service.url.endswith(f":{other}"))
        assert whole.file.load().port == other


def test_access_and_the_default_provider_stand_in_the_file(whole: Whole) -> None:
    whole.file.edit(lambda text: text + '\n[providers.b]\nbase_url = "https://b.example/v1"\n')
    whole.until(lambda: whole.page._choices["server.default_provider"].count() == 2)
    whole.choose("server.default_provider", "b")
    whole.until(lambda: whole.file.load().default_provider == "b")
    whole.tick("server.access")
    whole.until(lambda: whole.file.load().access == "open")
    # The box shows what came of it a moment later, and is then clicked again.
    whole.until(lambda: whole.application._settings.access == "open")
    whole.tick("server.access")
    whole.until(lambda: whole.file.load().access == "required")


@pytest.mark.skipif(os.name != "posix", reason="another system's own way")
def test_start_at_login_is_a_file_of_the_desktops(whole: Whole, tmp_path: Path) -> None:
    path = tmp_path / "config" / "autostart" / f"{APP_ID}.desktop"
    whole.tick("start_at_login")
    whole.until(path.is_file)
    assert "--hidden" in path.read_text()
    whole.until(whole.page._boxes["start_at_login"].isChecked)
    whole.tick("start_at_login")
    whole.until(lambda: not path.exists())


def test_start_hidden_is_kept(whole: Whole) -> None:
    whole.tick("start_hidden")
    whole.until(lambda: whole.kept().start_hidden)


def test_the_close_button_minimises_or_quits_as_was_chosen(whole: Whole) -> None:
    window = whole.application._window
    whole.choose("close_button", "minimise")
    window.close()
    whole.until(window.isMinimized)
    closing = whole.application._closing
    # Qt's loop is pytest's here, and goes on.
    closing.over.disconnect(whole.application._leave)
    over = emissions(closing.over)
    whole.choose("close_button", "quit")
    window.close()
    whole.until(lambda: over)


def test_what_is_kept_shrinks_to_what_was_chosen(whole: Whole) -> None:
    store = whole.application._pages.traffic.store
    for number in range(30):
        records: list[Record] = [started(str(number), "demo"), finished(str(number))]
        whole.application._take_records(records)
    whole.until(lambda: len(store) == 30)
    whole.page._numbers["kept_requests"].setValue(10)
    whole.page._numbers["kept_megabytes"].setValue(8)
    assert (store.most_rows, store.most_bytes) == (10, 8 * _MEGABYTE)
    whole.application._take_records([started("last", "demo"), finished("last")])
    whole.until(lambda: len(store) <= 10)
    whole.push("Clear now")
    whole.until(lambda: len(store) == 0)
    assert whole.application._window.line._kept.text().startswith("kept: 0 of 10 requests")


def test_requests_are_kept_on_disk_only_where_that_is_wanted(whole: Whole) -> None:
    folder = whole.application._archive.folder
    key = whole.application._service.own_key.reveal()
    assert whole.ask("healthy", key)[0] == 200
    store = whole.application._pages.traffic.store
    whole.until(lambda: [each.finished for each in store if each.finished])
    whole.tick("keep_on_disk")
    whole.until(lambda: whole.kept().keep_on_disk)
    assert whole.ask("missing-index", key)[0] == 200
    whole.until(lambda: len(list(folder.glob("*.har"))) == 1)
    assert "missing-index" in next(folder.iterdir()).read_text()
    whole.push("Clear now")
    whole.until(lambda: not list(folder.iterdir()))


def test_keys_are_locked_and_unlocked_on_the_card(whole: Whole) -> None:
    whole.file.edit(lambda text: text + '\n[providers.b]\nbase_url = "https://b.example/v1"\n')
    cards = whole.application._pages.providers.cards
    whole.until(lambda: "b" in cards and cards["b"]._key_state[0] == "unavailable")
    whole.push("Lock keys now")
    whole.until(lambda: cards["b"]._key_state == ("locked", "the key is locked"))
    QTest.mouseClick(cards["b"]._unlock, Qt.MouseButton.LeftButton)
    whole.until(lambda: cards["b"]._key_state[0] == "unavailable")


def test_language_and_theme_change_at_once(whole: Whole) -> None:
    whole.choose("language", "zh_CN")
    whole.until(lambda: whole.page._boxes["start_hidden"].text() != "Start &hidden, in the tray")
    whole.choose("language", "en")
    whole.until(lambda: whole.page._boxes["start_hidden"].text() == "Start &hidden, in the tray")

    def lightness() -> int:
        return QApplication.palette().color(QPalette.ColorRole.Window).lightness()

    whole.choose("theme", "dark")
    whole.until(lambda: lightness() < 100)
    whole.choose("theme", "light")
    whole.until(lambda: lightness() > 200)


def test_the_tray_icon_and_notifications_follow(whole: Whole) -> None:
    whole.choose("tray_icon", "colour")
    whole.choose("notifications", "none")
    whole.until(lambda: whole.kept().tray_icon == "colour")
    whole.until(lambda: whole.kept().notifications == "none")
    assert whole.application._choices.now.notifications == "none"


def test_settings_leave_and_come_back_without_keys(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.toml"

    def name(*_: object) -> tuple[str, str]:
        # As people type it.
        return str(path.with_suffix("")), ""

    def pick(*_: object) -> tuple[str, str]:
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", name)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", pick)
    whole.push("Export settings…")
    whole.until(path.exists)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text(path.read_text().replace('title = "Demo"', 'title = "Came back"'))
    whole.push("Import settings…")
    whole.until(lambda: whole.file.load().providers["demo"].title == "Came back")
    path.write_text("version = = 1\n")
    whole.push("Import settings…")
    whole.until(whole.page._error.isVisible)
    assert "line 1" in whole.page._error.text()


def test_the_folder_of_the_log_is_shown(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def note(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return len(opened) > 1

    monkeypatch.setattr(QDesktopServices, "openUrl", note)
    whole.push("Open log folder")
    whole.until(lambda: opened)
    # Nothing opens folders there: so it is said.
    said = whole.application._window.line._notice.accessibleName()
    assert said == f"The folder is {opened[0]}."
    whole.push("Open log folder")
    assert Path(opened[0]).is_dir()
    assert Path(opened[0]).is_relative_to(tmp_path)


def test_a_stranger_at_our_port_is_sent_no_request_of_ours(whole: Whole) -> None:
    service = whole.application._service
    service.stop(0)
    whole.until(lambda: service.status.state == "stopped")
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", whole.file.load().port)) as stranger:
        stranger.settimeout(0.5)
        whole.application._wishes.send_sample()
        line = whole.application._window.line
        whole.until(lambda: line._notice.accessibleName() == "the proxy is not running")
        with pytest.raises(TimeoutError):
            heard.append(stranger.accept()[0].recv(100))
    assert not heard

import json
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from app.localservers import LocalServers, serves_models
from app.presets import PRESETS, Preset
from app.service import OWN_AGENT
from app.ui.first_run import FirstRun
from app.ui.key_dialog import KeyDialog
from app.ui.provider_dialog import ProviderDialog
from proxy.config import Provider, Settings
from proxy.secret import Secret
from proxy.tap import Answered
from tests.gui.records import emissions, finished, started


@pytest.fixture
def page(qtbot: QtBot) -> FirstRun:
    page = FirstRun({"DEEPSEEK_API_KEY": "sk-1234567890", "OPENAI_API_KEY": "x"})
    qtbot.addWidget(page)
    page.show()
    return page


def button(page: FirstRun, label: str) -> QPushButton:
    return next(each for each in page.findChildren(QPushButton) if each.text() == label)


@contextmanager
def server(body: bytes, status: int = 200) -> Generator[int]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield running.server_address[1]
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


def enter_a_key(page: FirstRun) -> None:
    def fill() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, KeyDialog)
        dialog.findChildren(QLineEdit)[0].setText("sk-abcdefgh")
        dialog.accept()

    QTimer.singleShot(0, fill)
    button(page, "DeepSeek").click()


def test_a_tile_takes_the_key_and_saves_the_provider(page: FirstRun) -> None:
    saved, keys = emissions(page.provider_saved), emissions(page.key_entered)

    enter_a_key(page)
    assert saved == [(Provider("deepseek", "https://api.deepseek.com/v1", "DeepSeek"),)]
    assert keys == [("deepseek", Secret("sk-abcdefgh"))]


def test_a_provider_is_ready_only_when_the_keyring_has_its_key(page: FirstRun) -> None:
    enter_a_key(page)
    assert page._light_words.text() == "Waiting for the keyring…"
    page.show_key_state("deepseek", "absent")
    page.show_key_state("another", "stored")
    assert page._light_words.text() == "Waiting for the keyring…"
    page.show_key_state("deepseek", "stored")
    assert page._light_words.text() == "DeepSeek is ready. Waiting for the first request…"


def test_a_key_that_comes_late_hides_nothing_that_happened_meanwhile(page: FirstRun) -> None:
    enter_a_key(page)
    page.show_error("The key was not kept: no keyring.")
    page.show_key_state("deepseek", "stored")
    assert page._light_words.text() == "The key was not kept: no keyring."


def test_a_key_of_the_environment_is_offered_by_name_and_never_shown(page: FirstRun) -> None:
    saved = emissions(page.provider_saved)
    button(page, "Use it").click()
    provider = saved[0][0]
    assert isinstance(provider, Provider)
    assert (provider.id, provider.key) == ("deepseek", "env:DEEPSEEK_API_KEY")


def test_only_variables_that_hold_a_key_are_offered(page: FirstRun) -> None:
    offers = [each for each in page.findChildren(QPushButton) if each.text() == "Use it"]
    assert len(offers) == 1


def test_an_id_that_is_taken_is_not_taken_again(page: FirstRun) -> None:
    page.show_settings(Settings(providers={"deepseek": Provider("deepseek", "https://x.y")}))
    saved = emissions(page.provider_saved)
    button(page, "Use it").click()
    assert [each[0].id for each in saved if isinstance(each[0], Provider)] == ["deepseek-2"]


def test_whoever_clicks_twice_gets_one_provider(page: FirstRun) -> None:
    saved = emissions(page.provider_saved)
    page._search.setText("ollama")
    QTest.mouseClick(page._tile_buttons[0], Qt.MouseButton.LeftButton)
    QTest.mouseClick(page._tile_buttons[0], Qt.MouseButton.LeftButton)
    assert [each[0].id for each in saved if isinstance(each[0], Provider)] == ["ollama"]


def test_a_provider_that_is_there_is_marked_and_a_better_key_is_taken(page: FirstRun) -> None:
    known = Provider("mine", "https://api.deepseek.com/v1", "Mine", key="keyring")
    page.show_settings(Settings(providers={"mine": known}))
    assert "✔ DeepSeek: added" in [tile.text() for tile in page._tile_buttons]
    saved = emissions(page.provider_saved)
    button(page, "Use it").click()
    assert saved == [(replace(known, key="env:DEEPSEEK_API_KEY"),)]


def test_a_narrow_window_has_fewer_tiles_side_by_side(page: FirstRun, qtbot: QtBot) -> None:
    page._show_running([preset for preset in PRESETS if preset.local])
    area = page.findChildren(QScrollArea)[0]
    for width, columns in ((1_200, {4}), (700, {2, 3}), (1_200, {4})):
        page.resize(width, 600)
        qtbot.waitUntil(lambda columns=columns: side_by_side(page) in columns)
        qtbot.waitUntil(lambda: area.horizontalScrollBar().maximum() == 0)


def side_by_side(page: FirstRun) -> int:
    first = page._tile_buttons[0]
    return sum(tile.y() == first.y() for tile in page._tile_buttons)


def test_an_offer_that_was_taken_is_not_made_again(page: FirstRun) -> None:
    offer = button(page, "Use it")

    def take(saved: Provider) -> None:
        page.show_settings(Settings(providers={saved.id: saved}))

    page.provider_saved.connect(take)
    offer.click()
    assert not offer.isVisible()


def test_the_address_is_that_of_the_provider_chosen_last(page: FirstRun) -> None:
    page.show_address("http://127.0.0.1:8459/v1")
    page._search.setText("ollama")
    page._tile_buttons[0].click()
    saved = {"ollama": Provider("ollama", "http://localhost:11434/v1", key="none")}
    page.show_settings(Settings(default_provider="demo", providers=saved))
    assert page._address.text() == "http://127.0.0.1:8459/ollama/v1"
    page.show_settings(Settings(default_provider="ollama", providers=saved))
    assert page._address.text() == "http://127.0.0.1:8459/v1"


def test_a_local_server_that_is_there_keeps_its_key(page: FirstRun) -> None:
    saved = emissions(page.provider_saved)
    mine = Provider("ollama", "http://localhost:11434/v1", key="env:MINE")
    page.show_settings(Settings(default_provider="ollama", providers={"ollama": mine}))
    page._search.setText("ollama")
    page._tile_buttons[0].click()
    assert saved == []


def test_a_provider_from_the_form_is_said_to_be_ready_too(page: FirstRun) -> None:
    def fill() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ProviderDialog)
        dialog._title.setText("Mine")
        dialog._id.setText("mine")
        dialog._address.setText("http://127.0.0.1:9/v1")
        dialog.accept()

    QTimer.singleShot(0, fill)
    button(page, "Another one…").click()
    assert page._light_words.text() == "Mine is ready. Waiting for the first request…"


def test_the_search_narrows_the_tiles(page: FirstRun) -> None:
    page._search.setText("groq")
    assert [tile.text() for tile in page._tile_buttons] == ["Groq", "Another one…"]


def test_tiles_follow_the_search_by_keyboard_and_enter_takes_the_first(page: FirstRun) -> None:
    saved = emissions(page.provider_saved)
    page._search.setText("ollama")
    assert page._search.nextInFocusChain() is page._tile_buttons[0]
    QTest.keyClick(page._search, Qt.Key.Key_Return)
    assert [each[0].id for each in saved if isinstance(each[0], Provider)] == ["ollama"]


def test_the_light_turns_green_with_the_first_answer(page: FirstRun) -> None:
    assert page._light_words.text() == "Waiting for the first request…"
    page.apply([started("1", "demo"), Answered("1", 0.0, 200, ())])
    assert page._light_words.text() == "It works: Cline is getting its answer."
    page.apply([finished("1", {"index-repair": 2})])
    assert page._light_words.text() == (
        "It works: Cline got its answer. 2 things were mended in it."
    )


def test_our_own_sample_is_no_proof(page: FirstRun) -> None:
    page.apply([started("1", "demo", agent=OWN_AGENT), Answered("1", 0.0, 200, ())])
    assert page._light_words.text() == "Waiting for the first request…"
    page.apply([finished("1", {"index-repair": 2})])
    assert page._light_words.text() == (
        "The sample came through. Waiting for your agent's first request…"
    )


@pytest.mark.parametrize(
    ("keyring", "words"),
    [
        ("GNOME Keyring", "It goes into GNOME Keyring, never into a file."),
        ("", "There is no keyring here: it is kept until you quit, never in a file."),
    ],
)
def test_says_where_a_key_goes(page: FirstRun, keyring: str, words: str) -> None:
    said: list[str] = []
    page.show_keyring(keyring)

    def read() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, KeyDialog)
        said.extend(label.text() for label in dialog.findChildren(QLabel))
        dialog.reject()

    QTimer.singleShot(0, read)
    button(page, "DeepSeek").click()
    assert words in said


def test_a_failed_request_is_not_called_a_success(page: FirstRun) -> None:
    page.apply([started("1", "demo"), finished("1", outcome="upstream_error", status=401)])
    assert page._light_words.text() == "A request came from Cline, and failed: 401"


def test_the_sample_button_asks_for_a_sample(page: FirstRun, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.sample_asked, timeout=1000):
        button(page, "Send a sample request").click()


def test_a_running_local_server_is_found(qtbot: QtBot) -> None:
    servers = LocalServers()
    with server(json.dumps({"data": [{"id": "qwen3"}]}).encode()) as port:
        here = Preset("mine", "Mine", f"http://localhost:{port}/v1")
        gone = Preset("gone", "Gone", "http://localhost:1/v1")
        with qtbot.waitSignal(servers.found, timeout=3000) as caught:
            servers.look([gone, here])
    assert caught.args == [[here]]


def test_a_local_server_is_found_at_the_port_of_its_later_versions(
    page: FirstRun, qtbot: QtBot
) -> None:
    servers = LocalServers()
    with server(json.dumps({"data": [{"id": "qwen3"}]}).encode()) as port:
        known = Preset(
            "llama-cpp", "llama.cpp server", "http://localhost:1/v1", other_ports=(port,)
        )
        with qtbot.waitSignal(servers.found, timeout=3000) as caught:
            servers.look([known])
    assert caught.args == [[known.at(port)]]
    page._show_running([known.at(port)])
    saved = emissions(page.provider_saved)
    page._tile_buttons[0].click()
    assert saved[0][0].base_url == f"http://localhost:{port}/v1"  # type: ignore[attr-defined]


def test_a_found_server_needs_no_key(page: FirstRun) -> None:
    ollama = Preset("ollama", "Ollama", "http://localhost:11434/v1")
    page._show_running([ollama])
    saved = emissions(page.provider_saved)
    assert page._tile_buttons[0].text() == "● Ollama: found running"
    page._tile_buttons[0].click()
    assert saved == [(Provider("ollama", ollama.base_url, "Ollama", key="none"),)]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>", 200),
        (b'{"data": []}', 404),
        (b'{"data": 1}', 200),
        (b'{"data":' + b"[" * 90_000 + b"]" * 90_000 + b"}", 200),
    ],
    ids=["page", "refusal", "number", "nested"],
)
def test_another_server_on_the_port_is_not_taken_for_a_provider(body: bytes, status: int) -> None:
    with server(body, status) as port:
        assert not serves_models(port)


def test_a_server_that_says_nothing_costs_only_the_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        before = time.monotonic()
        assert not serves_models(silent.getsockname()[1])
        assert time.monotonic() - before < 1

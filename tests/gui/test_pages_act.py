"""What is clicked on the pages of providers and agents is what the next request meets."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from app.ui.change_dialog import ChangeDialog
from app.ui.provider_dialog import ProviderDialog
from tests.gui.whole import Whole, push

# There is no tray on the platform without a screen.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", "does not support")

TWO = """
# about b
[providers.b]
title = "B"
base_url = "https://b.example/v1" # of b
key = "none"
"""


def agree(label: str) -> None:
    """Answer the question that comes next."""

    def choose() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        button = next(each for each in box.buttons() if each.text().replace("&", "") == label)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, choose)


def make_key(whole: Whole, name: str) -> str:
    """Make a local key on the page, and copy it there."""
    page = whole.application._pages.agents
    whole.application._window.show_page("agents")
    QTest.keyClicks(page._keys._name, name)
    QTest.keyClick(page._keys._name, Qt.Key.Key_Return)
    whole.until(lambda: any(each.name == name for each in whole.file.load().agents))
    whole.until(lambda: name in page._known_keys)
    QApplication.processEvents()
    push(page._keys, "Copy key")
    return QGuiApplication.clipboard().text()


def test_a_key_lets_in_turns_the_light_and_shuts_out_when_revoked(whole: Whole) -> None:
    page = whole.application._pages.agents
    key = make_key(whole, "Cline")
    # The proxy has the configuration a moment later than the file.
    whole.until(lambda: whole.ask("healthy", key)[0] == 200)
    whole.until(lambda: page.cards["cline"].state_words.startswith("connected"))
    agree("Revoke")
    push(page._keys, "Revoke")
    whole.until(lambda: whole.file.load().agents == ())
    whole.until(lambda: whole.ask("healthy", key)[0] == 401)


def test_a_switch_acts_on_the_next_request_and_is_offered_where_it_helps(whole: Whole) -> None:
    key = make_key(whole, "x")
    card = whole.application._pages.providers.cards["demo"]
    whole.application._window.show_page("providers")
    switch = card._switches.switches["index-repair"]
    QTest.keyClick(switch.box, Qt.Key.Key_Space)
    whole.until(lambda: whole.file.load().providers["demo"].fixes == {"index-repair": False})
    whole.until(lambda: '"index":0,"id"' not in whole.ask("missing-index", key)[1])
    whole.until(card._turn_on.isVisible)
    QTest.mouseClick(card._turn_on, Qt.MouseButton.LeftButton)
    whole.until(lambda: whole.file.load().providers["demo"].fixes == {"index-repair": True})
    whole.until(lambda: card._tally.mended["index-repair"] or not whole.ask("missing-index", key))
    assert switch.on


def test_passthrough_lets_the_broken_bytes_through_and_greys_the_switches(whole: Whole) -> None:
    key = make_key(whole, "x")
    card = whole.application._pages.providers.cards["demo"]
    whole.until(lambda: whole.ask("missing-index", key)[0] == 200)
    mended = whole.ask("missing-index", key)[1]
    QTest.keyClick(card._passthrough, Qt.Key.Key_Space)
    whole.until(lambda: whole.file.load().providers["demo"].passthrough)
    whole.until(
        lambda: whole.ask("missing-index", key)[1].count('"index"') < mended.count('"index"')
    )
    assert not card._switches.switches["index-repair"].isEnabled()


def test_the_arrow_keys_change_the_order_in_the_file_and_on_the_page(whole: Whole) -> None:
    whole.file.edit(lambda text: text + TWO)
    page = whole.application._pages.providers
    whole.application._window.show_page("providers")
    whole.until(lambda: page.column.names == ("demo", "b"))
    QTest.keyClick(page.cards["b"].grip, Qt.Key.Key_Up)
    whole.until(lambda: list(whole.file.load().providers) == ["b", "demo"])
    whole.until(lambda: page.column.names == ("b", "demo"))
    assert '# about b\n[providers.b]\ntitle = "B"\n' in whole.file.text()


def test_a_provider_is_copied_and_removed(whole: Whole) -> None:
    whole.file.edit(lambda text: text + TWO)
    page = whole.application._pages.providers
    whole.until(lambda: "b" in page.cards)

    def save() -> None:
        form = QApplication.activeModalWidget()
        assert isinstance(form, ProviderDialog)
        QTest.mouseClick(form._save, Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, save)
    page.cards["b"].duplicate.emit()
    whole.until(lambda: "b-2" in whole.file.load().providers)
    whole.until(lambda: "b-2" in page.cards)
    agree("Remove")
    page.cards["b-2"].remove.emit()
    whole.until(lambda: list(whole.file.load().providers) == ["demo", "b"])
    assert TWO.strip() in whole.file.text()


def test_the_models_of_a_provider_are_offered(whole: Whole) -> None:
    page = whole.application._pages.agents
    whole.application._window.show_page("agents")
    whole.until(lambda: page.target.provider == "demo")
    push(page, "List models")
    whole.until(lambda: page.target._models.findText("missing-index") >= 0)
    # Who asks nobody is told so.
    whole.application._service.stop(0)
    whole.until(lambda: whole.application._service.status.state == "stopped")
    push(page, "List models")
    words = "The models could not be listed: the proxy is not running"
    whole.until(lambda: page._notice.text() == words)


def test_a_file_is_written_with_a_key_that_lets_in_and_undone(whole: Whole, tmp_path: Path) -> None:
    page = whole.application._pages.agents
    whole.application._window.show_page("agents")
    path = tmp_path / ".aider.conf.yml"
    path.write_text("auto-commits: false # mine\n")
    QTest.keyClicks(page.target._model, "healthy")

    def accept() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ChangeDialog)
        QTest.mouseClick(dialog.write, Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, accept)
    push(page.cards["aider"], "Write config…")
    whole.until(lambda: "openai-api-key" in path.read_text())
    key = next(
        line.split('"')[1] for line in path.read_text().splitlines() if "openai-api-key" in line
    )
    whole.until(lambda: whole.ask("healthy", key)[0] == 200)
    whole.until(lambda: page.cards["aider"].state_words.startswith("connected"))
    QTimer.singleShot(0, accept)
    push(page.cards["aider"], "Undo…")
    whole.until(lambda: path.read_text() == "auto-commits: false # mine\n")


def test_stopping_the_proxy_lets_an_answer_come_to_its_end(
    whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proxy.demo.PACE_SECONDS", 0.06)
    application = whole.application
    timer = QTimer()

    def stop() -> None:
        if any(each.received.size for each in application._pages.traffic.store):
            timer.stop()
            application._window.proxy_asked.emit(False)

    timer.timeout.connect(stop)
    timer.start(10)
    status, answer = whole.ask("healthy", application._service.own_key.reveal())
    assert not timer.isActive(), "it was stopped while the answer came"
    assert (status, answer.endswith("data: [DONE]\n\n")) == (200, True)
    whole.until(lambda: application._service.status.state == "stopped")

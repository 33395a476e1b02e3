"""The form of a provider, filled in by mouse and keys."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QAccessible, QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QTableWidget,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.language import CHINESE, ENGLISH, language
from app.presets import PRESETS, key_page
from app.ui.key_dialog import KeyDialog
from app.ui.links import ask_and_open, may_open
from app.ui.provider_dialog import ProviderDialog, address_problem
from proxy.config import Provider, Timeouts

KNOWN = Provider(
    "vllm",
    "https://vllm.example/v1",
    "vLLM",
    key="env:VLLM_KEY",
    auth="api-key",
    max_concurrent=3,
    outgoing_proxy="socks5://127.0.0.1:9",
    timeouts=Timeouts(connect=2.25, first_byte=30, idle=0),
    headers={"X-Title": "me", "X-User": "$User-Agent"},
)


@pytest.mark.parametrize(("name", "key"), [("deepseek", "keyring"), ("ollama", "none")])
def test_a_preset_says_where_its_key_is(qtbot: QtBot, name: str, key: str) -> None:
    dialog = ProviderDialog(None, ())
    qtbot.addWidget(dialog)
    dialog.pick(next(each for each in PRESETS if each.id == name))
    assert dialog.provider().key == key


@pytest.fixture
def form(qtbot: QtBot) -> ProviderDialog:
    form = ProviderDialog(KNOWN, {"vllm"})
    qtbot.addWidget(form)
    form.show()
    form.findChildren(QTabWidget)[0].setCurrentIndex(1)
    return form


def push(widget: QWidget, label: str) -> None:
    button = next(each for each in widget.findChildren(QPushButton) if each.text() == label)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def field(form: ProviderDialog, value: str) -> QLineEdit:
    return next(each for each in form.findChildren(QLineEdit) if each.text() == value)


def fill(table: QTableWidget, line: int, column: int, words: str) -> None:
    item = table.item(line, column)
    assert item is not None
    item.setText(words)


def write(field: QLineEdit, words: str) -> None:
    field.selectAll()
    QTest.keyClicks(field, words)


def test_every_member_is_shown_and_comes_back_unchanged(form: ProviderDialog) -> None:
    assert form.provider() == KNOWN
    assert form._save.isEnabled()


def test_a_header_is_added_and_taken_away_by_hand(form: ProviderDialog) -> None:
    table = form.findChildren(QTableWidget)[0]
    push(form, "Add header")
    cell = next(each for each in table.findChildren(QLineEdit) if each.isVisible())
    QTest.keyClicks(cell, "X-New")
    QTest.keyClick(cell, Qt.Key.Key_Tab)
    fill(table, 2, 1, "new")
    assert form.provider().headers == {**KNOWN.headers, "X-New": "new"}
    table.setCurrentCell(0, 0)
    push(form, "Remove header")
    assert form.provider().headers == {"X-User": "$User-Agent", "X-New": "new"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("Authorization", "x"), ("X-Api-Key", "x"), ("Host", "x"), ("X", "ü"), ("X Y", "1")],
)
def test_a_header_that_cannot_be_set_is_not_saved(
    form: ProviderDialog, name: str, value: str
) -> None:
    table = form.findChildren(QTableWidget)[0]
    fill(table, 0, 0, name)
    fill(table, 0, 1, value)
    assert not form._save.isEnabled()
    assert name in form._problem.text()


def test_a_header_that_is_there_twice_is_not_saved(form: ProviderDialog) -> None:
    fill(form.findChildren(QTableWidget)[0], 0, 0, "x-user")
    assert "twice" in form._problem.text()


def test_an_outgoing_proxy_is_an_address(form: ProviderDialog) -> None:
    write(field(form, "socks5://127.0.0.1:9"), "ftp://x")
    assert not form._save.isEnabled()
    write(field(form, "ftp://x"), "http://10.0.0.1:3128")
    assert form._save.isEnabled()
    assert form.provider().outgoing_proxy == "http://10.0.0.1:3128"


def test_certificates_are_a_file_that_is_there(form: ProviderDialog, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    write(form._connection._certificates, str(path))
    assert not form._save.isEnabled()
    path.write_text("")
    write(form._connection._certificates, str(path))
    assert form._save.isEnabled()
    assert form.provider().tls_ca == str(path)


def test_times_and_requests_at_once_are_what_was_entered(form: ProviderDialog) -> None:
    connection = form._connection
    connection._times["idle"].setValue(60)
    connection._concurrent.setValue(0)
    entered = form.provider()
    assert entered == replace(KNOWN, max_concurrent=0, timeouts=replace(KNOWN.timeouts, idle=60))


@pytest.mark.parametrize("source", ["keyring", "env", "client", "none"])
def test_each_source_of_a_key_can_be_chosen_by_keys(form: ProviderDialog, source: str) -> None:
    form.findChildren(QTabWidget)[0].setCurrentIndex(0)
    box = next(each for each in form.findChildren(QComboBox) if each.findData("keyring") >= 0)
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _ in range(box.findData(source)):
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert form.provider().key == ("env:VLLM_KEY" if source == "env" else source)


def test_what_is_searched_for_fills_the_form_with_the_first_that_fits(qtbot: QtBot) -> None:
    form = ProviderDialog(None, {"deepseek"})
    qtbot.addWidget(form)
    form.show()
    QTest.keyClicks(form._search, "kimi china")
    entered = form.provider()
    assert (entered.id, entered.base_url) == ("kimi-cn", "https://api.moonshot.cn/v1")
    QTest.keyClicks(form._search, " nobody")
    assert form.provider() == entered


@pytest.mark.parametrize("address", ["http://gpu.lan:8000/v1", "http://box/v1", "demo:"])
def test_addresses_of_this_network_may_do_without_encryption(address: str) -> None:
    assert address_problem(address) == ""


@pytest.mark.parametrize(
    "address", ["https://a/v1?key=x", "http://169.254.1.1/v1", "http://a.b/v1"]
)
def test_what_the_configuration_refuses_is_refused_here(address: str) -> None:
    assert address_problem(address)


def test_a_key_page_is_known_by_the_host_and_is_one_for_the_browser() -> None:
    assert key_page("https://api.deepseek.com/other") == "https://platform.deepseek.com/api_keys"
    assert key_page("https://example.com/v1") == ""
    for preset in PRESETS:
        assert preset.local or may_open(preset.key_page)


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "javascript:1", "vscode://x", "//host/x", "http://a.b", "https://u@a.b"],
)
def test_s38_only_encrypted_pages_are_opened(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)

    def refuse(url: QUrl) -> bool:
        pytest.fail(f"{url.toString()} was opened")

    monkeypatch.setattr(QDesktopServices, "openUrl", refuse)
    assert not ask_and_open(address, parent)


def answer(choose: Callable[[QMessageBox], QAbstractButton]) -> list[str]:
    shown: list[str] = []

    def act() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        shown.append(box.text())
        QTest.mouseClick(choose(box), Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, act)
    return shown


def test_s38_a_key_page_is_opened_after_a_question_that_names_its_host(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def note(url: QUrl) -> bool:
        opened.append(url.toString())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", note)
    form = ProviderDialog(Provider("deepseek", "https://api.deepseek.com/v1"), {"deepseek"})
    qtbot.addWidget(form)
    form.show()
    shown = answer(lambda box: box.button(QMessageBox.StandardButton.Cancel))
    push(form, "Get a key…")
    assert opened == []
    assert "platform.deepseek.com" in shown[0]
    answer(lambda box: next(each for each in box.buttons() if each.text() == "Open it"))
    push(form, "Get a key…")
    assert opened == ["https://platform.deepseek.com/api_keys"]


@pytest.mark.parametrize("make", [lambda: ProviderDialog(None, ()), lambda: KeyDialog("x", "x")])
def test_an_open_dialog_follows_the_language(qtbot: QtBot, make: Callable[[], QDialog]) -> None:
    def words(dialog: QDialog) -> list[str]:
        found = [dialog.windowTitle()]
        found += [each.text() for each in dialog.findChildren(QLabel)]
        found += [each.text() for each in dialog.findChildren(QPushButton)]
        for box in dialog.findChildren(QComboBox):
            found += [box.itemText(place) for place in range(box.count())]
        return [*found, *(each.placeholderText() for each in dialog.findChildren(QLineEdit))]

    opened = make()
    qtbot.addWidget(opened)
    english = words(opened)
    try:
        language().choose(CHINESE)
        opened_in_chinese = make()
        qtbot.addWidget(opened_in_chinese)
        # Qt's own buttons follow when the loop has told them.
        qtbot.waitUntil(lambda: words(opened) == words(opened_in_chinese))
        assert words(opened) != english
    finally:
        language().choose(ENGLISH)
    qtbot.waitUntil(lambda: words(opened) == english)


def test_every_field_says_what_it_is_for(form: ProviderDialog) -> None:
    nameless = [
        each.placeholderText()
        for each in form.findChildren(QLineEdit)
        if not isinstance(each.parent(), QAbstractSpinBox) and not named(each)
    ]
    assert nameless == []


def named(field: QLineEdit) -> bool:
    interface = QAccessible.queryAccessibleInterface(field)
    label = QAccessible.RelationFlag.Label
    labels = [other.text(QAccessible.Text.Name) for other, _ in interface.relations(label)]
    return bool(interface.text(QAccessible.Text.Name) or any(labels))

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from app.presets import PRESETS, matching
from app.ui.key_dialog import KeyDialog, key_problem
from app.ui.provider_dialog import ProviderDialog, address_problem, free_id
from app.ui.providers_page import ProvidersPage
from proxy.config import Provider, Settings
from proxy.repairs import fixes
from proxy.secret import Secret
from tests.gui.records import emissions, finished, started

FIX = fixes()[0]
DEEPSEEK = Provider("deepseek", "https://api.deepseek.com/v1", "DeepSeek")
HOSTILE = Provider("odd", "https://u@example.com:8443/v1", "<b>Odd</b> & co", key="none")


def settings(*providers: Provider) -> Settings:
    return Settings(providers={each.id: each for each in providers})


@pytest.fixture
def page(qtbot: QtBot) -> ProvidersPage:
    page = ProvidersPage()
    qtbot.addWidget(page)
    page.show_settings(settings(DEEPSEEK, HOSTILE))
    page.show()
    return page


def words(page: ProvidersPage, provider: str) -> list[str]:
    labels = page.cards[provider].findChildren(QLabel)
    return [label.text() for label in labels if label.isVisibleTo(page)]


def push(page: ProvidersPage, provider: str, label: str) -> None:
    buttons = page.cards[provider].findChildren(QPushButton)
    next(each for each in buttons if each.text() == label).click()


def answer(fill: Any) -> None:
    """Let `fill` act on the dialog that opens next."""

    def act() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        fill(dialog)

    QTimer.singleShot(0, act)


def test_every_fix_of_the_registry_has_its_switch(page: ProvidersPage) -> None:
    switches = page.cards["deepseek"].findChildren(QCheckBox)
    titles = {switch.text().replace("&&", "&") for switch in switches}
    assert titles == {each.title for each in fixes()} | {"Passthrough"}


def test_the_default_provider_is_marked_and_another_one_can_be_made_it(
    page: ProvidersPage,
) -> None:
    chosen, copied = emissions(page.member_changed), emissions(page.address_asked)
    page.show_settings(replace(settings(DEEPSEEK, HOSTILE), default_provider="deepseek"))
    assert "api.deepseek.com · default provider" in words(page, "deepseek")
    assert "example.com:8443" in words(page, "odd")
    assert not page.cards["deepseek"]._first.isEnabled()
    page.cards["odd"]._first.trigger()
    assert chosen == [("server.default_provider", "odd")]
    menu = page.cards["odd"].findChildren(QMenu)[0]
    next(each for each in menu.actions() if each.text() == "Copy its address").trigger()
    assert copied == [("odd",)]


def test_a_variable_that_is_not_there_is_said(
    page: ProvidersPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_KEY", "sk-12345678")
    monkeypatch.delenv("NO_KEY", raising=False)
    page.show_settings(
        settings(replace(DEEPSEEK, key="env:NO_KEY"), replace(HOSTILE, key="env:A_KEY"))
    )
    assert "there is no environment variable NO_KEY here" in words(page, "deepseek")
    assert "key from the environment variable A_KEY" in words(page, "odd")
    assert not page.cards["deepseek"]._enter.isVisible()


def test_a_click_on_a_switch_names_provider_fix_and_state(page: ProvidersPage) -> None:
    seen = emissions(page.fix_toggled)
    switch = page.cards["deepseek"]._switches.switches[FIX.name]
    switch.click()
    switch.click()
    assert seen == [("deepseek", FIX.name, not FIX.default), ("deepseek", FIX.name, FIX.default)]


def test_showing_the_configuration_is_no_click(page: ProvidersPage) -> None:
    seen = emissions(page.fix_toggled)
    changed = replace(DEEPSEEK, fixes={FIX.name: not FIX.default}, passthrough=True)
    page.show_settings(settings(changed))
    assert page.cards["deepseek"]._switches.switches[FIX.name].on is not FIX.default
    assert seen == []


def test_passthrough_disables_the_switches_and_says_so(page: ProvidersPage) -> None:
    seen = emissions(page.passthrough_toggled)
    page.cards["deepseek"]._passthrough.click()
    assert seen == [("deepseek", True)]
    page.show_settings(settings(replace(DEEPSEEK, passthrough=True)))
    switches = page.cards["deepseek"]._switches.switches.values()
    assert not any(switch.isEnabled() for switch in switches)


def test_counts_of_today_follow_the_records(page: ProvidersPage) -> None:
    page.cards["deepseek"]._more.click()
    page.apply([started("1", "deepseek"), started("2", "deepseek"), started("3", "odd")])
    page.apply([finished("1", {FIX.name: 3}), finished("2", {FIX.name: 1}), finished("9")])
    assert "2 requests today · 2 repaired" in words(page, "deepseek")
    assert "4 today" in words(page, "deepseek")
    assert "1 request today · 0 repaired" in words(page, "odd")


def test_what_an_off_fix_would_have_mended_is_offered(page: ProvidersPage) -> None:
    page.show_settings(settings(replace(DEEPSEEK, fixes={FIX.name: False})))
    page.cards["deepseek"]._more.click()
    page.apply([started("1", "deepseek"), finished("1", would_mend={FIX.name: 7})])
    assert "would have mended 7" in words(page, "deepseek")
    assert "needs attention" in words(page, "deepseek")
    seen = emissions(page.fix_toggled)
    push(page, "deepseek", f"Turn on {FIX.title}")
    assert seen == [("deepseek", FIX.name, True)]


def test_the_last_failure_is_the_health(page: ProvidersPage) -> None:
    page.apply([started("1", "odd"), finished("1", outcome="upstream_error", status=401)])
    assert "the last request failed: 401" in words(page, "odd")
    page.apply([started("2", "odd"), finished("2")])
    assert "healthy" in words(page, "odd")


def test_s37_names_and_hosts_are_shown_as_they_are(page: ProvidersPage) -> None:
    assert {"<b>Odd</b> & co", "example.com:8443"} <= set(words(page, "odd"))


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("stored", {"Change key…", "Delete key"}),
        ("absent", {"Enter key…"}),
        ("unavailable", {"Enter key…"}),
        ("locked", {"Unlock"}),
    ],
)
def test_the_keys_state_decides_what_can_be_done(
    page: ProvidersPage, state: str, shown: set[str]
) -> None:
    page.show_key_state("deepseek", state, "words about the key")
    buttons = page.cards["deepseek"].findChildren(QPushButton)
    about_keys = {"Change key…", "Enter key…", "Delete key", "Unlock"}
    assert {each.text() for each in buttons if each.isVisibleTo(page)} & about_keys == shown
    assert "words about the key" in words(page, "deepseek")


def test_a_key_goes_out_as_a_secret_and_stays_nowhere(page: ProvidersPage) -> None:
    seen = emissions(page.key_entered)

    def fill(dialog: QDialog) -> None:
        dialog.findChildren(QLineEdit)[0].setText(" sk-1234567890\n")
        dialog.accept()

    answer(fill)
    page.show_key_state("deepseek", "absent", "no key yet")
    page.show_error("The key was not kept.")
    push(page, "deepseek", "Enter key…")
    assert page._error.text() == "", "it is being tried again"
    assert seen == [("deepseek", Secret("sk-1234567890"))]
    fields = QApplication.allWidgets()
    assert not any(isinstance(each, QLineEdit) and "sk-12" in each.text() for each in fields)


@pytest.mark.parametrize(
    ("keyring", "words"),
    [
        ("KWallet", "It goes into KWallet, never into a file."),
        ("", "There is no keyring here: it is kept until you quit, never in a file."),
    ],
)
def test_says_where_the_key_goes_that_is_asked_for(
    page: ProvidersPage, keyring: str, words: str
) -> None:
    said: list[str] = []

    def read(dialog: QDialog) -> None:
        said.extend(each.text() for each in dialog.findChildren(QLabel))
        dialog.reject()

    page.show_keyring(keyring)
    page.show_key_state("deepseek", "absent", "no key yet")
    answer(read)
    push(page, "deepseek", "Enter key…")
    assert words in said


def test_removing_asks_first(page: ProvidersPage) -> None:
    seen = emissions(page.provider_removed)
    answer(QDialog.reject)
    page.cards["odd"].remove.emit()
    assert seen == []

    def agree(dialog: QDialog) -> None:
        assert isinstance(dialog, QMessageBox)
        next(each for each in dialog.buttons() if each.text() == "Remove").click()

    answer(agree)
    page.cards["odd"].remove.emit()
    assert seen == [("odd",)]


def test_a_provider_goes_with_its_key_unless_the_user_keeps_it(page: ProvidersPage) -> None:
    gone, keys = emissions(page.provider_removed), emissions(page.key_deleted)

    def remove(keep_key: bool) -> None:
        def agree(dialog: QDialog) -> None:
            assert isinstance(dialog, QMessageBox)
            if keep_key:
                dialog.checkBox().click()
            next(each for each in dialog.buttons() if each.text() == "Remove").click()

        answer(agree)
        page.cards["deepseek"].remove.emit()

    page.show_key_state("deepseek", "stored", "key ••••")
    remove(keep_key=True)
    assert (gone, keys) == ([("deepseek",)], [])
    remove(keep_key=False)
    assert keys == [("deepseek",)]


@pytest.mark.parametrize(
    ("address", "copied"),
    [("", [("deepseek", "deepseek-2")]), ("https://elsewhere.example/v1", [])],
)
def test_a_copy_of_a_provider_has_its_key_at_the_same_host_alone(
    page: ProvidersPage, address: str, copied: list[tuple[str, str]]
) -> None:
    saved, keys = emissions(page.provider_saved), emissions(page.key_copied)

    def fill(dialog: QDialog) -> None:
        assert isinstance(dialog, ProviderDialog)
        if address:
            dialog._address.setText(address)
        dialog._save.click()

    answer(fill)
    page.cards["deepseek"].duplicate.emit()
    assert [each.id for (each,) in saved if isinstance(each, Provider)] == ["deepseek-2"]
    assert keys == copied


def test_the_menu_moves_a_card_and_stops_at_the_ends(page: ProvidersPage) -> None:
    seen = emissions(page.provider_moved)
    first, last = page.cards["deepseek"], page.cards["odd"]
    assert (first._up.isEnabled(), first._down.isEnabled()) == (False, True)
    assert (last._up.isEnabled(), last._down.isEnabled()) == (True, False)
    first._down.trigger()
    last._up.trigger()
    assert seen == [("deepseek", 1), ("odd", 0)]


def test_a_removed_provider_loses_its_card_and_the_order_is_the_files(page: ProvidersPage) -> None:
    third = replace(DEEPSEEK, id="third", title="Third")
    page.show_settings(settings(third, DEEPSEEK))
    assert list(page.cards) == ["deepseek", "third"]
    assert page.column.names == ("third", "deepseek")
    tops = [page.cards[name].mapTo(page, QPoint()).y() for name in page.column.names]
    assert tops == sorted(tops)


def test_a_preset_fills_the_form(qtbot: QtBot) -> None:
    dialog = ProviderDialog(None, {"deepseek"})
    qtbot.addWidget(dialog)
    assert not dialog._save.isEnabled()
    dialog.pick(matching("deepseek")[0])
    assert dialog._save.isEnabled()
    assert dialog.provider() == Provider(
        id="deepseek-2", base_url="https://api.deepseek.com/v1", title="DeepSeek"
    )


def test_editing_keeps_what_the_form_does_not_show(qtbot: QtBot) -> None:
    rich = replace(DEEPSEEK, headers={"X-Title": "me"}, fixes={FIX.name: True}, key="env:MY_KEY")
    dialog = ProviderDialog(rich, {"deepseek"})
    qtbot.addWidget(dialog)
    assert dialog.provider() == rich


@pytest.mark.parametrize(
    "address",
    ["", "ftp://x", "https://", "http://example.com/v1", "https://u:p@example.com", "https://a:b"],
)
def test_an_address_that_will_not_do_is_refused(address: str) -> None:
    assert address_problem(address)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_every_preset_is_an_address_that_will_do(preset: Any) -> None:
    assert address_problem(preset.base_url) == ""


@pytest.mark.parametrize("entered", ["", "short", "has space in", "https://a.b/c", "schlüssel-1"])
def test_what_cannot_be_a_key_is_refused_without_repeating_it(qtbot: QtBot, entered: str) -> None:
    dialog = KeyDialog("X", "place")
    qtbot.addWidget(dialog)
    dialog._field.setText(entered)
    assert not dialog._save.isEnabled()
    assert not entered or entered not in key_problem(entered)


def test_an_id_that_is_taken_gets_a_number() -> None:
    assert free_id("a", {"a", "a-2"}) == "a-3"
    assert len(free_id("x" * 40, {"x" * 40})) <= 40

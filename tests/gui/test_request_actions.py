import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from app.ui.request_actions import RequestActions
from proxy.config import Provider
from proxy.tap import Mark
from tests.gui.exchanges import (
    DONE,
    answered,
    asked,
    began,
    call,
    ended,
    exchange_of,
    mended,
    passed,
    text,
)
from tests.gui.records import emissions

SECRET = "sk-proj-abcdefghijklmnopqrstuvwxyz0123"
INDEX = Mark("index-repair", "set the index", 1, 1)
BODY = b'{"model":"m","note":"' + SECRET.encode() + b'"}'
RECORDS = [
    began(body=BODY),
    asked(body=BODY),
    answered(),
    *passed([text("I will look")]),
    *mended(call("{}", "read", "c1", None), call("{}", "read", "c1", 0), [INDEX]),
    *passed([DONE], first=103.0),
    ended(),
]
PROVIDER = Provider("deepseek", "https://a.example")


@pytest.fixture
def actions(qtbot: QtBot) -> RequestActions:
    made = RequestActions(lambda: "the chosen event")
    qtbot.addWidget(made)
    made.show_exchange(exchange_of(RECORDS), PROVIDER)
    QGuiApplication.clipboard().clear()
    return made


def entries(menu: QMenu) -> Iterator[QAction]:
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            yield from entries(inner)
        else:
            yield action


def entry(actions: RequestActions, words: str) -> QAction:
    menu = actions.menu()
    assert menu is not None
    return next(each for each in entries(menu) if each.text().partition("\t")[0] == words)


@pytest.mark.parametrize(
    ("words", "copied"),
    [
        ("Copy answer", "I will look"),
        ("Copy as curl", "$KEY"),
        ("Copy event", "the chosen event"),
        ("Make a bug report", "index-repair: set the index"),
    ],
)
def test_copies_what_is_asked_for_without_a_secret(
    qtbot: QtBot, actions: RequestActions, words: str, copied: str
) -> None:
    entry(actions, words).trigger()
    qtbot.waitUntil(lambda: copied in QGuiApplication.clipboard().text())
    assert SECRET not in QGuiApplication.clipboard().text()


def test_says_where_there_is_nothing_to_copy(qtbot: QtBot, actions: RequestActions) -> None:
    said = emissions(actions.said)
    actions.show_exchange(exchange_of([began(), ended(outcome="timeout", status=504)]), PROVIDER)
    entry(actions, "Copy answer").trigger()
    qtbot.waitUntil(lambda: said == [("There is nothing to copy.",)])


@pytest.mark.parametrize("words", ["Save as HAR…", "Save as case…"])
def test_saves_for_its_owner_and_says_how_many_values_went(
    qtbot: QtBot,
    actions: RequestActions,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
) -> None:
    path = tmp_path / "saved"

    proposed: list[Path] = []

    def choose(_parent: object, _title: str, name: str) -> tuple[str, str]:
        proposed.append(Path(name))
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    said = emissions(actions.said)
    entry(actions, words).trigger()
    qtbot.waitUntil(lambda: bool(said))
    assert proposed[0].parent == Path.home(), "not wherever the program was started"
    assert str(said[0][0]).startswith("Saved: saved · ")
    assert "looked like" in str(said[0][0])
    assert json.loads(path.read_text())
    assert SECRET not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_says_why_a_file_could_not_be_written(
    qtbot: QtBot, actions: RequestActions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def choose(*_: Any) -> tuple[str, str]:
        return str(tmp_path / "no" / "such" / "folder"), ""

    def warn(_parent: object, _title: str, words: str) -> None:
        told.append(words)

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    monkeypatch.setattr("app.ui.files.QMessageBox.warning", warn)
    actions.export()
    qtbot.waitUntil(lambda: bool(told))
    assert "No such file or directory" in told[0]


def test_says_why_there_is_no_case_to_be_saved(
    qtbot: QtBot, actions: RequestActions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def choose(*_: Any) -> tuple[str, str]:
        return str(tmp_path / "case.json"), ""

    def warn(_parent: object, _title: str, words: str) -> None:
        told.append(words)

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    monkeypatch.setattr("app.ui.files.QMessageBox.warning", warn)
    actions.show_exchange(exchange_of([began(), ended(outcome="timeout", status=504)]), PROVIDER)
    entry(actions, "Save as case…").trigger()
    qtbot.waitUntil(lambda: bool(told))
    assert "no answer to make a case of" in told[0]


@pytest.mark.parametrize(
    ("words", "ways"),
    [
        ("As this provider is set now", ("",)),
        ("With the fixes", ("on",)),
        ("Untouched", ("off",)),
        ("Both ways, side by side", ("on", "off")),
    ],
)
def test_sends_again_in_each_way(
    actions: RequestActions, words: str, ways: tuple[str, ...]
) -> None:
    again = emissions(actions.send_again_asked)
    entry(actions, words).trigger()
    assert again == [(RECORDS[0], ways)]


def test_does_not_send_again_what_it_no_longer_has(actions: RequestActions) -> None:
    exchange = exchange_of(RECORDS)
    exchange.drop()
    actions.show_exchange(exchange, PROVIDER)
    assert not entry_of_menu(actions, "Send again (no longer kept)").isEnabled()
    client = Provider("deepseek", "https://a.example", key="client")
    actions.show_exchange(exchange_of(RECORDS), client)
    assert not entry_of_menu(actions, "Send again (only the agent has the key)").isEnabled()
    actions.show_exchange(exchange_of(RECORDS), PROVIDER)
    assert entry_of_menu(actions, "Send again").isEnabled()


def entry_of_menu(actions: RequestActions, words: str) -> QAction:
    menu = actions.menu()
    assert menu is not None
    return next(each for each in menu.actions() if each.text() == words)


def test_names_the_fixes_that_acted_before_all_others(actions: RequestActions) -> None:
    fixes_of_provider = entry_of_menu(actions, "Fixes of this provider").menu()
    assert isinstance(fixes_of_provider, QMenu)
    first, line, *others = fixes_of_provider.actions()
    assert (first.text(), line.isSeparator(), len(others) > 10) == ("Index repair", True, True)


def test_turns_a_fix_off_and_shows_the_provider_and_pins(actions: RequestActions) -> None:
    toggled, providers = emissions(actions.fix_toggled), emissions(actions.provider_asked)
    pinned = emissions(actions.pin_asked)
    entry(actions, "Index repair").trigger()
    entry(actions, "Show this provider").trigger()
    entry(actions, "Pin").trigger()
    assert toggled == [("deepseek", "index-repair", False)]
    assert (providers, pinned) == ([("deepseek",)], [()])

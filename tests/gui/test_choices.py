"""The user's choices: kept in a file, told to whom they concern, asked of the system."""

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.autostart import DesktopFile
from app.choices import START_AT_LOGIN, Choices
from app.preferences import load
from tests.gui.records import emissions


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "preferences.json"


@pytest.fixture
def choices(path: Path, tmp_path: Path, qapp: QApplication) -> Choices:
    return Choices(path, DesktopFile(tmp_path / "autostart"), qapp)


def test_a_choice_is_told_and_kept(qtbot: QtBot, choices: Choices, path: Path) -> None:
    told = emissions(choices.changed)
    choices.change("theme", "dark")
    assert told == [(choices.now,)]
    qtbot.waitUntil(lambda: path.exists() and load(path).theme == "dark")


@pytest.mark.parametrize(
    ("name", "value"),
    [("theme", "pink"), ("theme", 1), ("kept_requests", 1), ("kept_requests", True)],
)
def test_a_choice_that_cannot_be_is_not_taken(choices: Choices, name: str, value: object) -> None:
    before, told = choices.now, emissions(choices.changed)
    choices.change(name, value)
    assert (choices.now, told) == (before, [])


def test_the_last_of_many_choices_is_the_one_that_is_kept(
    qtbot: QtBot, choices: Choices, path: Path
) -> None:
    for number in range(10, 60):
        choices.change("kept_requests", number)
    qtbot.waitUntil(lambda: path.exists() and load(path).kept_requests == 59)


def test_what_a_newer_version_wrote_stays(qtbot: QtBot, choices: Choices, path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"newer": [1]}')
    choices.change("close_button", "quit")
    qtbot.waitUntil(lambda: load(path).close_button == "quit")
    assert json.loads(path.read_text())["newer"] == [1]


def test_whose_fixes_come_back_survives_a_restart(
    qtbot: QtBot, choices: Choices, path: Path
) -> None:
    choices.remember_mended(["a", "b"])
    qtbot.waitUntil(lambda: path.exists() and load(path).mended_before == "a b")


def test_start_at_login_is_the_systems_word(qtbot: QtBot, choices: Choices, tmp_path: Path) -> None:
    for wanted in (True, False):
        with qtbot.waitSignal(choices.autostart_known) as known:
            choices.change(START_AT_LOGIN, wanted)
        assert known.args == [wanted]
        assert any((tmp_path / "autostart").glob("*.desktop")) is wanted


def test_what_the_disk_refuses_is_said_and_the_switch_goes_back(
    qtbot: QtBot, choices: Choices, path: Path, tmp_path: Path
) -> None:
    # A file where the folder should be: nobody, not even root, can write there.
    path.parent.write_text("")
    (tmp_path / "autostart").write_text("")
    with qtbot.waitSignal(choices.failed) as failed:
        choices.change("theme", "light")
    assert failed.args is not None
    assert failed.args[0].startswith("Your choice was not kept: ")
    failures = emissions(choices.failed)
    with qtbot.waitSignal(choices.autostart_known) as known:
        choices.change(START_AT_LOGIN, True)
    assert known.args == [False]
    assert len(failures) == 1

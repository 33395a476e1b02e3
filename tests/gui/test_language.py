import os
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from app.language import (
    CHINESE,
    ENGLISH,
    FOLDER,
    asked,
    counted,
    language,
    of_system,
    prefer_chinese_signs,
    say,
    translate,
)

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        (["zh-Hans-CN", "zh", "en"], CHINESE),
        (["zh_CN"], CHINESE),
        (["de-DE", "zh-CN", "en"], CHINESE),
        (["en-GB", "zh-CN"], ENGLISH),
        (["de-DE", "fr"], ENGLISH),
        ([], ENGLISH),
    ],
)
def test_the_first_language_that_we_speak_is_taken_from_the_system(
    wanted: list[str], spoken: str
) -> None:
    assert of_system(wanted) == spoken


def test_there_is_one_language_however_often_it_is_asked_for(qapp: QApplication) -> None:
    assert language() is language()
    assert qapp.findChildren(type(language())) == [language()]


def test_words_follow_the_language_there_and_back(qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    say(label, label.setText, lambda: translate("Pages", "Providers"))
    assert label.text() == "Providers"

    language().choose(CHINESE)
    assert label.text() == "供应商"
    assert translate("Pages", "Providers") == "供应商"

    language().choose(ENGLISH)
    assert label.text() == "Providers"


def test_names_stay_as_they_are(qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    say(label, label.setText, "Providers")

    language().choose(CHINESE)
    assert label.text() == "Providers"
    assert asked("Providers") == "Providers"


def test_words_go_with_their_owner() -> None:
    label = QLabel()
    said: list[str] = []
    say(label, said.append, lambda: "said")
    delete(label)

    language().choose(CHINESE)
    assert said == ["said"]


def test_the_same_language_twice_says_nothing_again(qtbot: QtBot) -> None:
    language().choose(ENGLISH)
    with qtbot.assertNotEmitted(language().changed):
        language().choose(ENGLISH)


def test_an_unknown_name_stands_for_the_system() -> None:
    language().choose("tlh")
    assert language().now in {ENGLISH, CHINESE}


def test_qt_speaks_the_language_too(qtbot: QtBot) -> None:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(buttons)
    language().choose(CHINESE)
    fresh = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(fresh)
    assert fresh.buttons()[0].text().startswith("取消")


def test_going_back_takes_every_translator_away() -> None:
    language().choose(CHINESE)
    assert len(language().findChildren(QTranslator)) == 2
    language().choose(ENGLISH)
    language().choose(CHINESE)
    assert len(language().findChildren(QTranslator)) == 2


@pytest.mark.parametrize(("count", "said"), [(0, "0 keys"), (1, "one key"), (2, "2 keys")])
def test_one_of_a_kind_is_said_by_itself(count: int, said: str) -> None:
    assert counted(count, "one key", "{count} keys") == said


@pytest.mark.parametrize(("name", "asked_for"), [(CHINESE, "zh-cn"), (ENGLISH, None), ("", None)])
def test_shared_signs_are_drawn_the_chinese_way(
    monkeypatch: pytest.MonkeyPatch, name: str, asked_for: str | None
) -> None:
    monkeypatch.delenv("FC_LANG", raising=False)
    prefer_chinese_signs(name)
    assert os.environ.pop("FC_LANG", None) == asked_for


def test_an_update_written_over_the_words_does_not_disturb_who_shows_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "wiremend_zh_CN.qm"
    shutil.copyfile(FOLDER / copy.name, copy)
    monkeypatch.setattr("app.language.FOLDER", tmp_path)
    language().choose(CHINESE)
    with copy.open("r+b") as written:
        written.write(bytes(copy.stat().st_size))
    assert translate("EventKind", "tool args") == "工具参数"

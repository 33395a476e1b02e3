from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.editing import Editor
from app.settings import ConfigFile
from proxy.config import Provider, Settings
from proxy.localkey import digest
from proxy.secret import Secret
from tests.gui.records import emissions


@pytest.fixture
def file(tmp_path: Path) -> ConfigFile:
    made = ConfigFile(tmp_path / "config.toml")
    made.ensure()
    return made


@pytest.fixture
def editor(file: ConfigFile, qapp: QApplication) -> Editor:
    return Editor(file, qapp)


def test_a_switch_is_written_and_told(qtbot: QtBot, editor: Editor, file: ConfigFile) -> None:
    with qtbot.waitSignal(editor.edited) as told:
        editor.set_fix("demo", "force-stream", True)
    assert told.args == [file.load()]
    assert file.load().providers["demo"].fixes == {"force-stream": True}


def test_wishes_are_written_in_order(qtbot: QtBot, editor: Editor, file: ConfigFile) -> None:
    told = emissions(editor.edited)
    for on in (True, False, True, False):
        editor.set_fix("demo", "force-stream", on)
    editor.save_provider(Provider("one", "https://api.example.com/v1"))
    editor.set_passthrough_of(["demo", "one"], on=True)
    qtbot.waitUntil(lambda: len(told) == 6)
    settings = file.load()
    assert settings.providers["demo"].fixes == {"force-stream": False}
    assert [each.passthrough for each in settings.providers.values()] == [True, True]


def test_a_provider_is_brought_to_another_place(
    qtbot: QtBot, editor: Editor, file: ConfigFile
) -> None:
    editor.save_provider(Provider("one", "https://api.example.com/v1"))
    with qtbot.waitSignals([editor.edited] * 2):
        editor.move_provider("one", 0)
    assert list(file.load().providers) == ["one", "demo"]


def test_a_new_key_is_handed_out_once_and_kept_as_a_digest(
    qtbot: QtBot, editor: Editor, file: ConfigFile
) -> None:
    made = emissions(editor.key_made)
    editor.add_agent("Cline")
    qtbot.waitUntil(lambda: bool(made))
    ((name, key),) = made
    assert isinstance(key, Secret)
    known = {agent.name: agent.sha256 for agent in file.load().agents}
    assert (name, known["Cline"]) == ("Cline", digest(key.reveal()))
    assert key.reveal() not in file.text()


def test_says_why_the_file_stayed_as_it_is(qtbot: QtBot, editor: Editor, file: ConfigFile) -> None:
    before = file.text()
    with qtbot.waitSignal(editor.refused) as refused:
        editor.set_fix("nobody", "force-stream", True)
    assert refused.args is not None
    assert refused.args[0].startswith("The configuration was not changed: ")
    assert file.text() == before


def test_what_comes_after_an_edit_finds_it_told(qtbot: QtBot, editor: Editor) -> None:
    seen: list[Settings] = []
    editor.edited.connect(seen.append)
    done: list[int] = []
    editor.save_provider(Provider("one", "https://api.example.com/v1"))
    editor.after(lambda: done.append(len(seen)))
    qtbot.waitUntil(lambda: bool(done))
    assert done == [1]

"""The file on a real disk: written at once, watched, never lost."""

import os
import threading
import time
from pathlib import Path

import pytest

from app.settings import ConfigFile, Watcher
from proxy.config import Settings
from proxy.configedit import set_fix
from proxy.errors import ConfigError


@pytest.fixture
def file(tmp_path: Path) -> ConfigFile:
    made = ConfigFile(tmp_path / "inner" / "config.toml")
    made.ensure()
    return made


def modes(folder: Path) -> dict[str, int]:
    return {each.name: each.stat().st_mode & 0o777 for each in folder.iterdir()}


def test_s39_a_first_start_writes_for_the_user_alone(file: ConfigFile) -> None:
    mask = os.umask(0)
    try:
        file.load()
        file.edit(lambda text: set_fix(text, "demo", "force-stream", on=True))
    finally:
        os.umask(mask)
    assert set(modes(file.path.parent).values()) == {0o600}
    assert file.path.parent.stat().st_mode & 0o777 == 0o700


def test_does_not_write_over_a_file_that_is_there(file: ConfigFile) -> None:
    file.path.write_text("version = 1\n")
    file.ensure()
    assert file.text() == "version = 1\n"


def test_an_edit_that_would_be_invalid_changes_nothing(file: ConfigFile) -> None:
    before = file.text()
    with pytest.raises(ConfigError):
        file.edit(lambda text: text + "\n[providers.BAD]\n")
    assert file.text() == before
    assert [*modes(file.path.parent)] == ["config.toml"]


def test_keeps_a_copy_of_what_was_good_last(file: ConfigFile) -> None:
    good = file.load()
    file.path.write_text("nonsense")
    with pytest.raises(ConfigError):
        file.load()
    assert file.load_last_good() == good


def test_an_edit_follows_a_link_to_its_file(file: ConfigFile, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(file.path)
    ConfigFile(link).edit(lambda text: set_fix(text, "demo", "force-stream", on=True))
    assert link.is_symlink()
    assert file.load().providers["demo"].fixes == {"force-stream": True}


@pytest.mark.parametrize("kind", ["fifo", "folder", "device", "missing"])
def test_s40_refuses_at_once_what_is_no_file(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "config.toml"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path = Path("/dev/zero")
    begun = time.monotonic()
    with pytest.raises(ConfigError):
        ConfigFile(path).load()
    assert time.monotonic() - begun < 1


def test_refuses_what_is_no_text(file: ConfigFile) -> None:
    file.path.write_bytes(b"version = 1\n\xff")
    with pytest.raises(ConfigError) as caught:
        file.load()
    assert caught.value.line == 2


class Told:
    """What a watcher told."""

    def __init__(self) -> None:
        self.settings: list[Settings] = []
        self.errors: list[ConfigError] = []
        self.changed = threading.Event()

    def take(self, settings: Settings) -> None:
        self.settings.append(settings)
        self.changed.set()

    def refuse(self, error: ConfigError) -> None:
        self.errors.append(error)
        self.changed.set()


def test_a_change_is_told_within_a_second(file: ConfigFile) -> None:
    told = Told()
    watcher = Watcher(file, told.take, told.refuse)
    watcher.start()
    try:
        file.edit(lambda text: set_fix(text, "demo", "force-stream", on=True))
        assert told.changed.wait(1)
        assert told.settings[0].providers["demo"].fixes == {"force-stream": True}
        told.changed.clear()
        file.path.write_text("version = 1\nport =")
        assert told.changed.wait(1)
        assert told.errors[0].line == 2
    finally:
        watcher.stop()


def test_a_reader_sees_the_old_text_or_the_new_one(file: ConfigFile) -> None:
    over = threading.Event()
    seen: set[int] = set()

    def read() -> None:
        while not over.is_set():
            seen.add(len(file.text()))

    reader = threading.Thread(target=read)
    reader.start()
    lengths: set[int] = {len(file.text())}
    for number in range(60):
        file.edit(lambda text, on=bool(number % 2): set_fix(text, "demo", "force-stream", on=on))
        lengths.add(len(file.text()))
    over.set()
    reader.join()
    assert seen <= lengths

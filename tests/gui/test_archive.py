import json
import os
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.archive import MOST_DAYS, Archive
from app.models.store import Store
from tests.gui.exchanges import text, whole
from tests.gui.records import emissions

KEY = "sk-proj-abcdefghijklmnopqrstuvwxyz0123"
pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "requests"


@pytest.fixture
def archive(folder: Path) -> Archive:
    made = Archive(folder, most_bytes=20_000)
    made.turn(True)
    return made


def send(archive: Archive, *names: str, words: str = "hello") -> None:
    store = Store()
    for name in names:
        records = whole(text(words), exchange_id=name)
        store.apply(records)
        archive.apply(records, store.get)


def written(folder: Path) -> list[str]:
    return sorted(path.stem.rpartition("-")[2] for path in folder.glob("*.har"))


def test_nothing_is_on_disk_where_nobody_asked_for_it(qtbot: QtBot, folder: Path) -> None:
    archive = Archive(folder)
    send(archive, "a")
    archive.turn(True)
    archive.turn(False)
    send(archive, "b")
    archive.turn(True)
    send(archive, "c")
    qtbot.waitUntil(lambda: written(folder) == ["c"])


def test_what_is_finished_is_written_for_its_owner_and_without_keys(
    qtbot: QtBot, archive: Archive, folder: Path
) -> None:
    send(archive, "a", words=f"the key is {KEY}")
    qtbot.waitUntil(lambda: written(folder) == ["a"])
    path = next(folder.iterdir())
    assert path.name == "20260921T141320-deepseek-a.har"
    assert json.loads(path.read_text())["log"]["version"] == "1.2"
    assert KEY not in path.read_text()
    assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)


def test_the_oldest_goes_where_there_is_no_room(
    qtbot: QtBot, archive: Archive, folder: Path
) -> None:
    names = [f"x{number:02}" for number in range(20)]
    send(archive, *names)
    qtbot.waitUntil(lambda: "x19" in written(folder) and "x00" not in written(folder))
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 20_000
    assert written(folder) == names[-len(written(folder)) :]


@pytest.mark.parametrize("on", [True, False])
def test_s36_what_is_too_old_goes_at_the_next_start_in_any_case(
    qtbot: QtBot, folder: Path, on: bool
) -> None:
    folder.mkdir()
    long_ago = time.time() - (MOST_DAYS + 1) * 86_400
    (folder / "20200101T000000-demo-old.har").touch()
    os.utime(folder / "20200101T000000-demo-old.har", (long_ago, long_ago))
    (folder / "20200101T000000-demo-young.har").touch()
    Archive(folder).turn(on)
    qtbot.waitUntil(lambda: written(folder) == ["young"])


def test_s36_clearing_deletes_all_of_it_and_nothing_else(
    qtbot: QtBot, archive: Archive, folder: Path
) -> None:
    send(archive, "a")
    qtbot.waitUntil(lambda: written(folder) == ["a"])
    (folder / "mine.txt").touch()
    archive.clear()
    qtbot.waitUntil(lambda: [path.name for path in folder.iterdir()] == ["mine.txt"])


@pytest.mark.parametrize("on", [True, False])
def test_what_cannot_be_deleted_is_said(
    qtbot: QtBot, archive: Archive, folder: Path, *, on: bool
) -> None:
    archive.turn(on)
    # No file of ours, and not to be deleted like one.
    (folder / "held.har").mkdir(parents=True)
    said = emissions(archive.failed)
    archive.clear()
    qtbot.waitUntil(lambda: bool(said))
    assert said == [("Requests on disk could not be deleted: Is a directory",)]


def test_a_disk_that_takes_nothing_is_said_once(
    qtbot: QtBot, archive: Archive, folder: Path
) -> None:
    folder.touch()
    said = emissions(archive.failed)
    send(archive, "a", "b", "c")
    qtbot.waitUntil(lambda: archive._waiting == 0)
    assert said == [("Requests are no longer kept on disk: File exists",)]


def test_a_writer_that_falls_behind_holds_no_more_than_so_many(
    qtbot: QtBot, archive: Archive, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.archive._MOST_WAITING", 2)
    said = emissions(archive.failed)
    send(archive, "a", "b", "c")
    qtbot.waitUntil(lambda: archive._waiting == 0)
    assert said == [("Requests come too fast: not all are kept on disk.",)]
    assert written(folder) == ["a", "b"]

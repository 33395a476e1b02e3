"""A file takes another's place: private, through links, and never in part."""

import errno
import os
import stat
from pathlib import Path

import pytest

from app.replacing import create_file, replace_file

needs_posix = pytest.mark.skipif(os.name != "posix", reason="modes and links are posix's")


@needs_posix
def test_s39_only_the_owner_reads_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"a longer content than the new one")
    path.chmod(0o644)
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600


@needs_posix
def test_a_wanted_mode_is_kept_whatever_the_mask(tmp_path: Path) -> None:
    former = os.umask(0o077)
    try:
        replace_file(tmp_path / "x", b"new", 0o644)
    finally:
        os.umask(former)
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o644


@needs_posix
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    replace_file(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("流" * 80 + ".har")
    replace_file(path, b"new")
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_nothing_is_left_where_it_fails(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        replace_file(tmp_path / "folder", b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    create_file(tmp_path / "x", b"old")
    with pytest.raises(FileExistsError):
        create_file(tmp_path / "x", b"new")
    assert (tmp_path / "x").read_bytes() == b"old"


@needs_posix
def test_a_folder_that_cannot_be_synced_holds_the_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def sync_files(number: int) -> None:
        if stat.S_ISDIR(os.fstat(number).st_mode):
            raise OSError(errno.EINVAL, "as some network file systems say")
        sync(number)

    monkeypatch.setattr(os, "fsync", sync_files)
    replace_file(tmp_path / "x", b"new")
    assert (tmp_path / "x").read_bytes() == b"new"

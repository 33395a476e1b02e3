"""Puts a file in another's place, whole or not at all: a reader sees the old one or the new one."""

import contextlib
import os
import secrets
import time
from pathlib import Path

PRIVATE = 0o600

_TRIES = 5
_PAUSE_SECONDS = 0.05
_KEPT_OF_NAME = 50
"""Characters; with what is put around them they fit into any file system's longest name."""


def replace_file(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Write a file; its folder must be there. Raises `OSError`, and then the old one is as it was.

    It has its mode from the beginning, and is on the disk before it takes the place. A link is
    followed: the user keeps such files elsewhere, and the link must stay one.
    """
    target = path.resolve()
    beside = target.with_name(f".{target.name[:_KEPT_OF_NAME]}.{secrets.token_hex(6)}")
    try:
        create_file(beside, content, mode)
        _take_place(beside, target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def create_file(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Write a file that is not there yet; raises `OSError`."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    descriptor = os.open(path, flags, mode)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(descriptor)
    if os.name == "posix":
        # The process's mask may have taken something from it.
        path.chmod(mode)


def _take_place(beside: Path, target: Path) -> None:
    for attempt in range(_TRIES):
        try:
            beside.replace(target)
            break
        except PermissionError:
            # Windows: somebody reads the old file just now.
            if attempt == _TRIES - 1:
                raise
            time.sleep(_PAUSE_SECONDS)
    if hasattr(os, "O_DIRECTORY"):
        # The new file is there by now, also where a file system has no such call.
        with contextlib.suppress(OSError):
            folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

"""The configuration file: read, watched, written at once or not at all, with a last good copy.

A file that is invalid or unreadable changes nothing and is not touched. What is written goes to a
new file beside it first, mode 0600 from the beginning, and takes its place when it is safely on the
disk: a reader sees the old text or the new one.
"""

import contextlib
import os
import secrets
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import platformdirs

from proxy.config import Settings
from proxy.configtext import parse
from proxy.errors import ConfigError
from proxy.repairs import fix_names

FILE_NAME = "config.toml"
LONGEST = 4 * 1024 * 1024
"""Bytes; a larger file is no configuration."""
POLL_SECONDS = 0.25
_REPLACE_TRIES = 5
_REPLACE_SECONDS = 0.05

FRESH = """\
# Wiremend. Changes apply to the next request; comments are kept.
version = 1

[server]
host = "127.0.0.1"
port = 8459
default_provider = "demo"
access = "required"

# A provider that is broken on purpose and needs no key: its models are its defects.
[providers.demo]
title = "Demo"
base_url = "demo:"
key = "none"
"""
"""What a first start writes."""

_Stamp: TypeAlias = tuple[int, int, int] | None


def default_path() -> Path:
    """Return where the configuration is unless the user names another file."""
    return platformdirs.user_config_path("wiremend") / FILE_NAME


class ConfigFile:
    """One configuration file and its last good copy."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._edits = threading.Lock()

    @property
    def last_good(self) -> Path:
        """The copy that is made after each valid load."""
        return self.path.with_name(self.path.name + ".last-good")

    def ensure(self) -> None:
        """Write a fresh configuration where there is none. Raises `OSError`."""
        if not self.path.exists():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(self.path, FRESH)

    def text(self) -> str:
        """Return what the file holds. Raises `ConfigError` where it cannot be read."""
        return _read(self.path)

    def load(self) -> Settings:
        """Read and check the file, and keep a copy of it. Raises `ConfigError`."""
        text = self.text()
        settings = parse(text, fix_names())
        with contextlib.suppress(OSError, ConfigError):
            # A disk that is full or read-only must not keep anybody from working.
            if not self.last_good.exists() or _read(self.last_good) != text:
                _write(self.last_good, text)
        return settings

    def load_last_good(self) -> Settings:
        """Read the last good copy. Raises `ConfigError` where there is none."""
        return parse(_read(self.last_good), fix_names())

    def edit(self, change: Callable[[str], str]) -> Settings:
        """Change the text and write it. Raises `ConfigError`, `KeyError` or `OSError`."""
        with self._edits:
            text = change(self.text())
            settings = parse(text, fix_names())
            _write(self.path, text)
            return settings

    def stamp(self) -> _Stamp:
        """Return what changes when the file does; None where there is none."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


class Watcher:
    """Tells of changes of a file within a second, from a thread of its own."""

    def __init__(
        self,
        file: ConfigFile,
        on_settings: Callable[[Settings], object],
        on_error: Callable[[ConfigError], object],
    ) -> None:
        self._file = file
        self._on_settings = on_settings
        self._on_error = on_error
        self._seen = file.stamp()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wiremend-config", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; returns once nothing more is told."""
        self._over.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(2)

    def _run(self) -> None:
        while not self._over.wait(POLL_SECONDS):
            stamp = self._file.stamp()
            if stamp == self._seen:
                continue
            self._seen = stamp
            try:
                settings = self._file.load()
            except ConfigError as error:
                self._on_error(error)
            else:
                self._on_settings(settings)


def _read(path: Path) -> str:
    # Without waiting: a pipe in the file's place would be waited for for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise ConfigError(0, "the file cannot be read, expected a readable file") from error
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ConfigError(0, "not a regular file, expected one")
        data = opened.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise ConfigError(0, "the file is too large, expected less than 4 MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(data.count(b"\n", 0, error.start) + 1, "not UTF-8 text") from error


def _write(path: Path, text: str) -> None:
    if path.exists() and not path.is_file():
        raise ConfigError(0, "not a regular file, expected one")
    target = path.resolve()
    beside = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(beside, flags, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(descriptor)
        _replace(beside, target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _replace(beside: Path, target: Path) -> None:
    for attempt in range(_REPLACE_TRIES):
        try:
            beside.replace(target)
            break
        except PermissionError:
            # Windows: somebody reads the old file just now.
            if attempt == _REPLACE_TRIES - 1:
                raise
            time.sleep(_REPLACE_SECONDS)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

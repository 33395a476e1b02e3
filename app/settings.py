"""The configuration file: read, watched, written at once or not at all, with a last good copy.

A file that is invalid or unreadable changes nothing and is not touched. What is written goes to a
new file beside it first, mode 0600 from the beginning, and takes its place when it is safely on the
disk: a reader sees the old text or the new one.
"""

import contextlib
import logging
import os
import stat
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeAlias

import platformdirs

from app.replacing import PRIVATE, replace_file
from proxy.config import Settings
from proxy.configedit import FRESH
from proxy.configtext import LONGEST, decode, parse
from proxy.errors import ConfigError
from proxy.repairs import fix_names

FILE_NAME = "config.toml"
POLL_SECONDS = 0.4
"""Each look wakes a processor that may be asleep; a change must be found well within a second."""
SETTLE_SECONDS = 0.1
"""How long a changed text must stay as it is: an editor may be in the middle of writing it."""

_COARSE_SECONDS = 2
"""The coarsest clock of a file system: a change within it may leave no trace in the times."""
_LOCK_SECONDS = 5
_LOCK_POLL_SECONDS = 0.01

log = logging.getLogger(__name__)

Stamp: TypeAlias = tuple[int, int, int] | None
_UNSEEN: Stamp = (0, 0, 0)


def default_path() -> Path:
    """Return where the configuration is unless the user names another file."""
    return platformdirs.user_config_path("wiremend") / FILE_NAME


class ConfigFile:
    """One configuration file and its last good copy."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.loaded = ""
        """The text that was last found valid."""
        self._edits = threading.Lock()

    @property
    def last_good(self) -> Path:
        """The copy that is made after each valid load."""
        return self.path.with_name(self.path.name + ".last-good")

    def ensure(self) -> None:
        """Write a fresh configuration where there is none, close one open to others to them.

        Raises `OSError`, `ConfigError`.
        """
        if os.path.lexists(self.path):
            _close_to_others(self.path)
            return
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write(self.path, FRESH)

    def text(self) -> str:
        """Return what the file holds. Raises `ConfigError` where it cannot be read."""
        return _read(self.path)

    def load(self) -> Settings:
        """Read and check the file, and keep a copy of it. Raises `ConfigError`."""
        return self.accept(self.text())

    def accept(self, text: str) -> Settings:
        """Check a text of the file, and keep a copy of it. Raises `ConfigError`."""
        settings = parse(text, fix_names())
        self.loaded = text
        with contextlib.suppress(OSError, ConfigError):
            # A disk that is full or read-only must not keep anybody from working.
            if not self.last_good.exists() or _read(self.last_good) != text:
                write(self.last_good, text)
        return settings

    def load_last_good(self) -> Settings:
        """Read the last good copy. Raises `ConfigError` where there is none."""
        return parse(_read(self.last_good), fix_names())

    def edit(self, change: Callable[[str], str]) -> Settings:
        """Change the text and write it, if it is valid. Raises `ConfigError`, `OSError`."""
        with self._edits, _alone(self.path.parent):
            text = change(self.text())
            settings = parse(text, fix_names())
            write(self.path, text)
        return settings

    def stamp(self) -> Stamp:
        """Return what changes when the file does; None where there is none."""
        try:
            found = self.path.stat()
        except (OSError, ValueError):
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
        self._text = file.loaded
        self._seen: Stamp = _UNSEEN
        self._told: tuple[int, str] | None = None
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
            if stamp == self._seen and not _is_recent(stamp):
                continue
            self._seen = stamp
            try:
                self._look()
            except ConfigError as error:
                self._complain(error)
            except Exception as error:  # noqa: BLE001  whoever was told must not end the watching
                log.error("a change was not applied: %s", type(error).__name__)  # noqa: TRY400

    def _look(self) -> None:
        text = self._settled()
        if text is None or text == self._text:
            return
        self._text = text
        settings = self._file.accept(text)
        self._told = None
        self._on_settings(settings)

    def _settled(self) -> str | None:
        """Return the text, None while it is still being written."""
        try:
            before = self._file.text()
        except ConfigError:
            # Between two steps of an editor there may be no file at all.
            before = None
        if before == self._text or self._over.wait(SETTLE_SECONDS):
            return None
        after = self._file.text()
        if after == before:
            return after
        self._seen = _UNSEEN
        return None

    def _complain(self, error: ConfigError) -> None:
        said = (error.line, error.message)
        if said != self._told:
            self._told = said
            self._on_error(error)


def write(path: Path, text: str) -> None:
    """Put a text in a file's place, for its owner's eyes alone. Raises `OSError`, `ConfigError`."""
    if path.exists():
        _check_kind(path.stat())
    replace_file(path, text.encode("utf-8"))


def _is_recent(stamp: Stamp) -> bool:
    return stamp is not None and abs(time.time() - stamp[0] / 1e9) < _COARSE_SECONDS


def _read(path: Path) -> str:
    # Without waiting: a pipe in the file's place would be waited for for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    flags |= getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError as error:
        raise ConfigError(0, "the file is not there, expected a readable file") from error
    except (OSError, ValueError) as error:
        raise ConfigError(0, "the file cannot be read, expected a readable file") from error
    with contextlib.ExitStack() as closing:
        closing.callback(os.close, descriptor)
        # Before it is opened as a file: that alone fails for a folder.
        _check_kind(os.fstat(descriptor))
        with os.fdopen(descriptor, "rb", closefd=False) as opened:
            return decode(opened.read(LONGEST + 1))


def _check_kind(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(0, "this is not a regular file, expected a regular file")
    if found.st_nlink > 1:
        raise ConfigError(0, "the file has a second name (a hard link), expected only this one")


def _close_to_others(path: Path) -> None:
    found = path.stat()
    _check_kind(found)
    if hasattr(os, "getuid") and found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) & 0o77:
        path.chmod(PRIVATE)


@contextlib.contextmanager
def _alone(folder: Path) -> Generator[None]:
    """Keep other processes of ours from editing meanwhile, where the system can; raises OSError."""
    try:
        import fcntl  # noqa: PLC0415 - not on every system
    except ImportError:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        until = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise
                time.sleep(_LOCK_POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)

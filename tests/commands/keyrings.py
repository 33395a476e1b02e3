"""A real Secret Service for tests, on a bus of its own, without a screen or a person."""

import os
import shutil
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = b"the keyring's own"
INSTALLED = all(map(shutil.which, ("dbus-daemon", "gnome-keyring-daemon")))


class Session:
    """A bus and a keyring's daemon on it."""

    def __init__(self, home: Path) -> None:
        home.chmod(0o700)
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        self.environment = {**kept, "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
        # What the bus starts inherits the bus's environment, so HOME is set before.
        command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
        self._bus = subprocess.Popen(command, stdout=subprocess.PIPE, env=self.environment)
        assert self._bus.stdout is not None
        self.address = self._bus.stdout.readline().decode().strip()
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self.address
        self._daemon: subprocess.Popen[bytes] | None = None

    def unlock(self, password: bytes = PASSWORD) -> None:
        """Start the daemon; an empty home gets a keyring with this password."""
        command = ["gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground"]
        self._daemon = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self.environment,
        )
        assert self._daemon.stdin is not None
        assert self._daemon.stdout is not None
        self._daemon.stdin.write(password)
        self._daemon.stdin.close()
        self._daemon.stdin = None
        # It prints where it listens as soon as it does.
        self._daemon.stdout.readline()

    def hang(self) -> None:
        """Let the daemon not answer, as while it waits for a person."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        self._signal(signal.SIGCONT)

    def close_keyring(self) -> None:
        """End the daemon; what it kept is on the disk, locked."""
        if self._daemon is not None:
            self.go_on()
            self._daemon.terminate()
            self._daemon.communicate(timeout=5)
            self._daemon = None

    def close(self) -> None:
        self.close_keyring()
        self._bus.terminate()
        self._bus.communicate(timeout=5)

    def _signal(self, number: signal.Signals) -> None:
        assert self._daemon is not None
        self._daemon.send_signal(number)


@contextmanager
def session(home: Path) -> Generator[Session]:
    """Run a bus with an unlocked keyring."""
    running = Session(home)
    try:
        running.unlock()
        yield running
    finally:
        running.close()

"""What users, editors and systems do to a configuration and to a proxy that runs."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.settings import POLL_SECONDS, SETTLE_SECONDS, ConfigFile, Watcher
from proxy.config import Settings
from proxy.configedit import FRESH, set_fix
from proxy.errors import ConfigError
from tests.server.running import free_port

EDIT = """
import sys
from pathlib import Path
from app.settings import ConfigFile
from proxy.configedit import save_provider
from proxy.config import Provider
for number in range(5):
    provider = Provider(f"p{sys.argv[2]}-{number}", "https://a.example")
    ConfigFile(Path(sys.argv[1])).edit(lambda text: save_provider(text, provider))
"""


@pytest.fixture
def file(tmp_path: Path) -> ConfigFile:
    made = ConfigFile(tmp_path / "config.toml")
    made.ensure()
    made.load()
    return made


class Told:
    def __init__(self) -> None:
        self.settings: list[Settings] = []
        self.errors: list[str] = []

    def refuse(self, error: ConfigError) -> None:
        self.errors.append(error.message)


def soon(true: Callable[[], object]) -> bool:
    """Wait until it is true, and a moment longer for what must not follow; tell whether it is."""
    until = time.monotonic() + 10
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(2 * (POLL_SECONDS + SETTLE_SECONDS))
    return bool(true())


@contextmanager
def watching(file: ConfigFile) -> Generator[Told]:
    told = Told()
    watcher = Watcher(file, told.settings.append, told.refuse)
    watcher.start()
    try:
        yield told
    finally:
        watcher.stop()


def test_s40_a_file_with_a_second_name_is_refused(file: ConfigFile, tmp_path: Path) -> None:
    (tmp_path / "other").hardlink_to(file.path)
    for work in (file.text, lambda: file.edit(str)):
        with pytest.raises(ConfigError, match="hard link"):
            work()


def test_s39_a_file_that_others_could_read_is_closed_to_them(file: ConfigFile) -> None:
    file.path.chmod(0o644)
    file.ensure()
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_edits_of_several_processes_are_all_kept(file: ConfigFile) -> None:
    command = [sys.executable, "-c", EDIT, str(file.path)]
    editors = [subprocess.Popen([*command, str(number)]) for number in range(4)]
    assert [editor.wait(30) for editor in editors] == [0] * 4
    assert len(file.load().providers) == 1 + 4 * 5


def test_a_file_that_is_written_slowly_is_read_when_it_is_whole(file: ConfigFile) -> None:
    whole = set_fix(FRESH, "demo", "force-stream", on=True)
    with watching(file) as told, file.path.open("w") as opened:
        for line in whole.splitlines(keepends=True):
            opened.write(line)
            opened.flush()
            time.sleep(0.02)
        assert soon(lambda: told.settings)
        assert [each.providers["demo"].fixes for each in told.settings] == [{"force-stream": True}]
        assert told.errors == []


def test_a_change_in_the_same_instant_and_of_the_same_length_is_seen(file: ConfigFile) -> None:
    found = file.path.stat()
    with watching(file) as told:
        time.sleep(0.3)
        with file.path.open("r+") as opened:
            opened.write(FRESH.replace('"Demo"', '"Dame"'))
        os.utime(file.path, ns=(found.st_atime_ns, found.st_mtime_ns))
        assert soon(lambda: told.settings)
        assert [each.providers["demo"].title for each in told.settings] == ["Dame"]


def test_a_file_that_goes_is_told_once_and_comes_back(file: ConfigFile) -> None:
    with watching(file) as told:
        time.sleep(0.3)
        file.path.unlink()
        assert soon(lambda: told.errors)
        assert told.errors == ["the file is not there, expected a readable file"]
        file.path.write_text(set_fix(FRESH, "demo", "usage", on=False))
        assert soon(lambda: told.settings)
        assert len(told.settings) == 1


def test_whoever_is_told_and_fails_does_not_end_the_watching(file: ConfigFile) -> None:
    failed, came = threading.Event(), threading.Event()

    def fail_once(settings: Settings) -> None:
        if settings.providers["demo"].fixes["usage"]:
            failed.set()
            raise RuntimeError
        came.set()

    watcher = Watcher(file, fail_once, lambda _: None)
    watcher.start()
    try:
        file.edit(lambda text: set_fix(text, "demo", "usage", on=True))
        assert failed.wait(10)
        file.edit(lambda text: set_fix(text, "demo", "usage", on=False))
        assert came.wait(10)
    finally:
        watcher.stop()


def run(tmp_path: Path, *arguments: str, **more: str) -> "subprocess.Popen[str]":
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    home = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    return subprocess.Popen(
        [sys.executable, "-m", "app", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**kept, **home, **more},
    )


def serve(tmp_path: Path, *arguments: str, **more: str) -> "subprocess.Popen[str]":
    return run(tmp_path, "serve", "--port", str(free_port()), *arguments, **more)


def test_f48_a_reader_of_the_log_that_goes_ends_nothing(tmp_path: Path) -> None:
    process = serve(tmp_path, "--log-format", "json")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    path = tmp_path / ".config" / "wiremend" / "config.toml"
    for number in range(3):
        ConfigFile(path).edit(
            lambda text, on=bool(number % 2): set_fix(text, "demo", "usage", on=on)
        )
        time.sleep(0.6)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=5)
    assert (process.returncode, said) == (0, "")


def test_f41_a_port_that_cannot_be_had_later_is_told_and_the_old_one_serves(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    first, second = free_port(), free_port()
    path.write_text(FRESH.replace("8459", str(first)))
    with socket.socket() as other:
        other.bind(("127.0.0.1", second))
        other.listen()
        process = run(tmp_path, "serve", "--config", str(path), "--log-format", "json")
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["url"].endswith(f":{first}")
        path.write_text(FRESH.replace("8459", str(second)))
        line = json.loads(process.stdout.readline())
        assert line["applied"] is False
        assert str(second) in line["error"]
    process.kill()
    process.communicate()


def test_f54_a_display_that_nobody_serves_is_none(tmp_path: Path) -> None:
    process = run(tmp_path, "--port", str(free_port()), DISPLAY=":93", WAYLAND_DISPLAY="wayland-9")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Listening on http://127.0.0.1:")
    process.terminate()
    _, said = process.communicate(timeout=5)
    assert said == "Wiremend: there is no display; running as `wiremend serve`.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--config", "\\\\server\\share\\config.toml"],
        ["serve", "--config", "/dev/null"],
        ["serve", "--config", "x" * 5000],
        ["check", "--config", "/proc/self/mem"],
        ["agent", "add", "a\nb"],
        ["set", "demo", "x" * 90_000, "on"],
        ["x" * 90_000],
    ],
)
def test_s43_what_cannot_be_is_refused_in_one_short_line(
    tmp_path: Path, arguments: list[str]
) -> None:
    process = run(tmp_path, *arguments)
    _, said = process.communicate(timeout=10)
    assert process.returncode in (1, 2)
    assert said.count("\n") == 1
    assert len(said) < 6000

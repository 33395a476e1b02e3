"""Keys in a real keyring: GNOME's, on a bus of its own."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.secrets import Keyring, KeyringLockedError, KeyState
from proxy.errors import KeyUnavailableError
from proxy.secret import Secret
from tests.commands.keyrings import INSTALLED, Session

pytestmark = [
    pytest.mark.skipif(
        not INSTALLED,
        reason="needs gnome-keyring and dbus",
    ),
    # The library leaves its connections to the garbage collector where a call fails.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ORIGIN = "https://api.example.com:443"
KEY = "sk-CANARY-0123456789abcdef0123456789abcdef"
OTHER_KEY = "sk-CANARY-fedcba9876543210fedcba9876543210"


def wiremend(
    running: Session, *arguments: str, given: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        check=False,
        capture_output=True,
        text=True,
        input=given,
        env=running.environment,
        timeout=30,
    )


@pytest.mark.usefixtures("real_keyring")
def test_a_key_is_kept_for_the_provider_and_the_origin_it_was_entered_for() -> None:
    keyring = Keyring()
    assert keyring.name == "Secret Service"
    assert keyring.state("a", ORIGIN) is KeyState.ABSENT
    assert keyring.store("a", ORIGIN, Secret(f" {KEY}\n")) is KeyState.STORED
    assert Keyring().key("a", ORIGIN).reveal() == KEY
    assert Keyring().state("a", ORIGIN) is KeyState.STORED
    assert Keyring().state("b", ORIGIN) is KeyState.ABSENT
    assert Keyring().state("a", "https://api.example.com:8443") is KeyState.ABSENT


@pytest.mark.usefixtures("real_keyring")
def test_f51_a_key_is_replaced_and_deleted() -> None:
    keyring = Keyring()
    keyring.store("a", ORIGIN, Secret(KEY))
    keyring.store("a", ORIGIN, Secret(OTHER_KEY))
    assert keyring.key("a", ORIGIN).reveal() == OTHER_KEY
    keyring.delete("a", ORIGIN)
    keyring.delete("a", ORIGIN)
    with pytest.raises(KeyUnavailableError, match="No key is stored"):
        Keyring().key("a", ORIGIN)


def test_f51_a_locked_keyring_is_told_from_an_absent_key(real_keyring: Session) -> None:
    Keyring().store("a", ORIGIN, Secret(KEY))
    real_keyring.close_keyring()
    real_keyring.unlock(b"not its password")
    assert Keyring().state("a", ORIGIN) is KeyState.LOCKED
    real_keyring.close_keyring()
    real_keyring.unlock()
    assert Keyring().key("a", ORIGIN).reveal() == KEY


def test_f51_a_keyring_that_hangs_keeps_nobody_waiting_and_comes_back(
    real_keyring: Session,
) -> None:
    keyring = Keyring(limit_seconds=0.4)
    keyring.store("a", ORIGIN, Secret(KEY))
    real_keyring.hang()
    threads = threading.active_count()
    begun = time.monotonic()
    for _ in range(5):
        with pytest.raises(KeyringLockedError):
            keyring.key("a", ORIGIN)
    # The first ones wait for the limit, the others know that somebody does.
    assert time.monotonic() - begun < 4 * 0.4
    assert threading.active_count() == threads
    real_keyring.go_on()
    until = time.monotonic() + 5
    while keyring.state("a", ORIGIN) is not KeyState.STORED and time.monotonic() < until:
        time.sleep(0.05)
    assert keyring.key("a", ORIGIN).reveal() == KEY


@pytest.mark.usefixtures("no_keyring")
def test_f51_without_a_keyring_keys_are_kept_in_memory_alone() -> None:
    keyring = Keyring()
    assert keyring.name == ""
    assert keyring.state("a", ORIGIN) is KeyState.UNAVAILABLE
    assert keyring.store("a", ORIGIN, Secret(KEY)) is KeyState.MEMORY
    assert keyring.key("a", ORIGIN).reveal() == KEY
    assert keyring.state("a", ORIGIN) is KeyState.MEMORY
    assert Keyring().state("a", ORIGIN) is KeyState.UNAVAILABLE
    keyring.delete("a", ORIGIN)
    with pytest.raises(KeyUnavailableError, match="no keyring"):
        keyring.key("a", ORIGIN)


@pytest.mark.usefixtures("real_keyring")
@pytest.mark.parametrize(
    "backend", ["keyrings.alt.file.PlaintextKeyring", "keyring.backends.null.Keyring"]
)
def test_s42_a_keyring_that_the_environment_names_is_not_used(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    keyring = Keyring()
    assert keyring.store("a", ORIGIN, Secret(KEY)) is KeyState.MEMORY
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    assert Keyring().state("a", ORIGIN) is KeyState.ABSENT


@pytest.mark.usefixtures("no_keyring")
@pytest.mark.parametrize(
    "entered", ["", "short", "two words", "sk-ümläut-1234", "https://x.example/key", "k" * 1201]
)
def test_what_can_be_no_key_is_refused_without_being_repeated(entered: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        Keyring().store("a", ORIGIN, Secret(entered))
    assert not entered or entered not in str(caught.value)


def configure(running: Session, key: str = "keyring") -> Path:
    path = Path(running.environment["HOME"]) / "config.toml"
    address = "https://api.example.com/v1"
    path.write_text(f'version = 1\n# mine\n[providers.a]\nbase_url = "{address}"\nkey = "{key}"\n')
    return path


def test_the_command_line_keeps_and_deletes_a_key(real_keyring: Session) -> None:
    config = str(configure(real_keyring))
    done = wiremend(real_keyring, "key", "set", "a", "--config", config, given=f"{KEY}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert KEY not in done.stdout
    assert Keyring().key("a", ORIGIN).reveal() == KEY
    assert wiremend(real_keyring, "key", "delete", "a", "--config", config).returncode == 0
    assert Keyring().state("a", ORIGIN) is KeyState.ABSENT


def test_s41_a_key_in_the_file_is_refused_and_moves_to_the_keyring(real_keyring: Session) -> None:
    path = configure(real_keyring, KEY)
    checked = wiremend(real_keyring, "check", "--config", str(path))
    assert checked.returncode == 1
    assert checked.stderr.startswith(f"{path}:5: ")
    assert "wiremend key set a" in checked.stderr
    moved = wiremend(real_keyring, "key", "set", "a", "--config", str(path), given=KEY)
    assert moved.returncode == 0
    assert KEY not in checked.stderr + checked.stdout + moved.stderr + moved.stdout
    assert 'key = "keyring"\n' in path.read_text()
    assert "# mine" in path.read_text()
    assert wiremend(real_keyring, "check", "--config", str(path)).returncode == 0
    assert Keyring().key("a", ORIGIN).reveal() == KEY


@pytest.mark.parametrize("given", ["", "no\n", "https://x.example/abcdefgh\n"])
def test_the_command_line_refuses_what_is_no_key_in_one_line(
    real_keyring: Session, given: str
) -> None:
    done = wiremend(
        real_keyring, "key", "set", "a", "--config", str(configure(real_keyring)), given=given
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1

"""Keys stored, shown by their last letters, copied, locked and deleted, beside the window."""

import pytest
from keyring.backends import SecretService
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.keydesk import KeyDesk
from app.secrets import Keyring
from proxy.config import Provider, Settings
from proxy.errors import KeyUnavailableError
from proxy.secret import Secret
from tests.commands.keyrings import INSTALLED, Session
from tests.gui.records import emissions

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

KEY = "sk-CANARY-0123456789abcdef9f2c"
ONE = Provider("one", "https://one.example/v1")
COPY = Provider("copy", "https://one.example/other/v1")
OTHER = Provider("other", "https://other.example/v1")
needs_keyring = pytest.mark.skipif(
    not INSTALLED,
    reason="needs gnome-keyring and dbus",
)


def settings(*providers: Provider) -> Settings:
    return Settings(providers={each.id: each for each in providers})


class Told:
    """What a desk says, in order."""

    def __init__(self, qtbot: QtBot, desk: KeyDesk) -> None:
        self._qtbot = qtbot
        self._seen = emissions(desk.state_known)
        self.failures = emissions(desk.failed)

    def wait(self, provider: str, state: str) -> str:
        """Return the words with which a state was told last."""
        self._qtbot.waitUntil(lambda: self.last(provider)[1] == state, timeout=10_000)
        return str(self.last(provider)[2])

    def count(self, provider: str, state: str) -> int:
        """Return how often a state was told."""
        return sum(each[:2] == (provider, state) for each in self._seen)

    def last(self, provider: str) -> tuple[object, ...]:
        """Return what was told last of a provider."""
        mine = [each for each in self._seen if each[0] == provider]
        return mine[-1] if mine else ("", "", "")


def desk(qapp: QApplication, limit: float = 5) -> KeyDesk:
    return KeyDesk(Keyring(limit), qapp)


@needs_keyring
@pytest.mark.usefixtures("real_keyring")
def test_a_key_is_stored_shown_by_its_last_letters_and_deleted(
    qapp: QApplication, qtbot: QtBot
) -> None:
    keys = desk(qapp)
    told = Told(qtbot, keys)
    keys.show_settings(settings(ONE))
    assert told.wait("one", "absent") == "no key yet"
    keys.store("one", Secret(KEY))
    words = told.wait("one", "stored")
    assert words == "key ••••9f2c in Secret Service"
    assert KEY not in words
    keys.delete("one")
    told.wait("one", "absent")
    assert told.failures == []


@needs_keyring
@pytest.mark.usefixtures("real_keyring")
def test_a_key_is_copied_within_its_host_and_never_to_another(
    qapp: QApplication, qtbot: QtBot
) -> None:
    keys = desk(qapp)
    told = Told(qtbot, keys)
    keys.show_settings(settings(ONE, COPY, OTHER))
    keys.store("one", Secret(KEY))
    told.wait("one", "stored")
    keys.copy("one", "copy")
    told.wait("copy", "stored")
    keys.copy("one", "other")
    keys.look("other")
    told.wait("other", "absent")


@needs_keyring
def test_f51_a_password_that_comes_late_is_noticed_without_a_click(
    real_keyring: Session, qapp: QApplication, qtbot: QtBot
) -> None:
    Keyring().store("one", "https://one.example:443", Secret(KEY))
    keys = desk(qapp, limit=1.5)
    told = Told(qtbot, keys)
    real_keyring.hang()
    keys.show_settings(settings(ONE, OTHER))
    told.wait("one", "locked")
    told.wait("other", "locked")
    real_keyring.go_on()
    told.wait("one", "stored")
    told.wait("other", "absent")


@needs_keyring
def test_f51_a_password_that_is_refused_is_not_asked_for_again(
    real_keyring: Session, qapp: QApplication, qtbot: QtBot
) -> None:
    Keyring().store("one", "https://one.example:443", Secret(KEY))
    # Whoever asks next starts it again, locked, and nobody is there to enter its password.
    real_keyring.close_keyring()
    keys = desk(qapp)
    told = Told(qtbot, keys)
    keys.show_settings(settings(ONE))
    told.wait("one", "locked")
    keys.look("one")
    told.wait("one", "locked")
    qtbot.wait(1_000)
    assert told.count("one", "waiting") == 2, "one for each time that it was wanted"


@needs_keyring
def test_f51_many_providers_ask_for_one_password_once_and_again_at_a_click(
    real_keyring: Session, qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    Keyring().store("one", "https://one.example:443", Secret(KEY))
    real_keyring.close_keyring()
    asked: list[str] = []
    ask = SecretService.Keyring.get_password

    def note(self: SecretService.Keyring, service: str, username: str) -> str | None:
        asked.append(username)
        return ask(self, service, username)

    monkeypatch.setattr(SecretService.Keyring, "get_password", note)
    keys = desk(qapp)
    told = Told(qtbot, keys)
    keys.show_settings(settings(ONE, COPY, OTHER))
    told.wait("other", "locked")
    assert asked == ["one"]
    keys.unlock()
    told.wait("other", "waiting")
    told.wait("other", "locked")
    assert asked == ["one", "one"]


@needs_keyring
def test_f51_a_locked_keyring_is_told_and_found_open_again(
    qapp: QApplication, qtbot: QtBot, real_keyring: Session
) -> None:
    keys = desk(qapp, 0.5)
    told = Told(qtbot, keys)
    keys.show_settings(settings(ONE))
    told.wait("one", "absent")
    real_keyring.hang()
    try:
        keys.look("one")
        assert told.wait("one", "locked") == "the key is locked"
    finally:
        real_keyring.go_on()

    def found() -> bool:
        # As somebody does who clicks on Unlock until it helps.
        keys.look("one")
        qtbot.wait(200)
        return told.last("one")[1] == "absent"

    qtbot.waitUntil(found, timeout=10_000)


@needs_keyring
def test_an_entered_key_is_kept_however_long_the_keyring_waits_for_its_own_password(
    qapp: QApplication, qtbot: QtBot, real_keyring: Session
) -> None:
    keys = desk(qapp, 0.3)
    told = Told(qtbot, keys)
    keys.show_settings(settings(ONE))
    told.wait("one", "absent")
    real_keyring.hang()
    try:
        keys.look("one")
        keys.store("one", Secret(KEY))
        told.wait("one", "locked")
        qtbot.wait(600)
    finally:
        real_keyring.go_on()
    assert told.wait("one", "stored") == "key ••••9f2c in Secret Service"
    assert told.failures == []


@needs_keyring
@pytest.mark.usefixtures("real_keyring")
def test_s45_locked_keys_are_given_to_nobody_until_they_are_unlocked(
    qapp: QApplication, qtbot: QtBot
) -> None:
    keyring = Keyring()
    keys = KeyDesk(keyring, qapp)
    told = Told(qtbot, keys)
    keys.show_settings(settings(ONE))
    keys.store("one", Secret(KEY))
    told.wait("one", "stored")
    keys.lock()
    assert told.wait("one", "locked") == "the key is locked"
    with pytest.raises(KeyUnavailableError):
        keyring.key("one", "https://one.example:443")
    keys.unlock()
    assert "9f2c" in told.wait("one", "stored")


@pytest.mark.usefixtures("no_keyring")
def test_s45_a_key_that_is_nowhere_else_is_forgotten_when_locked(
    qapp: QApplication, qtbot: QtBot
) -> None:
    keys = desk(qapp)
    told = Told(qtbot, keys)
    keys.show_settings(settings(ONE))
    keys.store("one", Secret(KEY))
    told.wait("one", "memory")
    keys.lock()
    told.wait("one", "locked")
    keys.unlock()
    told.wait("one", "unavailable")


@pytest.mark.usefixtures("no_keyring")
def test_without_a_keyring_a_key_is_kept_until_the_end(qapp: QApplication, qtbot: QtBot) -> None:
    keys = desk(qapp)
    told = Told(qtbot, keys)
    keys.show_settings(settings(ONE))
    told.wait("one", "unavailable")
    keys.store("one", Secret(KEY))
    assert told.wait("one", "memory") == "key ••••9f2c, kept until you quit"


@pytest.mark.usefixtures("no_keyring")
def test_of_a_short_key_nothing_is_shown(qapp: QApplication, qtbot: QtBot) -> None:
    keys = desk(qapp)
    told = Told(qtbot, keys)
    keys.show_settings(settings(ONE))
    keys.store("one", Secret("sk-1234567890"))
    assert told.wait("one", "memory") == "key ••••, kept until you quit"


@pytest.mark.usefixtures("no_keyring")
def test_what_can_be_no_key_is_refused_without_repeating_it(
    qapp: QApplication, qtbot: QtBot
) -> None:
    keys = desk(qapp)
    told = Told(qtbot, keys)
    keys.show_settings(settings(ONE))
    keys.store("one", Secret("two words-CANARY"))
    qtbot.waitUntil(lambda: bool(told.failures))
    assert "CANARY" not in str(told.failures)


@pytest.mark.usefixtures("no_keyring")
@pytest.mark.parametrize("source", ["env:KEY", "client", "none"])
def test_the_keyring_is_not_asked_for_keys_that_are_elsewhere(
    qapp: QApplication, qtbot: QtBot, source: str
) -> None:
    keys = desk(qapp)
    seen = emissions(keys.state_known)
    keys.show_settings(settings(Provider("x", "https://x.example", key=source), ONE))
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert {each[0] for each in seen} == {"one"}


@pytest.mark.usefixtures("no_keyring")
def test_a_provider_that_moved_to_another_host_is_looked_for_there(
    qapp: QApplication, qtbot: QtBot
) -> None:
    keys = desk(qapp)
    told = Told(qtbot, keys)
    keys.show_settings(settings(ONE))
    keys.store("one", Secret(KEY))
    told.wait("one", "memory")
    keys.show_settings(settings(Provider("one", "https://moved.example/v1")))
    told.wait("one", "unavailable")

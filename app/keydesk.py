"""The providers' keys for the pages: asked for in the background, never shown."""

import contextlib
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.errands import Errands
from app.language import language
from app.models.reasonwords import reason_words
from app.secrets import Keyring, KeyState
from proxy.config import Provider, Settings
from proxy.errors import KeyUnavailableError
from proxy.headers import origin_of
from proxy.secret import Secret

_TAIL = 4
_MOST_LOOKS = 20
# Of a shorter key, four characters would say too much.
_SHORTEST_WITH_TAIL = 16


@dataclass(frozen=True, slots=True)
class Found:
    """What the keyring told of a key."""

    state: KeyState
    tail: str
    keyring: str


class KeyDesk(QObject):
    """Stores and deletes keys, and knows where they are.

    Signals:
        state_known: provider, state in one word, and in words for the user.
        keyring_known: how the user knows the keyring, in words.
        keyring_named: its name, empty where there is none.
        failed: why a key was not stored or deleted, as a sentence.
    """

    state_known = Signal(str, str, str)
    keyring_known = Signal(str)
    keyring_named = Signal(str)
    failed = Signal(str)
    _opened = Signal()

    def __init__(self, keyring: Keyring, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keyring = keyring
        self._looks_left = _MOST_LOOKS
        self._errands = Errands("keys", self)
        self._providers: dict[str, Provider] = {}
        self._found: dict[str, Found] = {}
        self._errands.send(lambda: keyring.name, self._name)
        # The password may be entered long after everybody was told that it is lacking.
        self._opened.connect(self._look_once_more, Qt.ConnectionType.QueuedConnection)
        keyring.on_opened = self._tell_opened
        language().changed.connect(self._say_again)

    def show_settings(self, settings: Settings) -> None:
        """Look for the keys of providers that are new, or elsewhere now."""
        known, self._providers = self._providers, dict(settings.providers)
        for name, provider in self._providers.items():
            before = known.get(name)
            moved = before is None or (before.base_url, before.key) != (
                provider.base_url,
                provider.key,
            )
            if moved:
                self.look(name)

    def look(self, name: str) -> None:
        """Find out where a provider's key is; a locked keyring may ask the user meanwhile."""
        provider = self._providers.get(name)
        if provider is None or provider.demo or provider.key != "keyring":
            return
        origin = origin_of(provider.base_url)
        self.state_known.emit(name, "waiting", self.tr("Waiting for the keyring…"))
        self._errands.send(
            lambda: self._describe(name, origin),
            lambda found: self._tell(name, found),
        )

    def store(self, name: str, key: Secret) -> None:
        """Keep a provider's key."""
        if (provider := self._providers.get(name)) is None:
            return
        origin = origin_of(provider.base_url)
        self._errands.send(
            lambda: self._keyring.store(name, origin, key), lambda _: self.look(name), self._fail
        )

    def copy(self, name: str, to: str) -> None:
        """Keep a provider's key for another one, at the same origin alone."""
        known, other = self._providers.get(name), self._providers.get(to)
        if known is None or other is None:
            return
        origin = origin_of(known.base_url)
        if origin != origin_of(other.base_url):
            return

        def keep() -> None:
            self._keyring.store(to, origin, self._keyring.key(name, origin))

        # A provider without a key has nothing to share, which is no failure.
        self._errands.send(keep, lambda _: self.look(to), lambda _: self.look(to))

    def delete(self, name: str) -> None:
        """Forget a provider's key."""
        origin = origin_of(self._providers[name].base_url)
        self._errands.send(
            lambda: self._keyring.delete(name, origin), lambda _: self.look(name), self._fail
        )

    def lock(self) -> None:
        """Forget every key until somebody unlocks them."""
        self._keyring.lock()
        self._look_at_all()

    def unlock(self) -> None:
        """Give keys again; a locked keyring may ask the user meanwhile."""
        self._keyring.unlock()
        self._looks_left = _MOST_LOOKS
        self._look_at_all()

    def _tell_opened(self) -> None:
        with contextlib.suppress(RuntimeError):
            # The application may have ended meanwhile.
            self._opened.emit()

    @Slot()
    def _look_once_more(self) -> None:
        # A keyring that is always slower than our patience must not be asked without end.
        if self._looks_left > 0:
            self._looks_left -= 1
            self._look_at_all()

    def _look_at_all(self) -> None:
        for name in self._providers:
            self.look(name)

    def _name(self, name: str) -> None:
        self.keyring_named.emit(name)
        self.keyring_known.emit(name or self.tr("none, kept until you quit"))

    def _describe(self, name: str, origin: str) -> Found:
        state = self._keyring.state(name, origin)
        tail = ""
        if state in {KeyState.STORED, KeyState.MEMORY}:
            try:
                tail = _tail(self._keyring.key(name, origin))
            except KeyUnavailableError:
                # It was locked or deleted in between.
                state = self._keyring.state(name, origin)
        return Found(state, tail, self._keyring.name)

    def _tell(self, name: str, found: Found) -> None:
        self._found[name] = found
        words = {
            KeyState.STORED: self.tr("key {tail} in {keyring}"),
            KeyState.MEMORY: self.tr("key {tail}, kept until you quit"),
            KeyState.ABSENT: self.tr("no key yet"),
            KeyState.LOCKED: self.tr("the key is locked"),
            KeyState.UNAVAILABLE: self.tr("no keyring here: a key is kept until you quit"),
        }
        sentence = words[found.state].format(tail=found.tail, keyring=found.keyring)
        self.state_known.emit(name, found.state.value, sentence)

    def _say_again(self) -> None:
        for name, found in self._found.items():
            self._tell(name, found)
        self._errands.send(lambda: self._keyring.name, self._name)

    def _fail(self, error: Exception) -> None:
        self.failed.emit(
            self.tr("The key was not kept: {reason}").format(reason=reason_words(error))
        )


def _tail(key: Secret) -> str:
    text = key.reveal()
    return f"••••{text[-_TAIL:]}" if len(text) >= _SHORTEST_WITH_TAIL else "••••"

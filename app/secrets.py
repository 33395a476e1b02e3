"""Providers' keys in the system's keyring; the only module that talks to it.

A keyring may block for as long as somebody thinks about a password, so all its calls are made on
one thread of its own, with a time limit for whoever waits. Only the systems' own keyrings are used,
whatever configuration or environment say: never one that writes plain text. Where there is none,
keys are kept in memory until the end.
"""

import importlib
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from enum import Enum
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from proxy import credential
from proxy.errors import KeyUnavailableError
from proxy.secret import Secret

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "wiremend"
"""Fixed for ever: keys of another service name would seem lost."""
LIMIT_SECONDS = 5
PATIENCE_SECONDS = 180
"""For whoever enters or deletes a key: the keyring may ask for a password first, or for a new one,
and what was entered would be lost."""

_CHOICE = "PYTHON_KEYRING_BACKEND"
_ALLOWED = {
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Manager",
    "keyring.backends.macOS.Keyring": "macOS Keychain",
    "keyring.backends.SecretService.Keyring": "Secret Service",
    "keyring.backends.libsecret.Keyring": "Secret Service",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
}
# By name: the library is loaded only where it is used.
_LOCKED_ERRORS = frozenset(
    {"KeyringLocked", "InitError", "LockedException", "PromptDismissedException"}
)
# A session's keyring may start after us.
_LOOK_AGAIN_SECONDS = 10
_REFUSAL_SECONDS = 30
"""For so long a password that was not entered is not asked for by what nobody clicked on: there
may be many providers, and agents that try again at once."""
_WHITE_SPACE = " \t\r\n\v\f"
_T = TypeVar("_T")


class KeyState(Enum):
    """What is known of a provider's key."""

    STORED = "stored"
    MEMORY = "memory"
    ABSENT = "absent"
    LOCKED = "locked"
    UNAVAILABLE = "unavailable"


class KeyringLockedError(KeyUnavailableError):
    """The keyring is locked, or does not answer, which looks the same from here."""

    def __init__(self) -> None:
        super().__init__("The keyring is locked or does not answer.")


class KeyringSilentError(KeyringLockedError):
    """Nothing came of it so far; somebody may be thinking about a password."""


class Keyring:
    """A `proxy.secret.KeySource` that keeps what it is given; may be used from any thread."""

    locked = False
    """The user has locked the keys: none is given until they are unlocked."""

    def __init__(
        self, limit_seconds: float = LIMIT_SECONDS, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._limit = limit_seconds
        self._patience = patience_seconds
        self.on_opened: Callable[[], object] = _ignore
        """Called on the worker's thread when a keyring that was locked has answered after all."""
        self._memory: dict[tuple[str, str], Secret] = {}
        self._was_silent = False
        self._refused_until = 0.0
        self._worker = _Worker(self._take_answer)
        self._search = _Search()

    @property
    def name(self) -> str:
        """Return how the user knows the keyring; empty where there is none."""
        try:
            self._work(self._search.backend)
        except KeyUnavailableError:
            return ""
        return self._search.name

    def key(self, provider_id: str, origin: str) -> Secret:
        """Return the key. Raises `KeyUnavailableError`."""
        if self.locked:
            raise KeyringLockedError
        kept = self._memory.get((provider_id, origin))
        if kept is not None:
            return kept
        if time.monotonic() < self._refused_until:
            raise KeyringLockedError
        text = self._call(lambda backend: backend.get_password(_service(origin), provider_id))
        if not text:
            raise KeyUnavailableError("No key is stored for this provider.")
        return Secret(text)

    def lock(self) -> None:
        """Give no key any more and forget those of which there is no other copy."""
        self.locked = True
        self._memory.clear()

    def unlock(self) -> None:
        """Give keys again; the system's keyring may ask for its own password then."""
        self.locked = False
        self._refused_until = 0.0

    def store(self, provider_id: str, origin: str, key: Secret) -> KeyState:
        """Keep a key; raises `ValueError` for what can be none, `KeyUnavailableError`."""
        text = key.reveal().strip(_WHITE_SPACE)
        fault = credential.fault(text)
        if fault:
            raise ValueError(fault)
        if self._work(self._search.backend, self._patience) is None:
            self._memory[provider_id, origin] = Secret(text)
            return KeyState.MEMORY

        def keep(backend: "KeyringBackend") -> None:
            backend.set_password(_service(origin), provider_id, text)  # pyright: ignore[reportUnknownMemberType]

        self._call(keep, self._patience)
        self._refused_until = 0.0
        self._memory.pop((provider_id, origin), None)
        return KeyState.STORED

    def delete(self, provider_id: str, origin: str) -> None:
        """Forget a key, if there is one. Raises `KeyUnavailableError`."""
        self._memory.pop((provider_id, origin), None)

        def remove(backend: "KeyringBackend") -> None:
            if backend.get_password(_service(origin), provider_id) is not None:
                backend.delete_password(_service(origin), provider_id)

        if self._work(self._search.backend, self._patience) is not None:
            self._call(remove, self._patience)

    def state(self, provider_id: str, origin: str) -> KeyState:
        """Say whether there is a key; asks the keyring, so it may wait for it."""
        if self.locked:
            return KeyState.LOCKED
        if (provider_id, origin) in self._memory:
            return KeyState.MEMORY
        try:
            if self._work(self._search.backend) is None:
                return KeyState.UNAVAILABLE
            self.key(provider_id, origin)
        except KeyringLockedError:
            return KeyState.LOCKED
        except KeyUnavailableError:
            return KeyState.ABSENT
        return KeyState.STORED

    def _take_answer(self, error: Exception | None) -> None:
        """Know that the keyring has answered; somebody may have been told otherwise before."""
        refused = isinstance(error, KeyringLockedError)
        if refused:
            # Whoever does not enter the password has said so: to look again would be to nag.
            self._was_silent = False
            self._refused_until = time.monotonic() + _REFUSAL_SECONDS
        elif self._was_silent and error is None:
            self._was_silent = False
            self.on_opened()

    def _call(self, errand: Callable[["KeyringBackend"], _T], seconds: float | None = None) -> _T:
        def run() -> _T:
            backend = self._search.backend()
            if backend is None:
                raise KeyUnavailableError(self._search.reason)
            return errand(backend)

        return self._work(run, seconds)

    def _work(self, errand: Callable[[], _T], seconds: float | None = None) -> _T:
        try:
            return self._worker.do(errand, self._limit if seconds is None else seconds)
        except KeyringSilentError:
            self._was_silent = True
            raise


class _Worker:
    """A thread that does one errand after the other; it dies with the process at the latest."""

    def __init__(self, answered: Callable[[Exception | None], None]) -> None:
        self._answered = answered
        self._errands: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._busy_since = 0.0

    def do(self, errand: Callable[[], _T], seconds: float) -> _T:
        """Return what the errand gives. Raises `KeyUnavailableError`."""
        since = self._busy_since
        if since and time.monotonic() - since > seconds:
            # Whoever came before is waiting for the user already.
            raise KeyringSilentError
        self._start()
        future: Future[_T] = Future()
        self._errands.put((future, errand))
        try:
            return future.result(seconds)
        except TimeoutError:
            # What nobody waits for any more need not be done.
            future.cancel()
            raise KeyringSilentError from None

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="wiremend-keyring", daemon=True
                )
                self._thread.start()

    def _run(self) -> None:
        while True:
            future, errand = self._errands.get()
            if not future.set_running_or_notify_cancel():
                continue
            self._busy_since = time.monotonic()
            failure = None
            try:
                future.set_result(errand())
            except Exception as error:  # noqa: BLE001  whoever waits for it is told
                failure = _told(error)
                future.set_exception(failure)
            self._busy_since = 0.0
            self._answered(failure)
            # They may hold a key, and the next errand may be long in coming.
            del future, errand, failure


def _told(error: Exception) -> KeyUnavailableError:
    """Say what a backend's error means; its own text may hold anything, so it is not repeated."""
    if isinstance(error, KeyUnavailableError):
        return error
    if type(error).__name__ in _LOCKED_ERRORS:
        return KeyringLockedError()
    return KeyUnavailableError("The keyring refused.")


class _Search:
    """Finds the best keyring there is; used on the worker's thread alone."""

    def __init__(self) -> None:
        self.name = ""
        self.reason = ""
        self._found: KeyringBackend | None = None
        self._looked = float("-inf")

    def backend(self) -> "KeyringBackend | None":
        now = time.monotonic()
        if self._found is None and now - self._looked >= _LOOK_AGAIN_SECONDS:
            self._looked = now
            self._look()
        return self._found

    def _look(self) -> None:
        chosen = os.environ.get(_CHOICE, "")
        if chosen and chosen not in _ALLOWED:
            self.reason = (
                f"{_CHOICE} names a keyring that is not used here, and no key was entered."
            )
            return
        self.reason = "This system has no keyring, and no key was entered."
        best = float("-inf")
        for path in [chosen] if chosen else _ALLOWED:
            try:
                module, _, kind = path.rpartition(".")
                backend: Any = getattr(importlib.import_module(module), kind)
                priority = float(backend.priority)
                if priority > best:
                    self._found, self.name, best = backend(), _ALLOWED[path], priority
            except Exception:  # noqa: BLE001, S112  a backend says in many ways that it cannot work
                continue


def _ignore() -> None:
    """Nobody wants to know."""


def _service(origin: str) -> str:
    return f"{SERVICE}/{origin}"

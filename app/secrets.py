"""Providers' keys in the system's keyring; the only module that talks to it.

A keyring may block for as long as somebody thinks about a password, so each call has a thread
of its own and a time limit. Only the systems' own keyrings are used, whatever configuration or
environment say: never one that writes plain text. Where there is none, keys are kept in memory
until the end.
"""

import importlib
import threading
from collections.abc import Callable
from enum import Enum
from typing import Any, Generic, TypeVar

import keyring.errors
from keyring.backend import KeyringBackend

from proxy import credential
from proxy.errors import KeyUnavailableError
from proxy.secret import Secret

SERVICE = "wiremend"
"""Fixed for ever: keys of another service name would seem lost."""
LIMIT_SECONDS = 5

_ALLOWED = (
    ("keyring.backends.Windows", "WinVaultKeyring"),
    ("keyring.backends.macOS", "Keyring"),
    ("keyring.backends.SecretService", "Keyring"),
    ("keyring.backends.libsecret", "Keyring"),
    ("keyring.backends.kwallet", "DBusKeyring"),
)
_T = TypeVar("_T")


class KeyState(Enum):
    """What is known of a provider's key."""

    STORED = "stored"
    MEMORY = "memory"
    ABSENT = "absent"
    LOCKED = "locked"
    UNAVAILABLE = "unavailable"


class Keyring:
    """A `proxy.secret.KeySource` that keeps what it is given."""

    def __init__(self, limit_seconds: float = LIMIT_SECONDS) -> None:
        self._limit = limit_seconds
        self._memory: dict[tuple[str, str], Secret] = {}
        self._backend: KeyringBackend | None = None
        self._looked = False

    @property
    def name(self) -> str:
        """Return how the user knows the keyring; empty where there is none."""
        backend = self._found()
        return "" if backend is None else str(getattr(backend, "name", type(backend).__module__))

    def key(self, provider_id: str, origin: str) -> Secret:
        """Return the key. Raises `KeyUnavailableError`."""
        kept = self._memory.get((provider_id, origin))
        if kept is not None:
            return kept
        text = self._call(lambda backend: backend.get_password(_service(origin), provider_id))
        if not text:
            raise KeyUnavailableError("No key is stored for this provider.")
        return Secret(text)

    def store(self, provider_id: str, origin: str, key: Secret) -> KeyState:
        """Keep a key; raises `ValueError` for what can be none, `KeyUnavailableError`."""
        text = key.reveal().strip()
        fault = credential.fault(text)
        if fault:
            raise ValueError(fault)
        if self._found() is None:
            self._memory[provider_id, origin] = Secret(text)
            return KeyState.MEMORY

        def keep(backend: KeyringBackend) -> bool:
            backend.set_password(_service(origin), provider_id, text)  # pyright: ignore[reportUnknownMemberType]
            return True

        self._call(keep)
        return KeyState.STORED

    def delete(self, provider_id: str, origin: str) -> None:
        """Forget a key, if there is one. Raises `KeyUnavailableError`."""
        known = self._memory.pop((provider_id, origin), None)
        if self._found() is None or known is not None:
            return

        def remove(backend: KeyringBackend) -> bool:
            if backend.get_password(_service(origin), provider_id) is not None:
                backend.delete_password(_service(origin), provider_id)
            return True

        self._call(remove)

    def state(self, provider_id: str, origin: str) -> KeyState:
        """Say whether there is a key; asks the keyring, so it may wait for it."""
        if (provider_id, origin) in self._memory:
            return KeyState.MEMORY
        if self._found() is None:
            return KeyState.UNAVAILABLE
        try:
            self.key(provider_id, origin)
        except KeyUnavailableError as error:
            return KeyState.LOCKED if error.reason == _LOCKED else KeyState.ABSENT
        return KeyState.STORED

    def _found(self) -> KeyringBackend | None:
        if not self._looked:
            self._backend = _best_backend()
            self._looked = True
        return self._backend

    def _call(self, work: Callable[[KeyringBackend], _T]) -> _T:
        backend = self._found()
        if backend is None:
            raise KeyUnavailableError("This system has no keyring, and no key was entered.")
        errand = _Errand(lambda: work(backend))
        errand.start()
        errand.join(self._limit)
        if errand.is_alive():
            raise KeyUnavailableError(_LOCKED)
        return errand.outcome()


_LOCKED = "The keyring is locked or does not answer."


class _Errand(threading.Thread, Generic[_T]):
    """One call that may hang; it dies with the process at the latest."""

    def __init__(self, work: Callable[[], _T]) -> None:
        super().__init__(name="wiremend-keyring", daemon=True)
        self._work = work
        self._value: list[_T] = []
        self._locked = False

    def run(self) -> None:
        try:
            self._value.append(self._work())
        except (keyring.errors.KeyringLocked, keyring.errors.InitError):
            self._locked = True
        except Exception:  # noqa: BLE001  a backend's own text may hold anything
            return

    def outcome(self) -> _T:
        """Return what the call gave. Raises `KeyUnavailableError`."""
        if self._value:
            return self._value[0]
        raise KeyUnavailableError(_LOCKED if self._locked else "The keyring refused.")


def _service(origin: str) -> str:
    return f"{SERVICE}/{origin}"


def _best_backend() -> KeyringBackend | None:
    found: list[tuple[float, KeyringBackend]] = []
    for module, name in _ALLOWED:
        try:
            kind: Any = getattr(importlib.import_module(module), name)
            found.append((float(kind.priority), kind()))
        except Exception:  # noqa: BLE001, S112  a backend says in many ways that it cannot work here
            continue
    return max(found, key=lambda each: each[0])[1] if found else None

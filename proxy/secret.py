"""A credential as a type that cannot be printed, and where the proxy asks for one."""

from typing import NoReturn, Protocol

_MASK = "‹secret›"


class Secret:
    """A credential; only `reveal` gives it away, every other way out is closed."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the credential itself, for the one header that carries it."""
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __repr__(self) -> str:
        return _MASK

    def __str__(self) -> str:
        return _MASK

    def __format__(self, format_spec: str) -> str:
        return _MASK

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled")


class KeySource(Protocol):
    """Where providers' keys come from; may block, so it is only called off the event loop."""

    def key(self, provider_id: str, origin: str) -> Secret:
        """Return the key stored for the provider at this origin (``scheme://host:port``).

        Raises `proxy.errors.KeyUnavailableError` where there is none or the keyring is shut.
        """
        ...

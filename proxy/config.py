"""The configuration as values: immutable, swapped whole.

`configtext` reads them from the TOML text, `configedit` edits such a text. An exchange keeps the
snapshot with which it began.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

DEFAULT_PORT = 8459
"""Outside the ports of the tools of this field, and below the ephemeral range."""

_EMPTY: Mapping[str, str] = MappingProxyType({})
_NO_FIXES: Mapping[str, bool] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds; 0 means none."""

    connect: float = 10
    first_byte: float = 900
    idle: float = 900


@dataclass(frozen=True, slots=True)
class Agent:
    """Who may call the proxy: a name, and the SHA-256 of the local key in lower-case hex."""

    name: str
    sha256: str
    passthrough: bool | None = None
    """Overrules the provider's switch; for keys of the moment, which no file holds."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A configured upstream."""

    id: str
    base_url: str
    title: str = ""
    key: str = "keyring"
    """``keyring``, ``env:NAME``, ``client`` or ``none``."""
    auth: str = "bearer"
    """``bearer``, ``x-api-key`` or ``api-key``."""
    passthrough: bool = False
    max_concurrent: int = 0
    tls_ca: str = ""
    outgoing_proxy: str = ""
    timeouts: Timeouts = Timeouts()
    headers: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    fixes: Mapping[str, bool] = field(default_factory=lambda: _NO_FIXES)
    """Only what the user named; the registry knows the defaults."""

    @property
    def demo(self) -> bool:
        """Answered inside the process by the provider that is broken on purpose."""
        return self.base_url == DEMO_URL


DEMO_URL = "demo:"
"""The base URL that stands for the built-in provider."""
DEMO_HOST = "demo.invalid"
"""The host in the URLs of its requests; no name server knows it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    default_provider: str = ""
    access: str = "required"
    """``required`` or ``open``."""
    agents: tuple[Agent, ...] = ()
    providers: Mapping[str, Provider] = field(default_factory=dict[str, Provider])
    """By id, in the file's order."""

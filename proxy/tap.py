"""The records an inspector may see of an exchange, and the inlet that takes them.

Records are immutable and hold no credential: headers are redacted before they get here. Times are
seconds of the monotonic clock; `Started.wall` ties them to the calendar.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Started:
    """An agent's request has passed the guard."""

    exchange_id: str
    at: float
    wall: float
    """Seconds since the epoch."""
    provider: str
    endpoint: str
    """Such as ``chat/completions``."""
    agent: str
    """The local key's name, or the first word of the user agent."""
    model: str
    streaming: bool
    """The agent asked for a stream."""
    method: str
    path: str
    headers: Headers
    """As the agent sent them, redacted."""
    body: bytes
    passthrough: bool
    fixes: tuple[str, ...]
    """The fixes that are on for this exchange, in the registry's order."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The request goes upstream."""

    exchange_id: str
    at: float
    url: str
    headers: Headers
    body: bytes
    """The same object as `Started.body` where nothing was mended."""
    findings: tuple["Mark", ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """Upstream's status and headers are here."""

    exchange_id: str
    at: float
    status: int
    headers: Headers
    took_to_connect: float | None = None
    """Seconds until it was connected, 0 where it was already; None where nobody measured."""


@dataclass(frozen=True, slots=True)
class Passed:
    """Bytes that came from upstream and left for the agent unchanged."""

    exchange_id: str
    at: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that came from upstream."""

    exchange_id: str
    at: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes that left for the agent."""

    exchange_id: str
    at: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Mark:
    """Where in the exchange a fix acted."""

    fix: str
    message: str
    received: int | None
    """The number, from 0, of the upstream event it acted on; None for the request or the whole."""
    sent: int | None
    """The number of the sent event that carries the change; None where one was dropped."""
    routine: bool = False
    """The fix did its work although nothing was broken."""


@dataclass(frozen=True, slots=True)
class Marked:
    """Fixes acted."""

    exchange_id: str
    at: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """The exchange is over."""

    exchange_id: str
    at: float
    status: int
    outcome: str
    """done, client_gone, upstream_error, cut_off, timeout, refused or shutdown."""
    reason: str
    """A sentence for the user; empty where all went well."""
    bytes_in: int
    bytes_out: int
    first_byte_ms: float | None
    duration_ms: float
    findings: Mapping[str, int] = field(default_factory=dict[str, int])
    """How often each fix acted; one that never did is not there."""
    would_mend: Mapping[str, int] = field(default_factory=dict[str, int])
    """What fixes that are off would have found, counted alike."""


Record: TypeAlias = Started | Asked | Answered | Passed | Received | Sent | Marked | Finished


class Tap(Protocol):
    """Takes records on the proxy's thread; must only append, never wait."""

    def __call__(self, record: Record, /) -> None: ...

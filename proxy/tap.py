"""The records an inspector may see of an exchange, and the inlet that takes them.

Records are immutable and hold no credential: headers are redacted before they get here. Times are
seconds of the monotonic clock; `Started.wall` ties them to the calendar. What is made anew for
every request and piece is a msgspec struct, here and elsewhere: a frozen dataclass takes six times
as long to make.
"""

from collections.abc import Mapping
from typing import Protocol, TypeAlias

import msgspec

Headers: TypeAlias = tuple[tuple[str, str], ...]


class Started(msgspec.Struct, frozen=True):
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


class Asked(msgspec.Struct, frozen=True):
    """The request goes upstream."""

    exchange_id: str
    at: float
    url: str
    headers: Headers
    body: bytes
    """The same object as `Started.body` where nothing was mended."""
    findings: tuple["Mark", ...] = ()


class Answered(msgspec.Struct, frozen=True):
    """Upstream's status and headers are here."""

    exchange_id: str
    at: float
    status: int
    headers: Headers
    took_to_connect: float | None = None
    """Seconds until it was connected, 0 where it was already; None where nobody measured."""


class Passed(msgspec.Struct, frozen=True):
    """Bytes that came from upstream and left for the agent unchanged."""

    exchange_id: str
    at: float
    data: bytes


class Received(msgspec.Struct, frozen=True):
    """Bytes that came from upstream."""

    exchange_id: str
    at: float
    data: bytes


class Sent(msgspec.Struct, frozen=True):
    """Bytes that left for the agent."""

    exchange_id: str
    at: float
    data: bytes


class Mark(msgspec.Struct, frozen=True):
    """Where in the exchange a fix acted."""

    fix: str
    message: str
    received: int | None
    """The number, from 0, of the upstream event it acted on; None for the request or the whole."""
    sent: int | None
    """The number of the sent event that carries the change; None where one was dropped."""
    routine: bool = False
    """The fix did its work although nothing was broken."""


class Marked(msgspec.Struct, frozen=True):
    """Fixes acted."""

    exchange_id: str
    at: float
    marks: tuple[Mark, ...]


class Finished(msgspec.Struct, frozen=True):
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
    findings: Mapping[str, int] = msgspec.field(default_factory=dict[str, int])
    """How often each fix acted; one that never did is not there."""
    would_mend: Mapping[str, int] = msgspec.field(default_factory=dict[str, int])
    """What fixes that are off would have found, counted alike."""


Record: TypeAlias = Started | Asked | Answered | Passed | Received | Sent | Marked | Finished


class Tap(Protocol):
    """Takes records on the proxy's thread; must only append, never wait."""

    def __call__(self, record: Record, /) -> None: ...

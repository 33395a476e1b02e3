"""Records as the tap sends them, for pages to take; and what their signals say."""

from collections.abc import Mapping
from typing import Any

from proxy.tap import Finished, Started

NOON = 1_790_000_000.0
"""A moment of one and the same day."""


def emissions(signal: Any) -> list[tuple[object, ...]]:
    """Return a list that grows with what the signal carries."""
    seen: list[tuple[object, ...]] = []

    def keep(*values: object) -> None:
        seen.append(values)

    signal.connect(keep)
    return seen


def started(
    exchange_id: str,
    provider: str,
    *,
    agent: str = "Cline",
    user_agent: str = "",
    wall: float = NOON,
) -> Started:
    """Return the record of an exchange's start."""
    return Started(
        exchange_id=exchange_id,
        at=0.0,
        wall=wall,
        provider=provider,
        endpoint="chat/completions",
        agent=agent,
        model="deepseek-chat",
        streaming=True,
        method="POST",
        path="/v1/chat/completions",
        headers=(("User-Agent", user_agent),),
        body=b"{}",
        passthrough=False,
        fixes=(),
    )


def finished(
    exchange_id: str,
    findings: Mapping[str, int] | None = None,
    *,
    would_mend: Mapping[str, int] | None = None,
    outcome: str = "done",
    status: int = 200,
) -> Finished:
    """Return the record of an exchange's end."""
    return Finished(
        exchange_id=exchange_id,
        at=1.0,
        status=status,
        outcome=outcome,
        reason="",
        bytes_in=10,
        bytes_out=10,
        first_byte_ms=1.0,
        duration_ms=2.0,
        findings=findings or {},
        would_mend=would_mend or {},
    )

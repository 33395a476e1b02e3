"""Records of whole exchanges, as the tap sends them, and readings of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from app.models.exchange import Exchange
from app.models.reading import Reading
from app.models.store import Store
from proxy import sse, wire
from proxy.tap import (
    Answered,
    Asked,
    Finished,
    Mark,
    Marked,
    Passed,
    Received,
    Record,
    Sent,
    Started,
)

WALL = 1_790_000_000.0
DONE = b"data: [DONE]\n\n"


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
    """Return one event of a chat stream."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return sse.encode(wire.encode({"choices": [choice], **more}))


def text(words: str) -> bytes:
    """Return an event with a piece of text."""
    return chunk({"content": words})


def call(arguments: str, name: str = "", call_id: str = "", index: int | None = 0) -> bytes:
    """Return an event with a fragment of a tool call."""
    fragment: dict[str, Any] = {} if index is None else {"index": index}
    if call_id:
        fragment["id"] = call_id
    fragment["function"] = (
        {"name": name, "arguments": arguments} if name else {"arguments": arguments}
    )
    return chunk({"tool_calls": [fragment]})


def began(exchange_id: str = "x1", *, body: bytes = b"{}", **members: Any) -> Started:
    """Return the start of an exchange."""
    given: dict[str, Any] = {
        "provider": "deepseek",
        "agent": "Cline",
        "model": "deepseek-chat",
        "passthrough": False,
        "headers": (("authorization", "‹key agent #12345678›"),),
        **members,
    }
    return Started(
        exchange_id=exchange_id,
        at=100.0,
        wall=WALL,
        endpoint="chat/completions",
        streaming=True,
        method="POST",
        path="/v1/chat/completions",
        body=body,
        fixes=(),
        **given,
    )


def asked(exchange_id: str = "x1", body: bytes = b"{}", findings: tuple[Mark, ...] = ()) -> Asked:
    """Return what went upstream."""
    headers = (("authorization", "‹key deepseek #87654321›"), ("content-type", "application/json"))
    url = "https://api.deepseek.com/v1/chat/completions"
    return Asked(exchange_id, 100.1, url, headers, body, findings)


def answered(exchange_id: str = "x1", status: int = 200, **headers: str) -> Answered:
    """Return the head of the answer."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answered(exchange_id, 100.2, status, (("content-type", "text/event-stream"), *named))


def ended(
    exchange_id: str = "x1", outcome: str = "done", status: int = 200, **members: Any
) -> Finished:
    """Return the end of an exchange."""
    given: dict[str, Any] = {"reason": "", "findings": {}, "would_mend": {}}
    given |= {"first_byte_ms": 500.0, "duration_ms": 10_000.0, **members}
    return Finished(
        exchange_id=exchange_id,
        at=110.0,
        status=status,
        outcome=outcome,
        bytes_in=0,
        bytes_out=0,
        **given,
    )


def passed(pieces: Iterable[bytes], exchange_id: str = "x1", first: float = 100.5) -> list[Record]:
    """Return pieces that left as they came, a tenth of a second apart."""
    return [Passed(exchange_id, first + number / 10, piece) for number, piece in enumerate(pieces)]


def mended(
    received: bytes, sent: bytes, marks: Sequence[Mark], exchange_id: str = "x1", at: float = 102.0
) -> list[Record]:
    """Return a piece that a fix changed."""
    return [
        Received(exchange_id, at, received),
        Marked(exchange_id, at, tuple(marks)),
        Sent(exchange_id, at, sent),
    ]


def whole(*pieces: bytes, exchange_id: str = "x1", **members: Any) -> list[Record]:
    """Return a whole exchange in which nothing was changed."""
    return [
        began(exchange_id, **members),
        asked(exchange_id),
        answered(exchange_id),
        *passed(pieces, exchange_id),
        ended(exchange_id),
    ]


def exchange_of(records: Sequence[Record]) -> Exchange:
    """Return the one exchange that the records are about."""
    store = Store()
    store.apply(records)
    return next(iter(store))


def read(records: Sequence[Record]) -> Reading:
    """Return the one exchange, read to its end."""
    reading = Reading(exchange_of(records))
    while reading.advance(1):
        pass
    return reading

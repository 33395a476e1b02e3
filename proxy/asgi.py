"""The server's interface to applications as types, and the answers that are our own."""

import socket
from asyncio import Transport
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextlib import suppress
from typing import Any, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
HeaderList: TypeAlias = list[tuple[bytes, bytes]]

CONTACT = "wiremend.contact"
"""Where the scope holds the request's `Contact`."""

MEMORY = "wiremend.memory"
"""Where the scope holds what is remembered of a request's header."""


class Contact:
    """What the server's interface says nothing of: the client's connection under one answer.

    It tells that the client has gone, to whoever asked to be told: a task that waits in
    ``receive()`` for the same news would be made and cancelled for every request.
    """

    __slots__ = ("_cycle", "_transport", "tell")

    def __init__(self, transport: Transport, cycle: Any) -> None:
        self._transport = transport
        self._cycle = cycle
        self.tell: Callable[[], None] | None = None

    @property
    def unsent(self) -> int:
        """How many bytes the client has not taken yet."""
        return self._transport.get_write_buffer_size()

    @property
    def flows(self) -> bool:
        """More of a stream may be written, and nothing need be waited for."""
        cycle = self._cycle
        return (
            cycle.chunked_encoding is True
            and not cycle.response_complete
            and not cycle.disconnected
            and not cycle.flow.write_paused
        )

    def write(self, data: bytes) -> None:
        """Send a piece of a stream, only where it `flows`."""
        self._cycle.transport.write(b"%x\r\n%b\r\n" % (len(data), data))

    def lost(self) -> None:
        """The connection is gone."""
        tell, self.tell = self.tell, None
        if tell is not None:
            tell()

    def close_behind(self) -> None:
        """Let the connection end with this answer.

        Its head has not announced that, so the last bytes and the end of the connection leave in
        one packet where the system can do that: a client that has read the answer must not send its
        next request into a connection that is about to close.
        """
        self._cycle.keep_alive = False
        raw: socket.socket | None = self._transport.get_extra_info("socket")
        if raw is not None and hasattr(socket, "TCP_CORK"):
            with suppress(OSError):
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)

    def abort(self) -> None:
        """Break the connection."""
        self._transport.abort()


OWN_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-type", b"application/json"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-store"),
)
"""What every answer of our own carries, so that no browser makes anything of it."""

CLOSE = (b"connection", b"close")


def own_headers(body: bytes, more: Iterable[tuple[str, str]] = ()) -> HeaderList:
    """Return the headers of an answer of our own with that body."""
    extra = [(name.encode("ascii"), value.encode("ascii")) for name, value in more]
    return [*OWN_HEADERS, (b"content-length", b"%d" % len(body)), *extra]


async def answer(send: Send, status: int, headers: HeaderList, body: bytes) -> None:
    """Send a whole answer."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

"""One socket to a provider and the one exchange that is on it.

The parser is httptools'; a read is handed over in one piece. Reading pauses at `HIGH_WATER`
bytes that nobody has taken yet. Framing follows RFC 9112, section 6.3: without a length or a
coding the end of the connection is the end of the body.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeAlias, cast

import httptools
import httpx

HIGH_WATER = 128 * 1024
"""Bytes that may wait for the agent before upstream is read no further."""
MAX_HEAD_SIZE = 64 * 1024
MAX_HEADERS = 200
Taker: TypeAlias = Callable[[bytes], bool]
"""Takes a piece of an answer in the moment in which it comes; False where it cannot."""

_KEEP_ALIVE_PROBES = (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))
_VERSIONS = ("1.1", "1.0")
_UNHEARD_SECONDS = 30
"""How long a provider may not even confirm what it was sent."""


class Connection(asyncio.Protocol):
    """One socket and the one exchange that is on it."""

    def __init__(self, forget: Callable[["Connection"], object]) -> None:
        self._forget = forget
        self._transport: asyncio.Transport | None = None
        self._lost = False
        self._writable = asyncio.Event()
        self._writable.set()
        self.idle_since = 0.0
        self.peer = ""
        # What follows a whole answer on a connection that is kept is the next one's beginning.
        self._parser = httptools.HttpResponseParser(self)
        self.begin(reused=False)

    def begin(self, *, reused: bool) -> None:
        """Make ready for the next exchange."""
        self._pieces: deque[bytes] = deque()
        self._parts: list[bytes] = []
        self._waiting = 0
        self._paused = False
        self._wake: asyncio.Future[None] | None = None
        self._taker: Taker | None = None
        self._error: httpx.TransportError | None = None
        self._head_size = 0
        self._fields_size = 0
        self._head_done = False
        self._framed = False
        self._complete = False
        self._keep_alive = False
        self._status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.status = 0
        self.reused = reused
        self.bytes_received = 0
        self.failed_by_us = False

    @property
    def usable(self) -> bool:
        """The socket is open and silent, as an idle one must be."""
        return not self._lost and self._transport is not None and not self._transport.is_closing()

    @property
    def reusable(self) -> bool:
        """The exchange ended by the rules and the server wants another one."""
        return (
            self.usable
            and self._complete
            and self._error is None
            and self._framed
            and self._writable.is_set()
            and self._keep_alive
        )

    def abort(self) -> None:
        """Close at once, whatever is under way."""
        self._forget(self)
        if self._transport is not None:
            self._transport.abort()

    async def send(self, head: bytes, body: bytes, unwritten: float) -> None:
        """Send the request and wait for the head of the answer, which may come before its end.

        ``unwritten`` says for how many seconds it may make no progress on its way out.
        """
        transport = cast("asyncio.Transport", self._transport)
        transport.write(head + body if len(body) < HIGH_WATER else head)
        if len(body) >= HIGH_WATER:
            transport.write(body)
        while not self.status and self._error is None:
            if self._writable.is_set():
                await self._woken(None)
            else:
                await self._progress(transport, unwritten)
        if self._error is not None and not self.status:
            raise self._error

    async def receive(self, at_once: Taker | None = None) -> bytes | None:
        """Return what has come since the last call in one piece; None at the end.

        A piece that comes while this waits is offered to ``at_once`` first, without a detour
        through the loop; what that takes is not returned.
        """
        self._taker = at_once
        try:
            while not self._pieces:
                if self._error is not None:
                    raise self._error
                if self._complete:
                    return None
                await self._woken(None)
        finally:
            self._taker = None
        piece = self._pieces.popleft() if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._waiting = 0
        if self._paused and not self._lost:
            self._paused = False
            cast("asyncio.Transport", self._transport).resume_reading()
        return piece

    async def _progress(self, transport: asyncio.Transport, seconds: float) -> None:
        before = transport.get_write_buffer_size()
        with suppress(TimeoutError):
            await self._woken(seconds)
            return
        if transport.get_write_buffer_size() >= before:
            self.failed_by_us = True
            raise httpx.WriteTimeout("the request made no progress")

    async def _woken(self, seconds: float | None) -> None:
        self._wake = asyncio.get_running_loop().create_future()
        try:
            if seconds is None:
                await self._wake
            else:
                async with asyncio.timeout(seconds):
                    await self._wake
        finally:
            self._wake = None

    def _rouse(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    # asyncio's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        tune(transport.get_extra_info("socket"), _UNHEARD_SECONDS)

    def data_received(self, data: bytes) -> None:
        if self._complete or self._error is not None:
            # Bytes after the end of an answer: nothing may be made of them.
            self._transport_abort()
            return
        self.bytes_received += len(data)
        if not self._head_done:
            self._head_size += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if self._complete:
                # What stands behind a whole answer belongs to nobody: see RFC 9112, section 6.3.
                self._transport_abort()
            else:
                self._fail(httpx.RemoteProtocolError("the answer breaks HTTP's rules"))
        if not self._head_done and self._head_size > MAX_HEAD_SIZE:
            self._fail(httpx.RemoteProtocolError("the answer's head is too large"))
        self._hand_over()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        self._forget(self)
        if not self._complete and self._error is None:
            if exc is None and self._head_done and not self._framed:
                # No length and no coding: the end of the connection is the end of the body.
                self._complete = True
            else:
                self._error = httpx.ReadError("the connection was lost")
        self._writable.set()
        self._rouse()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()
        self._rouse()

    # The parser's callbacks

    def on_message_begin(self) -> None:
        if self._complete:
            raise ValueError("a second answer")

    def on_status(self, status: bytes) -> None:
        # It may come in several pieces.
        self._fields_size += len(status)
        if self._fields_size > MAX_HEAD_SIZE:
            raise ValueError("reason phrase")

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head_done:
            return
        self._fields_size += len(name) + len(value)
        if len(self.headers) >= MAX_HEADERS or self._fields_size > MAX_HEAD_SIZE:
            raise ValueError("too many or too large headers")
        name = name.lower()
        self.headers.append((name, value))
        if name in (b"content-length", b"transfer-encoding"):
            self._framed = True

    def on_headers_complete(self) -> None:
        if self._parser.get_http_version() not in _VERSIONS:
            raise ValueError("another protocol")
        status = self._parser.get_status_code()
        if 100 <= status < 200:  # noqa: PLR2004
            return
        self._status = status
        self._head_done = True

    def on_body(self, body: bytes) -> None:
        self._parts.append(body)

    def on_message_complete(self) -> None:
        if self._head_done:
            self._complete = True
            self._keep_alive = self._parser.should_keep_alive()
        else:
            # An interim answer: the real one follows.
            self.headers = []
            self._framed = False

    def _hand_over(self) -> None:
        if self._parts:
            piece = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
            self._parts.clear()
            if self._taker is not None and not self._pieces and self._taker(piece):
                if self._complete or self._error is not None:
                    self._rouse()
                return
            self._pieces.append(piece)
            self._waiting += len(piece)
            if self._waiting > HIGH_WATER and not self._paused and not self._complete:
                self._paused = True
                cast("asyncio.Transport", self._transport).pause_reading()
        if self._head_done and self._error is None:
            self.status = self._status
        self._rouse()

    def _fail(self, error: httpx.TransportError) -> None:
        if self._error is None:
            self._error = error
            self.failed_by_us = True
        self._transport_abort()

    def _transport_abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def tune(raw: socket.socket | None, unheard: float) -> None:
    """Send at once, ask a silent peer whether it is there, and give up one that is not heard."""
    if raw is None:
        return
    for option, value in _socket_options(unheard):
        with suppress(OSError):
            raw.setsockopt(socket.IPPROTO_TCP, option, value)
    with suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def _socket_options(unheard: float) -> Iterator[tuple[int, int]]:
    yield socket.TCP_NODELAY, 1
    for name, seconds in _KEEP_ALIVE_PROBES:
        if hasattr(socket, name):
            yield getattr(socket, name), seconds
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        yield socket.TCP_USER_TIMEOUT, int(unheard * 1000)

"""HTTP/1.1 to providers behind httpx's transport interface: one parser, one list as pool.

Lean because the client is nearly the whole cost of a proxied event: a read is parsed where it
arrives and handed over in one piece, with no queue, lock or task in between. It never follows,
retries or decodes anything, with one exception: a request on a *reused* connection that dies
without one byte of answer is sent once more on a new one (the server closed it while idle).

What goes through an outgoing proxy takes httpx's own transport.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import httpx

from proxy.connection import Connection

IDLE_SECONDS = 20
"""Common servers close idle connections after 60 s; long before that ours is dropped."""

_PORTS = {"http": 80, "https": 443}

Admission = Callable[[str, str], bool]
"""May this scheme be used to this numeric address?"""


def _admit_all(scheme: str, address: str) -> bool:
    del scheme, address
    return True


class AddressRefusedError(httpx.ConnectError):
    """The name leads to an address to which no request may go."""


class LeanTransport(httpx.AsyncBaseTransport):
    """Connections to any origin, kept alive and reused; belongs to one event loop."""

    def __init__(
        self, ssl_context: ssl.SSLContext | None = None, admit: Admission = _admit_all
    ) -> None:
        self._ssl_context = ssl_context
        self._admit = admit
        self._idle: dict[tuple[str, str, int], list[Connection]] = {}
        self._open: set[Connection] = set()

    @property
    def in_use(self) -> int:
        """How many connections an answer is being read from."""
        return len(self._open) - sum(len(idle) for idle in self._idle.values())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request; return as soon as the head of the answer is here."""
        url = request.url
        origin = (url.scheme, url.host, url.port or _PORTS[url.scheme])
        head = _head_of(request)
        body = await request.aread()
        timeout = cast("dict[str, float | None]", request.extensions.get("timeout", {}))
        connection = self._reusable(origin)
        if connection is not None:
            try:
                return await self._exchange(connection, origin, head, body)
            except httpx.TransportError:
                if connection.bytes_received or connection.failed_by_us:
                    raise
        connection = await self._connect(origin, timeout.get("connect"))
        return await self._exchange(connection, origin, head, body)

    async def aclose(self) -> None:
        """Close every connection at once."""
        self._idle.clear()
        for connection in [*self._open]:
            connection.abort()
        # One turn of the loop, so that the sockets are really closed when this returns.
        await asyncio.sleep(0)

    def drop_idle(self) -> None:
        """Close the connections nobody uses, as after the computer woke up."""
        for connections in self._idle.values():
            for connection in connections:
                connection.abort()
        self._idle.clear()

    async def _exchange(
        self, connection: Connection, origin: tuple[str, str, int], head: bytes, body: bytes
    ) -> httpx.Response:
        try:
            await connection.send(head, body)
        except BaseException:
            connection.abort()
            raise
        return httpx.Response(
            connection.status,
            headers=connection.headers,
            stream=_Body(connection, lambda: self._release(origin, connection)),
            extensions={"http_version": b"HTTP/1.1", "peer": connection.peer},
        )

    def _reusable(self, origin: tuple[str, str, int]) -> Connection | None:
        idle = self._idle.get(origin, [])
        now = asyncio.get_running_loop().time()
        while idle:
            connection = idle.pop()
            if connection.usable and now - connection.idle_since < IDLE_SECONDS:
                connection.begin(reused=True)
                return connection
            connection.abort()
        return None

    def _release(self, origin: tuple[str, str, int], connection: Connection) -> None:
        if not connection.reusable:
            connection.abort()
            return
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        self._idle.setdefault(origin, []).append(connection)
        loop.call_later(IDLE_SECONDS, self._expire, origin, connection, connection.idle_since)

    def _expire(self, origin: tuple[str, str, int], connection: Connection, since: float) -> None:
        idle = self._idle.get(origin, [])
        if connection in idle and connection.idle_since == since:
            idle.remove(connection)
            connection.abort()

    async def _connect(self, origin: tuple[str, str, int], seconds: float | None) -> Connection:
        try:
            async with asyncio.timeout(seconds or None):
                return await self._connect_any(origin)
        except TimeoutError as error:
            raise httpx.ConnectTimeout("no connection in time") from error
        except (OSError, ssl.SSLError) as error:
            raise httpx.ConnectError("no connection") from error

    async def _connect_any(self, origin: tuple[str, str, int]) -> Connection:
        scheme, host, port = origin
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        admitted = [address for address in addresses if self._admit(scheme, address)]
        if not admitted:
            raise AddressRefusedError("no address to which this provider's requests may go")
        failed: OSError | None = None
        for address in admitted:
            try:
                return await self._connect_to(scheme, host, address, port)
            except ssl.SSLError:
                raise
            except OSError as error:
                failed = error
        raise failed or OSError("no address")

    async def _connect_to(self, scheme: str, host: str, address: str, port: int) -> Connection:
        secured: dict[str, Any] = {}
        if scheme == "https":
            secured = {"ssl": self._ssl_context or ssl.create_default_context()}
            secured["server_hostname"] = host
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda: Connection(self._open.discard), address, port, **secured
        )
        self._open.add(connection)
        connection.peer = address
        return connection


class _Body(httpx.AsyncByteStream):
    """The answer's body, in the pieces in which it is read; closing it lets upstream go."""

    def __init__(self, connection: Connection, release: Callable[[], None]) -> None:
        self._connection = connection
        self._release: Callable[[], None] | None = release

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (piece := await self._connection.receive()) is not None:
            yield piece

    async def aclose(self) -> None:
        release, self._release = self._release, None
        if release is not None:
            release()


def _head_of(request: httpx.Request) -> bytes:
    lines = [request.method.encode("ascii") + b" " + request.url.raw_path + b" HTTP/1.1"]
    lines += [name + b": " + value for name, value in request.headers.raw]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def is_private(address: str) -> bool:
    """Tell whether an address is loopback or private, but not link-local."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    judged = mapped or parsed
    return (judged.is_loopback or judged.is_private) and not judged.is_link_local

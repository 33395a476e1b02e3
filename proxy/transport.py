"""HTTP/1.1 to providers: one parser, one list as pool.

Lean because the client is nearly the whole cost of a proxied event: a read is parsed where it
arrives and handed over in one piece, with no queue, lock or task in between. It never follows,
retries or decodes anything, with one exception: a request on a *reused* connection that dies
without one byte of answer is sent once more on a new one (the server closed it while idle).

What it fails with are httpx's errors. What goes through an outgoing proxy takes httpx's own
transport, which `Borrowed` lets speak the same way.
"""

import asyncio
import ipaddress
import socket
import ssl
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, Protocol, TypeAlias, cast

import httpx
import msgspec

from proxy.connection import Connection, Taker

SLEPT_SECONDS = 30
"""The wall clock ran so much further than the loop's: the computer was asleep."""
IDLE_SECONDS = 20
"""Common servers close idle connections after 60 s; long before that ours is dropped."""

_PROXY_REFUSES = 407
_PORTS = {"http": 80, "https": 443}

Origin: TypeAlias = tuple[str, str, int]
"""Scheme, host and port."""
Admission = Callable[[str, str], bool]
"""May this scheme be used to this numeric address?"""


def _admit_all(scheme: str, address: str) -> bool:
    del scheme, address
    return True


class AddressRefusedError(httpx.ConnectError):
    """The name leads to an address to which no request may go."""


class Order(msgspec.Struct, frozen=True):
    """One request as it goes out; its framing is the transport's."""

    method: str
    url: str
    headers: list[tuple[bytes, bytes]]
    """With the credential, without ``host`` and ``content-length``."""
    body: bytes
    connect_seconds: float | None = None
    unwritten: float = 60
    """For how many seconds it may make no progress on its way out."""


class Answer(Protocol):
    """The head of an answer, and its body as it arrives."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Names in lower case."""
        ...

    @property
    def took_to_connect(self) -> float | None:
        """Seconds until it was connected, 0 where it was already; None where nobody measured."""
        ...

    async def receive(self, at_once: Taker | None = None) -> bytes | None:
        """Return what has come since the last call; None at the end. Raises httpx's errors.

        What comes while this waits may be offered to ``at_once`` first.
        """
        ...

    async def close(self) -> None:
        """Let the connection go: back to the others, where the answer is over."""
        ...


class Transport(Protocol):
    """Sends requests to providers."""

    async def send(self, order: Order) -> Answer:
        """Send; return as soon as the head of the answer is here. Raises httpx's errors."""
        ...

    async def aclose(self) -> None:
        """Close every connection at once."""
        ...


class LeanTransport:
    """Connections to any origin, kept alive and reused; belongs to one event loop."""

    def __init__(
        self,
        ssl_context: ssl.SSLContext | None = None,
        admit: Admission = _admit_all,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._ssl_context = ssl_context
        self._wall_clock = wall_clock
        self._ahead = 0.0
        self._admit = admit
        self._idle: dict[Origin, list[Connection]] = {}
        self._open: set[Connection] = set()
        self._clocks: dict[Connection, asyncio.TimerHandle] = {}

    @property
    def in_use(self) -> int:
        """How many connections an answer is being read from."""
        return len(self._open) - sum(len(idle) for idle in self._idle.values())

    async def send(self, order: Order) -> "Answered":
        """Send the request; return as soon as the head of the answer is here."""
        origin, target, host = _address(order.url)
        head = _head_of(order, target, host)
        connection = self._reusable(origin)
        if connection is not None:
            try:
                return await self._exchange(connection, origin, head, order)
            except httpx.TransportError:
                if connection.bytes_received or connection.failed_by_us:
                    raise
        begun = asyncio.get_running_loop().time()
        connection = await self._connect(origin, order.connect_seconds)
        taken = asyncio.get_running_loop().time() - begun
        answered = await self._exchange(connection, origin, head, order)
        answered.took_to_connect = taken
        return answered

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
        self, connection: Connection, origin: Origin, head: bytes, order: Order
    ) -> "Answered":
        try:
            await connection.send(head, order.body, order.unwritten)
        except BaseException:
            connection.abort()
            raise
        return Answered(connection, self._release, origin)

    def _reusable(self, origin: Origin) -> Connection | None:
        now = asyncio.get_running_loop().time()
        self._drop_what_slept(now)
        idle = self._idle.get(origin, [])
        while idle:
            connection = idle.pop()
            if connection.usable and now - connection.idle_since < IDLE_SECONDS:
                connection.begin(reused=True)
                return connection
            connection.abort()
        return None

    def _drop_what_slept(self, now: float) -> None:
        """Close idle connections once the computer slept: the loop's clock does not count that."""
        ahead = self._wall_clock() - now
        if self._idle and ahead - self._ahead > SLEPT_SECONDS:
            self.drop_idle()
        self._ahead = ahead

    def _release(self, origin: Origin, connection: Connection) -> None:
        if not connection.reusable:
            connection.abort()
            return
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        self._idle.setdefault(origin, []).append(connection)
        if connection not in self._clocks:
            # One for each connection: one for each use would remember busy hours for long.
            self._age(origin, connection, connection.idle_since + IDLE_SECONDS)

    def _age(self, origin: Origin, connection: Connection, until: float) -> None:
        loop = asyncio.get_running_loop()
        self._clocks[connection] = loop.call_at(until, self._expire, origin, connection)

    def _expire(self, origin: Origin, connection: Connection) -> None:
        del self._clocks[connection]
        idle = self._idle.get(origin, [])
        due = connection.idle_since + IDLE_SECONDS
        if connection not in idle:
            return
        if asyncio.get_running_loop().time() < due:
            self._age(origin, connection, due)
        else:
            idle.remove(connection)
            connection.abort()

    def _forget(self, connection: Connection) -> None:
        """A connection is gone: nothing of it stays."""
        self._open.discard(connection)
        clock = self._clocks.pop(connection, None)
        if clock is not None:
            clock.cancel()

    async def _connect(self, origin: Origin, seconds: float | None) -> Connection:
        try:
            async with asyncio.timeout(seconds or None):
                return await self._connect_any(origin)
        except TimeoutError as error:
            raise httpx.ConnectTimeout("no connection in time") from error
        except (OSError, ssl.SSLError, UnicodeError) as error:
            # A name with a label that is empty or too long is not even asked for.
            raise httpx.ConnectError("no connection") from error

    async def _connect_any(self, origin: Origin) -> Connection:
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
            lambda: Connection(self._forget), address, port, **secured
        )
        self._open.add(connection)
        connection.peer = address
        return connection


class Answered:
    """An answer on one of our own connections."""

    def __init__(
        self, connection: Connection, release: Callable[[Origin, Connection], None], origin: Origin
    ) -> None:
        self.status = connection.status
        self.headers = connection.headers
        self.receive = connection.receive
        self.took_to_connect: float | None = 0.0
        self._connection: Connection | None = connection
        self._release = release
        self._origin = origin

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._release(self._origin, connection)


class Borrowed:
    """One of httpx's transports, spoken to as to our own."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def send(self, order: Order) -> "BorrowedAnswer":
        """Send the request; return as soon as the head of the answer is here."""
        begun = _Begun(order.connect_seconds)
        request = httpx.Request(
            order.method,
            order.url,
            headers=order.headers,
            content=order.body if order.method == "POST" else None,
            extensions={"timeout": {"connect": order.connect_seconds}, "trace": begun.note},
        )
        try:
            async with begun.limit:
                response = await self._transport.handle_async_request(request)
        except TimeoutError as error:
            raise httpx.ConnectTimeout("no way there in time") from error
        except httpx.TransportError as error:
            if begun or isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
                raise
            raise httpx.ConnectError("the way there broke off") from error
        answer = BorrowedAnswer(response)
        if answer.status == _PROXY_REFUSES:
            await answer.close()
            raise httpx.ProxyError("the proxy wants another password")
        return answer

    async def aclose(self) -> None:
        """Close every connection at once."""
        await self._transport.aclose()


class _Begun:
    """Whether our request is under way, or still the talk with the proxy that leads there."""

    def __init__(self, seconds: float | None) -> None:
        self._begun = False
        self.limit = asyncio.timeout(seconds)
        """Of the way there; httpx has none for what a proxy says meanwhile."""

    def __bool__(self) -> bool:
        return self._begun

    async def note(self, event: str, details: Mapping[str, Any]) -> None:
        if event == "http11.send_request_headers.started":
            self._begun = self._begun or details["request"].method != b"CONNECT"
            if self._begun and not self.limit.expired():
                self.limit.reschedule(None)


class BorrowedAnswer:
    """An answer that httpx reads."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.headers = [(name.lower(), each) for name, each in response.headers.raw]
        self.took_to_connect: float | None = None
        self._response = response
        self._pieces = aiter(cast("httpx.AsyncByteStream", response.stream))

    async def receive(self, at_once: Taker | None = None) -> bytes | None:
        del at_once
        return await anext(self._pieces, None)

    async def close(self) -> None:
        with suppress(AttributeError):  # not every iterator can be closed
            await cast("AsyncGenerator[bytes]", self._pieces).aclose()
        await self._response.aclose()


@lru_cache(maxsize=256)
def _address(text: str) -> tuple[Origin, bytes, bytes]:
    """Return where to connect, the target and the host header.

    Remembered: taking an address apart costs more than sending a request to it.
    """
    url = httpx.URL(text)
    origin = (url.scheme, url.host, url.port or _PORTS[url.scheme])
    return origin, url.raw_path, url.netloc


def _head_of(order: Order, target: bytes, host: bytes) -> bytes:
    lines = [b"%s %s HTTP/1.1\r\nhost: %s" % (order.method.encode("ascii"), target, host)]
    lines += [b"%s: %s" % pair for pair in order.headers]
    if order.body or order.method != "GET":
        lines.append(b"content-length: %d" % len(order.body))
    return b"\r\n".join(lines) + b"\r\n\r\n"


def is_private(address: str) -> bool:
    """Tell whether an address is loopback or private, but not link-local."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    judged = mapped or parsed
    return (judged.is_loopback or judged.is_private) and not judged.is_link_local

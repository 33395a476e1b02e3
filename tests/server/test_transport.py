"""The transport against a scripted server: reuse, faults, limits, and nothing left open."""

import asyncio
import contextlib
import gc
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from proxy.connection import Connection
from proxy.transport import (
    AddressRefusedError,
    Answer,
    LeanTransport,
    Order,
    _head_of,
    is_private,
)

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter, int], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"


class Server:
    """Runs a script for each request; counts connections and requests."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.connections = 0
        self.requests = 0
        self.closed = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self.closed.set()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        self.requests += 1
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line[:15] == b"content-length:"
        )
        if length < 1_000_000:
            await reader.readexactly(length)
        await self.script(reader, writer, self.requests)
        await writer.drain()
        return not writer.is_closing()


@asynccontextmanager
async def serving(script: Script) -> AsyncGenerator[tuple[Server, LeanTransport, str]]:
    server = Server(script)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, limit=1 << 20)
    transport = LeanTransport()
    url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1/x"
    try:
        yield server, transport, url
    finally:
        await transport.aclose()
        listener.close()
        async with asyncio.timeout(5):
            await listener.wait_closed()


def says(*pieces: bytes | float | None) -> Script:
    """Send bytes, sleep seconds, close at None."""

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: int) -> None:
        for piece in pieces:
            if piece is None:
                writer.close()
            elif isinstance(piece, bytes):
                writer.write(piece)
                await writer.drain()
            else:
                await asyncio.sleep(piece)

    return script


def order(url: str, body: bytes = b"{}", connect_seconds: float | None = None) -> Order:
    return Order("POST", url, [], body, connect_seconds)


async def post(transport: LeanTransport, url: str, body: bytes = b"{}") -> Answer:
    async with asyncio.timeout(10):
        return await transport.send(order(url, body))


async def pieces(answer: Answer) -> list[bytes]:
    found: list[bytes] = []
    async with asyncio.timeout(10):
        while (piece := await answer.receive()) is not None:
            found.append(piece)
    return found


async def whole(transport: LeanTransport, url: str, body: bytes = b"{}") -> bytes:
    answer = await post(transport, url, body)
    try:
        return b"".join(await pieces(answer))
    finally:
        await answer.close()


pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_reuses_a_connection_for_the_next_request() -> None:
    async with serving(says(OK)) as (server, transport, url):
        for _ in range(3):
            assert await whole(transport, url) == b"hi"
        assert (server.connections, server.requests) == (1, 3)
        assert transport.in_use == 0


@pytest.mark.parametrize(
    ("ending", "error"),
    [(b"0\r\n\r\n", None), (b"x", httpx.RemoteProtocolError)],
    ids=["whole", "broken"],
)
async def test_offers_what_comes_while_it_waits_and_returns_what_is_not_taken(
    ending: bytes, error: type[Exception] | None
) -> None:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    script = says(head, 0.05, b"1\r\na\r\n", 0.05, b"1\r\nb\r\n", 0.05, b"1\r\na\r\n" + ending)
    taken: list[bytes] = []

    def take(piece: bytes) -> bool:
        taken.extend([piece] if piece == b"a" else [])
        return piece == b"a"

    async with serving(script) as (_, transport, url), asyncio.timeout(10):
        answer = await post(transport, url)
        assert await answer.receive(take) == b"b"
        with pytest.raises(error) if error else contextlib.nullcontext():
            assert await answer.receive(take) is None
        await answer.close()
    assert taken == [b"a", b"a"]


async def test_tells_how_long_it_took_to_connect_where_it_had_to() -> None:
    async with serving(says(OK)) as (_, transport, url):
        taken: list[float | None] = []
        for _ in range(2):
            answer = await transport.send(order(url))
            taken.append(answer.took_to_connect)
            while await answer.receive() is not None:
                pass
            await answer.close()
        assert taken[0] is not None
        assert 0 < taken[0] < 5
        assert taken[1] == 0


async def test_hands_each_read_over_as_it_comes() -> None:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    script = says(head, 0.05, b"1\r\na\r\n", 0.05, b"1\r\nb\r\n1\r\nc\r\n", 0.05, b"0\r\n\r\n")
    async with serving(script) as (_, transport, url):
        answer = await post(transport, url)
        assert await pieces(answer) == [b"a", b"bc"]
        await answer.close()


async def test_skips_interim_answers() -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"
    script = says(b"HTTP/1.1 100 Continue\r\n\r\n" + interim * 3, 0.02, OK)
    async with serving(script) as (_, transport, url):
        assert await whole(transport, url) == b"hi"
        assert await whole(transport, url) == b"hi"


async def test_takes_the_end_of_the_connection_for_the_end_of_a_body_without_length() -> None:
    async with serving(says(b"HTTP/1.0 200 OK\r\n\r\nhello", None)) as (_, transport, url):
        assert await whole(transport, url) == b"hello"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\nZZ\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n",
    ],
    ids=["short", "bad-chunk", "no-last-chunk"],
)
async def test_says_that_a_body_broke_off(answer: bytes) -> None:
    async with serving(says(answer, 0.05, None)) as (_, transport, url):
        with pytest.raises(httpx.TransportError):
            await whole(transport, url)


@pytest.mark.parametrize("glued", [b"HTTP/1.1 500 No\r\ncontent-length: 4\r\n\r\nevil", b"junk"])
@pytest.mark.parametrize("split", [True, False])
async def test_makes_nothing_of_what_stands_right_behind_an_answer(
    *, glued: bytes, split: bool
) -> None:
    head = b"HTTP/1.1 201 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    rest = b"2\r\nhi\r\n0\r\n\r\n" + glued
    script = says(head, 0.05, rest) if split else says(head + rest)
    async with serving(script) as (server, transport, url):
        for connections in (1, 2):
            answer = await post(transport, url)
            assert (answer.status, await pieces(answer)) == (201, [b"hi"])
            await answer.close()
            # No other exchange is to find what was sent to nobody.
            assert server.connections == connections


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 201 + b"content-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\na: " + b"b" * 70_000 + b"\r\ncontent-length: 0\r\n\r\n",
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n",
    ],
    ids=["reason", "headers", "size", "protocol", "version"],
)
async def test_refuses_a_head_beyond_the_limits(head: bytes) -> None:
    async with serving(says(head, 0.2, None)) as (_, transport, url):
        with pytest.raises(httpx.RemoteProtocolError):
            await whole(transport, url)


async def test_sends_once_more_where_a_reused_connection_died_silently() -> None:
    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        if number == 2:
            writer.close()
        else:
            writer.write(OK)

    async with serving(script) as (server, transport, url):
        assert await whole(transport, url) == b"hi"
        assert await whole(transport, url) == b"hi"
        assert (server.connections, server.requests) == (2, 3)


async def test_sends_only_once_on_a_fresh_connection() -> None:
    async with serving(says(None)) as (server, transport, url):
        with pytest.raises(httpx.ReadError):
            await whole(transport, url)
        assert server.requests == 1


async def test_does_not_repeat_a_request_that_was_answered_by_one_byte() -> None:
    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        writer.write(OK if number == 1 else b"H")
        if number > 1:
            writer.close()

    async with serving(script) as (server, transport, url):
        assert await whole(transport, url) == b"hi"
        with pytest.raises(httpx.TransportError):
            await whole(transport, url)
        assert server.requests == 2


async def test_delivers_an_answer_that_comes_before_the_request_is_through() -> None:
    early = b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n"
    async with serving(says(early, 0.3)) as (_, transport, url):
        answer = await post(transport, url, b"x" * 20_000_000)
        assert answer.status == 413
        await answer.close()


async def test_reads_upstream_no_further_than_the_agent_reads() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 50000000\r\n\r\n"
    sent = 0

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: int) -> None:
        nonlocal sent
        writer.write(head)
        while sent < 50_000_000:
            writer.write(b"x" * 100_000)
            await writer.drain()
            sent += 100_000

    async with serving(script) as (_, transport, url):
        answer = await post(transport, url)
        await asyncio.sleep(0.5)
        # What the two sockets buffer, and our own water mark; far from the whole.
        assert sent < 12_000_000
        total = sum(map(len, await pieces(answer)))
        assert total == 50_000_000
        await answer.close()


async def test_closing_an_unfinished_answer_closes_the_connection() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n"
    async with serving(says(head, 0.3, b"x")) as (server, transport, url):
        answer = await post(transport, url)
        await answer.close()
        async with asyncio.timeout(1):
            await server.closed.wait()
        assert transport.in_use == 0


async def test_giving_up_in_any_phase_leaves_nothing_open() -> None:
    async with serving(says(0.2, OK)) as (_, transport, url):
        for number in range(200):
            task = asyncio.ensure_future(whole(transport, url))
            await asyncio.sleep(0.0005 * (number % 8))
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert transport.in_use == 0
        assert await whole(transport, url) == b"hi"


async def test_gives_up_on_a_connection_that_is_never_accepted() -> None:
    transport = LeanTransport()
    with pytest.raises(httpx.ConnectError):
        await transport.send(order("http://127.0.0.1:1/", b"", 5))


async def test_asks_before_it_connects_to_an_address() -> None:
    transport = LeanTransport(admit=lambda scheme, address: False)  # noqa: ARG005
    with pytest.raises(AddressRefusedError):
        await post(transport, "http://127.0.0.1:1/")


async def test_opens_a_new_connection_after_the_computer_slept() -> None:
    offset = 0.0
    async with serving(says(OK)) as (server, _, url):
        transport = LeanTransport(wall_clock=lambda: time.time() + offset)
        for asleep, connections in ((0, 1), (29, 1), (31, 2), (0, 2)):
            offset += asleep
            assert await whole(transport, url) == b"hi"
            assert server.connections == connections
        await transport.aclose()


async def test_drops_connections_that_nobody_uses() -> None:
    async with serving(says(OK)) as (server, transport, url):
        await whole(transport, url)
        transport.drop_idle()
        async with asyncio.timeout(1):
            await server.closed.wait()
        assert await whole(transport, url) == b"hi"
        assert server.connections == 2


async def test_remembers_nothing_of_a_connection_that_is_gone() -> None:
    async with serving(says(OK)) as (server, transport, url):
        await whole(transport, url)
        await whole(transport, url)
        transport.drop_idle()
        async with asyncio.timeout(1):
            await server.closed.wait()
        gc.collect()
        assert not [each for each in gc.get_objects() if isinstance(each, Connection)]


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("127.0.0.1", True),
        ("192.168.1.9", True),
        ("10.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("fd00::1", True),
        ("169.254.1.1", False),
        ("fe80::1%eth0", False),
        ("8.8.8.8", False),
        ("::ffff:8.8.8.8", False),
    ],
)
def test_knows_private_addresses(address: str, private: bool) -> None:
    assert is_private(address) is private


@pytest.mark.parametrize(
    ("method", "body", "length"), [("GET", b"", []), ("POST", b"", [b"0"]), ("GET", b"hi", [b"2"])]
)
async def test_only_a_get_without_a_body_says_no_length(
    method: str, body: bytes, length: list[bytes]
) -> None:
    head = _head_of(Order(method, "http://a/", [(b"accept", b"*/*")], body), b"/", b"a")
    assert re.findall(rb"content-length: (\d+)\r\n", head) == length

"""The load: requests and streams against one address, and what they cost the process behind it."""

import asyncio
import json
import re
import statistics
import time
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass

import psutil

_STAMP = re.compile(rb"@(\d{19})@")
_LIMIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Target:
    """One address under load."""

    name: str
    port: int
    process: psutil.Process | None
    key: str = ""

    def request(self, body: bytes, path: str = "/v1/chat/completions") -> bytes:
        """Return the bytes of one POST."""
        credential = f"authorization: Bearer {self.key}\r\n" if self.key else ""
        return (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\n{credential}"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        ).encode() + body

    def cpu_seconds(self) -> float:
        """Return the CPU time that the process and its children have used."""
        if self.process is None:
            return 0.0
        every = [self.process, *self.process.children(recursive=True)]
        return sum(times.user + times.system for times in (each.cpu_times() for each in every))


def chat(directive: str, *, stream: bool) -> bytes:
    """Return a request body that tells the upstream what to do."""
    messages = [{"role": "user", "content": directive}]
    return json.dumps({"model": "bench", "stream": stream, "messages": messages}).encode()


async def request_ms(target: Target, count: int) -> float:
    """Return the median time of small requests over one kept-alive connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    asked = target.request(chat("ping", stream=False))
    times: list[float] = []
    for _ in range(count):
        begun = time.perf_counter()
        writer.write(asked)
        head = await reader.readuntil(b"\r\n\r\n")
        await _body(reader, head)
        times.append(time.perf_counter() - begun)
    writer.close()
    return statistics.median(times) * 1e3


async def first_event_ms(target: Target, count: int) -> float:
    """Return the median time until the first event of a stream is here."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    asked = target.request(chat("bench:events=2;pause_us=0;index=1", stream=True))
    times: list[float] = []
    for _ in range(count):
        begun = time.perf_counter()
        writer.write(asked)
        await reader.readuntil(b"data: ")
        times.append(time.perf_counter() - begun)
        await reader.readuntil(b"0\r\n\r\n")
    writer.close()
    return statistics.median(times) * 1e3


async def paced(target: Target, streams: int, events: int, *, index: bool) -> tuple[float, float]:
    """Return the median µs from sending to receiving an event, and the CPU µs it costs."""
    directive = f"bench:events={events};pause_us=20000;index={int(index)}"
    before = target.cpu_seconds()
    delays = await _together([stream(target, directive) for _ in range(streams)])
    cpu = target.cpu_seconds() - before
    return statistics.median(delays) / 1e3, cpu / (streams * events) * 1e6


async def flat_out(target: Target, streams: int, events: int) -> tuple[float, float]:
    """Return events a second at full speed, and the CPU µs of each."""
    directive = f"bench:events={events};pause_us=0;index=1"
    before, begun = target.cpu_seconds(), time.perf_counter()
    await _together([stream(target, directive) for _ in range(streams)])
    seconds = time.perf_counter() - begun
    cpu = target.cpu_seconds() - before
    return streams * events / seconds, cpu / (streams * events) * 1e6


async def _together(streams: Iterable[Awaitable[list[int]]]) -> list[int]:
    async with asyncio.timeout(_LIMIT_SECONDS):
        delays = await asyncio.gather(*streams)
    return [delay for each in delays for delay in each]


async def stream(target: Target, directive: str) -> list[int]:
    """Read one stream to its end; return for each event the ns from its sending to its arrival."""
    delays: list[int] = []
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    writer.write(target.request(chat(directive, stream=True)))
    rest = b""
    try:
        while True:
            data = await reader.read(65536)
            now = time.monotonic_ns()
            if not data:
                break
            rest += data
            stamps = [*_STAMP.finditer(rest)]
            delays += [now - int(stamp.group(1)) for stamp in stamps]
            ended = rest.endswith(b"0\r\n\r\n")
            rest = rest[stamps[-1].end() :][-400:] if stamps else rest[-400:]
            if ended:
                break
    finally:
        # Whoever is cancelled leaves, as an agent does.
        writer.transport.abort()
    return delays


async def _body(reader: asyncio.StreamReader, head: bytes) -> None:
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    if length is not None:
        await reader.readexactly(int(length.group(1)))
    else:
        await reader.readuntil(b"0\r\n\r\n")

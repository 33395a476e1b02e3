"""Put the proxy under the loads that it must bear: ``python -m tests.bench.loads [NAME…]``.

Each load prints one line: what was asked for, and what was measured. Nothing fails on a figure,
but a lost stream, an error or a leak makes the exit status 1. ``--scale`` shortens all of them.
"""

import argparse
import asyncio
import contextlib
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench import load
from tests.bench.load import Target
from tests.bench.scene import Proxy, start_upstream

_MB = 1e6


@dataclass
class Bench:
    """What a load has to work with."""

    proxy: Proxy
    direct: Target
    scale: float
    faults: list[str] = field(default_factory=list[str])

    @property
    def target(self) -> Target:
        """The proxy."""
        return self.proxy.target

    def some(self, count: int) -> int:
        """Scale a count down."""
        return max(1, int(count * self.scale))

    def rss_mb(self) -> float:
        """Return the resident memory of the proxy."""
        process = self.target.process
        return process.memory_info().rss / _MB if process is not None else 0.0

    def descriptors(self) -> int:
        """Return how many files and sockets the proxy has open."""
        process = self.target.process
        return process.num_fds() if process is not None else 0

    async def settled(self, before: int) -> int:
        """Return how many descriptors are left over once all is quiet."""
        for _ in range(50):
            if self.descriptors() <= before:
                break
            await asyncio.sleep(0.1)
        return self.descriptors() - before

    def expect(self, holds: bool, fault: str) -> None:
        """Take note of what must not be."""
        if not holds:
            self.faults.append(fault)


async def one_stream(bench: Bench) -> str:
    """1 stream of 100 events a second: added delay p50 <= 1 ms, p99 <= 5 ms."""
    directive = f"bench:events={bench.some(6000)};pause_us=10000;index=1"
    direct, ours = await asyncio.gather(
        load.stream(bench.direct, directive), load.stream(bench.target, directive)
    )
    bench.expect(len(ours) == len(direct), "events were lost")
    return f"added p50 {_added(ours, direct, 50)}, p99 {_added(ours, direct, 99)}"


async def many_streams(bench: Bench) -> str:
    """100 streams of 20 events a second: p99 <= 50 ms, none lost, at most one core, 120 MB."""
    events = bench.some(12000)
    directive = f"bench:events={events};pause_us=50000;index=1"
    before, begun = bench.target.cpu_seconds(), time.monotonic()
    streams = await asyncio.gather(*(load.stream(bench.target, directive) for _ in range(100)))
    cores = (bench.target.cpu_seconds() - before) / (time.monotonic() - begun)
    lost = sum(events - len(each) for each in streams)
    bench.expect(lost == 0, f"{lost} events were lost")
    delays = [delay for each in streams for delay in each]
    p50, p99 = _at(delays, 50), _at(delays, 99)
    return f"delay p50 {p50}, p99 {p99}; {cores:.2f} cores, {bench.rss_mb():.0f} MB"


async def fairness(bench: Bench) -> str:
    """8 streams at full speed beside one of 50 events a second: p99 <= 20 ms, nobody starves."""
    directive = f"bench:events={bench.some(1000)};pause_us=20000;index=1"
    quiet = await load.stream(bench.target, directive)
    # In a process of its own, or the delay would be that of our own reading.
    with ProcessPoolExecutor(1) as elsewhere:
        crowd = elsewhere.submit(_crowd, bench.target.port, bench.target.key, bench.some(20))
        delays = await load.stream(bench.target, directive)
        counts = await asyncio.wrap_future(crowd)
    bench.expect(min(counts) * 3 > max(counts), "a fast stream starved")
    added = f"added p50 {_added(delays, quiet, 50)}, p99 {_added(delays, quiet, 99)}"
    return f"{added}; the fast ones read {min(counts)} to {max(counts)} events"


def _crowd(port: int, key: str, seconds: float) -> list[int]:
    """Read 8 streams as fast as they come; return how many events each has brought."""
    target = Target("", port, None, key)

    async def one() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        fast = load.chat("bench:events=100000000;pause_us=0;index=1", stream=True)
        writer.write(target.request(fast))
        events = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds + 1):
                while data := await reader.read(262144):
                    events += data.count(b"data: ")
        writer.close()
        return events

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*(one() for _ in range(8)))

    return asyncio.run(all_of_them())


async def idle_streams(bench: Bench) -> str:
    """400 silent streams: <= 60 KB each, hardly any processor, signs of life for all."""
    before, rss = bench.descriptors(), bench.rss_mb()
    count, seconds = 400, max(12, bench.some(60))
    directive = f"bench:events=1;pause_us={seconds * 1_000_000};index=1"
    cpu = bench.target.cpu_seconds()
    signs = await asyncio.gather(*(_signs_of_life(bench, directive, seconds) for _ in range(count)))
    share = (bench.target.cpu_seconds() - cpu) / seconds
    each = (max(size for size, _ in signs) - rss) * 1e3 / count
    bench.expect(all(sign for _, sign in signs), "a silent stream got no sign of life")
    bench.expect(await bench.settled(before) <= 0, "descriptors were left open")
    return f"{each:.0f} KB each, {share:.1%} of a core"


async def short_requests(bench: Bench) -> str:
    """5,000 short requests, 50 at a time: no error, at least 250 a second."""
    before, count = bench.descriptors(), bench.some(5000)
    begun = time.monotonic()
    await asyncio.gather(*(load.request_ms(bench.target, count // 50 or 1) for _ in range(50)))
    rate = count / (time.monotonic() - begun)
    bench.expect(await bench.settled(before) <= 50, "descriptors were left open")
    return f"{rate:.0f} a second"


async def given_up(bench: Bench) -> str:
    """3,000 starts, 70 % given up in some phase: nothing left in use, no loss of speed."""
    before, count = bench.descriptors(), bench.some(3000)
    seeded = random.Random(1)
    room, whole = asyncio.Semaphore(50), list[int]()
    directive = "bench:events=5;pause_us=2000;index=1"

    async def one(leaves: float | None) -> None:
        async with room:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(leaves):
                    whole.append(len(await load.stream(bench.target, directive)))

    async def alone() -> float:
        spent: list[float] = []
        for _ in range(50):
            begun = time.monotonic()
            await load.stream(bench.target, directive)
            spent.append(time.monotonic() - begun)
        return statistics.median(spent) * 1e3

    starts = [seeded.choice([0.0005, 0.002, 0.008]) for _ in range(count)]
    leaving = [each if seeded.random() < 0.7 else None for each in starts]
    first = await alone()
    await asyncio.gather(*map(one, leaving))
    stayed, last = leaving.count(None), await alone()
    bench.expect(whole.count(5) >= stayed, "a stream that stayed did not end")
    bench.expect(await bench.settled(before) <= 50, "descriptors were left open")
    bench.expect(last <= 2 * first, "what follows is slower")
    return f"{count - stayed} given up; one alone takes {first:.1f} ms before, {last:.1f} ms behind"


async def many_starts(bench: Bench) -> str:
    """20,000 short streams, some given up: memory and descriptors flat, said in five steps."""
    before, fifth = bench.descriptors(), bench.some(4000)
    seeded, room = random.Random(1), asyncio.Semaphore(20)
    directive = "bench:events=5;pause_us=1000;index=1"
    resident: list[float] = []

    async def one(leaves: float | None) -> None:
        async with room:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(leaves):
                    events = len(await load.stream(bench.target, directive))
                    bench.expect(events == 5, "a stream that stayed lost events")

    for _ in range(5):
        ways = [seeded.choice([None, None, None, 0.001, 0.004]) for _ in range(fifth)]
        await asyncio.gather(*map(one, ways))
        resident.append(bench.rss_mb())
    # Connections to upstream may be kept, as many as were in use at once.
    left = await bench.settled(before)
    bench.expect(left <= 20, f"{left} descriptors were left open")
    # The first fifth fills pools and caches.
    growth = resident[-1] - resident[0]
    bench.expect(growth <= 4, f"memory grew by {growth:.1f} MB")
    return f"{5 * fifth} streams; {', '.join(f'{each:.1f}' for each in resident)} MB"


async def reloads(bench: Bench) -> str:
    """40 changes of the configuration under 50 streams: none dropped, each obeyed in a second."""
    seconds, changes = bench.some(40), bench.some(40)
    events = int(seconds / 0.05)
    directive = f"bench:events={events};pause_us=50000;index=1"
    streams = [asyncio.ensure_future(load.stream(bench.target, directive)) for _ in range(50)]
    for number in range(changes):
        await asyncio.sleep(seconds / changes)
        bench.proxy.configure(f"[providers.bench.fixes]\nindex-repair = {_toml(number % 2 == 0)}\n")
    counts = [len(each) for each in await asyncio.gather(*streams)]
    await asyncio.sleep(1)
    bench.proxy.configure()
    await asyncio.sleep(1)
    bench.expect(min(counts) == events, "a stream lost events")
    applied = sum('"event": "config"' in line for line in bench.proxy.log.read_text().splitlines())
    bench.expect(applied > 0, "no change was applied")
    return f"{len(counts)} streams whole, {applied} of {changes + 1} changes seen one by one"


async def big_requests(bench: Bench) -> str:
    """20 requests of 10 MB at once: <= 400 MB more."""
    rss, peak = bench.rss_mb(), 0.0
    body = json.dumps(
        {"model": "m", "messages": [{"role": "user", "content": "x" * 10_000_000}]}
    ).encode()

    async def one() -> None:
        nonlocal peak
        reader, writer = await asyncio.open_connection("127.0.0.1", bench.target.port)
        writer.write(bench.target.request(body))
        head = await reader.readuntil(b"\r\n\r\n")
        bench.expect(head.startswith(b"HTTP/1.1 200"), "a large request failed")
        peak = max(peak, bench.rss_mb())
        writer.close()

    await asyncio.gather(*(one() for _ in range(bench.some(20))))
    return f"{peak - rss:.0f} MB more at the peak, {bench.rss_mb() - rss:.0f} MB after it"


async def refused(bench: Bench) -> str:
    """Refused requests as fast as they come, beside a probe: its p99 <= 250 ms."""
    over = asyncio.Event()
    wrong = Target("", bench.target.port, None, "lk_" + "x" * 49)
    sent = 0

    async def attack() -> None:
        nonlocal sent
        while not over.is_set():
            reader, writer = await asyncio.open_connection("127.0.0.1", wrong.port)
            writer.write(wrong.request(b"{}"))
            head = await reader.readline()
            bench.expect(b" 401 " in head, "a wrong key was not refused")
            writer.close()
            sent += 1

    attackers = [asyncio.ensure_future(attack()) for _ in range(8)]
    begun = time.monotonic()
    directive = f"bench:events={bench.some(600)};pause_us=100000;index=1"
    delays = await load.stream(bench.target, directive)
    over.set()
    await asyncio.gather(*attackers)
    rate = sent / (time.monotonic() - begun)
    lines = bench.proxy.log.read_text().count("401")
    return f"{rate:.0f} refused a second, probe p99 {_at(delays, 99)}, {lines} lines of them"


LOADS: dict[str, Callable[[Bench], Coroutine[Any, Any, str]]] = {
    "one-stream": one_stream,
    "many-streams": many_streams,
    "fairness": fairness,
    "idle-streams": idle_streams,
    "short-requests": short_requests,
    "given-up": given_up,
    "many-starts": many_starts,
    "reloads": reloads,
    "big-requests": big_requests,
    "refused": refused,
}


def main() -> int:
    """Run the loads one after the other against one proxy."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.loads", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *LOADS], metavar="NAME")
    parser.add_argument("--scale", type=float, default=0.2, help="1 for the whole length")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        upstream = start_upstream(running)
        proxy = Proxy(running, Path(folder), {"bench": upstream})
        bench = Bench(proxy, Target("direct", upstream, None), options.scale)
        print(
            f"listening after {proxy.start_seconds:.2f} s with {bench.rss_mb():.0f} MB", flush=True
        )
        for name in options.names or LOADS:
            said = asyncio.run(LOADS[name](bench))
            print(f"{name}: {said}\n    ({LOADS[name].__doc__})", flush=True)
        print(f"at the end {bench.rss_mb():.0f} MB, {bench.descriptors()} descriptors")
    for fault in dict.fromkeys(bench.faults):
        print(f"FAULT: {fault}")
    return 1 if bench.faults else 0


async def _signs_of_life(bench: Bench, directive: str, seconds: float) -> tuple[float, bool]:
    """Return the proxy's memory in the middle of a silent stream, and whether it showed life."""
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.target.port)
    writer.write(bench.target.request(load.chat(directive, stream=True)))
    seen = b""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds - 1):
            while b": keep-alive" not in seen:
                seen += await reader.read(4096)
    size = bench.rss_mb()
    writer.close()
    return size, b": keep-alive" in seen


def _added(ours: list[int], direct: list[int], percent: int) -> str:
    return f"{(_percentile(ours, percent) - _percentile(direct, percent)) / 1e6:.2f} ms"


def _at(delays: list[int], percent: int) -> str:
    return f"{_percentile(delays, percent) / 1e6:.2f} ms"


def _percentile(values: list[int], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


def _toml(value: bool) -> str:
    return "true" if value else "false"


if __name__ == "__main__":
    sys.exit(main())

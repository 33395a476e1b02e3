"""Draw faults while streams run, and watch what must always hold: ``python -m tests.bench.soak``.

``--minutes N`` says for how long, ``--seed`` which faults. Streams of ten events a second run all
the while; every other second an upstream or a client misbehaves. A line a minute, and one at the
end, says how the invariants stand; the exit status is 1 where one of them was broken.
"""

import argparse
import asyncio
import contextlib
import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import load
from tests.bench.faults import FAULTS, Fault
from tests.bench.scene import Proxy, start_upstream
from tests.fakes.upstream import FakeUpstream, Request, Step

_STREAMS = 30
_EVENTS = 600
_PAUSE_US = 100_000
_CLOSE_SECONDS = 1.0
"""Upstream's connection ends 0.5 s after the client's; a busy machine is given as much again."""
_ANSWER_SECONDS = 30
_GAP_MS = 250
_WARM_SECONDS = 30
_MB = 1e6


@dataclass
class Soak:
    """The proxy under test, and what has been seen of it."""

    proxy: Proxy
    faulty: FakeUpstream
    canary: str
    prompt: str
    until: float
    draw: random.Random
    endings: Counter[str] = field(default_factory=Counter[str])
    broken: Counter[str] = field(default_factory=Counter[str])
    delays: list[int] = field(default_factory=list[int])
    lost: int = 0
    whole: int = 0

    @property
    def over(self) -> bool:
        """The time is up."""
        return time.monotonic() > self.until

    def rss_mb(self) -> float:
        """Return the resident memory of the proxy."""
        process = self.proxy.target.process
        return process.memory_info().rss / _MB if process is not None else 0.0

    def descriptors(self) -> int:
        """Return how many files and sockets the proxy has open."""
        process = self.proxy.target.process
        return process.num_fds() if process is not None else 0


async def streams(soak: Soak) -> None:
    """Run one healthy stream after the other; every event must come."""
    directive = f"bench:events={_EVENTS};pause_us={_PAUSE_US};index=1"
    await asyncio.sleep(soak.draw.random())
    while not soak.over:
        delays = await load.stream(soak.proxy.target, directive)
        soak.delays += delays
        soak.lost += _EVENTS - len(delays)
        soak.whole += len(delays) == _EVENTS


async def faults(soak: Soak, every: float) -> None:
    """Let something go wrong, again and again."""
    while not soak.over:
        await asyncio.sleep(every)
        await play(soak, soak.draw.choice(FAULTS))


async def play(soak: Soak, fault: Fault) -> None:
    """Send one request that meets this fault, and judge how it ended."""
    soak.faulty.peer_closed_at = None
    body = load.chat(f"{soak.prompt} fault={fault.name}", stream=fault.streams)
    reader, writer = await asyncio.open_connection("127.0.0.1", soak.proxy.target.port)
    writer.write(soak.proxy.target.request(body, "/faulty/v1/chat/completions"))
    answer = b""
    try:
        async with asyncio.timeout(fault.leaves_after or _ANSWER_SECONDS):
            while data := await reader.read(65536):
                answer += data
                if fault.complete(answer):
                    break
    except TimeoutError:
        if fault.leaves_after is None:
            soak.broken["I4: an answer had no end"] += 1
    except ConnectionError:
        soak.endings["connection broken"] += 1
    writer.transport.abort()
    if fault.leaves_after is not None:
        await _expect_upstream_closed(soak)
    _judge(soak, fault, answer)


async def _expect_upstream_closed(soak: Soak) -> None:
    closed = await asyncio.to_thread(soak.faulty.wait_for_peer_to_close, _CLOSE_SECONDS)
    if not closed:
        soak.broken["I7: upstream went on after the client had left"] += 1


def _judge(soak: Soak, fault: Fault, answer: bytes) -> None:
    soak.endings[fault.name] += 1
    if soak.canary.encode() in answer:
        soak.broken["I1: the provider's key came back to the client"] += 1
    if fault.ours and soak.prompt.encode() in answer:
        soak.broken["I8: an error repeated the request"] += 1
    if fault.leaves_after is None and not fault.ends_truly(answer):
        soak.broken[f"I4: {fault.name} ended otherwise than it should"] += 1


def _sweep(soak: Soak) -> None:
    log = soak.proxy.log.read_bytes()
    for secret, invariant in ((soak.canary, "I1: the key"), (soak.prompt, "I8: a prompt")):
        if secret.encode() in log:
            soak.broken[f"{invariant} stands in the log"] += 1
    keys = [request.header("authorization") for request in soak.faulty.requests]
    if any(key != [f"Bearer {soak.canary}"] for key in keys):
        soak.broken["I1: a request went upstream with another key"] += 1


def _say(soak: Soak, begun: float, memory: float, files: int) -> None:
    minutes = (time.monotonic() - begun) / 60
    soak.delays.sort()
    p99 = soak.delays[len(soak.delays) * 99 // 100] / 1e6 if soak.delays else 0.0
    longest = soak.delays[-1] / 1e6 if soak.delays else 0.0
    if soak.lost:
        soak.broken["I2: events were lost"] = soak.lost
    state = "; ".join(f"{what} ({count})" for what, count in soak.broken.items()) or "all hold"
    late = f", over the {_GAP_MS} ms of I5" if longest > _GAP_MS else ""
    print(
        f"{minutes:5.1f} min  {sum(soak.endings.values())} faults, {soak.whole} streams whole, "
        f"delay p99 {p99:.1f} ms, longest {longest:.0f} ms{late}; "
        f"{soak.rss_mb():.0f} MB ({soak.rss_mb() - memory:+.1f}), "
        f"{soak.descriptors()} descriptors ({soak.descriptors() - files:+d}); invariants: {state}",
        flush=True,
    )


async def run(soak: Soak, every: float) -> None:
    """Run until the time is up."""
    begun = time.monotonic()
    work = [asyncio.create_task(streams(soak)) for _ in range(_STREAMS)]
    work.append(asyncio.create_task(faults(soak, every)))
    await asyncio.sleep(min(_WARM_SECONDS, (soak.until - begun) / 4))
    memory, files = soak.rss_mb(), soak.descriptors()
    while not soak.over:
        await asyncio.sleep(max(0.0, min(60, soak.until - time.monotonic()) + 0.1))
        _say(soak, begun, memory, files)
    await asyncio.gather(*work)
    # Idle connections to upstreams are closed within 20 s.
    await asyncio.sleep(21)
    if soak.descriptors() > files:
        soak.broken["I3: descriptors were left open"] += soak.descriptors() - files
    _sweep(soak)
    _say(soak, begun, memory, files)
    print(", ".join(f"{name} {count}" for name, count in sorted(soak.endings.items())))


def main() -> int:
    """Set the scene, soak, and return whether all held."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--every", type=float, default=2, help="seconds from fault to fault")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    canary = f"sk-CANARY-{secrets.token_hex(16)}"
    by_name = {fault.name: fault for fault in FAULTS}

    def script(request: Request) -> list[Step]:
        name = request.body.partition(b"fault=")[2].partition(b'"')[0].decode()
        return by_name[name].script(request, canary)

    with contextlib.ExitStack() as running:
        folder = running.enter_context(tempfile.TemporaryDirectory())
        faulty = running.enter_context(FakeUpstream(script))
        upstreams = {"bench": start_upstream(running), "faulty": faulty.port}
        proxy = Proxy(running, Path(folder), upstreams, {"faulty": canary})
        until = time.monotonic() + options.minutes * 60
        prompt = f"PROMPT-{secrets.token_hex(8)}"
        draw = random.Random(options.seed)
        soak = Soak(proxy, faulty, canary, prompt, until, draw)
        asyncio.run(run(soak, options.every))
    return 1 if soak.broken else 0


if __name__ == "__main__":
    sys.exit(main())

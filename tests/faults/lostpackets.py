"""Run in a network namespace of its own, where packets get lost in mid-stream: an agent's, or all.

Its one argument is who loses them. It says how the exchange ended, and how many seconds later.
"""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from proxy.limits import Limits
from proxy.tap import Finished
from tests.fakes.upstream import SSE_HEAD, STALL, FakeUpstream, framed
from tests.server.running import Running, chat, connect, proxy, request_bytes

AGENT = "127.0.0.2"
LONGEST_SECONDS = 90
SCRIPT = [SSE_HEAD, framed(b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'), STALL]


def agent_vanishes() -> dict[str, Any]:
    """Lose the agent's packets and nobody else's; say too whether upstream was told."""
    limits = Limits(first_keep_alive=0.2, keep_alive=0.3, unheard=0.5)
    with (
        FakeUpstream(SCRIPT) as up,
        proxy(up.url, limits=limits) as ours,
        socket.create_connection(("127.0.0.1", ours.port), 5, (AGENT, 0)) as agent,
    ):
        agent.sendall(request_bytes(ours, chat(), "/v1/chat/completions"))
        agent.recv(65536)
        ip("route", "add", "table", "local", "blackhole", AGENT)
        return {**end_of(ours), "upstream_told": up.wait_for_peer_to_close(1)}


def link_vanishes() -> dict[str, Any]:
    """Lose every packet, both ways."""
    with FakeUpstream(SCRIPT) as up, proxy(up.url) as ours, connect(ours, chat()) as agent:
        agent.recv(65536)
        ip("link", "set", "lo", "down")
        return end_of(ours)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def end_of(ours: Running) -> dict[str, Any]:
    at = time.monotonic()
    over: list[Finished] = []
    while not over and time.monotonic() - at < LONGEST_SECONDS:
        over = [each for each in ours.records if isinstance(each, Finished)]
        time.sleep(0.02)
    return {"seconds": time.monotonic() - at, "outcome": over[0].outcome if over else ""}


if __name__ == "__main__":
    ip("link", "set", "lo", "up")
    lose = {"agent": agent_vanishes, "link": link_vanishes}[sys.argv[1]]
    sys.stdout.write(json.dumps(lose()))

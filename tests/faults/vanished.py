"""Run in a network namespace of its own: an agent's packets vanish in mid-stream, nobody else's."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from proxy.limits import Limits
from proxy.tap import Finished
from tests.fakes.upstream import SSE_HEAD, STALL, FakeUpstream, framed
from tests.server.running import chat, proxy, request_bytes

AGENT = "127.0.0.2"
LONGEST_SECONDS = 10


def main() -> None:
    """Say how the exchange ended, how long after the agent vanished, and whether upstream knows."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    begun = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
    limits = Limits(first_keep_alive=0.2, keep_alive=0.3, unheard=float(sys.argv[1]))
    with (
        FakeUpstream([SSE_HEAD, framed(begun), STALL]) as up,
        proxy(up.url, limits=limits) as ours,
        socket.create_connection(("127.0.0.1", ours.port), 5, (AGENT, 0)) as agent,
    ):
        agent.sendall(request_bytes(ours, chat(), "/v1/chat/completions"))
        agent.recv(65536)
        lost = ["ip", "route", "add", "table", "local", "blackhole", AGENT]
        subprocess.run(lost, check=True)
        at = time.monotonic()
        over: list[Finished] = []
        while not over and time.monotonic() - at < LONGEST_SECONDS:
            over = [each for each in ours.records if isinstance(each, Finished)]
            time.sleep(0.02)
        told = {"seconds": time.monotonic() - at, "outcome": over[0].outcome if over else ""}
        told["upstream_told"] = up.wait_for_peer_to_close(1)
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()

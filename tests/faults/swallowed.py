"""Run in a network namespace of its own: in mid-stream every packet is lost, both ways."""

import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from proxy.tap import Finished
from tests.fakes.upstream import SSE_HEAD, STALL, FakeUpstream, framed
from tests.server.running import chat, connect, proxy

LONGEST_SECONDS = 90


def main() -> None:
    """Say how the exchange ended, and how long after the link went."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    begun = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
    with (
        FakeUpstream([SSE_HEAD, framed(begun), STALL]) as up,
        proxy(up.url) as running,
        connect(running, chat()) as peer,
    ):
        peer.recv(65536)
        subprocess.run(["ip", "link", "set", "lo", "down"], check=True)
        at = time.monotonic()
        over: list[Finished] = []
        while not over and time.monotonic() - at < LONGEST_SECONDS:
            over = [each for each in running.records if isinstance(each, Finished)]
            time.sleep(0.1)
        told = {"seconds": time.monotonic() - at, "outcome": over[0].outcome if over else ""}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()

"""A quiet stream beside the fault: ten events a second, which must not notice anything.

The same stream runs once through the proxy and once past it. What holds both up is the machine;
only what holds up the first alone is the proxy.
"""

import socket
import threading
import time
from dataclasses import dataclass, field
from itertools import pairwise

from tests.fakes.upstream import SSE_HEAD, STALL, Step, framed

INTERVAL = 0.1
GAP_ALLOWED = 0.25
_HOPS = 4
"""How many threads and sockets an event meets on its way, each held up by a busy machine."""
_LONGEST_SECONDS = 100
EVENT = b'data: {"choices":[{"index":0,"delta":{"content":"tick"}}]}\n\n'


def ticking() -> list[Step]:
    """Return the script of a stream that never ends by itself."""
    count = int(_LONGEST_SECONDS / INTERVAL)
    steps: list[Step] = [SSE_HEAD]
    for _ in range(count):
        steps += [framed(EVENT), INTERVAL]
    return [*steps, STALL]


@dataclass
class Listener:
    """Reads one such stream on a thread of its own and notes when something came."""

    peer: socket.socket
    moments: list[float] = field(default_factory=list[float])
    received: bytearray = field(default_factory=bytearray)
    ended: bool = False

    def __post_init__(self) -> None:
        self._leaving = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def wait_for_first(self) -> None:
        """Wait until the stream runs."""
        limit = time.monotonic() + 10
        while b"tick" not in self.received and time.monotonic() < limit:
            time.sleep(0.005)

    def leave(self) -> None:
        """Close the connection."""
        self._leaving = True
        self.peer.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self.peer.close()

    def longest_gap(self, until: float) -> float:
        """Return the longest time without a byte, up to a moment."""
        moments = [each for each in self.moments if each < until]
        return max((b - a for a, b in pairwise([*moments, until])), default=0.0)

    def _listen(self) -> None:
        while not self._leaving:
            try:
                more = self.peer.recv(65536)
            except OSError:
                more = b""
            if not more:
                self.ended = not self._leaving
                return
            self.moments.append(time.monotonic())
            self.received += more


@dataclass
class Probe:
    """The stream through the proxy, and its control."""

    through: Listener
    past: Listener

    def wait_for_first(self) -> None:
        """Wait until both run."""
        self.through.wait_for_first()
        self.past.wait_for_first()

    def complaints(self) -> list[str]:
        """Stop both; say what the proxied stream suffered and the other did not."""
        now = time.monotonic()
        gap, control = self.through.longest_gap(now), self.past.longest_gap(now)
        broken = self.through.ended or b'"error"' in self.through.received
        self.through.leave()
        self.past.leave()
        found = ["the parallel stream broke"] if broken else []
        # A busy machine holds up threads, and makes whatever they share be held for longer as well.
        slowness = max(1.0, control / INTERVAL)
        if gap > GAP_ALLOWED * slowness**2 + _HOPS * max(0.0, control - INTERVAL):
            found.append(f"the parallel stream waited {gap:.3f} s, its control {control:.3f} s")
        return found

"""A TCP link between two parties that can be made as bad as a real one, the same way each time.

It forwards to a port of this machine. What it does to bytes is said by `Weather`, for each way; the
seed decides where pieces are cut. The weather may change while connections are open.
"""

import contextlib
import random
import socket
import struct
import threading
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Self

_READ = 64 * 1024
_TURN_SECONDS = 0.02


class Break(Enum):
    """What happens to a connection once its limit of bytes has gone through."""

    RESET = "reset"
    CLOSE = "close"
    BLACK_HOLE = "black hole"
    """Everything is swallowed from then on, and nobody is told."""
    HANG = "hang"
    """Nothing is read any more: the sender's buffers fill."""


@dataclass
class Weather:
    """How bytes travel one way."""

    latency: float = 0.0
    bandwidth: float = 0.0
    """Bytes a second; 0 means no limit."""
    slices: int = 0
    """The largest piece; sizes are drawn up to it. 0 leaves pieces as they are."""
    limit: int | None = None
    """After so many bytes of one connection `then` happens."""
    then: Break = Break.CLOSE
    slow_close: float = 0.0
    """Seconds that a sender's end takes to arrive."""


@dataclass
class FaultLink:
    """Listens on loopback and forwards; use it as a context."""

    target: int
    there: Weather = field(default_factory=Weather)
    """From the client to the target."""
    back: Weather = field(default_factory=Weather)
    seed: int = 1
    connections: int = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    @property
    def url(self) -> str:
        """The base URL for a configuration."""
        return f"http://127.0.0.1:{self.port}/v1"

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # pyright: ignore[reportArgumentType]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._carry, client, random.Random(self.seed + self.connections))

    def _carry(self, client: socket.socket, chance: random.Random) -> None:
        with client, contextlib.suppress(OSError):
            server = socket.create_connection(("127.0.0.1", self.target))
            with server:
                back = threading.Thread(
                    target=self._pump, args=(server, client, self.back, chance), daemon=True
                )
                back.start()
                self._pump(client, server, self.there, chance)
                back.join()

    def _pump(
        self, source: socket.socket, sink: socket.socket, weather: Weather, chance: random.Random
    ) -> None:
        source.settimeout(_TURN_SECONDS)
        passed = 0
        with contextlib.suppress(OSError):
            while (piece := self._next(source)) is not None:
                for part in _cut(piece, weather, chance):
                    room = len(part) if weather.limit is None else weather.limit - passed
                    self._deliver(sink, part[: max(0, room)], weather)
                    passed += len(part)
                    if weather.limit is not None and passed >= weather.limit:
                        self._break(weather.then, source, sink)
                        return
            self._over.wait(weather.slow_close)
            sink.shutdown(socket.SHUT_WR)

    def _next(self, source: socket.socket) -> bytes | None:
        """Return what came; None at the end, the link's or the sender's."""
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                return source.recv(_READ) or None
        return None

    def _deliver(self, sink: socket.socket, part: bytes, weather: Weather) -> None:
        delay = weather.latency + (len(part) / weather.bandwidth if weather.bandwidth else 0.0)
        if delay:
            self._over.wait(delay)
        while part and not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                part = part[sink.send(part) :]

    def _break(self, how: Break, source: socket.socket, sink: socket.socket) -> None:
        if how is Break.HANG:
            self._over.wait()
        elif how is Break.BLACK_HOLE:
            while not self._over.is_set():
                # Its end, too, is swallowed.
                if self._next(source) is None:
                    self._over.wait()
        else:
            for each in (sink, source):
                _cut_off(each, by_the_rules=how is Break.CLOSE)


def _cut(piece: bytes, weather: Weather, chance: random.Random) -> list[bytes]:
    if not weather.slices:
        return [piece]
    parts: list[bytes] = []
    while piece:
        size = chance.randint(1, weather.slices)
        parts.append(piece[:size])
        piece = piece[size:]
    return parts


def _cut_off(peer: socket.socket, *, by_the_rules: bool) -> None:
    if not by_the_rules:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # A copy of the descriptor would keep the connection alive: it is closed, not shut down.
        peer.close()
        return
    with contextlib.suppress(OSError):
        peer.shutdown(socket.SHUT_RDWR)

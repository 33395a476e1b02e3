"""A provider made of a raw socket: it sends what a script says, at the pace the script says.

Steps of a script: bytes are sent as they are; a number sleeps; `CLOSE` ends the connection by the
rules, `RESET` without them, `STALL` waits for the peer to go. Without a script the next request on
the connection is awaited.
"""

import contextlib
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Self, TypeAlias

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Act(Enum):
    """What a script can do beside sending and sleeping."""

    CLOSE = "close"
    RESET = "reset"
    STALL = "stall"


CLOSE, RESET, STALL = Act.CLOSE, Act.RESET, Act.STALL
Step: TypeAlias = bytes | float | Act


@dataclass
class Request:
    """One request as it arrived."""

    head: bytes
    body: bytes
    at: float

    def header(self, name: str) -> list[str]:
        """Return the values of a header."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        pairs = [line.partition(":") for line in lines]
        return [value.strip() for known, _, value in pairs if known.strip().lower() == name]

    @property
    def target(self) -> str:
        """The path as it stood on the wire."""
        return self.head.split(b" ", 2)[1].decode()


Script: TypeAlias = Sequence[Step] | Callable[[Request], Iterable[Step]]


@dataclass
class FakeUpstream:
    """Listens on loopback; use it as a context."""

    script: Script
    tls: ssl.SSLContext | None = None
    early: bool = False
    """Answers as soon as a request's head is there, and reads no further."""
    received: bytearray = field(default_factory=bytearray)
    """Everything that came over all connections, whether or not it was a request."""
    requests: list[Request] = field(default_factory=list[Request])
    connections: int = 0
    peer_closed_at: float | None = None
    """When the last connection's peer was seen to be gone."""

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._closing = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        # Closing alone does not wake a thread that waits in accept.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in [*self._open]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    @property
    def url(self) -> str:
        """The base URL for a configuration."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/v1"

    def wait_for_peer_to_close(self, seconds: float) -> bool:
        """Wait until a connection's peer is gone; tell whether it is."""
        limit = time.monotonic() + seconds
        while self.peer_closed_at is None and time.monotonic() < limit:
            time.sleep(0.005)
        return self.peer_closed_at is not None

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            # What a script sends is on its way when its next step is taken.
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._open.add(peer)
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError), peer:
            if self.tls is None:
                self._converse(peer)
            else:
                with self.tls.wrap_socket(peer, server_side=True) as secured:
                    self._converse(secured)
        self._open.discard(peer)

    def _converse(self, peer: socket.socket) -> None:
        rest = b""
        while (found := self._read(peer, rest)) is not None:
            request, rest = found
            self.requests.append(request)
            script = self.script(request) if callable(self.script) else self.script
            if not self._play(peer, script):
                break

    def _read(self, peer: socket.socket, data: bytes) -> tuple[Request, bytes] | None:
        while b"\r\n\r\n" not in data:
            more = self._receive(peer)
            if not more:
                self.peer_closed_at = time.monotonic()
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        wanted = int(length.group(1)) if length else 0
        whole = bytearray(body)
        while len(whole) < wanted and not self.early:
            more = self._receive(peer)
            if not more:
                return None
            whole += more
        return Request(head, bytes(whole[:wanted]), time.monotonic()), bytes(whole[wanted:])

    def _receive(self, peer: socket.socket) -> bytes:
        more = peer.recv(65536)
        self.received += more
        return more

    def _play(self, peer: socket.socket, script: Iterable[Step]) -> bool:
        for step in script:
            if isinstance(step, bytes):
                self._send(peer, step)
            elif step is CLOSE:
                return False
            elif step is RESET:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            elif step is STALL:
                self._wait_until_gone(peer)
                return False
            elif not isinstance(step, Act) and self._closing.wait(step):
                return False
        return True

    def _wait_until_gone(self, peer: socket.socket) -> None:
        peer.settimeout(30)
        gone = False
        with contextlib.suppress(TimeoutError):
            try:
                gone = not peer.recv(1)
            except ConnectionError:
                gone = True
        if gone:
            self.peer_closed_at = time.monotonic()

    def _send(self, peer: socket.socket, data: bytes) -> None:
        try:
            peer.sendall(data)
        except OSError:
            self.peer_closed_at = time.monotonic()
            raise


SSE_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    b"x-request-id: r1\r\ntransfer-encoding: chunked\r\n\r\n"
)
LAST = b"0\r\n\r\n"


def framed(data: bytes) -> bytes:
    """Return one HTTP chunk."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def streamed(*pieces: bytes | float) -> list[Step]:
    """Return the script of a whole stream, a chunk for each piece."""
    body = [framed(piece) if isinstance(piece, bytes) else piece for piece in pieces]
    return [SSE_HEAD, *body, LAST]


def document(body: bytes, status: str = "200 OK", **headers: str) -> list[Step]:
    """Return the script of a plain answer."""
    named = {"content-type": "application/json", "content-length": str(len(body))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return [f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body]

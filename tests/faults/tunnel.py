"""An outgoing proxy that opens the tunnel it is asked for, and remembers what went through it."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


@dataclass
class Tunnel:
    """Listens on loopback; every tunnel leads to one port of this machine."""

    target: int = 0
    heads: list[bytes] = field(default_factory=list[bytes])
    carried: bytearray = field(default_factory=bytearray)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError), peer:
            head = b""
            while b"\r\n\r\n" not in head:
                head += peer.recv(65536)
            self.heads.append(head)
            with socket.create_connection(("127.0.0.1", self.target)) as there:
                self._open |= {peer, there}
                peer.sendall(_ESTABLISHED)
                back = threading.Thread(target=self._pump, args=(there, peer), daemon=True)
                back.start()
                self._pump(peer, there)
                back.join()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                self.carried += piece
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)

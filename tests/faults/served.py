"""A `wiremend serve` of its own, and everything a test wants to know of it."""

import json
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self

from proxy import localkey
from tests.server.running import Answer, free_port, read

PATIENCE = 15


def eventually(true: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Wait until it is true; tell whether it is."""
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return bool(true())


class Served:
    """The process, its files, and what it has said so far."""

    def __init__(self, home: Path, providers: str, *arguments: str, **environment: str) -> None:
        self.home = home
        self.port = free_port()
        self.key = localkey.new_key().reveal()
        self.file = home / "config.toml"
        self.configure(providers)
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        folders = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "TMPDIR": str(home)}
        command = [sys.executable, "-m", "app", "serve", "--config", str(self.file)]
        self.process = subprocess.Popen(
            [*command, "--log-format", "json", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**kept, **folders, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        )
        self.out, self.errors = b"", b""
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._readers = [
            threading.Thread(target=self._read_out, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]

    def __enter__(self) -> Self:
        for each in self._readers:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        for each in self._readers:
            each.join(PATIENCE)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def connect(
        self, body: bytes, path: str = "/v1/chat/completions", key: str = ""
    ) -> socket.socket:
        """Send one request; return the socket."""
        head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\n"
            f"authorization: Bearer {key or self.key}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        peer = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        peer.sendall(head.encode("latin-1") + body)
        return peer

    def ask(self, body: bytes, path: str = "/v1/chat/completions", key: str = "") -> Answer:
        """Send one request; return its whole answer."""
        with self.connect(body, path, key) as peer:
            return read(peer)

    def configure(self, providers: str) -> None:
        """Replace the configuration by one with these providers, in one step."""
        digest = localkey.digest(self.key)
        beside = self.file.with_suffix(".new")
        beside.write_text(
            f'version = 1\n[server]\nport = {self.port}\ndefault_provider = "p"\n'
            f'[[agents]]\nname = "tester"\nsha256 = "{digest}"\n{providers}'
        )
        beside.chmod(0o600)
        beside.replace(self.file)

    def line(self) -> dict[str, Any]:
        """Return the log's next line."""
        return json.loads(self._lines.get(timeout=PATIENCE))

    def wait_for(self, event: str) -> dict[str, Any]:
        """Return the log's next line of a kind."""
        while (line := self.line())["event"] != event:
            continue
        return line

    def wait(self) -> int:
        """Wait for the end; return the exit status."""
        status = self.process.wait(PATIENCE)
        for each in self._readers:
            each.join(PATIENCE)
        return status

    def _read_out(self) -> None:
        for line in _of(self.process.stdout):
            self.out += line
            self._lines.put(line)

    def _read_errors(self) -> None:
        for line in _of(self.process.stderr):
            self.errors += line


@contextmanager
def served(home: Path, providers: str, *arguments: str, **environment: str) -> Generator[Served]:
    """Run the proxy until it listens, then until the end of the block."""
    with Served(home, providers, *arguments, **environment) as proxy:
        proxy.wait_for("listening")
        yield proxy


def provider(base_url: str, name: str = "p", **members: str) -> str:
    """Return a provider's table."""
    lines = [
        f'base_url = "{base_url}"',
        *(f'{each} = "{value}"' for each, value in members.items()),
    ]
    return f"[providers.{name}]\n" + "\n".join(lines) + "\n"


def _of(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream

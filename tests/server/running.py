"""A real proxy in front of a fake upstream, and a raw client that sees every piece."""

import contextlib
import json
import socket
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from proxy import localkey
from proxy.config import DEMO_URL, Agent, Provider, Settings, Timeouts
from proxy.errors import KeyUnavailableError
from proxy.limits import Limits
from proxy.secret import KeySource, Secret
from proxy.server import ServerThread
from proxy.tap import Finished, Record

PROVIDER_KEY = "sk-CANARY-0123456789abcdef0123456789abcdef"


class Keys:
    """A keyring with one key, or none."""

    def __init__(self, key: str | None = PROVIDER_KEY, delay: float = 0.0) -> None:
        self.key_text = key
        self.delay = delay

    def key(self, provider_id: str, origin: str) -> Secret:
        del provider_id, origin
        time.sleep(self.delay)
        if self.key_text is None:
            raise KeyUnavailableError("There is no key.")
        return Secret(self.key_text)


@dataclass
class Running:
    """A proxy that runs."""

    server: ServerThread
    port: int
    key: str
    settings: Settings
    records: list[Record] = field(default_factory=list[Record])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def finished(self, count: int = 1) -> list[Finished]:
        """Wait for so many exchanges to be over."""
        limit = time.monotonic() + 5
        while time.monotonic() < limit:
            over = [record for record in self.records if isinstance(record, Finished)]
            if len(over) >= count:
                return over
            time.sleep(0.005)
        raise AssertionError("an exchange did not end")


@contextmanager
def proxy(
    base_url: str = DEMO_URL,
    keys: Keys | None = None,
    port: int = 0,
    limits: Limits | None = None,
    **provider: Any,
) -> Generator[Running]:
    """Run a proxy with one provider, which is the default one."""
    provider.setdefault("key", "none" if base_url == DEMO_URL else "keyring")
    local = localkey.new_key().reveal()
    settings = Settings(
        port=port or free_port(),
        default_provider="p",
        agents=(Agent("tester", localkey.digest(local)),),
        providers={"p": Provider(id="p", base_url=base_url, **provider)},
    )
    with serving(settings, keys or Keys(), local, limits) as running:
        yield running


@contextmanager
def serving(
    settings: Settings, keys: KeySource, local: str, limits: Limits | None = None
) -> Generator[Running]:
    """Run a proxy with these settings, to be called with that local key."""
    records: list[Record] = []
    server = ServerThread(settings, keys, records.append, limits=limits or Limits())
    server.start()
    try:
        yield Running(server, settings.port, local, settings, records)
    finally:
        server.stop(0.2)


def quick(**seconds: float) -> Timeouts:
    """Return time-outs for tests."""
    return Timeouts(**{"connect": 5, "first_byte": 5, "idle": 5, **seconds})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Answer:
    """What a raw client got."""

    status: int
    head: str
    body: bytes
    pieces: list[bytes]
    whole: bool
    """The answer ended by HTTP's rules."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> list[str]:
        pairs = [line.partition(":") for line in self.head.split("\r\n")[1:]]
        return [value.strip() for known, _, value in pairs if known.lower() == name]


def chat(*, stream: bool = True, **members: Any) -> bytes:
    """Return the body of a chat request."""
    messages = [{"role": "user", "content": "hi"}]
    return json.dumps({"model": "m", "stream": stream, "messages": messages, **members}).encode()


def connect(
    running: Running, body: bytes, path: str = "/v1/chat/completions", **headers: str
) -> socket.socket:
    """Send one request; return the socket."""
    peer = socket.create_connection(("127.0.0.1", running.port), timeout=10)
    peer.sendall(request_bytes(running, body, path, **headers))
    return peer


def request_bytes(running: Running, body: bytes, path: str, **headers: str) -> bytes:
    """Return one request as it goes over the wire."""
    lines = {
        "host": f"127.0.0.1:{running.port}",
        "authorization": f"Bearer {running.key}",
        "content-type": "application/json",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    length = f"content-length: {len(body)}\r\n"
    return f"POST {path} HTTP/1.1\r\n{head}{length}\r\n".encode() + body


def post(
    running: Running, body: bytes, path: str = "/v1/chat/completions", **headers: str
) -> Answer:
    """Send one request and read its whole answer."""
    with connect(running, body, path, **headers) as peer:
        return read(peer)


def read(peer: socket.socket) -> Answer:
    """Read one answer to its end, or to the connection's."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = peer.recv(65536)
        if not more:
            return Answer(0, "", b"", [], whole=False)
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    text = head.decode("latin-1")
    length = [line for line in text.lower().split("\r\n") if line.startswith("content-length:")]
    if length:
        pieces, whole = _plain(peer, rest, int(length[0].split(":")[1]))
    else:
        pieces, whole = _chunked(peer, rest)
    return Answer(int(text.split(" ")[1]), text, b"".join(pieces), pieces, whole)


def _plain(peer: socket.socket, data: bytes, length: int) -> tuple[list[bytes], bool]:
    with contextlib.suppress(ConnectionError):
        while len(data) < length and (more := peer.recv(65536)):
            data += more
    return [data], len(data) == length


def _chunked(peer: socket.socket, data: bytes) -> tuple[list[bytes], bool]:
    pieces: list[bytes] = []
    for piece in _chunks(peer, data):
        if piece is None:
            return pieces, True
        pieces.append(piece)
    return pieces, False


def _chunks(peer: socket.socket, data: bytes) -> Iterator[bytes | None]:
    while True:
        while b"\r\n" not in data or len(data) < _needed(data):
            try:
                more = peer.recv(65536)
            except ConnectionError:
                return
            if not more:
                return
            data += more
        size = int(data.split(b"\r\n", 1)[0], 16)
        start = data.index(b"\r\n") + 2
        if size == 0:
            yield None
            return
        yield data[start : start + size]
        data = data[start + size + 2 :]


def _needed(data: bytes) -> int:
    line = data.split(b"\r\n", 1)[0]
    return len(line) + 2 + int(line, 16) + 2

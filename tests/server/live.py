"""A running proxy, the upstream behind it, and a client that speaks raw bytes."""

import json
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NoReturn

from proxy import localkey
from proxy.config import Agent, Provider, Settings
from proxy.errors import KeyUnavailableError
from proxy.limits import Limits
from proxy.secret import Secret
from proxy.server import ServerThread
from proxy.tap import Record

KEY = localkey.new_key().reveal()
OTHER_KEY = localkey.new_key().reveal()
BODY = b'{"model":"m","messages":[{"role":"user","content":"hi"}]}'
COMPLETION = (
    b'{"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,'
    b'"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}]}'
)


class NoKeys:
    """A keyring without any key."""

    def key(self, provider_id: str, origin: str) -> Secret:
        del provider_id, origin
        raise KeyUnavailableError("there is no key")


class QuietUpstream:
    """Answers every request alike once the gate is open, and counts them."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.requests: list[tuple[str, str, Mapping[str, str]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._answerer())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def _answerer(self) -> type[BaseHTTPRequestHandler]:
        upstream = self

        class Answerer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self) -> None:
                # A proxy that gives a request up breaks the connection; that is no news here.
                with suppress(ConnectionError):
                    super().handle()

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", "0")))
                upstream.requests.append(
                    (
                        self.command,
                        self.path,
                        {name.lower(): each for name, each in self.headers.items()},
                    )
                )
                upstream.gate.wait(10)
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(COMPLETION)))
                self.end_headers()
                self.wfile.write(COMPLETION)

            do_GET = do_POST  # noqa: N815 - the name is the library's

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                del format, args

        return Answerer


@dataclass(frozen=True)
class Reply:
    """What came back until the proxy closed the connection; `status` 0: nothing at all."""

    raw: bytes
    reset: bool = False

    @property
    def status(self) -> int:
        return int(self.raw[9:12]) if self.raw else 0

    @property
    def head(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[0].lower()

    @property
    def body(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def error(self) -> dict[str, Any]:
        return json.loads(self.body)["error"]

    @property
    def code(self) -> str | None:
        return self.error["code"]


class Live:
    """A proxy that runs, with one agent."""

    def __init__(
        self, upstream: QuietUpstream, limits: Limits | None = None, access: str = "required"
    ) -> None:
        self.upstream = upstream
        self.records: list[Record] = []
        self.refused: list[str] = []
        self.settings = settings(upstream.url, access)
        self.server = ServerThread(
            self.settings,
            NoKeys(),
            self.records.append,
            limits=limits or Limits(),
            on_refused=self.refused.append,
        )
        self.port = int(self.server.start().rpartition(":")[2])

    def close(self) -> None:
        self.server.stop(0)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def raw(self, data: bytes) -> Reply:
        """Send these bytes on a connection of their own; return all that comes back."""
        with self.connect() as connection:
            connection.sendall(data.replace(b"PORT", str(self.port).encode()))
            return drain(connection)

    def send(
        self,
        target: str = "/v1/chat/completions",
        headers: Mapping[str, str | list[str] | None] | None = None,
        *,
        method: str = "POST",
        body: bytes = BODY,
    ) -> Reply:
        """Send a good request, changed in those headers."""
        return self.raw(request(target, headers, method=method, body=body))


def settings(upstream_url: str, access: str = "required") -> Settings:
    def provider(name: str, key: str) -> Provider:
        return Provider(name, upstream_url, key=key)

    return Settings(
        port=0,
        default_provider="plain",
        access=access,
        agents=(Agent("Cline", localkey.digest(KEY)), Agent("Zed", localkey.digest(OTHER_KEY))),
        providers={
            "plain": provider("plain", "none"),
            "keyed": provider("keyed", "keyring"),
            "brought": provider("brought", "client"),
        },
    )


def request(
    target: str = "/v1/chat/completions",
    headers: Mapping[str, str | list[str] | None] | None = None,
    *,
    method: str = "POST",
    body: bytes = BODY,
) -> bytes:
    """Return a good request's bytes, changed in those headers; None leaves one out."""
    fields: dict[str, str | list[str] | None] = {
        "Host": "127.0.0.1:PORT",
        "Authorization": f"Bearer {KEY}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    fields |= dict(headers or {})
    lines = [f"{method} {target} HTTP/1.1"]
    for name, value in fields.items():
        values = value if isinstance(value, list) else [] if value is None else [value]
        lines += [f"{name}: {each}" for each in values]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def without_key(**headers: str | list[str] | None) -> dict[str, str | list[str] | None]:
    return {
        "Authorization": None,
        **{name.replace("_", "-"): each for name, each in headers.items()},
    }


def drain(connection: socket.socket) -> Reply:
    """Read until the other side closes."""
    received = b""
    try:
        while data := connection.recv(65536):
            received += data
    except ConnectionResetError:
        return Reply(received, reset=True)
    except TimeoutError:
        _complain(received)
    return Reply(received)


def _complain(received: bytes) -> NoReturn:
    raise AssertionError(f"the connection stays open after {received[:200]!r}")

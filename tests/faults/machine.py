"""One exchange without sockets and in a time of its own: any order of what can happen to it.

The relay, its timers and everything within are the real ones. What stands outside is played: the
agent, upstream's answer, and the clock, which only goes when it is told to.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

import httpx

from proxy.asgi import CONTACT, Contact, Message
from proxy.config import Provider, Settings
from proxy.connection import Taker
from proxy.dialects import ENDPOINTS
from proxy.limits import Limits
from proxy.relay import Admission, Relay
from proxy.tap import Finished, Record
from proxy.upstream import Ask, Asking, Opened, Upstreams

END: bytes | None = None
BROKEN = httpx.ReadError("gone")
_TURNS = 6
"""Turns of the loop in which everything that follows from one step has happened."""


class StillLoop(asyncio.SelectorEventLoop):
    """A loop whose clock is moved by hand."""

    now = 1000.0

    def time(self) -> float:
        return self.now


class PlayedAnswer:
    """Upstream's answer, piece by piece as the test says."""

    status = 200
    took_to_connect: float | None = None

    def __init__(self, content_type: bytes) -> None:
        self.headers = [(b"content-type", content_type)]
        self._coming: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()
        self.closed = 0
        self.read_when_closed = False
        self._taker: Taker | None = None

    def come(self, piece: "bytes | Exception | None") -> None:
        if isinstance(piece, bytes) and self._taker is not None and self._taker(piece):
            return
        self._coming.put_nowait(piece)

    async def receive(self, at_once: Taker | None = None) -> bytes | None:
        self.read_when_closed = self.read_when_closed or self.closed > 0
        self._taker = at_once if self._coming.empty() else None
        try:
            piece = await self._coming.get()
        finally:
            self._taker = None
        if isinstance(piece, Exception):
            raise piece
        return piece

    async def close(self) -> None:
        self.closed += 1


class PlayedUpstreams:
    """Has the one answer ready once its head may come."""

    def __init__(self, answer: PlayedAnswer) -> None:
        self.head = asyncio.Event()
        self._answer = answer

    async def prepare(self, ask: Ask) -> Asking:
        return Asking("http://127.0.0.1/v1", list(ask.headers), None)

    async def open(self, ask: Ask, asking: Asking) -> Opened:
        del asking
        await self.head.wait()
        return Opened(self._answer, ask, lambda: None)


@dataclass
class _Socket:
    """The agent's connection under the answer, and the answer's state on it."""

    messages: list[Message]
    keep_alive: bool = True
    aborted: bool = False
    disconnected: bool = False
    chunked_encoding: bool = True
    write_paused: bool = False

    @property
    def flow(self) -> "_Socket":
        return self

    @property
    def transport(self) -> "_Socket":
        return self

    @property
    def response_complete(self) -> bool:
        return any(each.get("more_body") is False for each in self.messages)

    def write(self, chunk: bytes) -> None:
        assert not self.response_complete
        size, _, piece = chunk.partition(b"\r\n")
        piece = piece.removesuffix(b"\r\n")
        assert int(size, 16) == len(piece)
        self.messages.append({"type": "http.response.body", "body": piece, "more_body": True})

    def get_write_buffer_size(self) -> int:
        return 0

    def get_extra_info(self, name: str) -> None:
        del name

    def abort(self) -> None:
        self.aborted = True


@dataclass
class Machine:
    """One exchange; every step is one thing that happens to it."""

    path: str
    passthrough: bool
    messages: list[Message] = field(default_factory=list[Message])
    records: list[Record] = field(default_factory=list[Record])
    gone: bool = False

    def start(self) -> None:
        """Send the agent's request; belongs into the loop."""
        self.loop = cast("StillLoop", asyncio.get_running_loop())
        self.answer = PlayedAnswer(b"text/event-stream")
        self.upstreams = PlayedUpstreams(self.answer)
        self.socket = _Socket(self.messages)
        self.contact = Contact(cast("Any", self.socket), self.socket)
        relay = Relay(cast("Upstreams", self.upstreams), self.records.append, Limits())
        provider = Provider(
            id="p", base_url="http://127.0.0.1/v1", key="none", passthrough=self.passthrough
        )
        endpoint = next(each for each in ENDPOINTS if each.path == self.path)
        settings = Settings(providers={"p": provider})
        self.relay = relay
        scope = {
            "method": "POST",
            "path": "/v1/" + self.path,
            "headers": [(b"content-type", b"application/json")],
            "query_string": b"",
            "wiremend": Admission(settings, provider, endpoint, None, "agent", "0" * 16),
            CONTACT: self.contact,
        }
        self.task = asyncio.ensure_future(relay(scope, self._receive, self._send))

    async def step(self, what: "str | bytes | float") -> None:
        """Let one thing happen, and everything that follows from it."""
        if isinstance(what, bytes):
            self.answer.come(what)
        elif isinstance(what, str):
            getattr(self, what)()
        else:
            self.loop.now += what
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    def head(self) -> None:
        self.upstreams.head.set()

    def end(self) -> None:
        self.answer.come(END)

    def reset(self) -> None:
        self.answer.come(BROKEN)

    def leave(self) -> None:
        self.gone = self.socket.disconnected = True
        self.contact.lost()

    def shutdown(self) -> None:
        self.relay.shutdown()

    @property
    def sent(self) -> bytes:
        """What the agent got."""
        return b"".join(each.get("body", b"") for each in self.messages)

    @property
    def finished(self) -> list[Finished]:
        return [each for each in self.records if isinstance(each, Finished)]

    async def _receive(self) -> Message:
        return {
            "type": "http.request",
            "body": b'{"model":"m","stream":true,"messages":[]}',
            "more_body": False,
        }

    async def _send(self, message: Message) -> None:
        await asyncio.sleep(0)
        if not self.gone:
            self.messages.append(message)

"""uvicorn's HTTP protocol behind a reader of our own: nothing but whole, strict requests gets by.

uvicorn reads headers without an end and without a deadline, takes framings that other parsers
read otherwise, and queues a second request behind the first, which hides the client's leaving.
What it does with a request and its answer once that is read stays uvicorn's.
"""

from asyncio import AbstractEventLoop, Event, TimerHandle, Transport
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from uvicorn import Config
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from proxy.asgi import CLOSE, CONTACT, MEMORY, Application, Contact, own_headers
from proxy.connection import tune
from proxy.errors import Problem, ProxyError, problem
from proxy.framing import Framing, Head
from proxy.limits import Limits
from proxy.routes import family_of

if TYPE_CHECKING:
    from uvicorn._types import HTTPScope

_PERSISTENT = b"1.1"
TOO_SLOW = Problem(None, 408, "The request did not arrive in time.")

_REASON_BY_STATUS = {
    400: b"Bad Request",
    404: b"Not Found",
    408: b"Request Timeout",
    414: b"URI Too Long",
    431: b"Request Header Fields Too Large",
    503: b"Service Unavailable",
}


class StrictProtocol(HttpToolsProtocol):
    """One client's connection."""

    def __init__(
        self, config: Config, state: ServerState, limits: Limits, loop: AbstractEventLoop
    ) -> None:
        super().__init__(config, state, {}, loop)
        self._limits = limits
        self._framing = Framing()
        self._refused = False
        self._deadline: TimerHandle | None = None
        self._body_until: float | None = None
        self._contact: Contact | None = None
        self._seen_out: TimerHandle | None = None
        self.closed = Event()
        """Set once the connection is gone."""

    def connection_made(self, transport: Transport) -> None:
        super().connection_made(transport)
        tune(transport.get_extra_info("socket"), self._limits.unheard)
        if len(self.connections) > self._limits.connections:
            self._refuse(problem("busy"))
        else:
            self._wait(self._limits.header, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)
        if self._contact is not None:
            self._contact.lost()
        if self._seen_out is not None:
            self._seen_out.cancel()
        self.closed.set()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if self._framing.done and not self._next_request():
            return
        framing, begun = self._framing, self._framing.head is not None
        try:
            content = framing.feed(data)
        except ProxyError as error:
            self._refuse(error.problem)
            return
        if framing.excess:
            self.transport.abort()
            return
        self._unset_keepalive_if_required()
        if framing.head is not None:
            if not begun:
                self._begin(framing.head)
            self._hand_over(content)
        self._watch()

    def _begin(self, head: Head) -> None:
        """Hand the request to the application, as uvicorn does once its parser has a header."""
        scope = head.memory.recall("scope", None, lambda: _scope(head, self.server, self.client))
        # No other protocol is spoken here.
        fields = [each for each in head.fields if each[0] != b"upgrade"]
        own: dict[str, Any] = {"headers": fields, "state": {}, MEMORY: head.memory}
        self.scope = cast("HTTPScope", {**scope, **own})
        expects, persists = head.memory.recall("manner", None, lambda: _manner(head))
        self.cycle = RequestResponseCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=[],
            message_event=Event(),
            expect_100_continue=expects,
            keep_alive=persists,
            on_response=self.on_response_complete,
        )
        if head.version != _PERSISTENT:
            # Its client knows no chunks: the end of the connection is the end of the answer.
            self.cycle.chunked_encoding = False
            self.cycle.expected_content_length = _Unknown()
        self._start_asgi_task(self.cycle, cast("Application", self.app))

    def _hand_over(self, content: bytes) -> None:
        cycle = self.cycle
        if cycle.response_complete:
            return
        cycle.body += content
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.more_body = not self._framing.done
        cycle.message_event.set()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Application) -> None:  # type: ignore[override]
        self._contact = Contact(self.transport, cycle)
        cycle.scope[CONTACT] = self._contact  # type: ignore[typeddict-unknown-key]
        cycle.transport = cast("Transport", _HeadFirst(cycle, self.loop))
        super()._start_asgi_task(cycle, app)  # type: ignore[arg-type]

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if unsent := self.transport.get_write_buffer_size():
            self._see_out(unsent)

    def _see_out(self, unsent: int) -> None:
        """Wait for the client to take the end of its answer, as long as it takes anything."""
        left = self.transport.get_write_buffer_size()
        if left and self._seen_out is not None and left >= unsent:
            self.transport.abort()
        elif left:
            self._seen_out = self.loop.call_later(self._limits.unread, self._see_out, left)
        else:
            self._seen_out = None

    def _next_request(self) -> bool:
        if not self.cycle.response_complete:
            # It would be answered only later, and its bytes hide whether the client still listens.
            self.transport.abort()
            return False
        self._framing = Framing(self._framing.familiar)
        self._body_until = None
        self._rest()
        return True

    def _watch(self) -> None:
        if self._refused:
            return
        if self._framing.done:
            self._rest()
            if self.cycle.response_complete:
                # Answered before all of the body was here: uvicorn's own timer is spent.
                self._wait(self._limits.idle, self.transport.close)
        elif self._framing.head is not None:
            self._watch_body()
        elif self._deadline is None:
            self._wait(self._limits.header, self.transport.close)

    def _watch_body(self) -> None:
        now = self.loop.time()
        if self._body_until is None:
            self._body_until = now + self._limits.body_whole
        self._wait(min(self._limits.body_idle, self._body_until - now), self._give_up_body)

    def _give_up_body(self) -> None:
        if self.flow.read_paused:
            # It is the application that does not take what the client has sent.
            self._wait(self._limits.body_idle, self._give_up_body)
        else:
            self._refuse(TOO_SLOW)

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._rest()
        self._deadline = self.loop.call_later(seconds, then)

    def _rest(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, why: Problem) -> None:
        """Answer in the application's stead, and close once the client has had time to read."""
        self._refused = True
        self._unset_keepalive_if_required()
        if self._abandon_cycle():
            self.transport.write(_answer(why))
            self.flow.resume_reading()
            if self.transport.can_write_eof():
                self.transport.write_eof()
            self._wait(self._limits.linger, self.transport.close)
        else:
            self.transport.close()

    def _abandon_cycle(self) -> bool:
        """Tell the application that its client is gone; False where it has begun to answer."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is None or cycle.response_complete:
            return True
        cycle.disconnected = True
        cycle.message_event.set()
        return not cycle.response_started


class _Unknown(int):
    """How long an answer is, where nobody knows: nothing is too much for it or too little."""

    def __lt__(self, other: int) -> bool:
        return False

    def __sub__(self, other: int) -> "_Unknown":
        return self


class _HeadFirst:
    """The connection as one answer sees it: its head leaves in one packet with what follows."""

    __slots__ = ("_cycle", "_head", "_loop", "_transport")

    def __init__(self, cycle: RequestResponseCycle, loop: AbstractEventLoop) -> None:
        self._cycle = cycle
        self._transport = cycle.transport
        self._loop = loop
        self._head = b""

    def write(self, data: bytes) -> None:
        if self._head:
            self._leave(data)
        else:
            self._head = data
            # Not for long: what should follow may be waited for.
            self._loop.call_soon(self._flush)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def _flush(self) -> None:
        if self._head and not self._transport.is_closing():
            self._leave(b"")

    def _leave(self, data: bytes) -> None:
        """Send the head, and let everything behind it go its own way."""
        head, self._head = self._head, b""
        self._cycle.transport = self._transport
        self._transport.write(head + data)


def _manner(head: Head) -> tuple[bool, bool]:
    """Tell whether the client waits to be told to go on, and whether it will ask again."""
    expects = b"100-continue" in map(bytes.lower, head.values(b"expect"))
    said = map(bytes.strip, b",".join(head.values(b"connection")).lower().split(b","))
    return expects, head.version == _PERSISTENT and b"close" not in said


def _scope(
    head: Head, server: tuple[str, int | None] | None, client: tuple[str, int] | None
) -> dict[str, Any]:
    """Return what the next request like this one says too.

    See: https://asgi.readthedocs.io/en/latest/specs/www.html#http-connection-scope
    """
    path, _, query = head.target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": head.version.decode("ascii"),
        "server": server,
        "client": client,
        "scheme": "http",
        "root_path": "",
        "method": head.method.decode("ascii"),
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
    }


def _answer(why: Problem) -> bytes:
    body = family_of("").error_body(why)
    lines = [b"HTTP/1.1 %d %s" % (why.status, _REASON_BY_STATUS[why.status])]
    lines += [b"%s: %s" % each for each in [*own_headers(body, why.headers), CLOSE]]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body

"""The answer to the agent: its head held back until it can be true, its end told truthfully.

The head waits for the first bytes that an agent takes for the answer, so that a failure before
them keeps its real status; after ten seconds of silence a stream's head goes out all the same, with
a sign of life.
"""

import asyncio

from proxy import headers as rules, sse, wire
from proxy.asgi import HeaderList, Message, Send, own_headers
from proxy.dialects import Family
from proxy.errors import Problem
from proxy.forwarding import Body
from proxy.pipeline import Step
from proxy.recording import Recorder
from proxy.repair import Form
from proxy.sse import SENTINEL
from proxy.upstream import Opened

_STREAM = (b"content-type", b"text/event-stream; charset=utf-8")
_ERRORS = 400
_NO_CACHE = (b"cache-control", b"no-cache")


class Reply:
    """What the agent gets; only whole events, and one head."""

    def __init__(self, send: Send, family: Family, exchange_id: str, recorder: Recorder) -> None:
        self._send = send
        self._family = family
        self._exchange = (b"x-wiremend-exchange", exchange_id.encode("ascii"))
        self._recorder = recorder
        self._held: list[bytes] = []
        self._writing_since: float | None = None
        self._ended = False
        self._raw = False
        self.status = 0
        """What the agent was told; 0 while nothing has been sent."""
        self.keeps_alive = False
        """Silence is to be filled."""
        self.kept_alive = False

    def begin(self, *, streams: bool, raw: bool) -> None:
        """The request is here: a stream that is not passed through must show life."""
        self.keeps_alive = streams and not raw
        self._raw = raw

    def stuck_for(self, now: float) -> float:
        """Return for how many seconds the agent has not taken what was sent."""
        return 0.0 if self._writing_since is None else max(now - self._writing_since, 1e-9)

    async def send(self, step: Step, body: Body, opened: Opened) -> None:
        """Send what a piece of the answer led to."""
        self._recorder.marked(step.marks)
        if not self.status:
            if not body.speaks:
                # An error may follow, which must not come behind a 200; comments can wait.
                self._held.append(step.data)
                return
            await self._start(body, opened)
        if step.data:
            await self._write(step.data)

    async def end(self, step: Step, body: Body, opened: Opened) -> None:
        """Send the last of the answer, and say how it ended."""
        self._recorder.marked(step.marks)
        if self._ended:
            return
        failure = body.failure
        if failure is not None and not self.status and not body.speaks:
            error = failure.error
            text = wire.encode({"error": error}) if error else self._family.error_body(body.verdict)
            await self._whole(failure.status, opened, text)
        elif not self.status and not body.broken:
            await self._at_once(step.data, body, opened)
        elif body.broken:
            await self._break(body, opened)
        else:
            data = self._as_events(step.data, body)
            await self._write(self._scrubbed(data) if failure is not None else data, last=True)

    async def refuse(self, why: Problem) -> None:
        """Answer in our own name, by a status or, where that is gone, by an event."""
        if self._ended:
            return
        if self.status:
            await self._write(self._family.watch().error_event(why), last=True)
            return
        text = self._family.error_body(why)
        headers = own_headers(text, why.headers)
        await self._head(why.status, [*headers, self._exchange])
        await self._write(text, last=True)

    async def keep_alive(self, body: Body | None) -> None:
        """Show that we are alive, between two events."""
        if self._ended or self._writing_since is not None:
            return
        if not self.status:
            await self._head(200, [_STREAM, _NO_CACHE, self._exchange])
        self.kept_alive = True
        watch = getattr(body, "watch", None) or self._family.watch()
        await self._write(b"".join(self._held) + watch.keep_alive())
        self._held.clear()

    async def _at_once(self, data: bytes, body: Body, opened: Opened) -> None:
        """The whole answer came before its head went out: its length is known."""
        data = b"".join(self._held) + data
        self._held.clear()
        if opened.status >= _ERRORS:
            data = self._scrubbed(data)
        more: HeaderList = [(b"content-length", b"%d" % len(data))]
        more = more if body.form is not Form.STREAM else []
        await self._start(body, opened, more)
        await self._write(data, last=True)

    async def _whole(self, status: int, opened: Opened, text: bytes) -> None:
        dropped = {b"content-type", b"content-encoding"}
        headers = rules.response_headers(opened.headers, dropped=dropped)
        text = self._scrubbed(text)
        length = (b"content-length", b"%d" % len(text))
        kind = (b"content-type", b"application/json")
        await self._head(status, [*headers, kind, length, self._exchange])
        await self._write(text, last=True)

    def _scrubbed(self, data: bytes) -> bytes:
        """Take the provider's own key out of an error that quotes it."""
        return data if self._raw else self._recorder.scrub(data)

    async def _break(self, body: Body, opened: Opened) -> None:
        """Leave the answer unfinished, so that the server breaks the connection."""
        if not self.status:
            await self._start(body, opened)
        self._ended = True

    async def _start(self, body: Body, opened: Opened, more: HeaderList | None = None) -> None:
        dropped = {b"content-encoding"} if opened.unpacks else set[bytes]()
        kind: HeaderList = []
        if body.content_type is not None:
            dropped.add(b"content-type")
            kind = [(b"content-type", body.content_type.encode("ascii"))]
        headers = rules.response_headers(opened.headers, dropped=dropped)
        status = body.status or opened.status
        await self._head(status, [*headers, *kind, *(more or []), self._exchange])
        if self._held:
            held = b"".join(self._held)
            self._held.clear()
            if held:
                await self._write(held)

    async def _head(self, status: int, headers: HeaderList) -> None:
        self.status = status
        clean = [(name, self._scrubbed(value)) for name, value in headers]
        await self._send({"type": "http.response.start", "status": status, "headers": clean})

    async def _write(self, data: bytes, *, last: bool = False) -> None:
        self._recorder.sent(data)
        self._ended = self._ended or last
        message: Message = {"type": "http.response.body", "body": data, "more_body": not last}
        self._writing_since = asyncio.get_running_loop().time()
        try:
            await self._send(message)
        finally:
            self._writing_since = None

    def _as_events(self, data: bytes, body: Body) -> bytes:
        """Put a plain answer into the stream that a sign of life has already begun."""
        if not self.kept_alive or body.form is Form.STREAM or not data:
            return data
        parsed = wire.decode_object(data)
        if parsed is None:
            text = data.decode("utf-8", "replace")[:2000]
            parsed = {"error": {"message": text, "type": "upstream_error"}}
        end = b"" if "error" in parsed else sse.encode(SENTINEL)
        return sse.encode(wire.encode_if_possible(parsed) or b"{}") + end

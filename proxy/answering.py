"""The answer to the agent: its head held back until it can be true, its end told truthfully.

The head waits for the first bytes that an agent takes for the answer, so that a failure before
them keeps its real status; after ten seconds of silence a stream's head goes out all the same, with
a sign of life.
"""

from proxy import headers as rules, wire
from proxy.asgi import CLOSE, Contact, HeaderList, Message, Send, own_headers
from proxy.dialects import Family
from proxy.errors import FIRST_ERROR, UPSTREAM_ERROR, Problem
from proxy.forwarding import Body
from proxy.recording import Recorder
from proxy.repair import Form
from proxy.scrubbing import Scrubbed
from proxy.sink import Step
from proxy.upstream import Opened
from proxy.wire import JsonObject

_STREAM = (b"content-type", b"text/event-stream; charset=utf-8")
MAX_SENTENCE = 2048
"""Characters of what upstream said in no known shape."""
_NO_CACHE = (b"cache-control", b"no-cache")


class Reply:
    """What the agent gets; only whole events, and one head."""

    def __init__(self, send: Send, contact: Contact, family: Family, recorder: Recorder) -> None:
        self._send = send
        self._contact = contact
        self._family = family
        self._exchange = (b"x-wiremend-exchange", recorder.exchange_id.encode("ascii"))
        self._recorder = recorder
        self._held: list[bytes] = []
        self.writing = False
        """Something is on its way that the agent has not taken."""
        self.ended = False
        """The last of it has been handed to the server."""
        self._raw = False
        self._scrubbed: Scrubbed | None = None
        self.status = 0
        """What the agent was told; 0 while nothing has been sent."""
        self.keeps_alive = False
        """Silence is to be filled."""
        self.kept_alive = False

    def begin(self, *, streams: bool, raw: bool) -> None:
        """The request is here: a stream that is not passed through must show life."""
        self.keeps_alive = streams and not raw
        self._raw = raw

    @property
    def flows(self) -> bool:
        """The answer has begun, is looked through for nothing, and the agent takes it."""
        begun = self.status != 0 and not (self.ended or self._held or self.writing)
        return begun and self._scrubbed is None and self._contact.flows

    def pass_on(self, piece: bytes) -> None:
        """Send a piece as it came, only where the answer `flows`."""
        self._contact.write(piece)
        self._recorder.passed(piece)

    async def send(self, step: Step, body: Body, opened: Opened) -> None:
        """Send what a piece of the answer led to."""
        # In this order: what is recorded of an error must be looked through as well.
        data = self._clean(step.data, body, opened)
        self._recorder.marked(step.marks)
        if not self.status:
            if not body.speaks:
                # An error may follow, which must not come behind a 200; comments can wait.
                self._held.append(data)
                return
            await self._start(body, opened)
        elif self.kept_alive and body.form is Form.DOCUMENT:
            # It becomes events when all of it is here.
            self._held.append(data)
            return
        if data:
            await self._write(data)

    async def end(self, step: Step, body: Body, opened: Opened) -> None:
        """Send the last of the answer, and say how it ended."""
        data = self._clean(step.data, body, opened)
        self._recorder.marked(step.marks)
        if self.ended:
            return
        data += self._scrubbed.flush() if self._scrubbed is not None else b""
        failure = body.failure
        if failure is not None and not self.status and not body.speaks:
            error = failure.error
            shaped, verdict = self._family, body.verdict
            text = shaped.error_as_body(error) if error else shaped.error_body(verdict)
            await self._whole(failure.status, opened, text)
        elif not self.status and not body.broken:
            await self._at_once(data, body, opened)
        elif body.broken and not self.kept_alive:
            await self._break(body, opened)
        else:
            if body.verdict.status >= FIRST_ERROR > self.status:
                self._contact.close_behind()
            await self._write(self._as_events(data, body, opened), last=True)

    async def refuse(self, why: Problem) -> None:
        """Answer in our own name, by a status or, where that is gone, by an event."""
        if self.ended:
            return
        if self.status:
            self._contact.close_behind()
            await self._write(self._family.watch().error_event(why), last=True)
            return
        text = self._family.error_body(why)
        headers = own_headers(text, why.headers)
        await self._head(why.status, [*headers, self._exchange])
        await self._write(text, last=True)

    async def keep_alive(self, body: Body | None) -> None:
        """Show that we are alive, between two events."""
        if self.ended or self.writing:
            return
        if not self.status:
            await self._head(200, [_STREAM, _NO_CACHE, self._exchange])
        self.kept_alive = True
        watch = (body.watch if body is not None else None) or self._family.watch()
        if body is not None and body.form is Form.DOCUMENT:
            # What is held becomes events when all of it is here.
            await self._write(watch.keep_alive())
            return
        await self._write(b"".join(self._held) + watch.keep_alive())
        self._held.clear()

    async def _at_once(self, data: bytes, body: Body, opened: Opened) -> None:
        """The whole answer came before its head went out: its length is known."""
        data = b"".join(self._held) + data
        self._held.clear()
        more: HeaderList = []
        if body.form is not Form.STREAM:
            more = [(b"content-length", b"%d" % len(data))]
        elif body.verdict.status >= FIRST_ERROR:
            more = [CLOSE]
        await self._start(body, opened, more)
        await self._write(data, last=True)

    async def _whole(self, status: int, opened: Opened, text: bytes) -> None:
        dropped = {b"content-type", b"content-encoding"}
        headers = rules.response_headers(opened.headers, dropped=dropped)
        text = self._recorder.scrub(text)
        length = (b"content-length", b"%d" % len(text))
        kind = (b"content-type", b"application/json")
        await self._head(status, [*headers, kind, length, self._exchange])
        await self._write(text, last=True)

    def _clean(self, data: bytes, body: Body, opened: Opened) -> bytes:
        """Take the keys out of an error that quotes one; nothing else is looked at."""
        if self._raw or (opened.status < FIRST_ERROR and body.failure is None):
            return data
        if self._scrubbed is None:
            self._scrubbed = self._recorder.scrubbed()
        return self._scrubbed.feed(data)

    async def _break(self, body: Body, opened: Opened) -> None:
        """Leave the answer unfinished, so that the server breaks the connection."""
        if not self.status:
            await self._start(body, opened)
        self.ended = True

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
        if not self._raw:
            headers = self._recorder.scrub_values(headers)
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def _write(self, data: bytes, *, last: bool = False) -> None:
        self._recorder.bytes_out += len(data)
        if data and not last and self._contact.flows:
            # Nothing is to be waited for, and the server's own way there is the longer one.
            self._contact.write(data)
            self._recorder.sent(data)
            return
        self.ended = self.ended or last
        message: Message = {"type": "http.response.body", "body": data, "more_body": not last}
        self.writing = True
        try:
            await self._send(message)
        finally:
            self.writing = False
            # Behind the writing: the agent does not wait for a record.
            self._recorder.sent(data)

    def _as_events(self, data: bytes, body: Body, opened: Opened) -> bytes:
        """Put a plain answer into the stream that a sign of life has already begun."""
        data = b"".join(self._held) + data
        self._held.clear()
        if not self.kept_alive or body.form is Form.STREAM:
            return data
        if body.broken:
            return self._family.watch().error_event(body.verdict)
        if body.failure is not None and body.failure.error:
            return self._recorder.scrub(self._family.error_as_event(body.failure.in_stream))
        answer = wire.decode_object(data)
        if answer is None or "error" in answer or opened.status >= FIRST_ERROR:
            return self._family.error_as_event(_error_in(answer or {}, data))
        return self._family.answer_as_events(answer)


def _error_in(answer: JsonObject, data: bytes) -> JsonObject:
    """Return upstream's error in the members that all families have."""
    error = wire.child(answer, "error")
    if error.get("message"):
        return error
    sentence = wire.text(answer, "error") or data.decode("utf-8", "replace")[:MAX_SENTENCE]
    said = sentence.strip() or "The provider answered with an error and said nothing more."
    return {"message": said, "type": UPSTREAM_ERROR, "param": None, "code": None}

"""How the body of an answer is forwarded: byte for byte, event by event, or mended.

Sans-io: pieces in, pieces out, and at the end what can truthfully be said of it.
"""

import time
from typing import Protocol

from proxy.config import Provider
from proxy.dialects import Endpoint, Family, Watch
from proxy.dialects.responses import fold
from proxy.errors import EventTooLargeError, Problem, problem
from proxy.outgoing import Mended
from proxy.pipeline import Pipeline
from proxy.repair import Context, Failure, Form
from proxy.repairs import selected
from proxy.repairs.answer_form import AnswerForm
from proxy.sink import Step
from proxy.sniff import Sniffer, declared_form
from proxy.tap import Mark
from proxy.trails import Trails
from proxy.wire import JsonObject, decode_object, encode

COMPLETE = Problem(None, 200, "")
"""No problem at all: the answer is whole."""
ERRED = Problem(None, 502, "The provider ended the answer with an error.")
GONE = Problem("client_gone", 499, "The agent closed the connection.")

MAX_HELD = 32 * 1024 * 1024
"""Bytes of one unfinished event, after which it is forwarded as it comes."""
_ERRORS = 400


TRAILS = Trails()
"""What healthy answers look like: learnt from one exchange for the next."""


class Body(Protocol):
    """The body of one answer on its way to the agent."""

    @property
    def over(self) -> bool:
        """The terminal has gone: nothing more is sent."""
        ...

    @property
    def speaks(self) -> bool:
        """Something has been handed out that an agent takes for the answer's beginning."""
        ...

    @property
    def broken(self) -> bool:
        """The agent must see a broken connection."""
        ...

    @property
    def failure(self) -> Failure | None:
        """The answer is an error."""
        ...

    @property
    def verdict(self) -> Problem:
        """How it ended."""
        ...

    @property
    def form(self) -> Form | None:
        """What is sent; None while it is not decided."""
        ...

    @property
    def status(self) -> int | None:
        """What replaces upstream's status; None where that is right."""
        ...

    @property
    def content_type(self) -> str | None:
        """What replaces upstream's content type; None where that is right."""
        ...

    @property
    def waits_for_sentinel(self) -> bool:
        """Only the sentinel is missing."""
        ...

    @property
    def asks_for_stream(self) -> bool:
        """Upstream is asked for a stream."""
        ...

    @property
    def events(self) -> int:
        """How many whole events have come."""
        ...

    def request(self, body: bytes) -> Mended:
        """Return the request as it goes upstream."""
        ...

    def start(self, status: int, content_type: str) -> None:
        """Upstream's head is here."""
        ...

    def feed(self, piece: bytes) -> Step:
        """Take a piece; return what is to be sent for it."""
        ...

    def finish(self, why: Problem | None = None) -> Step:
        """Upstream's answer is over; ``why`` says what broke it off."""
        ...


def body_for(provider: Provider, endpoint: Endpoint, asked: JsonObject) -> Body:
    """Choose how an answer is forwarded."""
    if provider.passthrough:
        return _Untouched(endpoint.family, asked)
    if endpoint.mended:
        return _Mended(provider, asked)
    if endpoint.family.name == "responses" and provider.fixes.get(AnswerForm.name, True):
        return _Folded(endpoint.family, asked)
    return _Whole(endpoint.family, asked)


class _Untouched:
    """Passthrough: every piece as it came; a broken upstream is a broken connection."""

    def __init__(self, family: Family, asked: JsonObject) -> None:
        self.over = self.broken = self.waits_for_sentinel = False
        self.speaks = True
        self.failure: Failure | None = None
        self.verdict = COMPLETE
        self.form: Form | None = None
        self.status: int | None = None
        self.content_type: str | None = None
        self.asks_for_stream = asked.get("stream") is True
        self._family = family
        self._watch: Watch | None = None
        self._status = 200

    @property
    def events(self) -> int:
        return self._watch.events if self._watch is not None else 0

    def request(self, body: bytes) -> Mended:
        return Mended(body)

    def start(self, status: int, content_type: str) -> None:
        self._status = status
        self.form = declared_form(content_type) or Form.DOCUMENT
        if self.form is Form.STREAM:
            self._watch = self._family.watch()

    def feed(self, piece: bytes) -> Step:
        if self._watch is not None:
            self._look(self._watch, piece)
        return Step(piece)

    def _look(self, watch: Watch, piece: bytes) -> None:
        try:
            watch.feed(piece)
        except EventTooLargeError:
            # Whatever follows is forwarded all the same; only its end is no longer known.
            self._watch = None

    def finish(self, why: Problem | None = None) -> Step:
        self.broken = why is not None
        watch = self._watch
        if watch is not None:
            watch.finish()
        if watch is None:
            self.verdict = why or COMPLETE
        elif watch.failed:
            self.verdict = ERRED
        elif not (watch.over or watch.finished):
            self.verdict = why or problem("stream_incomplete")
        if self._status >= _ERRORS and self.verdict is COMPLETE:
            self.verdict = Problem(None, self._status, "")
        return Step()


class _Whole:
    """Other families: every byte as it came, but never half an event."""

    def __init__(self, family: Family, asked: JsonObject) -> None:
        self.over = self.broken = self.waits_for_sentinel = False
        self.speaks = False
        self.failure: Failure | None = None
        self.verdict = COMPLETE
        self.form: Form | None = None
        self.status: int | None = None
        self.content_type: str | None = None
        self.asks_for_stream = asked.get("stream") is True
        self._held: list[bytes] = []
        self._status = 200
        self.watch = family.watch()

    @property
    def events(self) -> int:
        return self.watch.events

    def request(self, body: bytes) -> Mended:
        return Mended(body)

    def start(self, status: int, content_type: str) -> None:
        self._status = status
        declared = declared_form(content_type)
        self.form = declared if declared and status < _ERRORS else Form.DOCUMENT

    def feed(self, piece: bytes) -> Step:
        self.speaks = True
        if self.form is Form.DOCUMENT:
            return Step(piece)
        try:
            self.watch.feed(piece)
        except EventTooLargeError:
            return self._cut(problem("event_too_large"))
        self.over = self.watch.over
        if self.watch.failed:
            self.failure, self.verdict = Failure(ERRED.status, {}), ERRED
        behind = self.watch.excess if self.over else self.watch.pending
        return Step(self._whole(piece, len(piece) - behind))

    def _whole(self, piece: bytes, end: int) -> bytes:
        """Return the events that are all there; half of one is held back."""
        if end <= 0 and not self.over:
            self._held.append(piece)
            return b""
        data = b"".join([*self._held, piece[:end]]) if self._held else piece[:end]
        self._held = [] if self.over or end == len(piece) else [piece[end:]]
        return data

    def _cut(self, why: Problem) -> Step:
        self.verdict, self.over = why, True
        if not self.speaks:
            self.failure = Failure(why.status, {})
        return Step(self.watch.error_event(why))

    def finish(self, why: Problem | None = None) -> Step:
        if self.form is not Form.STREAM:
            self.verdict = why or (
                COMPLETE if self._status < _ERRORS else Problem(None, self._status, "")
            )
            self.broken = why is not None
            return Step()
        held, self._held = b"".join(self._held), []
        if self.watch.over:
            return Step()
        if why is None:
            self.watch.finish()
        if self.watch.failed:
            self.failure, self.verdict = Failure(ERRED.status, {}), ERRED
        if self.watch.over or self.watch.finished:
            return Step(held if why is None else b"")
        return self._cut(why or problem("stream_incomplete"))


class _Folded(_Whole):
    """Responses: a stream that comes for a plain request becomes the response it carries."""

    def __init__(self, family: Family, asked: JsonObject) -> None:
        super().__init__(family, asked)
        self._sniffer: Sniffer | None = None if self.asks_for_stream else Sniffer()
        self._stream: bytearray | None = None

    def start(self, status: int, content_type: str) -> None:
        super().start(status, content_type)
        if status >= _ERRORS:
            self._sniffer = None

    def feed(self, piece: bytes) -> Step:
        if self._stream is not None:
            self._stream += piece
            return Step()
        if self._sniffer is None:
            return super().feed(piece)
        seen = self._sniffer.feed(piece)
        if seen.form is None:
            return Step()
        self._sniffer = None
        if seen.form is Form.DOCUMENT:
            return super().feed(seen.data)
        self._stream = bytearray(seen.data)
        self.form, self.content_type = Form.DOCUMENT, "application/json"
        return Step()

    def finish(self, why: Problem | None = None) -> Step:
        if self._stream is None:
            rest = self._sniffer.rest() if self._sniffer is not None else b""
            step = super().finish(why)
            return Step(rest + step.data, step.marks)
        response = fold(bytes(self._stream))
        if response is None:
            self.verdict = why or problem("stream_incomplete")
            self.failure = Failure(self.verdict.status, {})
            return Step()
        message = "a stream came instead of the form asked for; converted"
        self.speaks = self.over = True
        return Step(encode(response), (Mark(AnswerForm.name, message, None, None),))


class _Mended:
    """Chat completions: what the fixes make of them."""

    broken = False

    def __init__(self, provider: Provider, asked: JsonObject) -> None:
        context = Context(asked, now=int(time.time()))
        self._pipeline = Pipeline(context, selected(provider.fixes), TRAILS)
        self._status = 200
        self._asks_for_stream = asked.get("stream") is True

    @property
    def asks_for_stream(self) -> bool:
        return self._asks_for_stream

    @property
    def events(self) -> int:
        return self._pipeline.events

    @property
    def over(self) -> bool:
        return self._pipeline.done

    @property
    def speaks(self) -> bool:
        return self._pipeline.spoken

    @property
    def failure(self) -> Failure | None:
        return self._pipeline.failure

    @property
    def form(self) -> Form | None:
        return self._pipeline.form

    @property
    def status(self) -> int | None:
        return self._pipeline.status

    @property
    def content_type(self) -> str | None:
        return self._pipeline.content_type

    @property
    def waits_for_sentinel(self) -> bool:
        return self._pipeline.waits_for_sentinel

    @property
    def verdict(self) -> Problem:
        failure = self._pipeline.failure
        if failure is None:
            status = self.status or self._status
            return COMPLETE if status < _ERRORS else Problem(None, status, "")
        code = failure.error.get("code")
        message = str(failure.error.get("message", ""))
        return Problem(code if isinstance(code, str) else None, failure.status, message)

    def request(self, body: bytes) -> Mended:
        mended = self._pipeline.request(body)
        if mended.marks:
            self._asks_for_stream = (decode_object(mended.data) or {}).get("stream") is True
        return mended

    def start(self, status: int, content_type: str) -> None:
        self._status = status
        self._pipeline.start(status, content_type)

    def feed(self, piece: bytes) -> Step:
        return self._pipeline.feed(piece)

    def finish(self, why: Problem | None = None) -> Step:
        return self._pipeline.finish(problem=why)

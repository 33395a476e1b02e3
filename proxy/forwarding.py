"""How the body of an answer is forwarded: byte for byte, event by event, or mended.

Sans-io: pieces in, pieces out, and at the end what can truthfully be said of it.
"""

import time
from typing import Protocol

from proxy.config import Provider
from proxy.dialects import Endpoint, Family, Watch
from proxy.errors import FIRST_ERROR, EventTooLargeError, Problem, problem
from proxy.eventwise import COMPLETE, ERRED, FOLDS, Eventwise, Exploded, Folded
from proxy.outgoing import Mended
from proxy.pipeline import Pipeline
from proxy.repair import Context, Failure, Form
from proxy.repairs import selected
from proxy.repairs.answer_form import AnswerForm
from proxy.sink import Step
from proxy.sniff import declared_form
from proxy.trails import Trails
from proxy.wire import JsonObject, decode_object

GONE = Problem("client_gone", 499, "The agent closed the connection.")


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

    @property
    def watch(self) -> Watch | None:
        """What is known of its events; None where a sign of life need not fit among them."""
        ...

    def request(self, body: bytes) -> Mended:
        """Return the request as it goes upstream."""
        ...

    def prepare(self) -> None:
        """Do what need not wait for upstream's head."""
        ...

    def start(self, status: int, content_type: str) -> None:
        """Upstream's head is here."""
        ...

    def passes(self, piece: bytes) -> bool:
        """Take a piece that goes on as it came; False where only `feed` can tell."""
        ...

    def feed(self, piece: bytes) -> Step:
        """Take a piece; return what is to be sent for it."""
        ...

    def finish(self, why: Problem | None = None) -> Step:
        """Upstream's answer is over; ``why`` says what broke it off."""
        ...


def body_for(provider: Provider, endpoint: Endpoint, asked: JsonObject, trails: Trails) -> Body:
    """Choose how an answer is forwarded; ``trails`` are what healthy ones looked like before."""
    if provider.passthrough:
        return _Untouched(endpoint.family, asked)
    if endpoint.mended:
        return _Mended(provider, asked, trails)
    if not provider.fixes.get(AnswerForm.name, True):
        return Eventwise(endpoint.family, asked)
    if asked.get("stream") is True:
        return Exploded(endpoint.family, asked)
    if endpoint.family.name in FOLDS:
        return Folded(endpoint.family, asked)
    return Eventwise(endpoint.family, asked)


class _Untouched:
    """Passthrough: every piece as it came; a broken upstream is a broken connection."""

    watch = None

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

    def prepare(self) -> None:
        pass

    def start(self, status: int, content_type: str) -> None:
        self._status = status
        self.form = declared_form(content_type) or Form.DOCUMENT
        if self.form is Form.STREAM:
            self._watch = self._family.watch()

    def passes(self, piece: bytes) -> bool:
        if self._watch is not None:
            self._look(self._watch, piece)
        return True

    def feed(self, piece: bytes) -> Step:
        self.passes(piece)
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
        if self._status >= FIRST_ERROR and self.verdict is COMPLETE:
            self.verdict = Problem(None, self._status, "")
        return Step()


class _Mended:
    """Chat completions: what the fixes make of them."""

    broken = False
    watch = None

    def __init__(self, provider: Provider, asked: JsonObject, trails: Trails) -> None:
        context = Context(asked, now=int(time.time()))
        self._pipeline = Pipeline(context, selected(provider.fixes), trails)
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
            return COMPLETE if status < FIRST_ERROR else Problem(None, status, "")
        code = failure.error.get("code")
        message = str(failure.error.get("message", ""))
        return Problem(code if isinstance(code, str) else None, failure.status, message)

    def request(self, body: bytes) -> Mended:
        mended = self._pipeline.request(body)
        if mended.marks:
            self._asks_for_stream = (decode_object(mended.data) or {}).get("stream") is True
        return mended

    def prepare(self) -> None:
        self._pipeline.prepare()

    def start(self, status: int, content_type: str) -> None:
        self._status = status
        self._pipeline.start(status, content_type)

    def passes(self, piece: bytes) -> bool:
        return self._pipeline.passes(piece)

    def feed(self, piece: bytes) -> Step:
        return self._pipeline.feed(piece)

    def finish(self, why: Problem | None = None) -> Step:
        return self._pipeline.finish(problem=why)

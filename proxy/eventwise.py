"""Answers of Messages and Responses: event by event as they came, in the form asked for."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from proxy.dialects import Family, messages, responses
from proxy.errors import FIRST_ERROR, EventTooLargeError, Problem, problem
from proxy.outgoing import Mended
from proxy.repair import Failure, Form
from proxy.repairs.answer_form import AnswerForm
from proxy.repairs.provider_errors import hidden
from proxy.sink import Step
from proxy.sniff import Sniffer, declared_form
from proxy.tap import Mark
from proxy.wire import JsonObject, decode_object, encode, is_broken, text

COMPLETE = Problem(None, 200, "")
"""No problem at all: the answer is whole."""
ERRED = Problem(None, 502, "The provider ended the answer with an error.")

MAX_HELD = 32 * 1024 * 1024
"""Bytes of one unfinished event, after which it is forwarded as it comes."""
_ERROR_START = re.compile(rb'\s*\{\s*"(?:error"\s*:\s*["{]|type"\s*:\s*"error")')
FOLDS: Mapping[str, Callable[[bytes], JsonObject | None]] = MappingProxyType(
    {"messages": messages.fold, "responses": responses.fold}
)
"""By the family's name: what its streams carry, as the plain answer."""
_WHOLE_ANSWERS = {"message", "response"}
"""What Anthropic's ``type`` and OpenAI's ``object`` say of an answer that is all there."""


class Eventwise:
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

    def prepare(self) -> None:
        pass

    def start(self, status: int, content_type: str) -> None:
        self._status = status
        declared = declared_form(content_type)
        self.form = declared if declared and status < FIRST_ERROR else Form.DOCUMENT

    def passes(self, piece: bytes) -> bool:
        del piece
        return False

    def feed(self, piece: bytes) -> Step:
        begins, self.speaks = not self.speaks, True
        if self.form is Form.DOCUMENT:
            if begins and _ERROR_START.match(piece):
                self.failure = Failure(ERRED.status, {})
            return Step(piece)
        try:
            self.watch.feed(piece)
        except EventTooLargeError:
            return self._cut(problem("event_too_large"))
        self.over = self.watch.over
        if self.watch.failed:
            self.failure, self.verdict = Failure(ERRED.status, {}), ERRED
        elif self.watch.troubled:
            self.failure = Failure(ERRED.status, {})
        behind = self.watch.excess if self.over else self.watch.pending
        return Step(self._whole(piece, len(piece) - behind))

    def finish(self, why: Problem | None = None) -> Step:
        if self.form is not Form.STREAM:
            if why is None and not self.speaks and self._status < FIRST_ERROR:
                self.verdict = problem("upstream_invalid")
                self.failure = Failure(self.verdict.status, {})
                return Step()
            status = self._status if self.failure is None else self.failure.status
            self.verdict = why or (COMPLETE if status < FIRST_ERROR else Problem(None, status, ""))
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

    def _whole(self, piece: bytes, end: int) -> bytes:
        """Return the events that are all there; half of one is held back."""
        if end <= 0 and not self.over:
            self._held.append(piece)
            return b""
        data = b"".join([*self._held, piece[:end]]) if self._held else piece[:end]
        self._held = [] if self.over or end == len(piece) else [piece[end:]]
        return data

    def _heed_error(self, answer: JsonObject | None, document: bytes) -> bool:
        """Take note of an error, for which a client waits for events in vain; tell if it is one."""
        found = hidden(document)
        if found is None and answer is None and is_broken(document):
            self.verdict = problem("upstream_invalid")
            found = Failure(self.verdict.status, {})
        elif found is not None:
            code, message = found.error.get("code"), str(found.error["message"])
            self.verdict = Problem(code if isinstance(code, str) else None, found.status, message)
        self.failure = found
        return found is not None

    def _cut(self, why: Problem) -> Step:
        self.verdict, self.over = why, True
        if not self.speaks:
            self.failure = Failure(why.status, {})
        return Step(self.watch.error_event(why))


class Folded(Eventwise):
    """Messages and Responses: a stream that comes for a plain request becomes what it carries."""

    def __init__(self, family: Family, asked: JsonObject) -> None:
        super().__init__(family, asked)
        self._family = family
        self._sniffer: Sniffer | None = None if self.asks_for_stream else Sniffer()
        self._stream: bytearray | None = None

    def start(self, status: int, content_type: str) -> None:
        super().start(status, content_type)
        if status >= FIRST_ERROR:
            self._sniffer = None

    def feed(self, piece: bytes) -> Step:
        if self._stream is not None:
            return self._collect(piece)
        if self._sniffer is None:
            return super().feed(piece)
        seen = self._sniffer.feed(piece)
        if seen.form is None:
            return Step()
        self._sniffer = None
        if seen.form is Form.DOCUMENT:
            return super().feed(seen.data)
        self._stream = bytearray()
        self.form, self.content_type = Form.DOCUMENT, "application/json"
        return self._collect(seen.data)

    def finish(self, why: Problem | None = None) -> Step:
        if self._stream is None:
            rest = self._sniffer.rest() if self._sniffer is not None else b""
            step = super().finish(why)
            return Step(rest + step.data, step.marks)
        answer = FOLDS[self._family.name](bytes(self._stream))
        if answer is None:
            self.verdict = why or problem("stream_incomplete")
            self.failure = Failure(self.verdict.status, {})
            return Step()
        if text(answer, "type") == "error" and self._heed_error(answer, encode(answer)):
            return Step()
        message = "a stream came instead of the form asked for; converted"
        self.speaks = self.over = True
        return Step(encode(answer), (Mark(AnswerForm.name, message, None, None),))

    def _collect(self, piece: bytes) -> Step:
        stream = self._stream = self._stream or bytearray()
        stream += piece
        if len(stream) <= MAX_HELD:
            return Step()
        # Too much to be made into one answer: it goes on as the stream that it is.
        self._stream = None
        self.form, self.content_type = Form.STREAM, "text/event-stream"
        return super().feed(bytes(stream))


class Exploded(Eventwise):
    """Messages and Responses: a whole answer that comes for a stream becomes the stream of it."""

    def __init__(self, family: Family, asked: JsonObject) -> None:
        super().__init__(family, asked)
        self._family = family
        self._sniffer: Sniffer | None = None
        self._document: bytearray | None = None

    def start(self, status: int, content_type: str) -> None:
        super().start(status, content_type)
        if self.form is Form.DOCUMENT and status < FIRST_ERROR:
            self._sniffer = Sniffer()

    def feed(self, piece: bytes) -> Step:
        if self._sniffer is not None:
            return self._look(self._sniffer, piece)
        if self._document is None:
            return super().feed(piece)
        self._document += piece
        if len(self._document) <= MAX_HELD:
            return Step()
        return super().feed(self._let_go())

    def _look(self, sniffer: Sniffer, piece: bytes) -> Step:
        """Believe the first bytes of an answer, and not what its header says it is."""
        seen = sniffer.feed(piece)
        if seen.form is None:
            return Step()
        self._sniffer = None
        if seen.form is Form.DOCUMENT:
            self._document = bytearray()
            return self.feed(seen.data)
        self.form, self.content_type = Form.STREAM, "text/event-stream"
        step = super().feed(seen.data)
        message = "the content type did not fit the answer; corrected"
        return Step(step.data, (*step.marks, Mark(AnswerForm.name, message, None, None)))

    def finish(self, why: Problem | None = None) -> Step:
        if self._sniffer is not None:
            self._document, self._sniffer = bytearray(self._sniffer.rest()), None
        if self._document is None:
            return super().finish(why)
        document = self._let_go()
        if why is not None:
            # Nothing of what was cut off is of use to a client that waits for events.
            return super().finish(why)
        answer = decode_object(document)
        if self._heed_error(answer, document):
            return Step()
        if answer is None or not {text(answer, "type"), text(answer, "object")} & _WHOLE_ANSWERS:
            self.speaks = True
            step = super().finish()
            return Step(document + step.data, step.marks)
        message = "a plain answer came instead of the form asked for; converted"
        self.form, self.content_type = Form.STREAM, "text/event-stream"
        self.speaks = self.over = True
        events = self._family.answer_as_events(answer)
        return Step(events, (Mark(AnswerForm.name, message, None, None),))

    def _let_go(self) -> bytes:
        document = bytes(self._document or b"")
        self._document = None
        return document

"""One exchange's repairs, from the agent's request to the last byte of the answer: no I/O here.

    upstream's bytes -> source -> repairs, one after the other -> sink -> the agent's bytes

The source decodes a stream or explodes a document, the sink encodes a stream or folds a
document: which, is decided once, when the first bytes show what came. What no repair touched
keeps upstream's own bytes. A repair that raises is switched off for the rest of the exchange:
what it held goes out as it came.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar, cast

from proxy import aggregate, sse, wire
from proxy.errors import EventTooLargeError, Problem, problem as problem_of
from proxy.repair import Answer, Context, Ending, Failure, Finding, Form, Repair, failure
from proxy.sniff import Sniffer, declared_form
from proxy.sse import SENTINEL, Event
from proxy.tap import Mark
from proxy.wire import JsonObject

MAX_DOCUMENT_SIZE = 32 * 1024 * 1024
"""Bytes; a larger plain answer is forwarded as it comes, unread."""

_EVENT_STREAM = "text/event-stream"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Mended:
    """The request as it goes upstream; the very same bytes where nothing was mended."""

    data: bytes
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What a piece of the answer leads to."""

    data: bytes = b""
    """To be sent now."""
    marks: tuple[Mark, ...] = ()
    failure: Failure | None = None
    """The answer is an error. ``data`` ends with its event where a stream is being sent; where no
    byte has been sent yet, the status and the error's JSON are due instead."""


@dataclass(slots=True)
class _Note:
    """What is known of a chunk on its way through the repairs."""

    chunk: JsonObject
    event: Event | None
    received: int | None
    findings: list[Finding]


_Item: TypeAlias = JsonObject | Finding | Failure
_T = TypeVar("_T")


class Pipeline:
    """The repairs of one exchange, chained."""

    def __init__(self, context: Context, repairs: Sequence[type[Repair]]) -> None:
        self._context = context
        self._repairs = [repair(context) for repair in repairs if repair.applies(context)]
        self._event_repairs = _overriding(self._repairs, "event")
        self._chunk_repairs = _overriding(self._repairs, "chunk", "flush")
        self._status = 200
        self._declared: Form | None = None
        self._sniffer = Sniffer()
        self._came: Form | None = None
        self._document: bytearray | None = None
        self._decoder = sse.Decoder()
        self._fold: aggregate.Fold | None = None
        self._notes: dict[int, _Note] = {}
        self._started: set[int] = set()
        self._finishing: set[int] = set()
        self._finished: set[int] = set()
        self._flushed = False
        self._chunks_seen = False
        self._touched = False
        self._received = 0
        self._sent = 0
        self._out: list[bytes] = []
        self._marks: list[Mark] = []
        self.form: Form | None = None
        """What is sent; None while it is not decided yet."""
        self.content_type: str | None = None
        """What must replace upstream's content type, None where it is right."""
        self.done = False
        """The terminal has been handed out: nothing more is to be sent."""
        self.failure: Failure | None = None
        """The error with which the answer ended."""

    @property
    def waits_for_sentinel(self) -> bool:
        """Every choice has finished and only ``[DONE]`` is missing, which would be added."""
        on = any(repair.name == "stream-framing" for repair in self._repairs)
        over = bool(self._started) and self._finishing >= self._started
        return on and over and not self.done and self._came is Form.STREAM

    def request(self, body: bytes) -> Mended:
        """Mend the agent's request."""
        concerned = _overriding(self._repairs, "request")
        if not concerned:
            return Mended(body)
        try:
            parsed = wire.decode(body)
        except ValueError:
            return Mended(body)
        if not isinstance(parsed, dict):
            return Mended(body)
        findings: list[Finding] = []
        for repair in concerned:
            findings += self._safely(repair, repair.request, cast("JsonObject", parsed))
        added = any(repair.usage_added for repair in self._repairs)
        for repair in self._repairs:
            repair.usage_added = added
        marks = tuple(Mark(each.fix, each.message, None, None) for each in findings)
        return Mended(wire.encode(parsed) if findings else body, marks)

    def start(self, status: int, content_type: str) -> None:
        """Take note of upstream's head."""
        self._status = status
        self._declared = declared_form(content_type)
        for repair in self._repairs:
            repair.status = status
        if status >= 300:  # noqa: PLR2004
            self._begin(Form.DOCUMENT)

    def feed(self, data: bytes) -> Step:
        """Take the next bytes of the answer's body, uncompressed."""
        if self.failure is not None:
            return Step()
        if self._came is None:
            seen = self._sniffer.feed(data)
            if seen.form is None:
                return Step()
            data = seen.data
            self._begin(seen.form)
        if self._came is Form.DOCUMENT:
            return self._collect(data)
        self._guarded(self._decoder.feed, data)
        return self._step()

    def finish(self, *, clean: bool = True, problem: Problem | None = None) -> Step:
        """Upstream's answer is over; `problem` says why where it broke off."""
        if self.failure is not None:
            return Step()
        clean = clean and problem is None
        if self._came is None:
            rest = self._sniffer.rest()
            self._begin(self._declared or self._asked if rest.strip() else self._empty_form())
            if self._came is Form.DOCUMENT:
                self._document = bytearray(rest)
            elif rest:
                self._guarded(self._decoder.feed, rest)
        if self.failure is None and self._came is Form.DOCUMENT:
            self._close_document(clean=clean, problem=problem)
        elif self.failure is None:
            self._guarded(lambda _: self._decoder.flush(), b"")
            self._close_stream(clean=clean, problem=problem)
        return self._step()

    # The form of the answer

    @property
    def _asked(self) -> Form:
        return Form.STREAM if self._context.streaming else Form.DOCUMENT

    def _empty_form(self) -> Form:
        return Form.STREAM if self._declared is Form.STREAM else Form.DOCUMENT

    def _begin(self, came: Form) -> None:
        self._came = came
        self.form = came
        if self._status < 300:  # noqa: PLR2004
            answer = Answer(self._asked, came, self._declared, sent=came)
            for repair in _overriding(self._repairs, "answer"):
                for finding in self._safely(repair, repair.answer, answer):
                    self._mark(finding, None, None)
            self.form = answer.sent
            self.content_type = answer.content_type
        if self.form is Form.DOCUMENT:
            self._fold = aggregate.Fold()
            dropped = [repair for repair in self._repairs if repair.streams_only]
            if came is Form.DOCUMENT:
                self._chunk_repairs = [r for r in self._chunk_repairs if r not in dropped]
        if came is Form.DOCUMENT:
            self._document = bytearray()

    # Documents

    def _collect(self, data: bytes) -> Step:
        if self._document is None:
            return Step(data)
        self._document += data
        if len(self._document) <= MAX_DOCUMENT_SIZE:
            return Step()
        rest, self._document = bytes(self._document), None
        self.form, self.content_type = Form.DOCUMENT, None
        return Step(rest)

    def _close_document(self, *, clean: bool, problem: Problem | None) -> None:
        if self._document is None:
            return
        data = bytes(self._document)
        self._document = None
        if not clean:
            self._fail(failure(problem or problem_of("upstream_reset")))
            return
        for repair in _overriding(self._repairs, "document"):
            before = data
            for item in self._safely(repair, repair.document, before):
                if isinstance(item, Finding):
                    self._mark(item, None, None)
                elif isinstance(item, Failure):
                    self._fail(item)
                    return
                else:
                    data = item
        self._relay_document(data)

    def _relay_document(self, data: bytes) -> None:
        completion = _completion(data) if self._status < 300 else None  # noqa: PLR2004
        if completion is None:
            # Not a completion: no repair understands it, so it goes on as it came.
            self.form = Form.DOCUMENT
            self.content_type = self.content_type if self.content_type == _JSON else None
            self._out.append(data)
            return
        streams = self.form is Form.STREAM
        usage = not streams or self._context.usage_asked
        for chunk in aggregate.explode(completion, usage=usage):
            self._chunks_seen = True
            self._walk([chunk], None, None)
        self._flush(clean=True)
        if self.failure is not None:
            return
        if streams:
            self._put(sse.encode(SENTINEL))
            self.done = True
        elif self._touched and self._fold is not None:
            folded = aggregate.restored(self._fold.completion(), completion)
            self._out.append(_encoded(folded) or data)
        else:
            self._out.append(data)

    # Streams

    def _guarded(self, decode: Callable[[bytes], list[Event]], data: bytes) -> None:
        try:
            events = decode(data)
        except EventTooLargeError:
            self._fail(failure(problem_of("event_too_large")))
            return
        for event in events:
            self._event(event)
            self._received += 1
            if self.failure is not None:
                return

    def _event(self, event: Event) -> None:
        items: list[Event | Finding | Failure] = [event]
        for repair in self._event_repairs:
            passed: list[Event | Finding | Failure] = []
            for item in items:
                if isinstance(item, Event):
                    passed += self._safely(repair, repair.event, item, otherwise=[item])
                else:
                    passed.append(item)
            items = passed
        findings: list[Finding] = []
        for item in items:
            if isinstance(item, Finding):
                findings.append(item)
            elif isinstance(item, Failure):
                self._drop(findings)
                self._fail(item)
                return
            else:
                self._read(item, findings)
                findings = []
        self._drop(findings)

    def _read(self, event: Event, findings: list[Finding]) -> None:
        if event.data is None:
            self._put_event(event, findings)
        elif event.data == SENTINEL:
            self._flush(clean=True, sentinel=True)
            if self.failure is None:
                self._put_event(event, findings)
                self.done = True
        elif (chunk := _chunk(event.data)) is None:
            self._put_event(event, findings)
        else:
            self._chunks_seen = True
            self._notice(chunk)
            self._walk([chunk], event, findings)
            self._forget()

    def _notice(self, chunk: JsonObject) -> None:
        for choice in wire.choices(chunk):
            index = wire.index(choice)
            self._started.add(index)
            if choice.get("finish_reason"):
                self._finishing.add(index)

    def _close_stream(self, *, clean: bool, problem: Problem | None) -> None:
        sentinel = self.done
        self._flush(clean=clean)
        if self.failure is not None:
            return
        finished = bool(self._started) and self._finished >= self._started
        if not clean and not finished:
            self._fail(failure(problem or problem_of("upstream_reset")))
            return
        ending = Ending(clean, sentinel, finished or sentinel, empty=not self._chunks_seen)
        for repair in _overriding(self._repairs, "end"):
            for item in self._safely(repair, repair.end, ending):
                if isinstance(item, Failure):
                    self._fail(item)
                    return
                if isinstance(item, Finding):
                    self._mark(item, None, self._sent)
                else:
                    self._put_event(item, [])
        self._close_fold(finished=finished)

    def _close_fold(self, *, finished: bool) -> None:
        if self._fold is None:
            return
        if not finished:
            # A cut stream never becomes an answer that looks whole.
            self._fail(failure(problem_of("stream_incomplete")))
            return
        self._out.append(_encoded(self._fold.completion()) or b"")
        self.done = True

    # The repairs, one after the other

    def _walk(
        self, chunks: list[JsonObject], event: Event | None, findings: list[Finding] | None
    ) -> None:
        received = self._received if event is not None else None
        for chunk in chunks:
            self._notes[id(chunk)] = _Note(chunk, event, received, findings or [])
        self._run([*chunks], 0)

    def _run(self, chunks: list[JsonObject], start: int) -> None:
        for position in range(start, len(self._chunk_repairs)):
            repair = self._chunk_repairs[position]
            passed: list[JsonObject] = []
            for chunk in chunks:
                items = self._safely(repair, repair.chunk, chunk, otherwise=[chunk])
                if len(items) == 1 and items[0] is chunk:
                    passed.append(chunk)
                elif self._sort(items, passed) is not None:
                    self._abort(passed, position + 1)
                    return
            chunks = passed
            if not chunks:
                return
        for chunk in chunks:
            self._emit(chunk)

    def _sort(self, items: Iterable[_Item], passed: list[JsonObject]) -> Failure | None:
        """Give findings to the chunks they stand before; stop at a failure."""
        findings: list[Finding] = []
        for item in items:
            if isinstance(item, Finding):
                findings.append(item)
            elif isinstance(item, Failure):
                self._drop(findings)
                self.failure = item
                return item
            else:
                note = self._notes.get(id(item))
                if note is None:
                    note = _Note(item, None, self._received, [])
                    self._notes[id(item)] = note
                note.findings = [*note.findings, *findings]
                findings = []
                passed.append(item)
        self._drop(findings)
        return None

    def _abort(self, chunks: list[JsonObject], position: int) -> None:
        """A repair said that the answer is an error: let go what came before, then say it."""
        error, self.failure = self.failure, None
        self._run_flush(chunks, position, clean=False, sentinel=False)
        self._fail(cast("Failure", error))

    def _flush(self, *, clean: bool, sentinel: bool = False) -> None:
        if self._flushed:
            return
        self._flushed = True
        self._run_flush([], 0, clean=clean, sentinel=sentinel)

    def _run_flush(
        self, chunks: list[JsonObject], start: int, *, clean: bool, sentinel: bool
    ) -> None:
        for position in range(start, len(self._chunk_repairs)):
            repair = self._chunk_repairs[position]
            repair.clean, repair.sentinel = clean, sentinel
            passed: list[JsonObject] = []
            items: list[_Item] = []
            for chunk in chunks:
                items += self._safely(repair, repair.chunk, chunk, otherwise=[chunk])
            items += self._safely(repair, lambda _, repair=repair: repair.flush(), None)
            if self._sort(items, passed) is not None:
                self._abort(passed, position + 1)
                return
            chunks = passed
        for chunk in chunks:
            self._emit(chunk)

    def _safely(
        self,
        repair: Repair,
        hook: Callable[[_T], Iterator[Any]],
        value: _T,
        otherwise: Sequence[Any] = (),
    ) -> list[Any]:
        if repair not in self._repairs:
            return list(otherwise)
        try:
            return list(hook(value))
        except Exception:  # noqa: BLE001  a repair must never take the stream down with it
            self._repairs.remove(repair)
            held, repair.held = repair.held, []
            finding = Finding(repair.name, "the fix failed and was switched off for this request")
            self._mark(finding, self._received, None)
            return [*held, *(each for each in otherwise if each not in held)]

    # What leaves

    def _emit(self, chunk: JsonObject) -> None:
        note = self._notes.pop(id(chunk), None) or _Note(chunk, None, None, [])
        for choice in wire.choices(chunk):
            index = wire.index(choice)
            self._started.add(index)
            if choice.get("finish_reason"):
                self._finished.add(index)
        if note.findings:
            self._touched = True
        for finding in note.findings:
            self._mark(finding, note.received, self._sent)
        if self._fold is not None:
            self._fold.add(chunk)
        elif note.event is not None and not note.findings:
            self._put(note.event.raw)
        elif (data := _encoded(chunk)) is not None:
            name = note.event.name if note.event is not None else b""
            self._put(sse.encode(data, name))
        elif note.event is not None:
            self._put(note.event.raw)

    def _put_event(self, event: Event, findings: list[Finding]) -> None:
        for finding in findings:
            self._mark(finding, self._received, self._sent)
        if self._fold is None:
            self._put(event.raw)

    def _put(self, raw: bytes) -> None:
        self._out.append(raw)
        self._sent += 1

    def _fail(self, error: Failure) -> None:
        self.failure = error
        self.done = True
        if self.form is Form.STREAM:
            self._put(sse.encode(wire.encode({"error": error.error})))

    def _drop(self, findings: list[Finding]) -> None:
        for finding in findings:
            self._touched = True
            self._mark(finding, self._received, None)

    def _mark(self, finding: Finding, received: int | None, sent: int | None) -> None:
        self._marks.append(Mark(finding.fix, finding.message, received, sent, finding.routine))

    def _forget(self) -> None:
        if self._notes and not any(repair.held for repair in self._repairs):
            self._notes.clear()

    def _step(self) -> Step:
        out, self._out = self._out, []
        marks, self._marks = self._marks, []
        return Step(out[0] if len(out) == 1 else b"".join(out), tuple(marks), self.failure)


def _overriding(repairs: Iterable[Repair], *hooks: str) -> list[Repair]:
    """Return the repairs that have one of these hooks of their own."""
    return [
        repair
        for repair in repairs
        if any(getattr(type(repair), hook) is not getattr(Repair, hook) for hook in hooks)
    ]


def _chunk(data: bytes) -> JsonObject | None:
    try:
        value = wire.decode(data)
    except ValueError:
        return None
    return cast("JsonObject", value) if isinstance(value, dict) else None


def _completion(data: bytes) -> JsonObject | None:
    chunk = _chunk(data)
    return chunk if chunk is not None and isinstance(chunk.get("choices"), list) else None


def _encoded(value: JsonObject) -> bytes | None:
    try:
        return wire.encode(value)
    except ValueError:
        return None

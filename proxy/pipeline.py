"""One exchange's repairs, from the agent's request to the last byte of the answer: no I/O here.

    upstream's bytes -> source -> repairs, one after the other -> sink -> the agent's bytes

The source decodes a stream or explodes a document, the sink encodes a stream or folds a
document: which, is decided once, when the first bytes show what came. What no repair touched
keeps upstream's own bytes, and its place: comments too, where nothing is held back for long.
"""

from collections.abc import Callable, Sequence

from proxy import aggregate, sse, wire
from proxy.chain import Chain, Dropped, Outcome, Passage
from proxy.errors import FIRST_REDIRECT, EventTooLargeError, Problem, problem as problem_of
from proxy.outgoing import Mended, mend
from proxy.repair import Answer, Context, Ending, Failure, Finding, Form, Repair, failure
from proxy.selection import Repairs, selection
from proxy.sink import Sink, Step
from proxy.sniff import Sniffer, declared_form
from proxy.sse import SENTINEL, Event
from proxy.trails import Trails
from proxy.unread import Come, Unread

MAX_DOCUMENT_SIZE = 32 * 1024 * 1024
"""Bytes; a larger plain answer is forwarded as it comes, unread."""

_JSON = "application/json"


class Pipeline:
    """The repairs of one exchange, chained."""

    status: int | None = None
    """What must replace upstream's status; None where it is right."""

    def __init__(
        self, context: Context, repairs: Sequence[type[Repair]], trails: Trails | None = None
    ) -> None:
        self._context = context
        self._trails = trails
        self._repairs = Repairs(selection(repairs), context)
        self.prepare = self._repairs.prepare
        """Does what need not wait for upstream's head."""
        self._status = 200
        self._declared: Form | None = None
        self._sniffer = Sniffer()
        self._came: Form | None = None
        self._document: bytearray | None = None
        self._decoder = sse.Decoder()
        self._sink = Sink()
        self._unread = Unread(self._sink)
        self._flushed = self._chunks_seen = False
        self.form: Form | None = None
        """What is sent; None while it is not decided yet."""
        self.content_type: str | None = None
        """What must replace upstream's content type, None where it is right."""
        self.done = False
        """The terminal has been handed out: nothing more is to be sent."""
        self.failure: Failure | None = None
        """The error with which the answer ended."""

    @property
    def spoken(self) -> bool:
        """Something has been handed out that is no comment: an error is no longer the first."""
        return self._sink.spoken

    @property
    def events(self) -> int:
        """How many whole events have come."""
        return self._unread.come.events

    @property
    def waits_for_sentinel(self) -> bool:
        """Every choice has finished and only ``[DONE]`` is missing, which would be added."""
        on = self._repairs.have("stream-framing")
        return on and self._come.over and not self.done and self._came is Form.STREAM

    def request(self, body: bytes) -> Mended:
        """Mend the agent's request."""
        return mend(self._chain, body) if self._repairs.concern_request else Mended(body)

    def start(self, status: int, content_type: str) -> None:
        """Take note of upstream's head."""
        self._status = status
        self._declared = declared_form(content_type)
        self._repairs.status = status
        if status >= FIRST_REDIRECT:
            self._begin(Form.DOCUMENT)

    def feed(self, data: bytes) -> Step:
        """Take the next bytes of the answer's body, uncompressed."""
        if self.failure is not None:
            return Step()
        came = self._came
        if came is None:
            seen = self._sniffer.feed(data)
            if seen.form is None:
                return Step()
            came, data = self._begin(seen.form), seen.data
        if came is Form.DOCUMENT:
            return self._collect(data)
        self._stream(data)
        return self._step()

    def passes(self, data: bytes) -> bool:
        """Take bytes that go on as they came; False where only `feed` can tell."""
        # The shape of an event is known only where events are what leaves.
        free = not self._decoder.pending and self.failure is None
        return free and self._unread.passes(data)

    def finish(self, *, clean: bool = True, problem: Problem | None = None) -> Step:
        """Upstream's answer is over; `problem` says why where it broke off."""
        if self.failure is not None:
            return Step()
        clean = clean and problem is None
        came = self._came or self._begin_late()
        if came is Form.DOCUMENT:
            self._close_document(clean=clean, problem=problem)
            return self._step()
        self._guarded(lambda _: self._decoder.flush(), b"")
        if self.failure is None and not (clean and self._unread.whole):
            self._catch_up()
            self._close_stream(clean=clean, problem=problem)
            if clean:
                self._unread.learn_end()
        return self._step()

    @property
    def _chain(self) -> Chain:
        return self._make() if self._repairs.made is None else self._repairs.made

    @property
    def _come(self) -> Come:
        return self._unread.come

    def _begin_late(self) -> Form:
        """The answer ended before its first bytes showed what it is."""
        rest = self._sniffer.rest()
        came = self._declared or (self._context.asked if rest.strip() else Form.DOCUMENT)
        self._begin(came)
        if came is Form.DOCUMENT:
            self._document = bytearray(rest)
        else:
            self._guarded(self._decoder.feed, rest)
        return came

    def _begin(self, came: Form) -> Form:
        self._came = self.form = came
        readable = self._trails is not None and self._status < FIRST_REDIRECT
        situation = self._repairs.situation((came, self._declared)) if readable else None
        trail = self._trails.of(situation) if self._trails and situation else None
        if self._repairs.made is not None:
            self._answer(self._repairs.made)
        elif trail is None or not trail.quiet:
            self._make()
        if self.form is came and self.content_type is None and self._sink.spotless and trail:
            trail.quiet = True
            self._unread.enter(trail)
        if self.form is Form.DOCUMENT:
            self._sink.fold = aggregate.Fold()
        if came is Form.DOCUMENT:
            self._document = bytearray()
        return came

    def _make(self) -> Chain:
        chain = self._repairs.make()
        self._answer(chain)
        return chain

    def _answer(self, chain: Chain) -> None:
        """Ask in which form the answer goes on, once it is there."""
        came = self._came
        if came is not None and self._status < FIRST_REDIRECT:
            answer = Answer(self._context.asked, came, self._declared, sent=came)
            for repair in chain.overriding("answer"):
                for finding in chain.call(repair, repair.answer, answer):
                    self._sink.mark(finding, None, None)
            self.form = answer.sent
            self.content_type = answer.content_type
        if came is Form.DOCUMENT:
            chain.leave_out(lambda repair: repair.streams_only)

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
        data, self._document = bytes(self._document), None
        if clean and self._unread.document(data):
            self._sink.put_document(data)
            return
        if not clean:
            self._fail(failure(problem or problem_of("upstream_reset")))
            return
        for repair in self._chain.overriding("document"):
            before = data
            for item in self._chain.call(repair, repair.document, before):
                if isinstance(item, Finding):
                    self._sink.mark(item, None, None)
                elif isinstance(item, Failure):
                    self._fail(item)
                    return
                else:
                    data = item
            if repair.status != self._status:
                self._amend(repair.status)
        self._relay_document(data)

    def _amend(self, status: int) -> None:
        """A repair found an answer in what was sent as an error."""
        self.status = self._status = self._repairs.status = status
        self.form = self._context.asked
        self.content_type = "text/event-stream" if self.form is Form.STREAM else _JSON
        self._sink.fold = None if self.form is Form.STREAM else aggregate.Fold()

    def _relay_document(self, data: bytes) -> None:
        whole = aggregate.read(data) if self._status < FIRST_REDIRECT else None
        if whole is None:
            # Not a completion: no repair understands it, so it goes on as it came.
            self.form = Form.DOCUMENT
            self.content_type = self.content_type if self.content_type == _JSON else None
            self._sink.put_document(data)
            return
        streams = self.form is Form.STREAM
        self._chain.wake(data)
        for chunk in whole.chunks(usage=not streams or self._context.usage_asked):
            self._chunks_seen = True
            self._take(self._chain.walk(Passage(chunk, None, None, [])))
        self._flush(clean=True)
        if self.failure is not None:
            return
        if streams:
            self._sink.put(sse.encode(SENTINEL))
            self.done = True
        elif self._sink.fold is not None and (self._sink.touched or whole.loose):
            folded = aggregate.restored(self._sink.fold.completion(), whole.completion)
            self._sink.put_document(wire.encode_if_possible(folded) or data)
        else:
            self._sink.put_document(data)
            self._unread.learn_document(data)

    def _stream(self, data: bytes) -> None:
        """Let events pass that are like the last one, and read the others one by one."""
        place = 0
        while place < len(data) and self.failure is None:
            place = place if self._decoder.pending else self._unread.text(data, place)
            if place == len(data):
                return
            # One event, so that the next ones may be like it.
            end = data.find(b"\n\n", place) + 2
            whole = end > 1 and not self._decoder.pending
            end = end if end > 1 else len(data)
            if whole and self._unread.event(data[place:end]):
                self._decoder.begun = True
                self.done = self._unread.done
            else:
                self._guarded(self._decoder.feed, data[place:end])
            place = end

    def _catch_up(self) -> None:
        """Show the repairs what has passed unread, now that they are needed."""
        missed = self._unread.missed()
        if not missed:
            return
        # What they do not hold back has left already, as it came.
        kept, count, self._sink = self._sink, self._come.events, Sink(self._sink.behind)
        for number, raw in missed:
            self._come.events = number
            self._event(sse.parse(raw, raw))
        self._sink, self._come.events = kept, count

    def _guarded(self, decode: Callable[[bytes], list[Event]], data: bytes) -> None:
        try:
            events = decode(data)
        except EventTooLargeError:
            self._fail(failure(problem_of("event_too_large")))
            return
        for event in events:
            if self._unread.event(event.raw):
                self.done = self._unread.done
                continue
            self._catch_up()
            before = self._sink.count
            self._event(event)
            out, comment = self._sink.since(before), event.data is None
            self._unread.learn(event.raw, out, comment=comment, done=self.done)
            self._come.events += 1
            if self.failure is not None:
                return

    def _event(self, event: Event) -> None:
        findings: list[Finding] = []
        for item in self._chain.read(event):
            if isinstance(item, Finding):
                findings.append(item)
            elif isinstance(item, Failure):
                # What came whole before the error goes out before it.
                self._take(self._chain.cut_short(self._come.events))
                self._fail(item)
                break
            else:
                self._read(item, findings)
                findings = []
        self._mark(findings, None)

    def _read(self, event: Event, findings: list[Finding]) -> None:
        self._unread.steady.forget()
        self._come.alike = False
        if event.data is None and not findings and self._chain.waits_briefly(over=self._come.over):
            self._sink.behind.append((self._come.events, event))
        elif event.data is None:
            self._forward(event, findings)
        elif event.data == SENTINEL:
            self._flush(clean=True, sentinel=True)
            if self.failure is None:
                self._forward(event, findings)
                self.done = True
        elif (chunk := wire.decode_chunk(event.data)) is None:
            self._forward(event, findings)
        else:
            self._chunks_seen = True
            self._come.see(chunk)
            self._chain.wake(event.raw)
            outcomes = self._chain.walk(Passage(chunk, event, self._come.events, findings))
            self._take(outcomes)
            if self._sink.fold is None and self._chain.passes_alike(chunk, outcomes):
                self._come.alike = self._unread.steady.learn(event.raw, chunk)

    def _close_stream(self, *, clean: bool, problem: Problem | None) -> None:
        sentinel = self.done
        self._flush(clean=clean)
        finished = self._sink.finished
        if self.failure is None and not (clean or finished):
            self._fail(failure(problem or problem_of("upstream_reset")))
        if self.failure is not None:
            return
        ending = Ending(clean, sentinel, finished or sentinel, empty=not self._chunks_seen)
        for repair in self._chain.overriding("end"):
            for item in self._chain.call(repair, repair.end, ending):
                if isinstance(item, Failure):
                    self._fail(item)
                    return
                if isinstance(item, Finding):
                    self._sink.mark(item, None, self._sink.sent)
                else:
                    self._sink.put_event(item)
        self._close_fold(finished=finished)

    def _close_fold(self, *, finished: bool) -> None:
        if self._sink.fold is not None and not finished:
            # A cut stream never becomes an answer that looks whole.
            self._fail(failure(problem_of("stream_incomplete")))
        elif self._sink.fold is not None:
            self._sink.put_document(wire.encode_if_possible(self._sink.fold.completion()) or b"")
            self.done = True

    def _flush(self, *, clean: bool, sentinel: bool = False) -> None:
        if not self._flushed:
            self._flushed = True
            self._take(self._chain.flush(self._come.events, clean=clean, sentinel=sentinel))

    def _take(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Passage):
                self._sink.emit(outcome)
            elif isinstance(outcome, Dropped):
                self._sink.drop(outcome)
            else:
                self._fail(outcome)
        if self._sink.behind and not self._chain.holds:
            self._sink.let_comments_go()

    def _forward(self, event: Event, findings: list[Finding]) -> None:
        self._mark(findings, self._sink.sent)
        self._sink.put_event(event)

    def _fail(self, error: Failure) -> None:
        self.failure = error
        self.done = True
        # An error that leaves as it came is no way of a healthy answer.
        self._unread.leave()
        if self.form is Form.STREAM:
            self._sink.put(sse.encode(wire.encode({"error": error.in_stream})))

    def _mark(self, findings: list[Finding], sent: int | None) -> None:
        for finding in findings:
            self._sink.mark(finding, self._come.events, sent)

    def _step(self) -> Step:
        if self._repairs.made is not None:
            self._mark(self._repairs.made.take_broken(), None)
        return self._sink.take(self.failure)

"""One exchange, from the agent's request to the last byte of the answer. Read this file first.

    body -> request repairs -> upstream's head -> its body, piece by piece -> the end, told truly

An exchange can be interrupted in every phase, for one reason: the agent left, upstream is silent
for too long, only the sentinel is missing, or the proxy shuts down. It is the one task that is
cancelled then; what it holds of upstream is closed on the way out, and the agent, where it is still
there, learns the reason. The server tells of the agent's leaving, before the first byte too; a
clock ticks only when something is due.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import msgspec

from proxy.afterwards import Afterwards
from proxy.answering import Reply
from proxy.asgi import CONTACT, MEMORY, Contact, Receive, Scope, Send
from proxy.config import Provider, Settings
from proxy.dialects import Endpoint
from proxy.errors import Problem, ProxyError, problem
from proxy.forwarding import COMPLETE, GONE, Body, body_for
from proxy.framing import Memory
from proxy.limits import Limits
from proxy.recording import Recorder
from proxy.sink import Step
from proxy.tap import Tap
from proxy.trails import Trails
from proxy.upstream import Ask, Opened, Upstreams
from proxy.wire import decode_request

_SLICE = 16 * 1024
"""Bytes of one answer that are worked on before the other exchanges have their turn."""

_AT_ONCE = 0.002
"""Seconds in which an answer comes as fast as any: what can wait does, until they are over."""


class Admission(msgspec.Struct, frozen=True):
    """What the guard found out about a request that it lets through."""

    settings: Settings
    provider: Provider
    endpoint: Endpoint
    model_id: str | None
    agent: str
    exchange_id: str


class Relay:
    """Runs exchanges; the innermost application."""

    def __init__(self, upstreams: Upstreams, tap: Tap, limits: Limits) -> None:
        self._afterwards = Afterwards()
        self._means = _Means(upstreams, tap, limits, Trails())
        self._running: set[_Exchange] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Relay the request that the guard has put into the scope."""
        exchange = _Exchange(scope, receive, send, self._means)
        self._running.add(exchange)
        try:
            await exchange.run()
        finally:
            self._running.discard(exchange)
            self._afterwards.add(exchange.recorder)

    def shutdown(self) -> None:
        """End every running exchange, with one word of why."""
        for exchange in [*self._running]:
            exchange.interrupt(problem("proxy_shutdown"))

    def close(self) -> None:
        """Finish the records of exchanges that have ended."""
        self._afterwards.settle()


@dataclass(frozen=True, slots=True)
class _Means:
    """What all exchanges share."""

    upstreams: Upstreams
    tap: Tap
    limits: Limits
    trails: Trails
    """What healthy answers look like: learnt from one exchange for the next."""


class _Exchange:
    def __init__(self, scope: Scope, receive: Receive, send: Send, means: _Means) -> None:
        self._scope = scope
        self._receive = receive
        self._contact: Contact = scope[CONTACT]
        self._upstreams = means.upstreams
        self._limits = means.limits
        self._trails = means.trails
        self._admission: Admission = scope["wiremend"]
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[Any] | None = None
        self._beside: set[asyncio.Task[None]] = set()
        self._interruption: Problem | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.recorder = Recorder(
            self._admission, scope["method"], scope["path"], means.tap, means.trails
        )
        family = self._admission.endpoint.family
        self._reply = Reply(send, self._contact, family, self.recorder)
        self._opened: Opened | None = None
        self._rest = Step()
        self._body: Body | None = None
        self._begun = self._asked_at = self._last_heard = self._last_said = self._loop.time()
        self._taken: int = 0
        self._taken_at: float = self._begun

    def interrupt(self, why: Problem) -> None:
        """End this exchange now, whatever it is waiting for."""
        if self._interruption is None and self._task is not None:
            self._interruption = why
            self._task.cancel()

    async def run(self) -> None:
        """Carry the exchange through; raises nothing but the server's own cancellation."""
        self._task = asyncio.current_task()
        outcome = problem("proxy_shutdown")
        try:
            outcome = await self._watched()
        finally:
            self._task = None
            self._stop_beside()
            self.recorder.over(outcome, self._reply.status)
            await self._let_go()

    async def _watched(self) -> Problem:
        try:
            request = await self._read_request()
            self._contact.tell = lambda: self.interrupt(GONE)
            await self._carry(request)
        except ProxyError as error:
            return await self._conclude(error.problem, error.detail)
        except asyncio.CancelledError:
            if self._interruption is None or self._task is None:
                raise
            self._task.uncancel()
            return await self._conclude(self._interruption)
        return self._body.verdict if self._body is not None else COMPLETE

    def _start_beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    def _stop_beside(self) -> None:
        self._contact.tell = None
        if self._timer is not None:
            self._timer.cancel()
        for task in self._beside:
            task.cancel()

    async def _read_request(self) -> bytes:
        pieces: list[bytes] = []
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._interruption = GONE
                raise asyncio.CancelledError
            pieces.append(message.get("body", b""))
            if not message.get("more_body", False):
                return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def _carry(self, body: bytes) -> None:
        asked = decode_request(body)
        self.recorder.started(self._scope["headers"], body, asked)
        provider, endpoint = self._admission.provider, self._admission.endpoint
        forwarded = self._body = body_for(provider, endpoint, asked, self._trails)
        mended = forwarded.request(body)
        streams = asked.get("stream") is True
        self._reply.begin(streams=streams, raw=provider.passthrough)
        self._timer = self._loop.call_later(_AT_ONCE, self._arm)
        ask = self._ask(mended.data, streams=forwarded.asks_for_stream)
        asking = await self._upstreams.prepare(ask)
        self.recorder.asked(asking, mended)
        self._loop.call_soon(self._prepare)
        self._asked_at = self._loop.time()
        opened = self._opened = await self._upstreams.open(ask, asking)
        self.recorder.answered(opened)
        forwarded.start(opened.status, opened.content_type)
        await self._forward(opened, forwarded)

    def _prepare(self) -> None:
        """Do, while upstream is thinking, what would take time when its answer is here."""
        self.recorder.learn()
        if self._body is not None and self._opened is None:
            self._body.prepare()
        self._loop.call_later(_AT_ONCE, self.recorder.note)

    def _ask(self, body: bytes, *, streams: bool) -> Ask:
        admission = self._admission
        return Ask(
            provider=admission.provider,
            endpoint=admission.endpoint,
            model_id=admission.model_id,
            query=self._scope["query_string"],
            headers=list(self._scope["headers"]),
            body=body,
            raw=admission.provider.passthrough,
            streams=streams,
            memory=self._scope.get(MEMORY) or Memory(),
        )

    async def _forward(self, opened: Opened, body: Body) -> None:
        self._last_heard = self._loop.time()
        while not body.over and (piece := await opened.receive(self._pass_at_once)) is not None:
            self._last_heard = self._loop.time()
            if len(piece) <= _SLICE or self._admission.provider.passthrough:
                await self._pass_on(piece, opened, body)
                continue
            for place in range(0, len(piece), _SLICE):
                await self._pass_on(piece[place : place + _SLICE], opened, body)
                # An upstream that sends without a pause must not keep the loop to itself.
                await asyncio.sleep(0)
                # It is we who were busy meanwhile, and not upstream that was silent.
                self._last_heard = self._loop.time()
        await self._reply.end(self._finish(body), body, opened)

    def _pass_at_once(self, piece: bytes) -> bool:
        """Pass on, in the moment in which it comes, what needs neither a look nor a pause."""
        body = self._body
        goes = self._interruption is None and self._reply.flows and len(piece) <= _SLICE
        if not goes or body is None or not body.passes(piece):
            return False
        self._last_said = self._last_heard = self._loop.time()
        self._reply.pass_on(piece)
        return True

    async def _pass_on(self, piece: bytes, opened: Opened, body: Body) -> None:
        if body.over:
            return
        self.recorder.received(piece)
        step = body.feed(piece)
        if body.over:
            # It leaves in one packet with the end.
            self._rest = step
        elif step.data or step.marks:
            await self._reply.send(step, body, opened)
            self._last_said = self._last_heard
        else:
            # It is held back, and is to be seen all the same.
            self._loop.call_later(_AT_ONCE, self.recorder.catch_up)

    # What is due while nothing comes

    def _arm(self) -> None:
        if self._task is None:
            return
        delay = max(0.0, self._due() - self._loop.time())
        self._timer = self._loop.call_later(delay, self._tick)

    def _due(self) -> float:
        grace = self._limits.sentinel_grace
        idle = self._admission.provider.timeouts.idle or grace
        # What ends an answer may begin while the clock sleeps: it never sleeps longer than that.
        longest = self._loop.time() + min(grace, idle, self._limits.unread)
        times = [longest, self._begun + self._limits.stream, *self._upstream_due()]
        if self._reply.keeps_alive:
            times.append(self._keep_alive_at())
        if self._waits_for_sentinel():
            times.append(self._last_heard + grace)
        if self._reply.writing:
            times = [longest, self._taken_at + self._limits.unread]
        return min(times)

    def _tick(self) -> None:
        now = self._loop.time()
        if self._reply.writing:
            self._look_whether_taken(now)
        else:
            self._taken_at = now
            self._look_at_upstream(now)
        if self._interruption is None:
            self._arm()

    def _look_whether_taken(self, now: float) -> None:
        """An agent that takes nothing lets nobody be heard: no other limit counts meanwhile."""
        taken = self.recorder.bytes_out - self._contact.unsent
        if taken != self._taken:
            self._taken, self._taken_at = taken, now
        elif now >= self._taken_at + self._limits.unread:
            self._contact.abort()
            self.interrupt(GONE)

    def _look_at_upstream(self, now: float) -> None:
        silent = any(now >= due for due in self._upstream_due())
        if self._waits_for_sentinel() and now >= self._last_heard + self._limits.sentinel_grace:
            self.interrupt(COMPLETE)
        elif silent and self._opened is None:
            self.interrupt(problem("upstream_first_byte_timeout"))
        elif silent or now >= self._begun + self._limits.stream:
            self.interrupt(problem("upstream_idle_timeout"))
        elif self._reply.keeps_alive and now >= self._keep_alive_at():
            self._last_said = now
            self._start_beside(self._reply.keep_alive(self._body))

    def _upstream_due(self) -> list[float]:
        """Until when upstream must say something; nothing where it may be silent for ever."""
        timeouts = self._admission.provider.timeouts
        if self._opened is not None:
            since, limit = self._last_heard, timeouts.idle
        else:
            since, limit = self._asked_at, timeouts.first_byte
        return [since + limit] if limit else []

    def _waits_for_sentinel(self) -> bool:
        return self._opened is not None and self._body is not None and self._body.waits_for_sentinel

    def _keep_alive_at(self) -> float:
        limits = self._limits
        after = limits.keep_alive if self._reply.kept_alive else limits.first_keep_alive
        return self._last_said + after

    # The end

    async def _conclude(self, why: Problem, detail: str = "") -> Problem:
        """Tell the agent, where it is there and where it may be told, why this is the end."""
        self._interruption = self._interruption or why
        self._stop_beside()
        self.recorder.detail = detail
        await self._let_go()
        if why is GONE:
            return self._verdict_of_the_gone(why)
        try:
            async with asyncio.timeout(self._limits.unread):
                return await self._last_words(why)
        except TimeoutError:
            self._contact.abort()
            return GONE

    def _verdict_of_the_gone(self, why: Problem) -> Problem:
        """Agents close as soon as they have seen the terminal."""
        if self._body is None:
            return why
        if self._reply.ended:
            return COMPLETE
        if self._admission.provider.passthrough:
            # What upstream said last has gone on already; its end is not awaited by everybody.
            self._finish(self._body, why)
            return self._body.verdict
        return why

    async def _last_words(self, why: Problem) -> Problem:
        body, opened = self._body, self._opened
        if body is None or opened is None:
            await self._reply.refuse(why)
            return why
        # Behind a terminal nothing is said any more, whatever has happened.
        whole = why is COMPLETE or body.over
        await self._reply.end(self._finish(body, None if whole else why), body, opened)
        return body.verdict

    def _finish(self, body: Body, why: Problem | None = None) -> Step:
        """Return what is still to be sent: what came with the end, and what the end led to."""
        # Half an event at the end is none.
        self.recorder.events = body.events
        (rest, self._rest), last = (self._rest, Step()), body.finish(why)
        return Step(rest.data + last.data, (*rest.marks, *last.marks))

    async def _let_go(self) -> None:
        opened = self._opened
        if opened is not None:
            await opened.close()

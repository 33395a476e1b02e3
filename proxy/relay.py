"""One exchange, from the agent's request to the last byte of the answer. Read this file first.

    body -> request repairs -> upstream's head -> its body, piece by piece -> the end, told truly

An exchange can be interrupted in every phase, for one reason: the agent left, upstream is silent
for too long, only the sentinel is missing, or the proxy shuts down. It is the one task that is
cancelled then; what it holds of upstream is closed on the way out, and the agent, where it is still
there, learns the reason. The server tells of the agent's leaving, before the first byte too; a
clock ticks only when something is due.
"""

import asyncio
from collections.abc import Coroutine, Generator
from dataclasses import dataclass
from typing import Any

from proxy.answering import Reply
from proxy.asgi import LEAVING, Leaving, Receive, Scope, Send
from proxy.config import Provider, Settings
from proxy.dialects import Endpoint
from proxy.errors import Problem, ProxyError, problem
from proxy.forwarding import COMPLETE, GONE, Body, body_for
from proxy.headers import value
from proxy.recording import Recorder
from proxy.tap import Tap
from proxy.upstream import Ask, Opened, Upstreams
from proxy.wire import decode_object

GRACE_SECONDS = 5
"""How long usage or the sentinel may follow the last finish reason."""
FIRST_KEEP_ALIVE_SECONDS = 10
KEEP_ALIVE_SECONDS = 15
LONGEST_SECONDS = 4 * 3600
AGENT_SECONDS = 600
"""How long an agent may take no byte before it counts as gone."""
_SLICE = 16 * 1024
"""Bytes of one answer that are worked on before the other exchanges have their turn."""
_PAUSE_SECONDS = 0.001
"""Between two slices of what can wait: most of the loop's time is the other exchanges'."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What the guard found out about a request that it lets through."""

    settings: Settings
    provider: Provider
    endpoint: Endpoint
    model_id: str | None
    agent: str
    exchange_id: str


class Relay:
    """Runs exchanges; the innermost application."""

    def __init__(self, upstreams: Upstreams, tap: Tap) -> None:
        self._upstreams = upstreams
        self._tap = tap
        self._running: set[_Exchange] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Relay the request that the guard has put into the scope."""
        exchange = _Exchange(scope, receive, send, self._upstreams, self._tap)
        self._running.add(exchange)
        try:
            await exchange.run()
        finally:
            self._running.discard(exchange)

    def shutdown(self) -> None:
        """End every running exchange, with one word of why."""
        for exchange in [*self._running]:
            exchange.interrupt(problem("proxy_shutdown"))


class _Exchange:
    def __init__(
        self, scope: Scope, receive: Receive, send: Send, upstreams: Upstreams, tap: Tap
    ) -> None:
        self._scope = scope
        self._receive = receive
        self._leaving: Leaving = scope[LEAVING]
        self._upstreams = upstreams
        self._admission: Admission = scope["wiremend"]
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[Any] | None = None
        self._beside: set[asyncio.Task[None]] = set()
        self._interruption: Problem | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._recorder = Recorder(self._admission, scope["method"], scope["path"], tap)
        family = self._admission.endpoint.family
        self._reply = Reply(send, family, self._admission.exchange_id, self._recorder)
        self._opened: Opened | None = None
        self._body: Body | None = None
        self._begun = self._asked_at = self._last_heard = self._last_said = self._loop.time()

    def interrupt(self, why: Problem) -> None:
        """End this exchange now, whatever it is waiting for."""
        if self._interruption is None and self._task is not None:
            self._interruption = why
            self._task.cancel()

    async def run(self) -> None:
        """Carry the exchange through; raises nothing but the server's own cancellation."""
        self._task = asyncio.current_task()
        outcome = problem("proxy_shutdown")
        found: dict[str, int] = {}
        try:
            try:
                outcome = await self._watched()
            finally:
                self._task = None
                self._stop_beside()
                await self._let_go()
            found = await _in_turns(self._recorder.would_mend(outcome))
        finally:
            self._recorder.finished(outcome, self._reply.status, found)

    async def _watched(self) -> Problem:
        try:
            request = await self._read_request()
            self._leaving.tell = lambda: self.interrupt(GONE)
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
        self._leaving.tell = None
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
        asked = decode_object(body) or {}
        self._recorder.started(self._scope["headers"], body, asked)
        forwarded = self._body = body_for(self._admission.provider, self._admission.endpoint, asked)
        mended = forwarded.request(body)
        streams = asked.get("stream") is True
        self._reply.begin(streams=streams, raw=self._admission.provider.passthrough)
        self._arm()
        ask = self._ask(mended.data, streams=forwarded.asks_for_stream)
        asking = await self._upstreams.prepare(ask)
        self._recorder.asked(asking, mended)
        self._asked_at = self._loop.time()
        opened = self._opened = await self._upstreams.open(ask, asking)
        self._recorder.answered(opened)
        kind = value(opened.headers, b"content-type").decode("latin-1")
        forwarded.start(opened.status, kind)
        await self._forward(opened, forwarded)

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
        )

    async def _forward(self, opened: Opened, body: Body) -> None:
        self._last_heard = self._loop.time()
        while not body.over and (piece := await opened.receive()) is not None:
            self._last_heard = self._loop.time()
            if len(piece) <= _SLICE or self._admission.provider.passthrough:
                await self._pass_on(piece, opened, body)
                continue
            for place in range(0, len(piece), _SLICE):
                await self._pass_on(piece[place : place + _SLICE], opened, body)
                # An upstream that sends without a pause must not keep the loop to itself.
                await asyncio.sleep(0)
        await self._reply.end(body.finish(), body, opened)

    async def _pass_on(self, piece: bytes, opened: Opened, body: Body) -> None:
        if body.over:
            return
        self._recorder.received(piece)
        step = body.feed(piece)
        if step.data or step.marks:
            await self._reply.send(step, body, opened)
            self._last_said = self._last_heard

    # What is due while nothing comes

    def _arm(self) -> None:
        delay = max(0.0, self._due() - self._loop.time())
        self._timer = self._loop.call_later(delay, self._tick)

    def _due(self) -> float:
        times = [self._begun + LONGEST_SECONDS, *self._upstream_due()]
        if self._reply.keeps_alive:
            times.append(self._keep_alive_at())
        if self._waits_for_sentinel():
            times.append(self._last_heard + GRACE_SECONDS)
        # A finish may arrive while the clock sleeps: it never sleeps longer than the grace.
        return min(*times, self._loop.time() + GRACE_SECONDS)

    def _tick(self) -> None:
        now = self._loop.time()
        if self._waits_for_sentinel() and now >= self._last_heard + GRACE_SECONDS:
            self.interrupt(COMPLETE)
        elif self._opened is None and any(now >= due for due in self._upstream_due()):
            self.interrupt(problem("upstream_first_byte_timeout"))
        elif now >= self._begun + LONGEST_SECONDS or self._silent_too_long(now):
            self.interrupt(problem("upstream_idle_timeout"))
        elif self._reply.stuck_for(now) >= AGENT_SECONDS:
            self.interrupt(GONE)
        else:
            due = self._reply.keeps_alive and now >= self._keep_alive_at()
            if due and not self._reply.stuck_for(now):
                self._last_said = now
                self._start_beside(self._reply.keep_alive(self._body))
            self._arm()

    def _upstream_due(self) -> list[float]:
        """Until when upstream must say something; nothing where it may be silent for ever."""
        timeouts = self._admission.provider.timeouts
        if self._opened is not None:
            since, limit = self._last_heard, timeouts.idle
        else:
            since, limit = self._asked_at, timeouts.first_byte
        return [since + limit] if limit else []

    def _silent_too_long(self, now: float) -> bool:
        # An agent that takes nothing lets nobody be heard.
        due = any(now >= each for each in self._upstream_due())
        return self._opened is not None and due and not self._reply.stuck_for(now)

    def _waits_for_sentinel(self) -> bool:
        return self._opened is not None and self._body is not None and self._body.waits_for_sentinel

    def _keep_alive_at(self) -> float:
        after = KEEP_ALIVE_SECONDS if self._reply.kept_alive else FIRST_KEEP_ALIVE_SECONDS
        return self._last_said + after

    # The end

    async def _conclude(self, why: Problem, detail: str = "") -> Problem:
        """Tell the agent, where it is there and where it may be told, why this is the end."""
        self._interruption = self._interruption or why
        self._stop_beside()
        self._recorder.detail = detail
        await self._let_go()
        body = self._body
        if why is GONE:
            # Agents close as soon as they have seen the terminal.
            return COMPLETE if body is not None and body.over else why
        if why is COMPLETE and body is not None and self._opened is not None:
            await self._reply.end(body.finish(), body, self._opened)
            return body.verdict
        if body is not None and self._opened is not None and not body.over:
            await self._reply.end(body.finish(why), body, self._opened)
            return body.verdict
        await self._reply.refuse(why)
        return why

    async def _let_go(self) -> None:
        opened = self._opened
        if opened is not None:
            await opened.close()


async def _in_turns(work: Generator[None, None, dict[str, int]]) -> dict[str, int]:
    """Carry work through, with the other exchanges' turns between its slices."""
    try:
        while True:
            next(work)
            await asyncio.sleep(_PAUSE_SECONDS)
    except StopIteration as end:
        return end.value

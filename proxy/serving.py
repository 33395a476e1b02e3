"""Everything that belongs to one event loop of the proxy: made inside it and gone with it."""

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from uvicorn import Config
from uvicorn.server import ServerState

from proxy.config import Settings
from proxy.guard import Guard
from proxy.limits import Limits
from proxy.listening import BACKLOG
from proxy.protocol import StrictProtocol
from proxy.relay import Relay
from proxy.routes import application
from proxy.secret import KeySource
from proxy.tap import Tap
from proxy.upstream import Upstreams

log = logging.getLogger(__name__)

_CLOSE_SECONDS = 0.5
_MOVE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Borders:
    """Where the proxy meets the rest of the program; all but `keys` must never wait."""

    snapshot: Callable[[], Settings]
    keys: KeySource
    tap: Tap
    on_refused: Callable[[str], None] | None = None


class Serving:
    """The listening server, its guard, relay and connections."""

    def __init__(self, borders: Borders, limits: Limits) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(_log_fault)
        self._limits = limits
        self._upstreams = Upstreams(borders.keys, limits)
        self._relay = Relay(self._upstreams, borders.tap, limits)
        self._guard = Guard(application(self._relay), borders.snapshot, limits, borders.on_refused)
        self._config = _uvicorn_config(self._guard, limits)
        self._clients = ServerState()
        self._server: asyncio.Server | None = None
        self._draining = asyncio.Event()
        self._over = asyncio.Event()

    @property
    def running(self) -> int:
        """How many exchanges are under way."""
        return self._guard.running

    async def listen(self, listener: socket.socket) -> None:
        """Accept connections there, and no longer where it was before."""
        former, self._server = (
            self._server,
            await self._loop.create_server(self._connection, sock=listener, backlog=BACKLOG),
        )
        if former is not None:
            former.close()
        if self._draining.is_set():
            self._server.close()

    async def until_drained(self) -> None:
        """Serve until `drain` was asked for and all exchanges have ended."""
        await self._draining.wait()
        await self._over.wait()
        self._dismiss()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                for connection in self._connections():
                    await connection.closed.wait()

    async def close(self) -> None:
        """Let go of everything at once."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections():
            connection.transport.abort()
        for task in self._clients.tasks:
            task.cancel()
        if self._clients.tasks:
            await asyncio.wait(self._clients.tasks, timeout=_CLOSE_SECONDS)
        self._relay.close()
        await self._upstreams.close()

    def drain(self, seconds: float) -> None:
        """Begin to end; called from other threads, more than once where someone is in a hurry."""
        with contextlib.suppress(RuntimeError):  # the loop has just ended
            self._loop.call_soon_threadsafe(self._begin_drain, seconds)

    def move(self, listener: socket.socket) -> None:
        """Listen there instead; called from other threads."""
        moved = asyncio.run_coroutine_threadsafe(self.listen(listener), self._loop)
        moved.result(_MOVE_SECONDS)

    def _begin_drain(self, seconds: float) -> None:
        if not self._draining.is_set():
            self._draining.set()
            if self._server is not None:
                self._server.close()
            self._dismiss()
            self._guard.shut(on_quiet=self._over.set)
        self._loop.call_later(seconds, self._relay.shutdown)
        self._loop.call_later(seconds + self._limits.farewell, self._over.set)

    def _dismiss(self) -> None:
        # Idle connections close at once, the others with the end of their answer.
        for connection in self._connections():
            connection.shutdown()

    def _connections(self) -> list[StrictProtocol]:
        return [cast("StrictProtocol", each) for each in self._clients.connections]

    def _connection(self) -> StrictProtocol:
        return StrictProtocol(self._config, self._clients, self._limits, self._loop)


def new_loop() -> asyncio.AbstractEventLoop:
    """Return the fastest event loop there is on this system."""
    if sys.platform != "win32":
        with contextlib.suppress(ImportError):
            import uvloop  # noqa: PLC0415 - not on every system

            return uvloop.new_event_loop()
    return asyncio.new_event_loop()


def close_loop(loop: asyncio.AbstractEventLoop) -> None:
    """End whatever still runs in the loop, and the loop."""
    for task in asyncio.all_tasks(loop):
        task.cancel()
    try:
        loop.run_until_complete(_settle())
    finally:
        # Not its executor: a thread that waits for a shut keyring would be waited for.
        loop.close()


async def _settle() -> None:
    others = asyncio.all_tasks() - {cast("asyncio.Task[Any]", asyncio.current_task())}
    if others:
        await asyncio.wait(others, timeout=_CLOSE_SECONDS)
    await asyncio.get_running_loop().shutdown_asyncgens()


def _uvicorn_config(guard: Guard, limits: Limits) -> Config:
    # Its texts hold whatever an exception says; ours name the type alone.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
    return Config(
        guard,
        interface="asgi3",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        # Answers that are relayed bring upstream's own date.
        date_header=False,
        timeout_keep_alive=limits.idle,  # pyright: ignore[reportArgumentType] - goes to call_later
        reset_contextvars=True,
    )


def _log_fault(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    del loop
    log.error("a fault in the proxy's loop: %s", type(context.get("exception")).__name__)

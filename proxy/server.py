"""The proxy's own thread: bind, start, watch over the loop, drain, stop.

The listening socket belongs to the thread, not to the loop in it: where a loop dies the next one
takes over, clients that connect meanwhile wait in the backlog, and nobody else can take the port.
"""

import contextlib
import logging
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from proxy.config import Settings
from proxy.errors import WiremendError
from proxy.limits import Limits
from proxy.listening import listen
from proxy.secret import KeySource
from proxy.tap import Tap

if TYPE_CHECKING:
    from proxy.serving import Serving

State: TypeAlias = Literal["stopped", "running", "draining", "failed"]

log = logging.getLogger(__name__)

_START_SECONDS = 10
# What `stop` waits beyond the time that was asked for: connections that close, the loop's end.
_GRACE_SECONDS = 2
# One descriptor for the client, one for upstream, and some for all else.
_DESCRIPTORS_WANTED = 8192
_DESCRIPTORS_SPARE = 64
_FEWEST_CONNECTIONS = 8


class ServerThread:
    """The proxy on its own thread; every method may be called from any other one."""

    def __init__(
        self,
        settings: Settings,
        keys: KeySource,
        tap: Tap,
        *,
        limits: Limits = Limits(),  # noqa: B008 - immutable
        on_refused: Callable[[str], None] | None = None,
    ) -> None:
        self._settings = settings
        self._keys = keys
        self._tap = tap
        self._on_refused = on_refused
        self._limits = limits
        self._lock = threading.Lock()
        self._state: State = "stopped"
        self._asked = False
        self._listener: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._serving: Serving | None = None

    @property
    def state(self) -> State:
        """What the proxy does right now; ``failed``: its loop died too often."""
        return self._state

    @property
    def streaming(self) -> int:
        """How many exchanges are under way."""
        serving = self._serving
        return serving.running if serving is not None else 0

    @property
    def url(self) -> str:
        """Return the address that agents use, with the literal host; empty while stopped."""
        with self._lock:
            if self._listener is None:
                return ""
            host, port = self._listener.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def start(self) -> str:
        """Listen and serve; return the URL. Raises `PortTakenError`."""
        if self._asked and not self.join(0):
            # Two loops never serve at once: whoever wants to begin again waits for no stream.
            self.stop(0)
        with self._lock:
            ready = self._launch() if self._listener is None else None
        if ready is not None:
            ready.result(_START_SECONDS)
        return self.url

    def apply(self, settings: Settings) -> None:
        """Let requests that start from now on find these settings.

        Listens elsewhere where the address changed; where that cannot be had it stays and raises
        `PortTakenError`.
        """
        self._settings = settings
        self._move(settings.host, settings.port)

    def drain(self, seconds: float | None = None) -> None:
        """Stop accepting, let exchanges end for some seconds, then end them; does not wait.

        Asked again with fewer seconds, it waits only those.
        """
        with self._lock:
            self._asked = True
            self._close_listener()
            if self._state == "running":
                self._state = "draining"
            serving = self._serving
        if serving is not None:
            serving.drain(self._limits.drain if seconds is None else seconds)

    def stop(self, seconds: float | None = None) -> None:
        """Drain, and wait until all has ended."""
        self.drain(seconds)
        patience = self._limits.drain if seconds is None else seconds
        self.join(patience + self._limits.farewell + _GRACE_SECONDS)

    def join(self, seconds: float) -> bool:
        """Wait for the end of a drain; tell whether it has come."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def _launch(self) -> "Future[None]":
        if self._thread is not None and self._thread.is_alive():
            raise WiremendError("the proxy has not ended yet")
        self._listener = listen(self._settings.host, self._settings.port)
        self._asked = False
        limits = replace(self._limits, connections=_affordable(self._limits.connections))
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._watch_over, args=(limits, ready), name="wiremend-proxy", daemon=True
        )
        self._thread.start()
        return ready

    def _move(self, host: str, port: int) -> None:
        with self._lock:
            serving = self._serving
            if self._listener is None or serving is None:
                return
            here = self._listener.getsockname()[:2]
            # Port 0 is whichever the system gave.
            if here == (host, port or here[1]):
                return
            listener = listen(host, port)
            former, self._listener = self._listener, listener
        former.close()
        serving.move(listener.dup())

    def _watch_over(self, limits: Limits, ready: "Future[None]") -> None:
        deaths: deque[float] = deque(maxlen=limits.restarts + 1)
        while not self._asked:
            self._live(limits, ready)
            deaths.append(time.monotonic())
            if len(deaths) > limits.restarts and deaths[-1] - deaths[0] < limits.restart_window:
                self._fail(ready)
                return
        self._state = "stopped"
        if not ready.done():
            # Told to end before it began: nobody is to wait for a beginning.
            ready.set_result(None)

    def _live(self, limits: Limits, ready: "Future[None]") -> None:
        try:
            self._run_loop(limits, ready)
        except BaseException as error:  # noqa: BLE001 - whatever killed the loop, a new one is due
            log.error("the proxy's loop died: %s", type(error).__name__)  # noqa: TRY400
        finally:
            self._serving = None

    def _run_loop(self, limits: Limits, ready: "Future[None]") -> None:
        # On this thread, since it takes as long as all else together: a window is shown meanwhile.
        from proxy.serving import Borders, Serving, close_loop, new_loop  # noqa: PLC0415

        borders = Borders(lambda: self._settings, self._keys, self._tap, self._on_refused)
        loop = new_loop()
        try:
            loop.run_until_complete(self._serve(lambda: Serving(borders, limits), ready))
        finally:
            with contextlib.suppress(BaseException):
                close_loop(loop)

    async def _serve(self, make: "Callable[[], Serving]", ready: "Future[None]") -> None:
        serving = make()
        try:
            with self._lock:
                if self._listener is None:
                    return
                listener = self._listener.dup()
                self._serving = serving
            await serving.listen(listener)
            self._state = "draining" if self._asked else "running"
            if not ready.done():
                ready.set_result(None)
            await serving.until_drained()
        finally:
            await serving.close()

    def _fail(self, ready: "Future[None]") -> None:
        with self._lock:
            self._close_listener()
            self._state = "failed"
        if not ready.done():
            ready.set_exception(WiremendError("the proxy cannot run: its loop died too often"))

    def _close_listener(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None


def _affordable(connections: int) -> int:
    """Raise the limit of open descriptors; return how many connections it allows."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return connections
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    infinite = resource.RLIM_INFINITY
    wanted = _DESCRIPTORS_WANTED if hard == infinite else min(hard, _DESCRIPTORS_WANTED)
    if soft == infinite or soft >= wanted:
        wanted = soft
    else:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    if wanted == infinite:
        return connections
    fitting = max(_FEWEST_CONNECTIONS, (wanted - _DESCRIPTORS_SPARE) // 2)
    return min(connections, fitting)

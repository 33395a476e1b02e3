"""The proxy without a window: started, told of changes, drained at the end; its log goes out."""

import contextlib
import json
import logging
import os
import signal
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TextIO

from app.memory import collect_seldom, give_large_blocks_back
from app.secrets import Keyring
from app.settings import ConfigFile, Watcher
from proxy.config import Settings
from proxy.configchanges import changes
from proxy.errors import ConfigError, PortTakenError
from proxy.repairs import fix_defaults
from proxy.server import ServerThread
from proxy.tap import Finished, Record, Started

DONE, FAILED = 0, 1
_MOST_RUNNING = 4096
_MOST_LINES = 10_000
_MOST_REFUSALS = 5
"""Lines a second: whoever knocks a thousand times a second must not fill the disk."""
_LAST_LINES_SECONDS = 2
_BATCH_SECONDS = 0.02
_LOOK_SECONDS = 1.0
"""How often the proxy is asked whether it still works; a signal is heard meanwhile."""
_TURN_SECONDS = 0.05
_LONGEST_END_SECONDS = 36
"""The drain of 30 s, the last events' 2 s, and the loop's own end."""


class _Begun(NamedTuple):
    """What the log says of a request; its body is for the inspector."""

    provider: str
    endpoint: str
    model: str
    agent: str
    streaming: bool


class Log:
    """Writes lines from a thread of its own: a slow reader never slows the proxy."""

    def __init__(self, stream: TextIO, *, as_json: bool) -> None:
        self._stream = stream
        self._as_json = as_json
        self._begun: OrderedDict[str, _Begun] = OrderedDict()
        self._lines: deque[dict[str, Any] | Callable[[], dict[str, Any]]] = deque()
        self._due = threading.Event()
        self._over = False
        self._refusals_since = self._refusals = 0
        self._thread = threading.Thread(target=self._run, name="wiremend-log", daemon=True)
        self._thread.start()

    def tap(self, record: Record, /) -> None:
        """Take one record; called on the proxy's thread."""
        if isinstance(record, Started):
            self._begun[record.exchange_id] = _Begun(
                record.provider, record.endpoint, record.model, record.agent, record.streaming
            )
            if len(self._begun) > _MOST_RUNNING:
                self._begun.popitem(last=False)
        elif isinstance(record, Finished):
            begun = self._begun.pop(record.exchange_id, None)
            if begun is not None:
                self._put(partial(exchange_line, begun, record))

    def refused(self, code: str) -> None:
        """Say that somebody was not let in; called on the proxy's thread.

        The objects of the log are exchanges and what the proxy does: there it is no line.
        """
        if self._as_json:
            return
        second = int(time.monotonic())
        if second != self._refusals_since:
            self._refusals_since, self._refusals = second, 0
        self._refusals += 1
        if self._refusals <= _MOST_REFUSALS:
            self._put({"event": "refused", "code": code})
        elif self._refusals == _MOST_REFUSALS + 1:
            self._put({"event": "refused", "code": ""})

    def write(self, line: dict[str, Any]) -> None:
        """Write one event; dropped where nobody reads."""
        self._put(line)

    def close(self) -> None:
        """Write what is left, as far as somebody reads it."""
        self._over = True
        self._due.set()
        self._thread.join(_LAST_LINES_SECONDS)
        try:
            self._stream.flush()
        except (OSError, ValueError):
            # What cannot be written must not fail once more when the interpreter ends.
            self._to_nobody()

    def _put(self, line: "dict[str, Any] | Callable[[], dict[str, Any]]") -> None:
        if len(self._lines) < _MOST_LINES:
            self._lines.append(line)
            if not self._due.is_set():
                self._due.set()

    def _run(self) -> None:
        while not self._over or self._lines:
            self._due.wait()
            self._due.clear()
            while self._lines:
                self._write_one(self._lines.popleft())
            if not self._over:
                # One turn for many lines: each takes the interpreter from the proxy.
                time.sleep(_BATCH_SECONDS)

    def _write_one(self, line: "dict[str, Any] | Callable[[], dict[str, Any]]") -> None:
        said = line() if callable(line) else line
        try:
            self._stream.write((json.dumps(said) if self._as_json else _plain(said)) + "\n")
            if not self._lines:
                self._stream.flush()
        except BrokenPipeError:
            # Nobody reads any more; the proxy goes on, and nothing is left to fail at the end.
            self._to_nobody()
        except (OSError, ValueError):
            # The disk is full: the proxy goes on.
            return

    def _to_nobody(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


def exchange_line(begun: _Begun, finished: Finished) -> dict[str, Any]:
    """Return what the log says of one exchange; never a key, a prompt or an answer."""
    first = finished.first_byte_ms
    return {
        "event": "exchange",
        "id": finished.exchange_id,
        "provider": begun.provider,
        "endpoint": begun.endpoint,
        "model": begun.model[:200],
        "agent": begun.agent,
        "stream": begun.streaming,
        "status": finished.status,
        "outcome": finished.outcome,
        "findings": dict(finished.findings),
        "would_mend": dict(finished.would_mend),
        "bytes_in": finished.bytes_in,
        "bytes_out": finished.bytes_out,
        "first_byte_ms": None if first is None else round(first, 3),
        "duration_ms": round(finished.duration_ms, 3),
    }


def _plain(line: dict[str, Any]) -> str:
    match line["event"]:
        case "listening":
            return f"Listening on {line['url']}"
        case "refused":
            return f"Refused: {line['code'] or 'more, not listed one by one'}"
        case "config":
            said = line.get("error") or ", ".join(line["changed"]) or "nothing changed"
            if line.get("line"):
                said = f"line {line['line']}: {said}"
            return f"Configuration {'applied' if line['applied'] else 'not applied'}: {said}"
        case "exchange":
            fixed = sum(line["findings"].values())
            model = json.dumps(line["model"])[1:-1]
            return (
                f"{line['status']} {line['outcome']} {line['provider']} {line['endpoint']} {model}"
                f" {line['duration_ms']:.0f} ms" + (f", {fixed} fixed" if fixed else "")
            )
        case _:
            return json.dumps(line)


def serve(file: ConfigFile, port: int | None, *, as_json: bool) -> int:
    """Run until a signal comes; return the exit status. Raises `ConfigError`, `PortTakenError`."""
    _silence_libraries()
    give_large_blocks_back()
    settings = _first_settings(file)
    log = Log(sys.stdout, as_json=as_json)
    server = ServerThread(_with_port(settings, port), Keyring(), log.tap, on_refused=log.refused)
    asked = _heed()
    log.write({"event": "listening", "url": server.start()})
    reload = _Reload(server, log, settings, port)
    watcher = Watcher(file, reload.apply, reload.refuse)
    watcher.start()
    collect_seldom()
    status = _wait(server, asked)
    watcher.stop()
    log.close()
    return status


class _Reload:
    """Brings changes of the file to the proxy, and says so; called on the watcher's thread."""

    def __init__(
        self, server: ServerThread, log: Log, settings: Settings, port: int | None
    ) -> None:
        self._server = server
        self._log = log
        self._settings = settings
        self._port = port

    def apply(self, settings: Settings) -> None:
        """Let requests that start from now on find these settings."""
        changed = changes(self._settings, settings, fix_defaults())
        self._settings = settings
        line: dict[str, Any] = {"event": "config", "applied": True, "changed": changed}
        try:
            self._server.apply(_with_port(settings, self._port))
        except PortTakenError as error:
            # All else is applied, and agents are answered where they were.
            line |= {"applied": False, "error": f"{error}; still listening where it did"}
        self._log.write(line)

    def refuse(self, error: ConfigError) -> None:
        """Say why a change is not applied."""
        told = {"line": error.line, "error": error.message}
        self._log.write({"event": "config", "applied": False, **told})


def _silence_libraries() -> None:
    """Log our own faults only: a library's line may hold a query, a header or a key."""
    logging.getLogger().addHandler(logging.NullHandler())
    writer = logging.StreamHandler(sys.stderr)
    writer.setFormatter(logging.Formatter("wiremend: %(message)s"))
    for name in ("app", "proxy"):
        logging.getLogger(name).addHandler(writer)
        logging.getLogger(name).propagate = False


def _first_settings(file: ConfigFile) -> Settings:
    try:
        return file.load()
    except ConfigError as error:
        try:
            kept = file.load_last_good()
        except ConfigError:
            raise error from None
        said = f"{file.path}:{error.line}: {error.message}"
        sys.stderr.write(f"{said}; the last good copy serves\n")
        return kept


def _with_port(settings: Settings, port: int | None) -> Settings:
    return settings if port is None else replace(settings, port=port)


def _wait(server: ServerThread, asked: "SimpleQueue[int]") -> int:
    """Drain at the first signal, give up waiting at the second; return the exit status."""
    while not _heard(asked, _LOOK_SECONDS):
        if server.state == "failed":
            sys.stderr.write("wiremend: the proxy stopped working\n")
            return FAILED
    server.drain()
    until = time.monotonic() + _LONGEST_END_SECONDS
    while not server.join(0) and time.monotonic() < until:
        if _heard(asked, _TURN_SECONDS):
            server.drain(0)
    return DONE


def _heard(asked: "SimpleQueue[int]", seconds: float) -> bool:
    try:
        asked.get(timeout=seconds)
    except Empty:
        return False
    return True


def _heed() -> "SimpleQueue[int]":
    """Return where each SIGTERM, Ctrl-C and end of the terminal is heard from now on."""
    # Its put() is the one that may interrupt anything: an event's lock may be held by its waiter.
    asked: SimpleQueue[int] = SimpleQueue()

    def heed(number: int, _: object) -> None:
        asked.put(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, heed)
    hangup = getattr(signal, "SIGHUP", None)
    # Under nohup the end of the terminal is to be ignored.
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        signal.signal(hangup, heed)
    return asked

"""The proxy without a window: started, told of changes, drained at the end; its log goes out."""

import json
import queue
import signal
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TextIO

from app.secrets import Keyring
from app.settings import ConfigFile, Watcher
from proxy.config import Settings
from proxy.configchanges import changes
from proxy.errors import ConfigError
from proxy.repairs import fix_defaults
from proxy.server import ServerThread
from proxy.tap import Finished, Record, Started

DONE, FAILED = 0, 1
_MOST_RUNNING = 4096
_MOST_LINES = 10_000
_SECOND_SECONDS = 2
"""Whoever asks twice to stop does not wait longer."""


class Log:
    """Writes lines from a thread of its own: a slow reader never slows the proxy."""

    def __init__(self, stream: TextIO, *, as_json: bool) -> None:
        self._stream = stream
        self._as_json = as_json
        self._started: OrderedDict[str, Started] = OrderedDict()
        self._lines: queue.Queue[str | None] = queue.Queue(_MOST_LINES)
        self._thread = threading.Thread(target=self._run, name="wiremend-log", daemon=True)
        self._thread.start()

    def tap(self, record: Record, /) -> None:
        """Take one record; called on the proxy's thread."""
        if isinstance(record, Started):
            # Bodies are for the inspector: the log keeps none.
            self._started[record.exchange_id] = replace(record, body=b"", headers=())
            if len(self._started) > _MOST_RUNNING:
                self._started.popitem(last=False)
        elif isinstance(record, Finished):
            started = self._started.pop(record.exchange_id, None)
            if started is not None:
                self.write(exchange_line(started, record))

    def write(self, line: dict[str, Any]) -> None:
        """Write one event; dropped where nobody reads."""
        text = json.dumps(line) if self._as_json else _plain(line)
        if self._lines.qsize() < _MOST_LINES - 1:
            self._lines.put_nowait(text)

    def close(self) -> None:
        """Write what is left."""
        self._lines.put(None)
        self._thread.join(2)

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (OSError, ValueError):
                # Nobody reads any more, or the disk is full: the proxy goes on.
                continue


def exchange_line(started: Started, finished: Finished) -> dict[str, Any]:
    """Return what the log says of one exchange; never a key, a prompt or an answer."""
    first = finished.first_byte_ms
    return {
        "event": "exchange",
        "id": finished.exchange_id,
        "provider": started.provider,
        "endpoint": started.endpoint,
        "model": started.model[:200],
        "agent": started.agent,
        "stream": started.streaming,
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
        case "config":
            said = ", ".join(line.get("changed", [])) or line.get("error", "nothing changed")
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
    settings = _first_settings(file)
    log = Log(sys.stdout, as_json=as_json)
    server = ServerThread(_with_port(settings, port), Keyring(), log.tap, on_refused=None)
    over = _heed(_twice(server))
    log.write({"event": "listening", "url": server.start()})
    applied = [settings]

    def apply(fresh: Settings) -> None:
        changed = changes(applied[0], fresh, fix_defaults())
        applied[0] = fresh
        server.apply(_with_port(fresh, port))
        log.write({"event": "config", "applied": True, "changed": changed})

    def refuse(error: ConfigError) -> None:
        said = f"{file.path}:{error.line}: {error.message}"
        log.write({"event": "config", "applied": False, "error": said})

    watcher = Watcher(file, apply, refuse)
    watcher.start()
    status = _wait(server, over)
    watcher.stop()
    log.close()
    return status


def _first_settings(file: ConfigFile) -> Settings:
    try:
        return file.load()
    except ConfigError as error:
        try:
            kept = file.load_last_good()
        except ConfigError:
            raise error from None
        sys.stderr.write(
            f"wiremend: {file.path}:{error.line}: {error.message}; the last good copy serves\n"
        )
        return kept


def _with_port(settings: Settings, port: int | None) -> Settings:
    return settings if port is None else replace(settings, port=port)


def _twice(server: ServerThread) -> Callable[[], None]:
    asked = 0

    def stop() -> None:
        nonlocal asked
        asked += 1
        # Not in the signal's own frame: the server's locks may be held by what it interrupted.
        seconds = None if asked == 1 else float(0)
        threading.Thread(target=server.drain, args=(seconds,), daemon=True).start()

    return stop


def _wait(server: ServerThread, over: threading.Event) -> int:
    while not over.wait(0.5):
        if server.state == "failed":
            sys.stderr.write("wiremend: the proxy stopped working\n")
            return FAILED
    while not server.join(0.2):
        continue
    return DONE


def _heed(stop: Callable[[], object]) -> threading.Event:
    """Call back at each SIGTERM and Ctrl-C; the event is set at the first."""
    asked = threading.Event()

    def heed(*_: object) -> None:
        asked.set()
        stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, heed)
    return asked

"""Which local model servers are running: their usual ports are asked, off the GUI's thread."""

import json
import socket
import threading
import time
from collections.abc import Iterable
from typing import Any, cast

from PySide6.QtCore import QObject, Signal

from app.presets import PRESETS, Preset

_LIMIT_SECONDS = 0.3
_LARGEST_ANSWER = 256 * 1024
_REQUEST = "GET /v1/models HTTP/1.0\r\nHost: localhost:{port}\r\nAccept: application/json\r\n\r\n"


class LocalServers(QObject):
    """Looks for servers that answer like an OpenAI-compatible provider.

    Signals:
        found: list[Preset], each at the port where it is, once per look, on the GUI's thread.
    """

    found = Signal(list)

    def look(self, presets: Iterable[Preset] | None = None) -> None:
        """Ask every local preset's port; all at once, so that it takes one limit."""
        local = [each for each in PRESETS if each.local] if presets is None else list(presets)
        threading.Thread(target=self._look, args=(local,), daemon=True).start()

    def _look(self, presets: list[Preset]) -> None:
        places = [each.at(port) for each in presets for port in (each.port, *each.other_ports)]
        answers: dict[str, bool] = {}
        threads = [
            threading.Thread(target=_ask_into, args=(answers, each), daemon=True) for each in places
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2 * _LIMIT_SECONDS)
        try:
            # Of two ports that answer, the first counts.
            running = [each for each in reversed(places) if answers.get(each.base_url)]
            self.found.emit(list({each.id: each for each in running}.values())[::-1])
        except RuntimeError:
            # The window went while we were asking.
            return


def serves_models(port: int) -> bool:
    """Tell whether a server on that port of this machine lists models, within the limit."""
    deadline = time.monotonic() + _LIMIT_SECONDS
    try:
        with socket.create_connection(("127.0.0.1", port), _LIMIT_SECONDS) as connection:
            connection.sendall(_REQUEST.format(port=port).encode("ascii"))
            return _lists_models(_receive(connection, deadline))
    except OSError:
        return False


def _ask_into(answers: dict[str, bool], preset: Preset) -> None:
    answers[preset.base_url] = serves_models(preset.port)


def _receive(connection: socket.socket, deadline: float) -> bytes:
    received = b""
    while len(received) < _LARGEST_ANSWER and (left := deadline - time.monotonic()) > 0:
        connection.settimeout(left)
        piece = connection.recv(65_536)
        if not piece:
            break
        received += piece
    return received


def _lists_models(answer: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 200" not in head.split(b"\r\n", 1)[0]:
        return False
    try:
        # A server that ignores HTTP/1.0 sends chunks: the object starts after the first size.
        start, end = body.index(b"{"), body.rindex(b"}") + 1
        listed: object = json.loads(body[start:end])
    except (ValueError, RecursionError):
        return False
    return isinstance(listed, dict) and isinstance(cast("dict[str, Any]", listed).get("data"), list)

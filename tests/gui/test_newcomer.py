"""A new user's first minute, from an empty home to the light that turns green."""

import contextlib
import json
import shutil
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Generator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from app.presets import PRESETS
from proxy.secret import Secret
from tests.gui.desktop import Desktop, wait_for

_PROGRAMS = ("Xvfb", "openbox", "trayer", "xdotool", "xprop", "xwininfo", "import")

pytestmark = [
    pytest.mark.skipif(
        not all(map(shutil.which, _PROGRAMS)), reason="needs a screen, a tray and a hand"
    ),
    pytest.mark.timeout(120),
]

GREEN_DOT = 40
"""Pixels at least; the sign has about a hundred."""
ABOVE_THE_STATUS_LINE = 740
SIGN = (18, 781)


class LocalServer(ThreadingHTTPServer):
    """A model on this computer that leaves the index out, and waits before its last events."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Answers)
        self.go_on = threading.Event()


class _Answers(BaseHTTPRequestHandler):
    server: LocalServer  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        self._begin("application/json")
        self.wfile.write(b'{"data": [{"id": "qwen3"}]}')

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._begin("text/event-stream")
        call = {
            "id": "call_1",
            "type": "function",
            "function": {"name": "f", "arguments": '{"a":1}'},
        }
        self._send({"role": "assistant", "tool_calls": [call]}, None)
        self.server.go_on.wait(30)
        self._send({}, "tool_calls")
        self.wfile.write(b"data: [DONE]\n\n")

    def _begin(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()

    def _send(self, delta: dict[str, Any], finish: str | None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        event = {
            "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "qwen3",
            "choices": [choice],
        }  # fmt: skip
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextlib.contextmanager
def local_server() -> Generator[tuple[LocalServer, str]]:
    """Run it at the first port where such a server usually is; yields it and the preset's id."""
    running, name = _placed()
    threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield running, name
    finally:
        running.go_on.set()
        running.shutdown()
        running.server_close()


def _placed() -> tuple[LocalServer, str]:
    for preset in PRESETS:
        if preset.local:
            with contextlib.suppress(OSError):
                return LocalServer(preset.port), preset.id
    pytest.skip("all the usual ports of local servers are taken")


def green(picture: QImage) -> int:
    """Count the pixels of the pages that are as green as the sign of what runs, below them."""
    pixels = picture.convertToFormat(QImage.Format.Format_RGB32)
    stride = pixels.bytesPerLine()
    every = bytes(pixels.constBits())
    sign = SIGN[1] * stride + 4 * SIGN[0]
    return every[: ABOVE_THE_STATUS_LINE * stride].count(every[sign : sign + 4])


def known(desktop: Desktop, key: str) -> bool:
    """Tell whether the proxy lets this key in, without asking a provider."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{desktop.port}/nobody/v1/models",
        headers={"Authorization": f"Bearer {key}"},
    )
    try:
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code != HTTPStatus.UNAUTHORIZED
    return True


def preferences(desktop: Desktop) -> dict[str, Any]:
    path = desktop.file.path.with_name("preferences.json")
    return json.loads(path.read_text()) if path.is_file() else {}


def test_from_the_first_start_to_the_green_light(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    desktop = Desktop(tmp_path, port, newcomer=True)
    with (
        local_server() as (server, name),
        desktop.screen(),
        desktop.application("--port", str(port)),
    ):
        wait_for(desktop.shows_window)
        # The server was found running, and stands first.
        desktop.type(name.partition("-")[0])
        desktop.press("Tab", "space")
        wait_for(lambda: f"[providers.{name}]" in desktop.file.text())
        key = desktop.say("agent", "add", "newcomer")
        wait_for(lambda: known(desktop, key))
        assert green(desktop.picture()) < GREEN_DOT
        asking = threading.Thread(target=desktop.ask, args=(name, "qwen3", Secret(key)))
        asking.start()
        wait_for(lambda: green(desktop.picture()) > GREEN_DOT)
        server.go_on.set()
        asking.join()
        wait_for(lambda: preferences(desktop).get("welcomed"))
        # What was fixed is said above the page, in green.
        wait_for(lambda: green(desktop.picture()) > GREEN_DOT)

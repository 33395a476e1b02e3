"""What the window costs while nobody sees it."""

import contextlib
import shutil
import threading
import time
from collections.abc import Generator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from tests.gui.desktop import Desktop, wait_for
from tests.gui.pace import calmest
from tests.server.running import free_port

_PROGRAMS = ("Xvfb", "openbox", "trayer", "xdotool", "xprop", "xwininfo")
_STREAMS = 20
_EVENTS_A_SECOND = 20
_SECONDS = 4
_MOST_OF_A_CORE = 0.02
_EVENT = b'data: {"choices":[{"index":0,"delta":{"content":"word "},"finish_reason":null}]}\n\n'

pytestmark = [
    pytest.mark.skipif(
        not all(map(shutil.which, _PROGRAMS)), reason="needs a screen, a tray and a hand"
    ),
    pytest.mark.timeout(120),
]


class Talker(ThreadingHTTPServer):
    """A model that talks for as long as it is wanted."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.over = threading.Event()


class _Answers(BaseHTTPRequestHandler):
    server: Talker  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        while not self.server.over.wait(1 / _EVENTS_A_SECOND):
            self.wfile.write(_EVENT)
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def talker() -> Iterator[Talker]:
    with Talker() as talker:
        serving = threading.Thread(target=talker.serve_forever, args=(0.05,))
        serving.start()
        yield talker
        talker.over.set()
        talker.shutdown()
        serving.join()


@pytest.fixture
def desktop(tmp_path: Path, talker: Talker) -> Iterator[Desktop]:
    desktop = Desktop(tmp_path, free_port())
    address = f"http://127.0.0.1:{talker.server_address[1]}/v1"
    table = f'\n[providers.talker]\nbase_url = "{address}"\nkey = "none"\n'
    desktop.file.edit(lambda text: text + table)
    with desktop.screen():
        yield desktop


@contextlib.contextmanager
def streams(desktop: Desktop, talker: Talker) -> Generator[None]:
    """Let agents read answers that do not end before this does."""
    asked = ("talker", "m")
    threads = [threading.Thread(target=desktop.ask, args=asked) for _ in range(_STREAMS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        talker.over.set()
        for thread in threads:
            thread.join()


def share(process: psutil.Process) -> float:
    """Return the GUI thread's share of a core over some seconds."""
    before, began = gui_seconds(process), time.monotonic()
    time.sleep(_SECONDS)
    return (gui_seconds(process) - before) / (time.monotonic() - began)


def gui_seconds(process: psutil.Process) -> float:
    """Return what the GUI's thread has used of a core, in seconds."""
    times = next(each for each in process.threads() if each.id == process.pid)
    return times.user_time + times.system_time


def test_a_hidden_window_costs_next_to_nothing_while_twenty_answers_stream(
    desktop: Desktop, talker: Talker
) -> None:
    with desktop.application("--hidden") as running:
        wait_for(desktop.icon)
        process = psutil.Process(running.pid)
        with streams(desktop, talker):
            wait_for(lambda: desktop.say("status").endswith(f"{_STREAMS} streaming"))
            quietest = calmest(lambda: share(process), _MOST_OF_A_CORE)
    assert quietest <= _MOST_OF_A_CORE

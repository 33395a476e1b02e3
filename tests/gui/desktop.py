"""A desktop of its own for one test: a screen, a window manager, a tray, and an empty home."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator
from pathlib import Path

from PySide6.QtGui import QImage

from app.settings import ConfigFile
from proxy import configedit
from proxy.config import Agent
from proxy.localkey import digest, new_key
from proxy.secret import Secret

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20
_TRAY = (
    "trayer", "--edge", "top", "--align", "right", "--width", "10", "--height", "24",
    "--widthtype", "percent", "--SetDockType", "true", "--expand", "true",
)  # fmt: skip
_ICON = re.compile(r'"Wiremend": \(.*"wiremend"\)  (\d\d)x(\d\d)\+\d+\+\d+  \+(\d+)\+(\d+)')
_PLATFORM = {
    "QT_QPA_PLATFORM",
    "DBUS_SESSION_BUS_ADDRESS",
    "WAYLAND_DISPLAY",
    "XDG_CURRENT_DESKTOP",
}


def wait_for(what: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until it is true; raises `TimeoutError`."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)


class Desktop:
    """Where the application runs, and what a person does there."""

    def __init__(self, home: Path, port: int, *, newcomer: bool = False) -> None:
        self.home = home
        self.port = port
        self.key: Secret = new_key()
        runtime = home / "run"
        runtime.mkdir(mode=0o700)
        kept = {name: value for name, value in os.environ.items() if name not in _PLATFORM}
        self.environment = {**kept, "HOME": str(home), "XDG_RUNTIME_DIR": str(runtime)}
        self.environment["LC_ALL"] = "C.UTF-8"
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            self.environment.pop(name, None)
        self.file = ConfigFile(home / ".config" / "wiremend" / "config.toml")
        if newcomer:
            return
        self.file.ensure()
        agent = Agent("test", digest(self.key.reveal()))
        self.file.edit(lambda text: configedit.add_agent(text, agent))
        self.file.edit(lambda text: configedit.set_server(text, "port", port))

    @contextlib.contextmanager
    def screen(self, *, tray: bool = True) -> Generator[None]:
        """Have a screen with a window manager, and a tray on request."""
        reading, writing = os.pipe()
        with contextlib.ExitStack() as stack:
            command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24"]
            # Without -noreset it throws everybody out whenever its only guest leaves.
            command += ["-noreset", "-nolisten", "tcp"]
            stack.enter_context(_running(command, {}, (writing,)))
            os.close(writing)
            with os.fdopen(reading) as told:
                self.environment["DISPLAY"] = f":{told.readline().strip()}"
            stack.enter_context(_running(["openbox"], self.environment))
            # A tray that is there before the window manager may be overlooked by it.
            wait_for(lambda: "window id" in self.run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"))
            if tray:
                stack.enter_context(self.tray())
            yield

    @contextlib.contextmanager
    def tray(self) -> Generator[None]:
        """Have a tray on the screen."""
        with _running(list(_TRAY), self.environment):
            wait_for(lambda: "trayer" in self.run("xwininfo", "-root", "-tree"))
            yield

    @contextlib.contextmanager
    def application(self, *arguments: str) -> Generator["subprocess.Popen[bytes]"]:
        """Run the application until it has ended."""
        with _running([sys.executable, "-m", "app", *arguments], self.environment) as process:
            wait_for(lambda: process.poll() is not None or self.say("status"))
            yield process

    def ask(self, provider: str, model: str, key: Secret | None = None, **more: object) -> bytes:
        """Ask for a stream as an agent does, and read the answer to its end."""
        question = {"model": model, "stream": True, "messages": [{"role": "user", "content": "?"}]}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/{provider}/v1/chat/completions",
            data=json.dumps(question | more).encode(),
            headers={
                "Authorization": f"Bearer {(key or self.key).reveal()}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return bytes(answer.read())

    def say(self, *words: str) -> str:
        """Give the running application a command; return what it printed."""
        return self.run(sys.executable, "-m", "app", *words)

    def run(self, *command: str) -> str:
        """Run a program to its end; return what it printed."""
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True,
            timeout=PATIENCE, check=False,
        )  # fmt: skip
        return done.stdout.strip()

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, as slowly as a person."""
        for key in keys:
            self.run("xdotool", "key", key)
            time.sleep(0.15)

    def type(self, words: str) -> None:
        """Type words into whatever has the focus."""
        self.run("xdotool", "type", "--delay", "40", words)

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Click somewhere on the screen."""
        self.run("xdotool", "mousemove", str(x), str(y), "click", str(button))

    def shows_window(self) -> bool:
        """Tell whether the main window can be seen."""
        return bool(self.run("xdotool", "search", "--onlyvisible", "--name", "^Wiremend$"))

    def picture(self) -> QImage:
        """Return what the screen shows."""
        path = self.home / "screen.png"
        self.run("import", "-window", "root", str(path))
        return QImage(str(path))

    def point_nowhere(self) -> None:
        """Take the pointer off whatever it is on."""
        self.run("xdotool", "mousemove", "2", "790")

    def menus(self) -> int:
        """Count the windows of the application that are open, menus included."""
        return len(self.run("xdotool", "search", "--onlyvisible", "--class", "wiremend").split())

    def click_icon(self, button: int, *, until: Callable[[], object]) -> None:
        """Click on the icon until it shows; a tray that is just starting moves its icons."""
        end = time.monotonic() + PATIENCE
        while not until() and time.monotonic() < end:
            at = self.icon()
            if at is not None:
                self.click(*at, button)
            with contextlib.suppress(TimeoutError):
                wait_for(until, 2)
        wait_for(until, 0)

    def icon(self) -> tuple[int, int] | None:
        """Return the middle of the icon in the tray, if it is there."""
        for line in self.run("xwininfo", "-root", "-tree").splitlines():
            found = _ICON.search(line)
            if found:
                width, height, left, top = (int(part) for part in found.groups())
                return left + width // 2, top + height // 2
        return None


@contextlib.contextmanager
def _running(
    command: list[str], environment: dict[str, str], fds: tuple[int, ...] = ()
) -> Generator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment or None, pass_fds=fds,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

"""The processes of a measurement: an upstream and the proxy as a user runs it."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from proxy.localkey import digest, new_key
from tests.bench.load import Target

_START_SECONDS = 20
_HEAD = """version = 1
[server]
port = {port}
default_provider = "{default}"
[[agents]]
name = "bench"
sha256 = "{digest}"
"""
_PROVIDER = """[providers.{name}]
base_url = "http://127.0.0.1:{port}/v1"
key = "{key}"
"""


class Proxy:
    """A `wiremend serve` of its own, with these upstreams as providers, the first as default."""

    def __init__(
        self,
        running: contextlib.ExitStack,
        folder: Path,
        upstreams: Mapping[str, int],
        keys: Mapping[str, str] | None = None,
        more: str = "",
    ) -> None:
        self._upstreams = upstreams
        self._keys = keys or {}
        self._port, self._key = free_port(), new_key().reveal()
        self._file = folder / "config.toml"
        self.log = folder / "log.jsonl"
        self.configure(more)
        command = [sys.executable, "-m", "app", "serve", "--config", str(self._file)]
        command += ["--log-format", "json"]
        environment = {**os.environ, **{_variable(name): key for name, key in self._keys.items()}}
        begun = time.monotonic()
        out = running.enter_context(self.log.open("wb"))
        process = spawn(running, command, self._port, environment, out)
        self.start_seconds = time.monotonic() - begun
        self.target = Target("wiremend", self._port, process, self._key)

    def configure(self, more: str = "") -> None:
        """Write the configuration, with ``more`` after each provider, in one step."""
        text = _HEAD.format(
            port=self._port, default=next(iter(self._upstreams)), digest=digest(self._key)
        )
        for name, port in self._upstreams.items():
            key = f"env:{_variable(name)}" if name in self._keys else "none"
            text += _PROVIDER.format(name=name, port=port, key=key) + more
        new = self._file.with_suffix(".new")
        new.write_text(text)
        new.chmod(0o600)
        new.replace(self._file)


def start_upstream(running: contextlib.ExitStack) -> int:
    """Start an upstream that is never the bottleneck; return its port."""
    port = free_port()
    spawn(running, [sys.executable, "-m", "tests.bench.upstream", str(port)], port)
    return port


def spawn(
    running: contextlib.ExitStack,
    command: list[str],
    port: int,
    environment: Mapping[str, str] | None = None,
    out: object = subprocess.DEVNULL,
) -> psutil.Process:
    """Start a process that ends with ``running``, and wait until it listens."""
    process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)  # type: ignore[call-overload]
    running.callback(_end, process)
    limit = time.monotonic() + _START_SECONDS
    while time.monotonic() < limit:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return psutil.Process(process.pid)
        time.sleep(0.01)
    raise SystemExit(f"{command[2]} did not start listening")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()


def _variable(name: str) -> str:
    return f"WIREMEND_BENCH_{name.upper()}"

"""The one socket on which agents are awaited, and who holds the port where it cannot be had."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

from proxy.errors import PortTakenError

BACKLOG = 2048

_ASK_SECONDS = 0.5
_OURS = b'{"status":"ok"}'
_LISTEN_STATE = "0A"
_TOOL_BY_PORT = {
    1234: "LM Studio",
    1337: "Jan",
    3456: "claude-code-router",
    4000: "LiteLLM",
    4891: "GPT4All",
    5001: "KoboldCpp",
    8000: "vLLM",
    8080: "llama.cpp",
    8317: "CLIProxyAPI",
    11434: "Ollama",
}


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; raises `PortTakenError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        _claim(listener)
        listener.bind((host, port))
        # Whoever bound the same port a moment ago loses here, not at the first connection.
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise PortTakenError(port, holder_of(host, port)) from error
    listener.setblocking(False)
    return listener


def holder_of(host: str, port: int) -> str:
    """Name whoever listens there, as well as the system tells."""
    if _answers_like_us(host, port):
        return "another Wiremend"
    named = _holder_by_proc(port) if sys.platform == "linux" else _holder_by_lsof(port)
    if named:
        return named
    tool = _TOOL_BY_PORT.get(port)
    return f"another program, probably {tool}" if tool else "another program"


def _claim(listener: socket.socket) -> None:
    if sys.platform == "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        # Takes a port whose last connections linger in TIME_WAIT; never one that is listened on.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def _answers_like_us(host: str, port: int) -> bool:
    name = f"[{host}]" if ":" in host else host
    question = f"GET /healthz HTTP/1.1\r\nHost: {name}:{port}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((host, port), timeout=_ASK_SECONDS) as connection:
            connection.settimeout(_ASK_SECONDS)
            connection.sendall(question.encode("ascii"))
            reply = connection.recv(4096)
    except OSError:
        return False
    return reply.startswith(b"HTTP/1.1 200 ") and reply.endswith(_OURS) and b"nosniff" in reply


def _holder_by_proc(port: int) -> str:
    links = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    if not links:
        return ""
    for process in Path("/proc").glob("[0-9]*"):
        if _holds(process, links):
            return f"{(process / 'comm').read_text().strip()} (process {process.name})"
    return ""


def _listening_inodes(port: int) -> set[str]:
    inodes: set[str] = set()
    for table in ("tcp", "tcp6"):
        path = Path("/proc/net") / table
        lines = path.read_text().splitlines()[1:] if path.exists() else []
        for fields in map(str.split, lines):
            local_port = int(fields[1].rpartition(":")[2], 16)
            if local_port == port and fields[3] == _LISTEN_STATE:
                inodes.add(fields[9])
    return inodes


def _holds(process: Path, links: set[str]) -> bool:
    try:
        return any(str(each.readlink()) in links for each in (process / "fd").iterdir())
    except OSError:
        # Another user's process, or one that has just ended.
        return False


def _holder_by_lsof(port: int) -> str:
    program = shutil.which("lsof")
    if program is None:
        return ""
    command = [program, "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=2, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    field_of = {line[:1]: line[1:] for line in told.stdout.splitlines()}
    return f"{field_of['c']} (process {field_of['p']})" if {"c", "p"} <= field_of.keys() else ""

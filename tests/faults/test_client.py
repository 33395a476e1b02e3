"""Faults of the agent's side, F32 to F39: it leaves, it stalls, it half-closes, it repeats."""

import hashlib
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import overload

import pytest

from proxy.limits import Limits
from tests.fakes.upstream import (
    LAST,
    SSE_HEAD,
    STALL,
    FakeUpstream,
    Request,
    Step,
    framed,
    streamed,
)
from tests.faults.families import CHAT, FAMILIES, Spoken
from tests.faults.parts import HEALTHY, HeardSocket, quick
from tests.faults.rig import GONE_SECONDS, Asked, Rig, rig
from tests.faults.served import eventually, provider, served
from tests.server.running import chat, post, proxy, read

ROWS = pytest.mark.parametrize("spoken", FAMILIES.values(), ids=FAMILIES)
PHASES: dict[str, Callable[[Spoken], list[Step]]] = {
    "before-head": lambda _: [STALL],
    "silent": lambda _: [SSE_HEAD, STALL],
    "mid-stream": lambda spoken: [SSE_HEAD, framed(spoken.start), STALL],
    "held-back": lambda spoken: [SSE_HEAD, framed(spoken.start + b"data: {"), STALL],
    "busy": lambda spoken: [SSE_HEAD, framed(spoken.start), *[framed(spoken.text), 0.005] * 2000],
}


def reset(asked: Asked) -> None:
    """Let the agent's end of the connection be broken instead of closed."""
    asked.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


WAYS = [
    *((spoken, phase, False, False) for spoken in FAMILIES.values() for phase in PHASES),
    *((CHAT, phase, True, passthrough) for phase in PHASES for passthrough in (False, True)),
]


@pytest.mark.parametrize(("spoken", "phase", "broken", "passthrough"), WAYS)
def test_f32_f33_upstream_is_let_go_as_soon_as_the_agent_is_gone(
    spoken: Spoken, phase: str, *, broken: bool, passthrough: bool
) -> None:
    # Not every combination has a stream beside it: one of each phase does.
    beside = spoken is CHAT and not broken
    with rig(PHASES[phase](spoken), passthrough=passthrough, probe=beside) as fault:
        asked = fault.open(path=spoken.path, ends="client_gone")
        _wait_for_request(fault)
        if phase != "before-head":
            time.sleep(0.1)
        if broken:
            reset(asked)
        fault.leave(asked)
        assert eventually(lambda: bool(fault.finished()), 2)
        over = fault.finished()[0]
        # Nobody may be blamed for an answer that the agent did not wait for.
        assert (dict(over.findings), dict(over.would_mend)) == ({}, {})
        assert "0 events" not in over.reason


def _wait_for_request(fault: Rig) -> None:
    assert eventually(lambda: bool(fault.a.requests), 5)


@contextmanager
def deaf() -> Generator[str]:
    """Listen where no connection is ever accepted, nor can wait to be."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        for each in waiting:
            each.close()


def test_f33_an_agent_that_goes_while_we_connect_ends_the_attempt() -> None:
    with deaf() as url, rig(base_url=url, timeouts=quick(connect=30)) as fault:
        asked = fault.open(ends="client_gone")
        time.sleep(0.3)
        assert not fault.finished()
        asked.left = True
        asked.peer.close()
        assert eventually(lambda: bool(fault.finished()), GONE_SECONDS + 1)


def test_f33_an_agent_that_goes_while_it_waits_its_turn_takes_no_slot() -> None:
    go_on = threading.Event()

    def script(_request: Request) -> Iterator[Step]:
        yield SSE_HEAD.replace(b"text/event-stream", b"application/json")
        assert go_on.wait(10)
        yield framed(b"{}") + LAST

    with rig(FakeUpstream(script), max_concurrent=1) as fault:
        body = fault.body(stream=False)
        first = fault.open(body, path="/v1/embeddings")
        _wait_for_request(fault)
        second = fault.open(body, path="/v1/embeddings", ends="client_gone")
        time.sleep(0.2)
        second.left = True
        second.peer.close()
        assert eventually(lambda: bool(fault.finished()), GONE_SECONDS + 1)
        go_on.set()
        third = fault.open(body, path="/v1/embeddings")
        assert fault.read(first).status == fault.read(third).status == 200
        assert len(fault.a.requests) == 2


class Counted(Sequence[Step]):
    """The same piece again and again; knows how many were asked for."""

    def __init__(self, piece: bytes, count: int, last: Sequence[Step], first: bytes = b"") -> None:
        self._first = first
        self._piece, self._count, self._last = framed(piece), count, last
        self.given = 0

    def __len__(self) -> int:
        return 1 + self._count + len(self._last)

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Step]: ...
    def __getitem__(self, index: int | slice) -> Step | Sequence[Step]:
        assert isinstance(index, int)
        self.given = max(self.given, index)
        if index == 0:
            return SSE_HEAD + self._first
        return self._piece if index <= self._count else self._last[index - 1 - self._count]


def _has_networks() -> bool:
    """Tell whether a process may have a network of its own, in which packets are lost at will."""
    if not shutil.which("unshare") or not shutil.which("ip"):
        return False
    tried = subprocess.run(["unshare", "-rn", "true"], check=False, capture_output=True)
    return tried.returncode == 0


@pytest.mark.skipif(not _has_networks(), reason="needs a network namespace")
def test_f34_an_agent_whose_packets_vanish_is_noticed() -> None:
    script = Path(__file__).with_name("lostpackets.py")
    command = ["unshare", "-rn", sys.executable, str(script), "agent"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=40, check=True)
    told = json.loads(done.stdout)
    assert told["outcome"] == "client_gone"
    assert told["seconds"] < 5
    assert told["upstream_told"]


MEGABYTE = 1024 * 1024
STREAM = (200 if "WIREMEND_FUZZ" in os.environ else 48) * MEGABYTE
"""More than all buffers on the way can hold, and four times as much where there is time."""


def resident(pid: int) -> int:
    """Return a process's memory in bytes."""
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * 4096


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
@pytest.mark.timeout(180)
@ROWS
def test_f35_a_reader_that_stops_costs_no_memory_and_loses_nothing(
    spoken: Spoken, tmp_path: Path
) -> None:
    piece = spoken.text * (64 * 1024 // len(spoken.text))
    count = STREAM // len(piece)
    script = Counted(piece, count, [framed(spoken.stop + spoken.terminal)], framed(spoken.start))
    with (
        FakeUpstream(lambda _: script) as up,
        served(tmp_path, provider(up.url, key="none")) as process,
    ):
        up.script = streamed(spoken.start, *[piece] * 100, spoken.stop + spoken.terminal)
        assert process.ask(chat(), spoken.path).whole
        before = resident(process.process.pid)
        up.script = lambda _: script
        with process.connect(chat(), spoken.path) as peer:
            peer.settimeout(60)
            head = peer.recv(1000)
            given = _until_paused(script)
            assert given < len(script) / 2
            assert resident(process.process.pid) - before <= 2 * MEGABYTE
            rest = _Fed(head, peer)
            answer = read(rest)  # pyright: ignore[reportArgumentType]
        sent = spoken.start + piece * count + spoken.stop + spoken.terminal
        assert answer.whole
        assert hashlib.sha256(answer.body).digest() == hashlib.sha256(sent).digest()


def _until_paused(script: Counted) -> int:
    """Wait until upstream gets rid of nothing more; return how many pieces it had sent then."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        given = script.given
        time.sleep(0.5)
        if script.given == given:
            return given
    raise AssertionError("upstream was never paused")


class _Fed:
    """A socket whose first bytes have been read already."""

    def __init__(self, head: bytes, peer: socket.socket) -> None:
        self._head, self._peer = head, peer

    def recv(self, size: int) -> bytes:
        head, self._head = self._head, b""
        return head or self._peer.recv(max(size, MEGABYTE))


@ROWS
def test_f36_a_reader_that_never_resumes_is_given_up(spoken: Spoken) -> None:
    script = Counted(spoken.text * 1000, 2000, [STALL])
    limits = Limits(unread=0.5, sentinel_grace=0.1)
    with rig(script, limits=limits) as fault:
        asked = fault.open(path=spoken.path, ends="client_gone")
        asked.left = True
        assert fault.a.wait_for_peer_to_close(10)
        assert eventually(lambda: bool(fault.finished()), 2)
        assert fault.finished()[0].outcome == "client_gone"
        # The connection is broken too, not only left.
        while asked.peer.recv(MEGABYTE):
            pass


def test_f37_an_agent_that_closes_its_half_counts_as_gone() -> None:
    with rig(PHASES["mid-stream"](CHAT)) as fault:
        asked = fault.open(ends="client_gone")
        asked.left = True
        _wait_for_request(fault)
        time.sleep(0.1)
        asked.peer.shutdown(socket.SHUT_WR)
        assert fault.a.wait_for_peer_to_close(GONE_SECONDS + 1)


def request_head(fault: Rig, **headers: str) -> bytes:
    lines = {
        "host": f"127.0.0.1:{fault.running.port}",
        "authorization": f"Bearer {fault.running.key}",
        "content-type": "application/json",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    fields = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST /v1/chat/completions HTTP/1.1\r\n{fields}\r\n".encode()


def raw(fault: Rig, data: bytes, *, ends: str | None = "done") -> Asked:
    """Open an exchange with these very bytes."""
    peer = socket.create_connection(("127.0.0.1", fault.running.port), timeout=20)
    opened = Asked(HeardSocket.over(peer), ends)
    fault.asked.append(opened)
    opened.peer.sendall(data)
    return opened


def test_f38_who_waits_for_a_hundred_is_told_to_go_on() -> None:
    with rig() as fault:
        body = fault.body()
        head = request_head(fault, content_length=str(len(body)), expect="100-continue")
        asked = raw(fault, head)
        assert asked.peer.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        asked.peer.sendall(body)
        assert fault.read(asked).body == b"".join(HEALTHY)
        assert fault.request()["stream"] is True
        assert fault.a.requests[-1].header("expect") == []


def test_f38_a_body_in_chunks_is_accepted_and_framed_anew() -> None:
    with rig() as fault:
        body = fault.body()
        pieces = [body[place : place + 9] for place in range(0, len(body), 9)]
        data = b"".join(map(framed, pieces)) + LAST
        asked = raw(fault, request_head(fault, transfer_encoding="chunked") + data)
        assert fault.read(asked).status == 200
        sent = fault.a.requests[-1]
        assert sent.body == body
        assert sent.header("content-length") == [str(len(body))]
        assert sent.header("transfer-encoding") == []


def test_f38_a_client_of_http_1_0_is_sent_no_chunks() -> None:
    with rig() as fault:
        body = fault.body()
        head = request_head(fault, content_length=str(len(body)))
        peer = raw(fault, head.replace(b"HTTP/1.1", b"HTTP/1.0") + body).peer
        answer = b"".join(iter(lambda: peer.recv(65536), b""))
        head, _, rest = answer.partition(b"\r\n\r\n")
        assert b"transfer-encoding" not in head
        assert rest == b"".join(HEALTHY)


def test_f38_a_body_as_large_as_is_allowed_goes_through() -> None:
    size = 64 * MEGABYTE
    body = chat(x="")
    body = body.replace(b'"x": ""', b'"x": "' + b"y" * (size - len(body)) + b'"')
    # Without the rig: it would look for every secret, in every spelling, in all of this.
    with FakeUpstream(streamed(*HEALTHY)) as up, proxy(up.url, limits=Limits()) as running:
        assert post(running, body).status == 200
        assert up.requests[-1].body == body
        assert len(body) == size


@pytest.mark.parametrize("chunked", [False, True])
def test_f38_a_byte_more_is_refused_before_all_of_it_is_read(*, chunked: bool) -> None:
    with rig() as fault:
        size = 64 * MEGABYTE + 1
        if chunked:
            head = request_head(fault, transfer_encoding="chunked") + b"%x\r\n" % size
        else:
            head = request_head(fault, content_length=str(size))
        asked = raw(fault, head, ends="client_gone" if chunked else None)
        if chunked:
            asked.peer.sendall(b"x" * size)
        asked.answer = read(asked.peer)
        assert (asked.answer.status, asked.answer.json["error"]["code"]) == (413, "too_large")
        assert fault.a.requests == []


@ROWS
def test_f39_the_same_request_again_is_another_one(spoken: Spoken) -> None:
    rest = spoken.text + spoken.stop + spoken.terminal
    go_on = threading.Event()

    def slow(_request: Request) -> Iterator[Step]:
        yield SSE_HEAD + framed(spoken.start)
        assert go_on.wait(10)
        yield framed(rest) + LAST

    with rig(FakeUpstream(slow)) as fault:
        first = fault.open(path=spoken.path, ends="client_gone")
        second = fault.open(path=spoken.path)
        assert eventually(lambda: len(fault.a.requests) == 2, 5)
        first.left = True
        first.peer.close()
        assert eventually(lambda: bool(fault.finished()), GONE_SECONDS + 1)
        go_on.set()
        assert fault.read(second).body == spoken.start + rest

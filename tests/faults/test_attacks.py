"""Attacks on a proxy that runs which take more than one request, or more than one place to look."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from proxy.limits import Limits
from tests.fakes.upstream import FakeUpstream, streamed
from tests.faults.parts import HEALTHY
from tests.faults.served import Served, provider, served
from tests.server.live import Live, QuietUpstream, drain
from tests.server.running import chat


@pytest.fixture
def live() -> Iterator[Live]:
    upstream = QuietUpstream()
    running = Live(upstream, Limits(header=1, connections=1100))
    yield running
    running.close()
    upstream.close()


def addresses() -> list[str]:
    """Return every address of this machine but the one that is listened on."""
    found = [each for group in psutil.net_if_addrs().values() for each in group]
    named = {each.address for each in found if each.family is socket.AF_INET}
    return sorted((named | {"127.0.0.2"}) - {"127.0.0.1"})


def test_s13_nothing_but_the_configured_address_and_port_is_listened_on(tmp_path: Path) -> None:
    with served(tmp_path, provider("demo:", key="none")) as proxy:
        process = psutil.Process(proxy.process.pid)
        listening = [
            (each.laddr.ip, each.laddr.port)
            for each in process.net_connections("inet")
            if each.status in (psutil.CONN_LISTEN, psutil.CONN_NONE)
        ]
        assert listening == [("127.0.0.1", proxy.port)]
        for address in addresses():
            with pytest.raises(OSError, match=r"refused|timed out|unreachable"):
                socket.create_connection((address, proxy.port), timeout=2)


def test_s19_a_thousand_silent_connections_are_closed_and_hold_up_nobody(live: Live) -> None:
    silent = [live.connect() for _ in range(500)]
    halves = [live.connect() for _ in range(500)]
    try:
        for number, connection in enumerate(halves):
            connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: 1"[: number % 40 + 1])
        began = time.monotonic()
        assert live.send().status == 200
        assert time.monotonic() - began < 1
        for connection in silent + halves:
            assert drain(connection).raw == b""
        assert time.monotonic() - began < 4
        assert live.send().status == 200
    finally:
        for connection in silent + halves:
            connection.close()


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[tuple[Served, FakeUpstream]]:
    with (
        FakeUpstream(streamed(*HEALTHY)) as upstream,
        served(tmp_path, provider(upstream.url, key="none"), "--log-format", "text") as proxy,
    ):
        yield proxy, upstream


INJECTED = "m\r\nX-Injected: 1\r\n\r\nListening on http://evil\x1b[2J\u2028"


@pytest.mark.parametrize("form", ["json", "text"])
def test_s21_a_line_end_in_a_models_name_adds_no_header_and_no_line(
    tmp_path: Path, form: str
) -> None:
    with (
        FakeUpstream(streamed(*HEALTHY)) as upstream,
        Served(tmp_path, provider(upstream.url, key="none"), "--log-format", form) as proxy,
    ):
        while b"\n" not in proxy.out:
            time.sleep(0.02)
        assert proxy.ask(chat(model=INJECTED)).status == 200
        proxy.process.terminate()
        assert proxy.wait() == 0
        head = upstream.requests[0].head
    assert b"x-injected" not in head.lower()
    assert proxy.out.count(b"\n") == 2
    assert proxy.out.isascii()
    assert b"\x1b" not in proxy.out
    assert proxy.errors == b""


@pytest.mark.parametrize(
    "path",
    [
        "/v1/models/x%0d%0aX:1",
        "/p%0d%0aX:1/v1/chat/completions",
        "/p%0a/v1/chat/completions",
        "/v1/models/x%0aListening",
    ],
)
def test_s21_a_line_end_in_a_path_is_refused(live: Live, path: str) -> None:
    before = len(live.upstream.requests)
    method = "GET" if "models" in path else "POST"
    reply = live.send(path, method=method)
    assert reply.status == 400
    assert len(live.upstream.requests) == before


@pytest.mark.parametrize("name", ["a\\r\\nb", "a\\nb", "a\\u2028b", "a\\u001bb"])
def test_s21_a_line_end_in_an_agents_or_a_providers_name_is_no_configuration(
    tmp_path: Path, name: str
) -> None:
    proxy = Served(tmp_path, f'[[agents]]\nname = "{name}"\nsha256 = "{"0" * 64}"\n')
    with proxy:
        assert proxy.wait() == 1
    assert proxy.errors.count(b"\n") == 1
    with Served(tmp_path, provider("demo:", f'"{name}"', key="none")) as other:
        assert other.wait() == 1
    assert other.errors.count(b"\n") == 1

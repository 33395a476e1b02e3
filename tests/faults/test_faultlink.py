"""The link does to bytes what its weather says, and leaves nothing behind."""

import socket
import threading
import time
from collections import Counter

import pytest

from tests.fakes.upstream import CLOSE, FakeUpstream
from tests.faults.faultlink import Break, FaultLink, Weather

GREETING = b"GET / HTTP/1.1\r\n\r\n"
ANSWER = bytes(range(256)) * 40


def _received(link: FaultLink, most: int = 1 << 20) -> tuple[list[bytes], str]:
    """Ask and read to the end; tell by what it ended."""
    pieces: list[bytes] = []
    with socket.create_connection(("127.0.0.1", link.port), timeout=0.6) as peer:
        try:
            peer.sendall(GREETING)
            while sum(map(len, pieces)) < most:
                piece = peer.recv(65536)
                if not piece:
                    return pieces, "end"
                pieces.append(piece)
        except ConnectionResetError:
            return pieces, "reset"
        except TimeoutError:
            return pieces, "silence"
    return pieces, "enough"


def test_a_fair_link_changes_nothing() -> None:
    with FakeUpstream([ANSWER, CLOSE]) as upstream, FaultLink(upstream.port) as link:
        pieces, end = _received(link)
        assert (b"".join(pieces), end) == (ANSWER, "end")
        assert upstream.requests[0].head == GREETING.strip()


@pytest.mark.parametrize("how", Break)
def test_a_limit_of_bytes_breaks_the_connection_as_told(how: Break) -> None:
    back = Weather(limit=1000, then=how)
    with FakeUpstream([ANSWER, 5.0]) as upstream, FaultLink(upstream.port, back=back) as link:
        pieces, end = _received(link)
        expected = {Break.RESET: "reset", Break.CLOSE: "end"}.get(how, "silence")
        assert end == expected
        # A reset may overtake what is still on its way.
        assert how is Break.RESET or b"".join(pieces) == ANSWER[:1000]


def test_slices_are_the_same_for_the_same_seed() -> None:
    seen: Counter[tuple[int, ...]] = Counter()
    # Slices that are read late arrive as one: not every look sees them all.
    while not seen or (max(seen.values()) < 2 and seen.total() < 10):
        back = Weather(slices=700, latency=0.01)
        with FakeUpstream([ANSWER[:4000], CLOSE]) as up, FaultLink(up.port, back=back) as link:
            pieces, _ = _received(link)
            assert b"".join(pieces) == ANSWER[:4000]
            seen[tuple(map(len, pieces))] += 1
    assert max(seen.values()) == 2
    assert max(map(len, seen)) > 3


def test_latency_bandwidth_and_a_slow_close_take_their_time() -> None:
    back = Weather(latency=0.1, bandwidth=40_000, slow_close=0.1)
    with FakeUpstream([ANSWER[:8000], CLOSE]) as up, FaultLink(up.port, back=back) as link:
        began = time.monotonic()
        assert _received(link)[1] == "end"
        assert time.monotonic() - began > 0.1 + 0.2 + 0.1


def test_nothing_is_left_of_a_link() -> None:
    before = threading.active_count()
    with FakeUpstream([ANSWER, 0.0]) as upstream, FaultLink(upstream.port) as link:
        _received(link, most=100)
    limit = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < limit:
        time.sleep(0.01)
    assert threading.active_count() <= before

"""The wall clock jumps; nothing that runs takes notice."""

import time
from collections.abc import Iterator

import pytest

from tests.fakes.upstream import FakeUpstream, streamed
from tests.server.running import chat, connect, proxy, quick, read

TEXT = b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n'
FINISH = b'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"
HOUR, YEAR = 3600.0, 365 * 24 * 3600.0


@pytest.fixture(params=[-3 * HOUR, HOUR, 10 * YEAR], ids=["back", "summer time", "forward"])
def jump(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[float]:
    """The system's clock, a moment from now on, shows another time."""
    real, begun = time.time, time.monotonic()

    def shown() -> float:
        return real() + (request.param if time.monotonic() - begun > 0.3 else 0.0)

    monkeypatch.setattr(time, "time", shown)
    return request.param


def test_f50_a_stream_outlives_a_jump_of_the_clock(jump: float) -> None:
    script = streamed(TEXT, 0.25, TEXT, 0.3, TEXT, FINISH, DONE)
    with FakeUpstream(script) as upstream:
        timeouts = quick(idle=3)
        with proxy(upstream.url, timeouts=timeouts) as running:
            with connect(running, chat()) as peer:
                answer = read(peer)
            assert answer.body.count(b'"content"') == 3
            assert answer.body.endswith(DONE)
            [over] = running.finished()
            assert over.outcome == "done"
            assert 500 < over.duration_ms < 10_000
            assert over.first_byte_ms is not None
            assert 0 <= over.first_byte_ms <= over.duration_ms
    assert jump

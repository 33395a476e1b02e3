"""What the inspector is told, and when."""

import time

from proxy.tap import Answered, Received
from tests.fakes.upstream import SSE_HEAD, STALL, FakeUpstream, framed
from tests.faults import parts
from tests.server.running import chat, connect, proxy

ENTRY = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALL = parts.event({"role": "assistant", "tool_calls": [{"index": 0, **ENTRY}]})


def test_what_is_held_back_is_shown_as_soon_as_it_came() -> None:
    with (
        FakeUpstream([SSE_HEAD, framed(CALL), STALL]) as up,
        proxy(up.url, fixes={"buffer-tool-calls": True}) as running,
        connect(running, chat()),
    ):
        until = time.monotonic() + 5
        while not any(isinstance(each, Received) for each in running.records):
            assert time.monotonic() < until
            time.sleep(0.01)
        kinds = [type(each) for each in running.records]
        assert kinds.index(Answered) < kinds.index(Received)

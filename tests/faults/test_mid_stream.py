"""Faults in mid-stream, F20 to F26: cuts, silences, and a connection that stays open."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from proxy.errors import problem
from proxy.limits import Limits
from proxy.repairs import selected_names
from tests.fakes.upstream import CLOSE, RESET, SSE_HEAD, STALL, framed, streamed
from tests.faults.families import CHAT, FAMILIES, Spoken, sentence
from tests.faults.parts import quick
from tests.faults.rig import rig

ROWS = pytest.mark.parametrize("spoken", FAMILIES.values(), ids=FAMILIES)


@ROWS
@pytest.mark.parametrize("half", [b"", b'data: {"half'], ids=["whole", "half"])
def test_f20_a_reset_after_five_events_is_told_at_once(spoken: Spoken, half: bytes) -> None:
    five = spoken.start + spoken.text * 4
    script = [SSE_HEAD, framed(five), framed(half) if half else 0.0, 0.2, RESET]
    with rig(script) as fault:
        begun = time.monotonic()
        answer = fault.ask(path=spoken.path, ends="cut_off")
        assert time.monotonic() - begun < 0.2 + 1
        assert answer.body.startswith(five)
        assert answer.whole
        assert sentence(answer) == problem("upstream_reset").message
        assert half not in answer.body or not half
        reason = fault.over().reason
        assert f"after 5 events, {len(five + half)} bytes" in reason


@ROWS
def test_f21_a_clean_end_without_a_terminal_is_a_cut(spoken: Spoken) -> None:
    with rig(streamed(spoken.start, spoken.text, 0.05)) as fault:
        answer = fault.ask(path=spoken.path, ends="cut_off")
        assert answer.body.startswith(spoken.start + spoken.text)
        assert sentence(answer) == problem("stream_incomplete").message
        assert spoken.terminal not in answer.body


@ROWS
@pytest.mark.parametrize("fixes", [{}, {"buffer-tool-calls": True, "salvage-arguments": True}])
@pytest.mark.parametrize("end", [b"", CLOSE], ids=["last-chunk", "close"])
def test_f22_arguments_cut_off_are_never_made_whole(
    spoken: Spoken, fixes: dict[str, bool], end: bytes
) -> None:
    sent = spoken.start + spoken.arguments
    assert set(fixes) <= set(selected_names(fixes))
    script = streamed(sent, 0.05) if end == b"" else [SSE_HEAD, framed(sent), 0.05, CLOSE]
    with rig(script, fixes=fixes) as fault:
        answer = fault.ask(path=spoken.path, ends="cut_off")
        assert "before the answer" in sentence(answer) or "broke" in sentence(answer)
        assert answer.body.replace(rb"\"", b'"').count(b'{"a"') <= 1
        assert b'\\"a\\":' not in answer.body
        assert b'{\\"a\\"}' not in answer.body


@ROWS
def test_f23_an_answer_ends_with_its_terminal_though_upstream_stays(spoken: Spoken) -> None:
    with rig([SSE_HEAD, framed(spoken.whole), STALL]) as fault:
        begun = time.monotonic()
        answer = fault.ask(path=spoken.path)
        assert time.monotonic() - begun < 1
        assert answer.body == spoken.whole
        assert fault.a.wait_for_peer_to_close(5)


# The real figures divided by 600: 713 s of silence, 900 s allowed, 10 and 15 s to a sign of life.
SCALED = Limits(first_keep_alive=0.017, keep_alive=0.025)
SILENCE, ALLOWED = 1.19, 1.5
CODEX_IDLE = 300 / 600
"""Codex gives up after so long without an event: comments do not count (openai/codex#31539)."""
CLAUDE_IDLE = 90 / 600
"""Claude Code's watchdog takes every byte for a sign of life."""
NOISE = 0.3


@ROWS
def test_f24_a_long_silence_is_filled_and_everything_is_delivered(spoken: Spoken) -> None:
    script = streamed(spoken.start, SILENCE, spoken.text + spoken.stop + spoken.terminal)
    with rig(script, limits=SCALED, timeouts=quick(idle=ALLOWED)) as fault:
        asked = fault.open(path=spoken.path)
        begun = time.monotonic()
        longest_silence, longest_without_event = _gaps(asked.peer.recv, begun, spoken.terminal)
        assert longest_silence < CLAUDE_IDLE + NOISE
        if spoken is not CHAT:
            # Chat has no event that may be repeated.
            assert longest_without_event < CODEX_IDLE + NOISE
        for part in (spoken.start, spoken.text + spoken.stop + spoken.terminal):
            assert part in _dechunked(bytes(asked.peer.heard))


def _gaps(receive: Callable[[int], bytes], begun: float, terminal: bytes) -> tuple[float, float]:
    """Read to the terminal; return the longest time without a byte, and without an event."""
    heard, silence, without_event = b"", 0.0, 0.0
    last = last_event = begun
    while terminal not in heard:
        more = receive(65536)
        assert more
        heard += more
        now = time.monotonic()
        silence, last = max(silence, now - last), now
        if b"data:" in more:
            without_event, last_event = max(without_event, now - last_event), now
    return silence, without_event


def _dechunked(raw: bytes) -> bytes:
    data, rest = b"", raw.partition(b"\r\n\r\n")[2]
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        data, rest = data + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return data


@ROWS
def test_f25_a_silence_beyond_the_limit_ends_the_answer(spoken: Spoken) -> None:
    limit = 0.5
    with rig([SSE_HEAD, framed(spoken.start), STALL], timeouts=quick(idle=limit)) as fault:
        begun = time.monotonic()
        answer = fault.ask(path=spoken.path, ends="timeout")
        assert limit * 0.99 < time.monotonic() - begun < limit + 0.5
        assert sentence(answer) == problem("upstream_idle_timeout").message
        assert answer.body.startswith(spoken.start)


def test_f25_an_answer_that_never_ends_has_an_end_all_the_same() -> None:
    script = streamed(CHAT.start, *[CHAT.text, 0.05] * 100)
    limits = Limits(stream=1, sentinel_grace=0.2)
    # The stream beside it would end as well.
    with rig(script, limits=limits, probe=False) as fault:
        begun = time.monotonic()
        answer = fault.ask(ends="timeout")
        assert 0.99 < time.monotonic() - begun < 1.5
        assert sentence(answer) == problem("upstream_idle_timeout").message


@pytest.mark.skipif(
    sys.platform != "linux" or not os.environ.get("WIREMEND_REAL_TIME"),
    reason="takes the kernel's own 30 s, and a network namespace",
)
@pytest.mark.timeout(120)
def test_f26_a_link_that_swallows_everything_is_noticed_by_probes() -> None:
    script = Path(__file__).with_name("lostpackets.py")
    command = ["unshare", "-rn", sys.executable, str(script), "link"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    told = json.loads(done.stdout)
    assert told["outcome"] == "cut_off"
    assert told["seconds"] < 60

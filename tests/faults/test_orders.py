"""Z05: whatever happens to an exchange, and in whatever order, it ends once and truthfully."""

import asyncio
import os

import pytest
from hypothesis import example, given, settings, strategies as st

from proxy import sse, wire
from tests.faults.families import FAMILIES, Spoken
from tests.faults.machine import Machine, StillLoop

STEPS = ("head", "end", "reset", "leave", "shutdown")
WAITS = (0.5, 6.0, 16.0, 901.0, 15_000.0)
PARTS = ("start", "text", "arguments", "stop", "terminal", "error", "half", "rest", "comment")
SLICE = 16 * 1024
"""Bytes of one piece that the relay works on at a time."""
LONG = 60 * int(os.environ.get("WIREMEND_FUZZ", "1"))


def part(spoken: Spoken, name: str) -> bytes:
    whole = {"half": spoken.text[:-9], "rest": spoken.text[-9:], "comment": b": x\n\n"}
    return whole[name] if name in whole else getattr(spoken, name)


@pytest.mark.timeout(LONG)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@given(
    family=st.sampled_from([*FAMILIES]),
    passthrough=st.booleans(),
    happening=st.lists(st.sampled_from([*STEPS, *WAITS, *PARTS, *PARTS]), max_size=14),
)
@example("chat", False, ["head", "start", "stop", 6.0, "leave"])
@example("messages", False, [16.0, "head", "start", "error", "text", "end"])
@example("responses", True, ["head", "error", "terminal", "end"])
@example("responses", True, ["head", "start", "half", "shutdown", "end"])
@settings(max_examples=5 * settings.default.max_examples)  # type: ignore[union-attr]
def test_z05_any_order_has_one_end_and_nothing_behind_it(
    family: str, passthrough: bool, happening: list[str | float]
) -> None:
    spoken = FAMILIES[family]
    machine = Machine(spoken.path.removeprefix("/v1/"), passthrough)
    loop = StillLoop()
    try:
        loop.run_until_complete(_play(machine, spoken, happening))
    finally:
        loop.close()
    _judge(machine, spoken)


async def _play(machine: Machine, spoken: Spoken, happening: list[str | float]) -> None:
    machine.start()
    await machine.step(0.0)
    for each in happening:
        if isinstance(each, str) and each in PARTS:
            await machine.step(part(spoken, each))
        else:
            await machine.step(each)
    # Whatever is still open then, upstream's head and end are what it waits for.
    await machine.step("head")
    await machine.step("end")
    for _ in range(1000):
        if machine.task.done():
            break
        await machine.step(0.01)
    assert machine.task.done()
    await machine.task
    machine.relay.close()


def _judge(machine: Machine, spoken: Spoken) -> None:
    [over] = machine.finished
    assert machine.records[-1] is over
    assert machine.answer.closed or not machine.upstreams.head.is_set() or not _opened(machine)
    assert not machine.answer.read_when_closed
    kinds = [each["type"] for each in machine.messages]
    assert kinds.count("http.response.start") <= 1
    assert kinds[:1] in ([], ["http.response.start"])
    lasts = [each for each in machine.messages if each.get("more_body") is False]
    assert lasts in ([], machine.messages[-1:])
    terminal, behind = _terminal(machine.sent, spoken)
    if not machine.passthrough:
        assert behind == 0
    if over.outcome == "done":
        assert (
            terminal == "terminal" or b'"finish_reason":"stop"' in machine.sent or _stops(machine)
        )
    elif not machine.passthrough and not machine.gone:
        assert terminal != "terminal"
        assert lasts


def _opened(machine: Machine) -> bool:
    return any(type(each).__name__ == "Answered" for each in machine.records)


def _stops(machine: Machine) -> bool:
    return b'"stop_reason"' in machine.sent


def _fails(body: wire.JsonObject) -> bool:
    return bool(body.get("error")) or body.get("type") in ("error", "response.failed")


def _terminal(sent: bytes, spoken: Spoken) -> tuple[str, int]:
    """Return which end the agent saw, and how many events came behind it."""
    seen, behind = "", 0
    [whole] = [each.data for each in sse.Decoder().feed(spoken.terminal)]
    for event in sse.Decoder().feed(sent):
        if event.data is None:
            continue
        if seen:
            behind += 1
        elif event.data == whole:
            seen = "terminal"
        elif _fails(wire.decode_object(event.data) or {}):
            seen = "error"
    return seen, behind


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("turns", range(1, 14))
def test_z05_an_end_amid_a_large_piece_loses_nothing_in_silence(family: str, turns: int) -> None:
    spoken = FAMILIES[family]
    machine = Machine(spoken.path.removeprefix("/v1/"), passthrough=False)
    whole = spoken.start + spoken.text * (3 * SLICE // len(spoken.text)) + spoken.stop
    loop = StillLoop()
    try:
        loop.run_until_complete(_interrupt(machine, whole + spoken.terminal, turns))
    finally:
        loop.close()
    terminal, _ = _terminal(machine.sent, spoken)
    # Where the last bytes waited for the agent to take others, the connection breaks.
    assert terminal or machine.messages[-1]["more_body"]
    if terminal == "terminal":
        assert machine.sent == whole + spoken.terminal


async def _interrupt(machine: Machine, piece: bytes, turns: int) -> None:
    machine.start()
    await machine.step("head")
    machine.answer.come(piece)
    for _ in range(turns):
        await asyncio.sleep(0)
    await machine.step("shutdown")
    await machine.step("end")
    await machine.task
    machine.relay.close()

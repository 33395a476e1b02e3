"""So many requests at once and no more; the others wait their turn, in order."""

import asyncio

import pytest

from proxy.errors import ProxyError
from proxy.gate import Gate

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_without_a_limit_nobody_waits() -> None:
    door = Gate(10)
    for _ in range(100):
        await asyncio.wait_for(door.enter(0), 1)


async def test_the_next_one_enters_when_one_leaves() -> None:
    door = Gate(10)
    leave = await door.enter(1)
    waiting = [asyncio.ensure_future(door.enter(1)) for _ in range(2)]
    await asyncio.sleep(0.01)
    assert not any(each.done() for each in waiting)
    leave()
    leave()
    await asyncio.sleep(0.01)
    assert [each.done() for each in waiting] == [True, False]
    waiting[0].result()()
    await asyncio.wait_for(waiting[1], 1)


async def test_who_gives_up_leaves_no_hole() -> None:
    door = Gate(10)
    leave = await door.enter(1)
    gone = asyncio.ensure_future(door.enter(1))
    stays = asyncio.ensure_future(door.enter(1))
    await asyncio.sleep(0.01)
    gone.cancel()
    leave()
    await asyncio.wait_for(stays, 1)
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_who_gives_up_in_the_moment_of_the_turn_passes_it_on() -> None:
    door = Gate(10)
    leave = await door.enter(1)
    gone = asyncio.ensure_future(door.enter(1))
    stays = asyncio.ensure_future(door.enter(1))
    await asyncio.sleep(0.01)
    leave()
    gone.cancel()
    await asyncio.wait_for(stays, 1)


async def test_says_busy_when_the_turn_does_not_come() -> None:
    door = Gate(0.05)
    await door.enter(1)
    with pytest.raises(ProxyError) as caught:
        await door.enter(1)
    assert caught.value.problem.code == "busy"


async def test_a_limit_that_was_lifted_lets_everybody_in() -> None:
    door = Gate(10)
    await door.enter(1)
    waiting = asyncio.ensure_future(door.enter(1))
    await asyncio.sleep(0.01)
    await door.enter(0)
    await asyncio.wait_for(waiting, 1)

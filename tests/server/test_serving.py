import asyncio

from proxy.serving import close_loop, new_loop


def test_closing_a_loop_ends_what_still_runs_in_it() -> None:
    loop = new_loop()
    ended: list[str] = []

    async def patient() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("task")

    async def begin() -> None:
        ended.append("begun")
        tasks.append(asyncio.ensure_future(patient()))
        await asyncio.sleep(0)

    tasks: list[asyncio.Future[None]] = []
    loop.run_until_complete(begin())
    close_loop(loop)
    assert ended == ["begun", "task"]
    assert loop.is_closed()


def test_a_task_that_will_not_end_is_not_waited_for() -> None:
    loop = new_loop()
    # Whoever collects the task that is left would be told of it.
    loop.set_exception_handler(lambda _loop, _left: None)

    async def stubborn() -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if len(refusals) > 1:
                    raise
                refusals.append(1)

    async def begin() -> None:
        tasks.append(asyncio.ensure_future(stubborn()))
        await asyncio.sleep(0)

    refusals: list[int] = []
    tasks: list[asyncio.Future[None]] = []
    began = loop.time()
    loop.run_until_complete(begin())
    close_loop(loop)
    assert refusals == [1]
    assert loop.is_closed()
    assert loop.time() - began < 10

"""A provider's limit of requests in flight: first come, first served."""

import asyncio
from collections import deque
from collections.abc import Callable

from proxy.errors import ProxyError, problem


class Gate:
    """Counts the requests in flight; more than the limit wait their turn, for so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._inside = 0
        self._limit = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self, limit: int) -> Callable[[], None]:
        """Wait for a slot; return what frees it, which may be called more than once.

        ``limit`` 0 means none. Raises `ProxyError` (busy) where the turn does not come in time.
        """
        self._limit = limit
        self._admit()
        if limit and (self._inside >= limit or self._waiting):
            await self._turn()
        else:
            self._inside += 1
        return self._ticket()

    def _ticket(self) -> Callable[[], None]:
        used = False

        def leave() -> None:
            nonlocal used
            if not used:
                used = True
                self._inside -= 1
                self._admit()

        return leave

    async def _turn(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._seconds):
                await turn
        except BaseException as error:
            if turn in self._waiting:
                self._waiting.remove(turn)
            elif turn.done() and not turn.cancelled():
                # The turn came in the very moment of giving up.
                self._inside -= 1
                self._admit()
            if isinstance(error, TimeoutError):
                raise ProxyError(problem("busy"), "no slot in time") from error
            raise

    def _admit(self) -> None:
        while self._waiting and (not self._limit or self._inside < self._limit):
            turn = self._waiting.popleft()
            if not turn.done():
                self._inside += 1
                turn.set_result(None)

"""What is left to do of an exchange whose answer is over: nobody waits for it, so it can wait.

The fixes that are off are tried on what came, in slices of the loop's time, and then the exchange
is recorded as finished. The agent's next request, which may be here at once, comes first.
"""

import asyncio

from proxy.recording import Recorder

_PAUSE_SECONDS = 0.001
"""Before each slice: most of the loop's time is the exchanges'."""


class Afterwards:
    """The rests of all exchanges; belongs to one event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rests: set[_Rest] = set()
        self._settled = False

    def add(self, recorder: Recorder) -> None:
        """Finish the record of an exchange as soon as there is time."""
        rest = _Rest(recorder)
        self._rests.add(rest)
        if self._settled:
            self._finish(rest, {})
        else:
            self._wait(rest)

    def settle(self) -> None:
        """Finish all of them now, and whatever still comes at once: the loop is about to end."""
        self._settled = True
        for rest in [*self._rests]:
            self._finish(rest, {})

    def _wait(self, rest: "_Rest") -> None:
        rest.timer = self._loop.call_later(_PAUSE_SECONDS, self._go_on, rest)

    def _go_on(self, rest: "_Rest") -> None:
        found: dict[str, int] | None = {}
        try:
            found = rest.slice()
        finally:
            if found is None:
                self._wait(rest)
            else:
                self._finish(rest, found)

    def _finish(self, rest: "_Rest", found: dict[str, int]) -> None:
        if rest.timer is not None:
            rest.timer.cancel()
        self._rests.discard(rest)
        rest.recorder.finished(found)


class _Rest:
    """One exchange's."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self._work = recorder.would_mend()
        self.timer: asyncio.TimerHandle | None = None

    def slice(self) -> dict[str, int] | None:
        """Work on; return what was found, None while there is more to do."""
        try:
            next(self._work)
        except StopIteration as end:
            return end.value
        return None

"""What one process holds: descriptors, threads, pending tasks, connections to providers."""

import asyncio
import gc
import threading
import time
from collections.abc import Callable
from pathlib import Path

from proxy.transport import LeanTransport

_DESCRIPTORS = Path("/proc/self/fd")
SECONDS = 2.0
"""Until when all that an exchange held must be given back."""


def held_by_process() -> dict[str, int]:
    """Count what is left when a proxy has been stopped."""
    threads = sum(thread.is_alive() for thread in threading.enumerate())
    descriptors = len([*_DESCRIPTORS.iterdir()]) if _DESCRIPTORS.is_dir() else 0
    return {"threads": threads, "descriptors": descriptors}


def held_by_exchanges() -> dict[str, int]:
    """Count what is left when a proxy still runs but has nothing to do."""
    in_use = sum(each.in_use for each in gc.get_objects() if type(each) is LeanTransport)
    return {"tasks": len(_pending()), "connections in use": in_use}


def busy_loops() -> set[asyncio.AbstractEventLoop]:
    """Return the loops in which anything is under way."""
    return {task.get_loop() for task in _pending()}


def _pending() -> list["asyncio.Task[object]"]:
    return [each for each in gc.get_objects() if type(each) is asyncio.Task and not each.done()]


def growth(count: Callable[[], dict[str, int]], before: dict[str, int]) -> list[str]:
    """Wait for the counts to be what they were; say which are not."""
    limit = time.monotonic() + SECONDS
    while (now := count()) and time.monotonic() < limit:
        if all(now[name] <= before[name] for name in before):
            return []
        time.sleep(0.05)
    gc.collect()
    now = count()
    return [
        f"{now[name] - before[name]} {name} too many" for name in before if now[name] > before[name]
    ]

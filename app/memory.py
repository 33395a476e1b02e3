"""How the process keeps its memory."""

import ctypes
import gc
import sys

_MMAP_THRESHOLD = -3
"""glibc's number for `M_MMAP_THRESHOLD`."""
_LARGE = 128 * 1024
_NEW_OBJECTS = 10_000


def give_large_blocks_back() -> None:
    """Let what was taken for a large request go back to the system as soon as it is freed.

    Left to itself glibc raises the size from which it does so up to 32 MB, and a handful of large
    requests stay in the process as holes between what is still used. Other libraries do this of
    themselves, or not at all: then nothing happens.

    See: https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGE)


def collect_seldom() -> None:
    """Look for unreachable cycles seldom: an exchange leaves hardly any behind.

    What the start has made stays for good, and is not looked at again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 20)

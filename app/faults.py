"""What becomes of our own bugs: noted without any value of the program's, and the rest goes on.

An exception in a slot never ends the application; a note of it holds types and places only, since
an error's text may hold a prompt or a key.
"""

import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

log = logging.getLogger(__name__)

FILE_NAME = "wiremend.log"
_MOST_BYTES = 1_000_000
_OLD_FILES = 2
_SILENCE_SECONDS = 60


def log_into(folder: Path) -> None:
    """Write the log into a file of the user's own; without a place for it nothing is written."""
    path = folder / FILE_NAME
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        path.chmod(0o600)
        writer = RotatingFileHandler(path, maxBytes=_MOST_BYTES, backupCount=_OLD_FILES)
    except OSError:
        return
    writer.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(writer)
    logging.getLogger().setLevel(logging.WARNING)


def catch_all(tell: Callable[[str], object]) -> None:
    """Note whatever nobody caught, on any thread, and tell the kind of error."""
    noted: dict[str, float] = {}

    def note(kind: type[BaseException], trace: TracebackType | None) -> None:
        places = [f"{each.name}:{each.lineno}" for each in traceback.extract_tb(trace)]
        said = f"{kind.__name__} at {' > '.join(places)}"
        now = time.monotonic()
        # What fails while a window is painted fails sixty times a second.
        if now - noted.get(said, -_SILENCE_SECONDS) < _SILENCE_SECONDS:
            return
        noted[said] = now
        log.error("%s", said)
        tell(kind.__name__)

    def of_main(
        kind: type[BaseException], _error: BaseException, trace: TracebackType | None
    ) -> None:
        note(kind, trace)

    def of_thread(args: threading.ExceptHookArgs) -> None:
        note(args.exc_type, args.exc_traceback)

    sys.excepthook = of_main
    threading.excepthook = of_thread

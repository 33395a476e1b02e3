"""Takes down what a program may give away without meaning to: log lines, output, left files."""

import contextlib
import io
import logging
import os
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


class Captured:
    """What was written while it was looked at; complete once the context is left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lines = _Lines()
        self._streams = io.StringIO()
        self._output = folder / "output"

    @property
    def log(self) -> bytes:
        """Every log line of every logger, from DEBUG on, with its traceback."""
        return self._lines.text()

    def places(self) -> list[tuple[str, bytes]]:
        """Return everything, each by its name."""
        streams = self._streams.getvalue().encode("utf-8", "replace")
        files = [each for each in self.folder.rglob("*") if each.is_file()]
        left = [(f"the temporary file {each.name}", each.read_bytes()) for each in files]
        return [("the log", self.log), ("standard output and error", streams), *left]

    @contextmanager
    def listening(self) -> Generator[None]:
        """Listen to everything that is said meanwhile."""
        root = logging.getLogger()
        level, root_folder = root.level, tempfile.tempdir
        root.addHandler(self._lines)
        root.setLevel(logging.DEBUG)
        tempfile.tempdir = str(self.folder)
        try:
            with (
                contextlib.redirect_stdout(self._streams),
                contextlib.redirect_stderr(self._streams),
                _descriptors_into(self._output),
            ):
                yield
        finally:
            tempfile.tempdir = root_folder
            root.setLevel(level)
            root.removeHandler(self._lines)


class _Lines(logging.Handler):
    """Keeps every record as it would be written, with whatever a traceback would show."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
        self._kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._kept.append(self.format(record))

    def text(self) -> bytes:
        return "\n".join(self._kept).encode("utf-8", "replace")


@contextmanager
def _descriptors_into(path: Path) -> Generator[None]:
    """What is written past Python, by libraries in C, goes to these two."""
    with path.open("ab") as output:
        former = {number: os.dup(number) for number in (1, 2)}
        sys.__stdout__.flush() if sys.__stdout__ else None
        for number in former:
            os.dup2(output.fileno(), number)
        try:
            yield
        finally:
            for number, kept in former.items():
                os.dup2(kept, number)
                os.close(kept)

"""Work that may block, done beside the GUI; its outcome comes back on the GUI's thread.

Each errand has a thread of its own that dies with the application: a keyring that waits for its
password for ever must hold up neither the next errand nor the end.
"""

import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from proxy.errors import WiremendError

Outcome = TypeVar("Outcome")


class Errands(QObject):
    """Sends for what takes its time."""

    _returned = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._returned.connect(self._finish, Qt.ConnectionType.QueuedConnection)

    def send(
        self,
        work: Callable[[], Outcome],
        then: Callable[[Outcome], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Do the work elsewhere, then one of both here; errors that are ours or the system's."""

        def run() -> None:
            try:
                outcome = work()
            except (WiremendError, OSError, ValueError) as error:
                self._tell(lambda error=error: failed(error) if failed else None)
            else:
                self._tell(lambda: then(outcome) if then else None)

        threading.Thread(target=run, name="wiremend-errand", daemon=True).start()

    def _tell(self, end: Callable[[], object]) -> None:
        try:
            self._returned.emit(end)
        except RuntimeError:
            # The application has ended meanwhile.
            return

    @Slot(object)
    def _finish(self, end: Callable[[], object]) -> None:
        end()

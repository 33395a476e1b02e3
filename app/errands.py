"""Work that may block, done beside the GUI; its outcome comes back on the GUI's thread.

Whoever sends errands has one thread for them, and they are done in order. The thread dies with
the application: a keyring that waits for its password for ever does not hold up the end.
"""

import queue
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from proxy.errors import WiremendError

Outcome = TypeVar("Outcome")


class Errands(QObject):
    """Does one after the other what takes its time."""

    _returned = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._returned.connect(self._finish, Qt.ConnectionType.QueuedConnection)
        threading.Thread(target=self._work, name=f"wiremend-{name}", daemon=True).start()

    def send(
        self,
        work: Callable[[], Outcome],
        then: Callable[[Outcome], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Do the work there, then one of both here.

        `failed` gets our errors and the system's; of any other it gets the kind, for its text may
        hold anything.
        """

        def run() -> None:
            try:
                outcome = work()
            except (WiremendError, LookupError, OSError, ValueError) as error:
                fail(error)
            except Exception as error:  # noqa: BLE001  what was sent after it is done all the same
                threading.excepthook(threading.ExceptHookArgs([*sys.exc_info(), None]))
                fail(WiremendError(f"a fault of Wiremend's own: {type(error).__name__}"))
            else:
                self._returned.emit(lambda: then(outcome) if then else None)

        def fail(error: Exception) -> None:
            self._returned.emit(lambda: failed(error) if failed else None)

        self._waiting.put(run)

    def _work(self) -> None:
        while True:
            errand = self._waiting.get()
            try:
                errand()
            except RuntimeError:
                # The application has ended, and with it whoever waited for the outcome.
                return

    @Slot(object)
    def _finish(self, end: Callable[[], object]) -> None:
        end()

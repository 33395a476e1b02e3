"""One application per user: the first one holds a lock, later ones speak to it and go.

The lock tells who is first even after a crash, since it dies with its holder; the socket carries
one line of text each way, so that a terminal can speak as well.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from app.channel import listening_name

Answer = Callable[[], str | None]
"""None: it is not known yet, and soon will be."""

_LONGEST_LINE = 200
_PATIENCE_MS = 2_000
_LOCK_MS = 100
_AGAIN_MS = 50
_TIMES = 30
"""So often an answer is asked for that is not known yet: for less time than the guest waits."""
_NOT_YET = "starting"


class Instance(QObject):
    """Holds the lock, and answers those who come later."""

    def __init__(self, socket: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._socket = socket
        self._answers: Mapping[str, Answer] = {}
        self._lock = QLockFile(str(socket.with_suffix(".lock")))
        # Only the holder's death makes it stale, however long it has been running.
        self._lock.setStaleLockTime(0)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)

    def claim(self) -> bool:
        """Become the first one; False where another is."""
        self._socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._lock.tryLock(_LOCK_MS)

    def listen(self, answers: Mapping[str, Answer]) -> bool:
        """Answer each of these words from now on."""
        self._answers = answers
        # Whoever holds the lock is alone: a socket that is left over belongs to nobody.
        name = listening_name(self._socket)
        QLocalServer.removeServer(name)
        return self._server.listen(name)

    def end(self) -> None:
        """Answer nobody any more, and let the next one be the first."""
        self._server.close()
        self._lock.unlock()

    def _greet(self) -> None:
        while (connection := self._server.nextPendingConnection()) is not None:  # pyright: ignore[reportUnnecessaryComparison]
            guest = _Guest(connection, self._answer)
            guest.hear()

    def _answer(self, word: str) -> str | None:
        answer = self._answers.get(word)
        return answer() if answer is not None else "unknown"


class _Guest(QObject):
    """One who came later; says one line, hears one, and is shown out."""

    def __init__(self, connection: QLocalSocket, answer: Callable[[str], str | None]) -> None:
        super().__init__(connection)
        self._connection = connection
        self._answer = answer
        connection.readyRead.connect(self.hear)
        connection.disconnected.connect(connection.deleteLater)
        QTimer.singleShot(_PATIENCE_MS, connection, connection.abort)

    def hear(self) -> None:
        """Answer as soon as the line is whole."""
        connection = self._connection
        if connection.canReadLine():
            word = bytes(connection.readLine(_LONGEST_LINE).data()).decode("utf-8", "replace")
            connection.readyRead.disconnect(self.hear)
            self._reply(word.strip(), _TIMES)
        elif connection.bytesAvailable() > _LONGEST_LINE:
            connection.abort()

    def _reply(self, word: str, times: int) -> None:
        answer = self._answer(word)
        if answer is None and times:
            QTimer.singleShot(_AGAIN_MS, self, lambda: self._reply(word, times - 1))
            return
        said = _NOT_YET if answer is None else answer
        self._connection.write(said.encode() + b"\n")
        self._connection.flush()
        self._connection.disconnectFromServer()


def ask(socket: Path, word: str) -> str:
    """Say a word to the first one; return its answer, empty where nobody answers."""
    connection = QLocalSocket()
    connection.connectToServer(listening_name(socket))
    if not connection.waitForConnected(_PATIENCE_MS):
        return ""
    connection.write(word.encode() + b"\n")
    if not connection.waitForBytesWritten(_PATIENCE_MS):
        return ""
    while not connection.canReadLine():
        if not connection.waitForReadyRead(_PATIENCE_MS):
            return ""
    return bytes(connection.readLine().data()).decode("utf-8", "replace").strip()

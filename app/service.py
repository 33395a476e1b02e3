"""The proxy as the window and the tray see it: started, stopped, told of new settings, watched.

Nothing here waits: the proxy's thread is spoken to from a thread of its own.
"""

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from app.errands import Errands
from app.language import language
from app.models.reasonwords import reason_words
from app.models.status import Status
from proxy.config import Agent, Settings
from proxy.errors import PortTakenError
from proxy.localkey import digest, new_key
from proxy.server import ServerThread

OWN_AGENT = "Wiremend"
"""Under this name our own sample requests appear."""
_POLL_MS = 250
_HIGHEST_PORT = 65_535
_TRIES = 20
# How long the server's lock may be held by a start that finds out who has the port.
_HEARING_SECONDS = 10


class Service(QObject):
    """Runs the proxy.

    Signals:
        status_changed: `Status`.
        port_taken: `PortTakenError`; nothing has been changed.
        settled: the proxy listens where it should.
        failed: what else went wrong, as a sentence.
        ended: the proxy has stopped, as it was told.
    """

    status_changed = Signal(object)
    port_taken = Signal(object)
    settled = Signal()
    failed = Signal(str)
    ended = Signal()

    def __init__(
        self,
        make: Callable[[Settings], ServerThread],
        settings: Settings,
        port: int | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.own_key = new_key()
        self.key_by_way = {"": self.own_key, "on": new_key(), "off": new_key()}
        """How a request is sent again: as its provider is set, with its fixes, or untouched."""
        self.status = Status()
        self._port = port
        self._in_file = settings
        self._settings = self._own(settings)
        self._server = make(self._settings)
        # The server would make us wait for its answer while it finds out who holds a port.
        self._url = ""
        self._problem: Exception | None = None
        self._errands = Errands("service", self)
        # Who asks for an end is heard while another errand still waits for one.
        self._drains = Errands("drain", self)
        self._wanted = False
        language().changed.connect(self._say_again)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(_POLL_MS)

    @property
    def url(self) -> str:
        """Where agents find the proxy; while it is stopped, where they would."""
        if self._url:
            return self._url
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        return f"http://{host}:{self._settings.port}"

    @property
    def listening_url(self) -> str:
        """Where our own requests go; empty while it is not our proxy that answers there."""
        return self._url

    @property
    def streaming(self) -> int:
        """How many answers are being written."""
        return self._server.streaming

    @property
    def starting(self) -> bool:
        """It was told to start, and nobody knows yet how that went."""
        return self._wanted and self.status.state == "stopped" and not self.status.problem

    def start(self) -> None:
        """Listen and serve."""
        self._wanted = True
        self._errands.send(self._server.start, self._begin, self._stumble)

    def retry(self) -> None:
        """Try the wanted port again, also where the proxy runs on at its former one."""
        if self._wanted and self._server.state == "running":
            self._obey()
        else:
            self.start()

    def stop(self, seconds: float) -> None:
        """Let what runs end for some seconds, then end it."""
        self._wanted = False
        self._url = ""
        heard = threading.Event()

        def drain() -> None:
            try:
                self._server.drain(seconds)
            finally:
                heard.set()

        def wait() -> None:
            # In this order: a drain that comes late would end what was started after it.
            heard.wait(_HEARING_SECONDS)
            self._server.stop(seconds)

        self._drains.send(drain, lambda _: self._look())
        self._errands.send(wait, lambda _: self._finish())

    def apply(self, settings: Settings) -> None:
        """Let requests that start from now on find these settings."""
        self._in_file = settings
        self._settings = self._own(settings)
        self._obey()

    def follow_file(self) -> None:
        """Forget the port asked for at the start: the user has chosen another one since."""
        if self._port is not None:
            self._port = None
            self.apply(self._in_file)

    def show_attention(self, words: str) -> None:
        """Take what needs attention into the status."""
        self._show(replace(self.status, attention=words))

    def show_speed(self, speed: int) -> None:
        """Take how fast the answers come into the status."""
        self._show(replace(self.status, speed=speed if self.status.streaming else 0))

    def _obey(self) -> None:
        own = self._settings

        def obey() -> str:
            self._server.apply(own)
            return self._server.url

        self._errands.send(obey, self._settle, self._stay)

    def _own(self, settings: Settings) -> Settings:
        """Let our own sample requests in, whose key only this process knows; keep the port asked
        for at the start."""
        passthrough = {"": None, "on": False, "off": True}
        own = [
            Agent(OWN_AGENT, digest(key.reveal()), passthrough[way])
            for way, key in self.key_by_way.items()
        ]
        port = settings.port if self._port is None else self._port
        return replace(settings, port=port, agents=(*settings.agents, *own))

    def _begin(self, url: str) -> None:
        self._url = url
        self._show(replace(self.status, problem=""))
        self._look()
        self.settled.emit()

    def _stumble(self, error: Exception) -> None:
        self._problem = error
        self._show(replace(self.status, problem=self._sentence(error)))
        self._tell(error)

    def _stay(self, error: Exception) -> None:
        """The proxy goes on where it was."""
        self._look()
        self._tell(error)

    def _settle(self, url: str) -> None:
        self._url = url
        self._look()
        if self._wanted and self._server.state == "stopped":
            # The port was taken, and may be another one now.
            self.start()
        elif self._wanted:
            self.settled.emit()

    def _say_again(self) -> None:
        if self._problem is not None and self.status.problem:
            self._show(replace(self.status, problem=self._sentence(self._problem)))

    def _finish(self) -> None:
        self._look()
        self.ended.emit()

    def _tell(self, error: Exception) -> None:
        if isinstance(error, PortTakenError):
            self.port_taken.emit(error)
        else:
            self.failed.emit(self._sentence(error))

    def _sentence(self, error: Exception) -> str:
        if isinstance(error, PortTakenError):
            words = self.tr("Port {port} is used by {holder}.")
            return words.format(port=error.port, holder=reason_words(error.holder))
        return self.tr("The proxy cannot start: {reason}").format(reason=reason_words(error))

    def _look(self) -> None:
        status = self.status.with_traffic(self._server.state, self._server.streaming)
        address = self.url.removeprefix("http://")
        self._show(replace(status, address=address, providers=len(self._settings.providers)))

    def _show(self, status: Status) -> None:
        if status != self.status:
            self.status = status
            self.status_changed.emit(status)


def free_port(host: str, port: int) -> int:
    """Return the next port after this one that nobody holds, 0 where there is none nearby."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port + 1, min(port + _TRIES, _HIGHEST_PORT) + 1):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((host, candidate))
            return candidate
    return 0

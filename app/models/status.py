"""What the application is doing, in one value: the status bar and the tray say the same."""

from dataclasses import dataclass, replace
from enum import Enum


class Condition(Enum):
    """The five states of the tray's icon, by shape and colour."""

    STOPPED = "stopped"
    RUNNING = "running"
    STREAMING = "streaming"
    ATTENTION = "attention"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Status:
    """The truth of the moment."""

    state: str = "stopped"
    """As the proxy's thread calls it: stopped, running, draining or failed."""
    address: str = ""
    """Host and port, such as ``127.0.0.1:8459``."""
    streaming: int = 0
    speed: int = 0
    """Tokens a second of all answers together, one event taken for one token."""
    providers: int = 0
    problem: str = ""
    """Why the proxy does not run, as a sentence."""
    attention: str = ""
    """What the user had better look at, as a sentence."""

    @property
    def condition(self) -> Condition:
        """What the icon shows: what is worst comes first."""
        if self.problem or self.state == "failed":
            return Condition.ERROR
        if self.state == "stopped":
            return Condition.STOPPED
        if self.attention:
            return Condition.ATTENTION
        return Condition.STREAMING if self.streaming else Condition.RUNNING

    def with_traffic(self, state: str, streaming: int) -> "Status":
        """Return it with what changes by itself."""
        return replace(self, state=state, streaming=streaming, speed=self.speed if streaming else 0)

"""What is found of an agent on this machine, and where its file points."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from app.agents.catalogue import Tool
from app.agents.errors import AgentFileError, UnreadableError
from app.agents.places import Places
from app.agents.writing import config_path, read_text

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class State(Enum):
    """How an agent stands to us, as far as its files tell."""

    ABSENT = "absent"
    FOUND = "found"
    """Installed; its file does not name us, or there is none to look at."""
    HERE = "here"
    ELSEWHERE = "elsewhere"
    OLD_PORT = "old port"
    """It points at this machine, at a port that is not ours."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one agent."""

    state: State
    detail: str = ""
    """Where it points, or why its file cannot be read."""


Which = Callable[[str], str | None]


def detect(tool: Tool, places: Places, address: str, which: Which = shutil.which) -> Found:
    """Look for an agent; reads its file, changes nothing."""
    points = _pointing(tool, places, address)
    if points is not None:
        return points
    installed = any(which(command) for command in tool.commands) or any(
        places.paths(pattern) for pattern in tool.traces
    )
    return Found(State.FOUND if installed else State.ABSENT)


def _pointing(tool: Tool, places: Places, address: str) -> Found | None:
    if tool.format is None:
        return None
    path = config_path(tool, places)
    try:
        target = tool.format.address(read_text(path))
    except UnreadableError as error:
        return Found(State.UNREADABLE, f"{path.name}: {error}")
    except AgentFileError as error:
        # This one names the file itself.
        return Found(State.UNREADABLE, str(error))
    if not target:
        return None
    return Found(_state_of(target, address), target)


def _state_of(target: str, address: str) -> State:
    there, here = urlsplit(target), urlsplit(address)
    try:
        same_port = there.port == here.port
    except ValueError:
        return State.ELSEWHERE
    if there.hostname not in _LOOPBACK:
        return State.ELSEWHERE
    return State.HERE if same_port else State.OLD_PORT

"""What one server takes on and how long it waits, as one value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts and sizes; all else is seconds."""

    connections: int = 2048
    exchanges: int = 1024
    body_bytes: int = 64 * 1024 * 1024
    header: float = 10
    """From a request's first byte, or the connection's start, to the end of the header."""
    body_idle: float = 60
    body_whole: float = 300
    idle: float = 120
    """Between two requests on one connection: longer than the pools of agents keep theirs."""
    unread: float = 600
    """How long a client may take no byte of what it was sent."""
    unheard: float = 30
    """How long a client may not even confirm what it was sent, where the system can tell."""
    turn: float = 10
    """How long a request may wait for one of its provider's slots."""
    keyring: float = 5
    unwritten: float = 60
    """How long a request may make no progress on its way to the provider."""
    first_keep_alive: float = 10
    """Silence after which a stream shows that it lives; then every `keep_alive` seconds."""
    keep_alive: float = 15
    sentinel_grace: float = 5
    """How long usage or the sentinel may follow the last finish reason."""
    stream: float = 4 * 3600
    """One exchange in all."""
    linger: float = 1
    """How long what a refused client still sends is read, so that it can read why."""
    drain: float = 30
    farewell: float = 2
    """For the last events of exchanges that did not end by themselves."""
    restarts: int = 5
    restart_window: float = 60

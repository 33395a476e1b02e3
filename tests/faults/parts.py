"""What tests of faults are made of: a healthy stream, short time-outs, a keyring of canaries."""

import json
import socket
from collections.abc import Sequence
from typing import Any

from proxy.config import Timeouts
from proxy.errors import KeyUnavailableError
from proxy.secret import Secret
from tests.faults.canaries import canary

PROMPT = "PROMPT-CANARY the quick brown fox is asked to mend a fence"
"""What every request of the rig holds and no error or log line may repeat."""


def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    """Return one event of a healthy Chat stream."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return b"data: " + json.dumps({**chunk, "choices": [choice]}).encode() + b"\n\n"


HEALTHY = (
    event({"role": "assistant", "content": "hel"}),
    event({"content": "lo"}),
    event({}, "stop"),
    b"data: [DONE]\n\n",
)


def quick(**seconds: float) -> Timeouts:
    """Return the time-outs of the configuration, in seconds of a test."""
    return Timeouts(**{"connect": 3, "first_byte": 5, "idle": 5, **seconds})


class CanaryKeys:
    """A keyring in which every provider has a key of its own, except those that have none."""

    def __init__(self, providers: Sequence[str]) -> None:
        self.by_provider = {each: canary() for each in providers}

    def key(self, provider_id: str, origin: str) -> Secret:
        del origin
        if provider_id not in self.by_provider:
            raise KeyUnavailableError("There is no key.")
        return Secret(self.by_provider[provider_id])


class HeardSocket(socket.socket):
    """A socket that keeps what it received."""

    heard: bytearray

    @classmethod
    def over(cls, peer: socket.socket) -> "HeardSocket":
        timeout = peer.gettimeout()
        heard = cls(fileno=peer.detach())
        heard.settimeout(timeout)
        heard.heard = bytearray()
        return heard

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        more = super().recv(bufsize, flags)
        self.heard += more
        return more

"""The corpus: answers as providers sent them, one JSON file per defect seen in the wild."""

import base64
import gzip
import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from proxy.repairs import REGISTRY, RESERVED
from proxy.wire import JsonObject

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Case:
    """One recorded answer, the fix that mends it, and what an agent must make of it."""

    name: str
    fix: str | None
    """The key of the fix; None where not a byte may change."""
    policy: str
    request: JsonObject
    status: int
    headers: dict[str, str]
    pieces: tuple[bytes, ...]
    """The body in wire order, as it came: compressed where the headers say so."""
    ending: str
    """``done``, ``eof`` where the connection broke, ``open`` where it was left open."""
    expect: JsonObject

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def final(self) -> JsonObject | None:
        """The message and its finish reason; None where an error is expected."""
        return self.expect.get("final")

    @property
    def fixes(self) -> dict[str, bool]:
        """The settings under which the case is mended."""
        return {} if self.fix is None else {self.fix: True}

    @property
    def body(self) -> bytes:
        """The whole body, uncompressed."""
        raw = b"".join(self.pieces)
        return gzip.decompress(raw) if self.headers.get("content-encoding") == "gzip" else raw

    @property
    def obstacle(self) -> str:
        """Why the case cannot be played through the chat repairs; empty where it can."""
        if self.fix in RESERVED:
            return f"{self.fix} comes later"
        if "messages" not in self.request:
            return "another endpoint's answers are relayed as they come"
        return "" if self.fix is None or self.fix in _built() else f"{self.fix} is not built"

    def __str__(self) -> str:
        return self.name


def _built() -> Collection[str]:
    return {repair.name for repair in REGISTRY}


@cache
def cases() -> tuple[Case, ...]:
    """Return every case, by name."""
    return tuple(_case(json.loads(path.read_bytes())) for path in sorted(_FOLDER.glob("*.json")))


def case(name: str) -> Case:
    """Return the case of that name."""
    return next(each for each in cases() if each.name == name)


def _case(recorded: JsonObject) -> Case:
    upstream = recorded["upstream"]
    return Case(
        name=recorded["name"],
        fix=recorded["fix"],
        policy=recorded["policy"],
        request=recorded["request"],
        status=upstream["status"],
        headers={name.lower(): value for name, value in upstream["headers"].items()},
        pieces=tuple(_pieces(upstream)),
        ending=upstream.get("ending", "done"),
        expect=recorded["expect"],
    )


def _pieces(upstream: JsonObject) -> list[bytes]:
    if "chunks_b64" in upstream:
        return [base64.b64decode(each) for each in upstream["chunks_b64"]]
    texts: list[Any] = upstream["chunks"] if "chunks" in upstream else [upstream["body"]]
    return [each.encode() for each in texts]

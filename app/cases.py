"""Reads the corpus's files: one recorded answer each, with the request that led to it.

Whoever made the file may be careless or hostile: sizes are limited before anything is read, every
member is checked, and what does not fit is refused with one sentence.
"""

import base64
import binascii
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from proxy import wire
from proxy.errors import WiremendError
from proxy.repairs import fix_names
from proxy.wire import JsonObject

MAX_FILE_SIZE = 96 * 1024 * 1024
"""Bytes; an answer of 32 MiB, escaped, with room to spare."""
MAX_BODY_SIZE = 64 * 1024 * 1024

_ENDINGS = ("done", "eof", "open")
_BODIES = ("chunks", "chunks_b64", "body")
_LEAST_STATUS, _GREATEST_STATUS = 100, 599
# Window sizes of zlib that stand for gzip's and for deflate's own header.
_WINDOW_BY_CODING = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class CaseError(WiremendError):
    """A file is no case; the text says why."""


@dataclass(frozen=True, slots=True)
class Case:
    """One recorded answer."""

    name: str
    fix: str | None
    """The fix that mends it; None where not a byte may change."""
    request: JsonObject
    status: int
    content_type: str
    body: bytes
    """The whole body, uncompressed."""
    ending: str
    """``done``, ``eof`` where the connection broke, ``open`` where it was left open."""

    @property
    def chat(self) -> bool:
        """It is an answer of the one endpoint whose answers are mended."""
        return "messages" in self.request


def load(path: Path) -> Case:
    """Read a file; raises `CaseError`."""
    try:
        if not path.is_file():
            raise CaseError("not a file")
        if path.stat().st_size > MAX_FILE_SIZE:
            raise CaseError(f"larger than {MAX_FILE_SIZE >> 20} MiB")
        with path.open("rb") as file:
            text = file.read(MAX_FILE_SIZE + 1)
    except (OSError, ValueError) as error:
        raise CaseError("cannot be read") from error
    return parse(text)


def parse(text: bytes) -> Case:
    """Read a case's JSON; raises `CaseError`."""
    recorded = wire.decode_object(text)
    if recorded is None:
        raise CaseError("expected a JSON object")
    upstream = _object(recorded, "upstream")
    headers = _headers(upstream)
    return Case(
        name=_text(recorded, "name"),
        fix=_fix(recorded),
        request=_object(recorded, "request"),
        status=_status(upstream),
        content_type=headers.get("content-type", ""),
        body=_unpacked(_body(upstream), headers.get("content-encoding", "")),
        ending=_ending(upstream),
    )


def _object(holder: JsonObject, name: str) -> JsonObject:
    value = holder.get(name)
    if not isinstance(value, dict):
        raise CaseError(f"expected an object as “{name}”")
    return cast("JsonObject", value)


def _text(holder: JsonObject, name: str) -> str:
    if not wire.filled(holder, name):
        raise CaseError(f"expected a text as “{name}”")
    return wire.text(holder, name)


def _fix(recorded: JsonObject) -> str | None:
    fix = recorded.get("fix")
    if fix is not None and (not isinstance(fix, str) or fix not in fix_names()):
        raise CaseError("expected null or the name of a fix as “fix”")
    return fix


def _status(upstream: JsonObject) -> int:
    status = wire.number(upstream, "status")
    if status is None or not _LEAST_STATUS <= status <= _GREATEST_STATUS:
        raise CaseError("expected an HTTP status as “status”")
    return status


def _ending(upstream: JsonObject) -> str:
    ending = upstream.get("ending", "done")
    if ending not in _ENDINGS:
        raise CaseError(f"expected one of {', '.join(_ENDINGS)} as “ending”")
    return cast("str", ending)


def _headers(upstream: JsonObject) -> dict[str, str]:
    headers = _object(upstream, "headers") if "headers" in upstream else {}
    if not all(isinstance(value, str) for value in headers.values()):
        raise CaseError("expected texts in “headers”")
    return {name.lower(): value.strip() for name, value in headers.items()}


def _body(upstream: JsonObject) -> bytes:
    named = [name for name in _BODIES if name in upstream]
    if len(named) != 1:
        raise CaseError(f"expected one of {', '.join(_BODIES)}")
    value = upstream[named[0]]
    pieces = cast("list[Any]", value if isinstance(value, list) else [value])
    if isinstance(value, list) == (named[0] == "body"):
        raise CaseError(f"“{named[0]}” has the wrong type")
    if not all(isinstance(piece, str) for piece in pieces):
        raise CaseError(f"expected texts in “{named[0]}”")
    try:
        if named[0] == "chunks_b64":
            return b"".join(base64.b64decode(piece, validate=True) for piece in pieces)
        return "".join(pieces).encode()
    except (binascii.Error, ValueError) as error:
        raise CaseError(f"“{named[0]}” cannot be read as bytes") from error


def _unpacked(body: bytes, coding: str) -> bytes:
    if coding.lower() in ("", "identity"):
        return body
    window = _WINDOW_BY_CODING.get(coding.lower())
    if window is None:
        raise CaseError("the body's content encoding is not known")
    try:
        unpacker = zlib.decompressobj(window)
        unpacked = unpacker.decompress(body, MAX_BODY_SIZE)
    except zlib.error as error:
        raise CaseError("the body cannot be unpacked") from error
    if unpacker.unconsumed_tail:
        raise CaseError(f"the body is larger than {MAX_BODY_SIZE >> 20} MiB")
    return unpacked

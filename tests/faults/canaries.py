"""Secrets that are made to be looked for, and the looking: in every spelling one can leak in."""

import base64
import json
import secrets
import string
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from urllib.parse import quote

_ALPHABET = string.ascii_letters + string.digits
_GZIP = b"\x1f\x8b\x08"
_AUTOMATIC = 32 + zlib.MAX_WBITS
_UNPACKED_MOST = 8 * 1024 * 1024
_LAYERS = 3


def canary() -> str:
    """Return a secret nobody has seen before."""
    return "sk-CANARY-" + "".join(secrets.choice(_ALPHABET) for _ in range(32))


def exposures(canaries: Mapping[str, str], places: Iterable[tuple[str, bytes]]) -> list[str]:
    """Return a line for every secret found anywhere; names the secret, never shows it."""
    sought = [(name, _Sought(secret)) for name, secret in canaries.items()]
    return [
        f"{name} as {spelling} in {where}"
        for where, text in _with_unpacked(places)
        for name, each in sought
        for spelling in each.found_in(text)
    ]


class _Sought:
    """One secret, in the spellings that have to be told apart by case and those that have not."""

    def __init__(self, secret: str) -> None:
        raw = secret.encode()
        every = "".join(f"\\u{ord(letter):04x}" for letter in secret)
        self._exact = {
            "last 8 characters": raw[-8:],
            **{f"base64 at offset {at}": _base64_core(raw, at) for at in range(3)},
            **{f"URL-safe base64 at offset {at}": _base64_core(raw, at, b"-_") for at in range(3)},
        }
        self._any_case = {
            "plain text": raw.lower(),
            "URL-encoded": "".join(f"%{each:02x}" for each in raw).encode(),
            "URL-quoted": quote(secret, safe="").lower().encode(),
            "JSON-escaped": every.encode(),
            "JSON": json.dumps(secret)[1:-1].lower().encode(),
            "hex": raw.hex().encode(),
            "UTF-16LE": secret.lower().encode("utf-16-le"),
        }

    def found_in(self, place: tuple[bytes, bytes]) -> list[str]:
        """Return the spellings in the text, which comes as it is and in lower case."""
        text, lower = place
        exact = [name for name, each in self._exact.items() if each in text]
        return exact + [name for name, each in self._any_case.items() if each in lower]


def _base64_core(raw: bytes, offset: int, altchars: bytes = b"+/") -> bytes:
    """Return what of the base64 form depends on the secret alone, not on its neighbours."""
    encoded = base64.b64encode(b"\0" * offset + raw, altchars)
    start = (offset * 8 + 5) // 6
    end = (offset + len(raw)) * 8 // 6
    return encoded[start:end]


def _with_unpacked(
    places: Iterable[tuple[str, bytes]],
) -> Iterator[tuple[str, tuple[bytes, bytes]]]:
    for where, text in places:
        yield where, (text, text.lower())
        for inner in _gzipped(text, _LAYERS):
            yield f"{where}, inside gzip", (inner, inner.lower())


def _gzipped(text: bytes, layers: int) -> Iterator[bytes]:
    start = text.find(_GZIP) if layers else -1
    while start >= 0:
        inner = _unpacked(text[start:])
        if inner:
            yield inner
            yield from _gzipped(inner, layers - 1)
        start = text.find(_GZIP, start + 1)


def _unpacked(text: bytes) -> bytes:
    """Return as much as can be read: what leaked may be cut off, or go on with other things."""
    reader = zlib.decompressobj(_AUTOMATIC)
    found = bytearray()
    with suppress(zlib.error):
        for each in text:
            found += reader.decompress(bytes((each,)))
            if reader.eof or len(found) > _UNPACKED_MOST:
                break
    return bytes(found)

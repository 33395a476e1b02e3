"""The sweep for secrets finds them in every spelling, and finds nothing where there is none."""

import base64
import gzip
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.faults.canaries import canary, exposures

_PLAIN: dict[str, Callable[[bytes], bytes]] = {
    "raw": bytes,
    "lower": bytes.lower,
    "upper": bytes.upper,
    "all of it percent-encoded": lambda key: "".join(f"%{each:02X}" for each in key).encode(),
    "quoted": lambda key: quote(key).encode(),
    "JSON escapes": lambda key: "".join(f"\\u{each:04X}" for each in key).encode(),
    "hex": lambda key: key.hex().encode(),
    "HEX": lambda key: key.hex().upper().encode(),
    "UTF-16LE": lambda key: key.decode().encode("utf-16-le"),
    "last 8 characters": lambda key: b"..." + key[-8:],
    "base64": base64.b64encode,
    "base64 at offset 1": lambda key: base64.b64encode(b"a" + key + b"zz"),
    "base64 at offset 2": lambda key: base64.b64encode(b"user:xyz" + key + b"z"),
    "URL-safe base64": lambda key: base64.urlsafe_b64encode(b"?" + key),
    "gzip": gzip.compress,
    "base64 at offset 1 in gzip": lambda key: gzip.compress(base64.b64encode(b"a" + key)),
    "gzip in gzip": lambda key: b"xx" + gzip.compress(gzip.compress(key)) + b"yy",
    "cut gzip": lambda key: gzip.compress(key * 9)[:-8],
}


@pytest.mark.parametrize("spelling", _PLAIN)
def test_i1_a_planted_secret_is_found(spelling: str) -> None:
    key = canary()
    place = b"before " + _PLAIN[spelling](key.encode()) + b" after"
    found = exposures({"the key": key}, [("the log", place)])
    assert found
    assert key not in " ".join(found)


def test_i1_nothing_is_found_where_only_other_secrets_are() -> None:
    others = b" ".join(make(canary().encode()) for make in _PLAIN.values())
    assert exposures({"the key": canary()}, [("the log", others)]) == []

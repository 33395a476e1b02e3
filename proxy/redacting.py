"""The headers that hold a credential, and how they are shown without it."""

import secrets
from hashlib import blake2s

from proxy import localkey
from proxy.asgi import HeaderList
from proxy.tap import Headers

_INSTALLATION = secrets.token_bytes(32)
_SECRET_HEADERS = frozenset(
    (
        *(b"authorization", b"proxy-authorization", b"x-api-key", b"api-key", b"x-goog-api-key"),
        *(b"cookie", b"set-cookie", b"x-auth-token", b"x-csrf-token", b"x-xsrf-token"),
        *(b"ocp-apim-subscription-key", b"x-amz-security-token", b"www-authenticate"),
        *(b"x-wiremend-key",),
    )
)
_LOCAL = localkey.PREFIX.encode("ascii")
_SHORTEST_BROUGHT = 16
"""Characters; what agents bring instead of a key is a word, and no secret."""


def is_secret(name: bytes) -> bool:
    """Tell whether a header of that name, in small letters, holds a credential."""
    return name in _SECRET_HEADERS


def redacted(headers: HeaderList, owner: str) -> Headers:
    """Return headers as text, every credential replaced by a mark that only compares."""
    return tuple(
        [
            (str(name, "latin-1"), _mark(each, owner) if name in _SECRET_HEADERS else _text(each))
            for name, each in headers
        ]
    )


def local_key(headers: HeaderList) -> bytes:
    """Return the key with which the agent was let in; empty where it brought none."""
    return next((each for each in _credentials(headers) if each.startswith(_LOCAL)), b"")


def brought(headers: HeaderList) -> list[bytes]:
    """Return the credentials in there that are long enough to be one."""
    return [each for each in _credentials(headers) if len(each) >= _SHORTEST_BROUGHT]


def _credentials(headers: HeaderList) -> list[bytes]:
    """Return the last word of each: a scheme may stand before it."""
    shown = [value.split() for name, value in headers if name in _SECRET_HEADERS]
    return [words[-1] for words in shown if words]


def _mark(value: bytes, owner: str) -> str:
    digest = blake2s(value, key=_INSTALLATION, digest_size=4).hexdigest()
    return f"‹key {owner} #{digest}›"


def _text(value: bytes) -> str:
    return value.decode("latin-1")

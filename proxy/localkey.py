"""Local keys: what an agent shows to be let in.

``lk_``, 32 random bytes in 43 characters, and a checksum of 6 that tells a typing error from a
foreign key without looking anything up. The configuration holds only a key's digest.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable

from proxy.config import Agent
from proxy.secret import Secret

PREFIX = "lk_"
_BODY_LENGTH = 43
_CHECKSUM_LENGTH = 6
_SHAPE = re.compile(rb"(?=(lk_[A-Za-z0-9_-]{%d}))" % (_BODY_LENGTH + _CHECKSUM_LENGTH))


def new_key() -> Secret:
    """Make a key that nobody has."""
    body = secrets.token_urlsafe(32)
    return Secret(PREFIX + body + _checksum(body))


def digest(key: str) -> str:
    """Return what the configuration holds of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def well_formed(key: str) -> bool:
    """Tell whether the text can be a local key at all: its length and checksum fit."""
    body = key.removeprefix(PREFIX)[:_BODY_LENGTH]
    return len(body) == _BODY_LENGTH and hmac.compare_digest(
        key.encode("utf-8", "surrogatepass"), (PREFIX + body + _checksum(body)).encode()
    )


def within(text: bytes) -> bool:
    """Tell whether a local key, of whomever, stands anywhere in the text."""
    return any(well_formed(each[1].decode("ascii")) for each in _SHAPE.finditer(text))


def owner(key: str, agents: Iterable[Agent]) -> Agent | None:
    """Return whose key it is; takes the same time wherever in the list that is."""
    shown = digest(key)
    found: Agent | None = None
    for agent in agents:
        if hmac.compare_digest(shown, agent.sha256):
            found = agent
    return found


def _checksum(body: str) -> str:
    hashed = hashlib.sha256(body.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(hashed).decode("ascii")[:_CHECKSUM_LENGTH]

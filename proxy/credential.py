"""What a provider's key may look like, wherever it comes from."""

import re

SHORTEST = 8
LONGEST = 1200
"""Windows' credential store holds no more."""

_PRINTABLE = re.compile(r"[!-~]+")
_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")


def fault(text: str) -> str:
    """Say why the text can be no key, in a sentence that does not repeat it; empty if it can."""
    if not text:
        return "The key is empty."
    if _URL.match(text):
        return "That is an address, not a key."
    if not _PRINTABLE.fullmatch(text):
        return "A key holds printable ASCII characters only, and no white space."
    if not SHORTEST <= len(text) <= LONGEST:
        return f"A key has {SHORTEST} to {LONGEST} characters."
    return ""

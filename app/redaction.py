"""Removes what looks like a credential from what leaves the application as a file or a copy.

By shape, as secret scanners do: the values that Wiremend knows have been removed before. A removed
value leaves a word of its own behind, so that JSON stays JSON.
"""

import re
from collections.abc import Iterator
from typing import Any, cast

REMOVED = "[removed]"

# A long text is searched window by window: one search is one step, for which all threads wait.
_WINDOW = 64 * 1024
_LONGEST = 16 * 1024

_SHAPES = re.compile(
    r"""
      \b(?:sk|pk|rk)-[A-Za-z0-9_-]{16,}            # OpenAI, Anthropic, OpenRouter, DeepSeek
    | \blk_[A-Za-z0-9_-]{40,}                      # our own local keys
    | \b(?:gsk|hf|r8|nvapi|xai|pplx|fw|tgp|csk)[_-][A-Za-z0-9_-]{16,}
    | \bAIza[A-Za-z0-9_-]{30,}                     # Google
    | \bgh[pousr]_[A-Za-z0-9]{20,} | \bgithub_pat_[A-Za-z0-9_]{20,} | \bglpat-[A-Za-z0-9_-]{16,}
    | \bxox[abeoprs]-[A-Za-z0-9-]{10,}             # Slack
    | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b
    | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*
    | \bnpm_[A-Za-z0-9]{30,} | \bpypi-[A-Za-z0-9_-]{16,}
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----
      (?:(?!-----BEGIN)[^"]){0,8192}?-----END[ ][A-Z ]*KEY-----
    | (?i:\b(?:bearer|basic)[ ]+)(?P<bearer>[A-Za-z0-9._~+/-]{16,}=*)
    | (?i:\b(?:api[_-]?key|access[_-]?token|client[_-]?secret|password))
      (?:\\?["'])?\s*[=:]\s*(?:\\?["'])?
      (?P<named>[A-Za-z0-9._~+/-]{8,})
    | (?<=://)(?P<login>[^/\s:@"]{1,64}:[^/\s:@"]{1,256})(?=@)
    """,
    re.VERBOSE,
)
_NAMES = re.compile(
    r"(?i)(?:proxy-)?authorization|(?:x-|x-goog-)?api[_-]?key|(?:set-)?cookie|(?:access_|auth_)?token"
    r"|x-(?:auth|csrf|xsrf)-token|client_secret|password|secret|sig(?:nature)?"
    r"|ocp-apim-subscription-key|x-amz-security-token|www-authenticate"
)


class Redaction:
    """Redacts the parts of one export, and counts what was removed."""

    def __init__(self) -> None:
        self.count = 0

    def text(self, text: str) -> str:
        """Redact a text."""
        if len(text) <= _WINDOW:
            return _SHAPES.sub(self._replaced, text)
        return "".join(self._parts(text))

    def value(self, value: Any) -> Any:
        """Redact every text in a JSON value, and every member with a credential's name."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(item) for item in cast("list[Any]", value)]
        if isinstance(value, dict):
            members = cast("dict[str, Any]", value)
            return {name: self._member(name, item) for name, item in members.items()}
        return value

    def header(self, name: str, value: str) -> str:
        """Redact the value of a header."""
        return cast("str", self._member(name, value))

    def _parts(self, text: str) -> Iterator[str]:
        place, end = 0, _WINDOW
        while place < len(text):
            match = _SHAPES.search(text, place, end)
            if match is None:
                # Something may have begun shortly before the window's end.
                limit = len(text) if end >= len(text) else max(place, end - _LONGEST)
                yield text[place:limit]
                place, end = limit, limit + _WINDOW
            elif match.end() == end < len(text):
                end += _WINDOW
            else:
                yield text[place : match.start()]
                yield self._replaced(match)
                place, end = match.end(), match.end() + _WINDOW

    def _member(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and value and _NAMES.fullmatch(name):
            self.count += 1
            return REMOVED
        return self.value(value)

    def _replaced(self, match: re.Match[str]) -> str:
        self.count += 1
        whole = match.group()
        # Of a named value only the value goes: the name says what it was.
        value = next(filter(None, match.groups()), whole)
        return whole.replace(value, REMOVED)

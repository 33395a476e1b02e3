"""Makes text from the wire fit to be shown: nothing in it acts, nothing in it is endless."""

import html
import re

import msgspec

MOST_TEXT = 256 * 1024
"""Characters in one text widget; beyond that, Qt needs seconds."""
WIDTH = 2000
"""Characters in one line; a longer one is folded."""

# Controls but tab and line feed, the marks that turn the order of what follows, and what has no
# width at all.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb]"
)
_LONG_LINE = re.compile(f"[^\n]{{{WIDTH}}}(?=[^\n])")
_ELLIPSIS = "…"


def visible(text: str) -> str:
    """Show every control character by its code."""
    return _UNSEEN.sub(_code, text)


def shown(text: str, limit: int = MOST_TEXT, column: int = 0) -> str:
    """Return what a text widget may hold of the text, which goes on where a line has got to."""
    clean = visible(text[:limit].replace("\r\n", "\n"))
    room = max(0, WIDTH - column)
    if column and len(clean) > room and "\n" not in clean[: room + 1]:
        clean = f"{clean[:room]}\n{clean[room:]}"
    folded = _LONG_LINE.sub(_with_line_end, clean)
    if len(folded) > limit:
        return folded[:limit] + _ELLIPSIS
    return folded + _ELLIPSIS if len(text) > limit else folded


def one_line(text: str, limit: int) -> str:
    """Return the beginning of a text as one line of a list."""
    cut = text[: limit + 1].replace("\n", "⏎").replace("\t", " ")
    line = visible(cut)
    return line if len(line) <= limit else line[:limit] + _ELLIPSIS


def plain_hint(words: str) -> str:
    """Return a tooltip's text: tooltips know no plain format, so markup is made harmless."""
    lines = html.escape(words, quote=False).replace("\n", "<br>")
    return f"<qt>{lines}</qt>"


def breakable(name: str) -> str:
    """Let a long name go on in the next line after each of its parts."""
    return name.replace("_", "_\u200b")


def unbroken(words: str) -> str:
    """Keep words on one line where there is room for them on one."""
    return words.replace(" ", "\u00a0").replace("/", "/\u2060")


def decoded(data: bytes) -> str:
    """Read bytes of the wire as text; what is none becomes a mark."""
    return data.decode("utf-8", "replace")


def pretty(text: str) -> str:
    """Set JSON in lines; anything else, and what is too long to be shown whole, stays as it is."""
    if len(text) > MOST_TEXT:
        return text
    try:
        return msgspec.json.format(text, indent=2)
    except (ValueError, RecursionError):
        return text


def _code(match: re.Match[str]) -> str:
    return f"‹U+{ord(match.group()):04X}›"


def _with_line_end(match: re.Match[str]) -> str:
    return match.group() + "\n"

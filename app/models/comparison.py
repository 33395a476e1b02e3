"""The difference between what came and what was sent, event by event."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import msgspec

from app.models.plaintext import decoded, one_line

MOST_EVENTS = 1500
"""Of each side, after what is alike at both ends; more would take seconds to compare."""

MOST_COMPARED = 256 * 1024
"""Bytes of one event in which the difference is looked for."""
_CONTEXT = 2
_WIDTH = 1800
_BEFORE = 32


@dataclass(frozen=True, slots=True)
class Comparison:
    """A unified diff of two streams."""

    text: str
    whole: bool
    """False where only the first events were compared."""


def compare(received: Sequence[bytes], sent: Sequence[bytes]) -> Comparison:
    """Compare two streams, given the bytes of their events; lines carry the numbers of these."""
    start = _common(received, sent)
    end = _common(received[start:][::-1], sent[start:][::-1])
    came, left = received[start : len(received) - end], sent[start : len(sent) - end]
    whole = len(came) <= MOST_EVENTS and len(left) <= MOST_EVENTS
    # Some lines before and after show where it is.
    before = max(0, start - _CONTEXT)
    after = min(end, _CONTEXT) if whole else 0
    sides = [
        list(side[before : min(len(side) - end + after, start + MOST_EVENTS)])
        for side in (received, sent)
    ]
    return Comparison("\n".join(_lines(sides[0], sides[1], before)), whole)


def _common(first: Sequence[bytes], second: Sequence[bytes]) -> int:
    for number, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return number
    return min(len(first), len(second))


def _lines(received: list[bytes], sent: list[bytes], offset: int) -> list[str]:
    matcher = SequenceMatcher(None, received, sent, autojunk=True)
    lines: list[str] = []
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        first, last = group[0], group[-1]
        came = _range(first[1] + offset, last[2] + offset)
        left = _range(first[3] + offset, last[4] + offset)
        lines.append(f"@@ received {came} | sent {left} @@")
        for kind, from_came, to_came, from_left, to_left in group:
            if kind == "equal":
                lines += _numbered(" ", received, range(from_came, to_came), offset)
            elif to_came - from_came == to_left - from_left:
                lines += _paired(
                    received[from_came:to_came],
                    sent[from_left:to_left],
                    offset + from_came,
                    offset + from_left,
                )
            else:
                lines += _numbered("-", received, range(from_came, to_came), offset)
                lines += _numbered("+", sent, range(from_left, to_left), offset)
    return lines


def _paired(came: list[bytes], left: list[bytes], first_came: int, first_left: int) -> list[str]:
    """Show what became of each event, from shortly before where it differs."""
    lines: list[str] = []
    for place, (one, other) in enumerate(zip(came, left, strict=True)):
        before, after = _alike(_text(one), _text(other))
        start = max(0, _common_length(before, after) - _BEFORE)
        lead = "…" if start else ""
        for sign, number, text in (("-", first_came, before), ("+", first_left, after)):
            shown = one_line(text[start:], _WIDTH)
            lines.append(f"{sign} {number + place:>5}  {lead}{shown}")
    return lines


def _alike(before: str, after: str) -> tuple[str, str]:
    """Leave out white space between the parts of JSON, unless it is all that differs."""
    close = _closed_up(before), _closed_up(after)
    return (before, after) if close[0] == close[1] else close


def _closed_up(event: str) -> str:
    lead, content = ("data:", event[5:]) if event.startswith("data:") else ("", event)
    try:
        return f"{lead} {msgspec.json.format(content, indent=-1)}".lstrip()
    except (ValueError, RecursionError):
        return event


def _text(event: bytes) -> str:
    return decoded(event[:MOST_COMPARED]).strip()


def _common_length(first: str, second: str) -> int:
    for place, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return place
    return min(len(first), len(second))


def _range(first: int, end: int) -> str:
    return f"{first}–{end - 1}" if end > first else "–"


def _numbered(sign: str, events: list[bytes], numbers: range, offset: int) -> list[str]:
    return [
        f"{sign} {number + offset:>5}  {one_line(_text(events[number]), _WIDTH)}"
        for number in numbers
    ]

"""Divides a text that arrives in pieces into thoughts, answer, and the tags between them.

Thoughts stand at the beginning: after ``<think>``, up to ``</think>`` or the end; where a template
put the opening tag into the prompt, from the first character up to ``</think>``. Where they came
elsewhere, a closing tag alone may be left. Tags inside a code fence, or that a sentence speaks of,
are text like any other.
"""

import re
from collections import deque
from collections.abc import Iterator
from enum import Enum

_OPEN = "<think>"
_CLOSE = "</think>"
_TAG_OR_FENCE = re.compile(r"</?think>|(?<=\n)```")
_CLOSE_OR_FENCE = re.compile(r"</think>|(?<=\n)```")
_WHITE = re.compile(r"\s*")
_FENCE = "```"
_LOOK_BEHIND = 64
_LOOK_AHEAD = 2

# An answer that runs on for so long without a tag is no unopened thought.
_LONGEST_UNOPENED = 1024 * 1024

_OPENING_QUOTES = "`'\"\u2018\u201c(["
_CLOSING_QUOTES = "`'\"\u2019\u201d)]"


def has_tag(text: str) -> bool:
    """Tell whether a whole text holds a tag at all."""
    return _OPEN in text or _CLOSE in text


class Kind(Enum):
    """What a part of the text is."""

    ANSWER = 0
    THOUGHT = 1
    MARKUP = 2


class _State(Enum):
    BEGINNING = 0
    UNDECIDED = 1
    """The answer, or thoughts whose opening tag is missing."""
    THINKING = 2
    ANSWERING = 3


class Thoughts:
    """One text; `feed` it piece by piece, then read what is `settled`."""

    def __init__(self) -> None:
        self.settled = 0
        """How much of the text has been divided."""
        # A window on the text: what stands well before the place in work has served.
        self._text = "\n"
        self._base = -1
        self._place: int = 1
        self._line = 0
        """Where, in the whole text, the last line of the white space in work begins."""
        self._state = _State.BEGINNING
        self._fenced = False
        self._ended = False
        self._may_lack_opening = True
        self._after_tag = False
        self._parts: deque[tuple[Kind, int]] = deque()

    def feed(self, text: str) -> None:
        """Take the next piece."""
        cut = max(0, self._place - _LOOK_BEHIND)
        self._text = self._text[cut:] + text
        self._place -= cut
        self._base += cut
        self._divide()

    def settle(self) -> None:
        """Something other than text has come: no tag goes on after it."""
        self._ended = True
        self._divide()
        self._ended = False
        if self._state is not _State.THINKING:
            self._state = _State.ANSWERING

    def expect_opening(self) -> None:
        """Thoughts come in their own place: a text without an opening tag holds none."""
        self._may_lack_opening = False
        if self._state is _State.UNDECIDED:
            self._state = _State.ANSWERING
            self._divide()

    def parts(self, start: int, text: str) -> Iterator[tuple[Kind, str]]:
        """Divide a settled piece that began at ``start``; pieces must be asked for in order."""
        end = start + len(text)
        place = start
        while place < end:
            kind, border = self._parts[0]
            if border <= place:
                self._parts.popleft()
                continue
            yield kind, text[place - start : min(border, end) - start]
            place = min(border, end)

    def _divide(self) -> None:
        step_by_state = {
            _State.BEGINNING: self._begin,
            _State.UNDECIDED: self._search_close,
            _State.THINKING: self._think,
            _State.ANSWERING: self._answer,
        }
        while step_by_state[self._state]():
            pass

    def _begin(self) -> bool:
        """See whether a tag comes first; return False where the text stops."""
        self._skip_white()
        # Behind thoughts that came elsewhere, a closing tag is what their parser left.
        tags: tuple[str, ...] = (_OPEN,) if self._may_lack_opening else (_OPEN, _CLOSE)
        ahead = self._text[self._place : self._place + len(_CLOSE)]
        for tag in tags:
            if ahead.startswith(tag):
                self._place += len(tag)
                self._settle(Kind.MARKUP, self._place)
                self._state = _State.THINKING if tag == _OPEN else _State.BEGINNING
                self._after_tag = True
                return True
        if not self._ended and any(tag.startswith(ahead) for tag in tags):
            return False
        self._settle_white()
        undecided = self._may_lack_opening and not self._ended
        self._state = _State.UNDECIDED if undecided else _State.ANSWERING
        return True

    def _search_close(self) -> bool:
        """Look for the end of thoughts that may have begun with the first character."""
        while (match := _TAG_OR_FENCE.search(self._text, self._place)) is not None:
            if len(self._text) < match.end() + _LOOK_AHEAD and not self._ended:
                # What follows the tag tells whether a sentence speaks of it.
                self._place = match.start()
                return False
            self._place = match.end()
            if match.group() == _FENCE:
                self._fenced = not self._fenced
            elif not self._fenced and match.group() == _OPEN:
                self._state = _State.ANSWERING
                return True
            elif not self._fenced and not _is_spoken_of(self._text, match):
                self._close(match)
                return True
        self._place = _tail(self._text, self._place, _OPEN, _CLOSE, _FENCE)
        if self._ended or self._base + self._place - self.settled > _LONGEST_UNOPENED:
            self._state = _State.ANSWERING
            return True
        return False

    def _think(self) -> bool:
        if self._after_tag:
            self._skip_white()
            if self._place == len(self._text) and not self._ended:
                return False
            self._settle_white()
        while (match := _CLOSE_OR_FENCE.search(self._text, self._place)) is not None:
            self._place = match.end()
            if match.group() == _FENCE:
                self._fenced = not self._fenced
            elif not self._fenced:
                self._close(match)
                return True
        if self._ended:
            self._place = len(self._text)
        # A fence may be cut in two as well, but no text has to wait for it.
        self._settle(Kind.THOUGHT, _tail(self._text, self._place, _CLOSE))
        self._place = _tail(self._text, self._place, _CLOSE, _FENCE)
        return False

    def _close(self, match: re.Match[str]) -> None:
        self._settle(Kind.THOUGHT, match.start())
        self._settle(Kind.MARKUP, match.end())
        self._place = match.end()
        self._state, self._after_tag = _State.BEGINNING, True
        self._may_lack_opening = False

    def _answer(self) -> bool:
        self._place = len(self._text)
        self._settle(Kind.ANSWER, self._place)
        return False

    def _skip_white(self) -> None:
        match = _WHITE.match(self._text, self._place)
        end = match.end() if match else self._place
        line = self._text.rfind("\n", self._place, end) + 1
        self._line = self._base + line if line else self._line
        self._place = end

    def _settle_white(self) -> None:
        """Take white space after a tag for part of it, but not a line's indentation."""
        if self._after_tag:
            indented = self._line > self.settled and self._place < len(self._text)
            self._settle(Kind.MARKUP, self._line - self._base if indented else self._place)
        self._after_tag = False

    def _settle(self, kind: Kind, end: int) -> None:
        border = self._base + end
        if border <= self.settled:
            return
        self.settled = border
        if self._parts and self._parts[-1][0] is kind:
            self._parts.pop()
        self._parts.append((kind, border))


def _tail(text: str, place: int, *marks: str) -> int:
    """Return from where on, at ``place`` or later, one of the marks may have begun."""
    longest = max(map(len, marks))
    for start in range(max(place, len(text) - longest + 1), len(text)):
        if any(mark.startswith(text[start:]) for mark in marks):
            return start
    return len(text)


def _is_spoken_of(text: str, match: re.Match[str]) -> bool:
    """Tell whether a tag is quoted, or stands in the middle of a sentence."""
    before, after = text[: match.start()][-_LOOK_BEHIND:], text[match.end() :][:_LOOK_AHEAD]
    if before[-1:] in _OPENING_QUOTES and after[:1] in _CLOSING_QUOTES:
        return bool(before and after)
    if not before.endswith(" ") or not before.rstrip()[-1:].isalnum():
        return False
    return after[:1] in tuple(".,;:!?") or (after[:1] == " " and after[1:].islower())

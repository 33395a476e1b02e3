"""Recognise the events of which nothing but the text is new, without reading them as JSON.

Most events of an answer are alike but for a few characters of text. Once one of them has passed
every repair untouched, the next of the same shape would pass untouched as well: it is enough to
compare what stands before and behind the text, and to see that the text is one plain string.
"""

import re
from collections.abc import Iterable

from proxy import wire
from proxy.wire import JsonObject

# A string's inside: no quote, no control character, only the short escapes.
_PLAIN = rb'(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt])'
_TEXT = re.compile(_PLAIN + rb"*+")
_ORDINARY = bytes(set(range(0x20, 0x100)) - set(rb'"\\'))
_MEMBERS = ("content", "reasoning_content", "reasoning")
_MEMBER = re.compile(rb'"(?:content|reasoning_content|reasoning)": *+"(%s++)"' % _PLAIN)
_KEY_BY_NAME = {name: re.compile(rb'"%s": *+"' % name.encode()) for name in _MEMBERS}
_PATIENCE = 16
"""Shapes in a row that never came again, after which learning stops: it would only cost."""


class Steady:
    """The shape of the last untouched text event."""

    def __init__(self) -> None:
        self._before = b""
        self._behind = b""
        self._fruitless = 0

    def forget(self) -> None:
        """Something else has come: what follows must be read again."""
        self._before = b""

    def leading(self, data: bytes, position: int = 0) -> tuple[int, int]:
        """Return how many whole events of the known shape stand there, and where they end."""
        before, behind = self._before, self._behind
        found = 0
        while before and data.startswith(before, position):
            start = position + len(before)
            end = data.find(behind, start)
            if end < 0 or not _is_plain(data[start:end]):
                break
            position = end + len(behind)
            found += 1
        if found:
            self._fruitless = 0
        return found, position

    def learn(self, raw: bytes, chunk: JsonObject) -> bool:
        """Take the shape of an event that passed untouched; tell whether it was plain text."""
        self._before = b""
        name = _text_member(chunk)
        keys = [] if name is None else [*_KEY_BY_NAME[name].finditer(raw)]
        if name is None or len(keys) != 1:
            return False
        start = keys[0].end()
        match = _TEXT.match(raw, start)
        text = None if match is None else wire.decode_string(b'"' + match.group() + b'"')
        # The shape is right only if the text between is this member's value.
        if match is None or text != _delta(chunk).get(name):
            return False
        self._take(raw, start, match.end())
        return True

    def recall(self, raw: bytes) -> None:
        """Take the shape of an event of which it is known that it holds one plain text."""
        match = _MEMBER.search(raw)
        if match is not None:
            self._take(raw, match.start(1), match.end(1))

    def _take(self, raw: bytes, start: int, end: int) -> None:
        if self._fruitless <= _PATIENCE:
            self._before, self._behind = raw[:start], raw[end:]
            self._fruitless += 1


def _is_plain(text: bytes) -> bool:
    # Nearly every text is ordinary, and this finds that out in a fraction of the time.
    return not text.translate(None, _ORDINARY) or _TEXT.fullmatch(text) is not None


def _text_member(chunk: JsonObject) -> str | None:
    """Name the one text in the chunk's one choice; None where it is anything else."""
    choices = [*wire.choices(chunk)]
    if len(choices) != 1 or choices[0].get("finish_reason"):
        return None
    delta = _delta(chunk)
    texts = [name for name in _MEMBERS if wire.text(delta, name)]
    return texts[0] if len(texts) == 1 and not _others(delta, texts) else None


def _others(delta: JsonObject, texts: Iterable[str]) -> bool:
    return any(name not in texts and value is not None for name, value in delta.items())


def _delta(chunk: JsonObject) -> JsonObject:
    for choice in wire.choices(chunk):
        return wire.delta(choice)
    return {}

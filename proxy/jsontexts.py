"""JSON that is not quite as it should be, read where its meaning is certain and nowhere else.

Whole texts that stand one behind the other, with or without their prefixes, are told apart; what is
broken off among them is left out. Numbers that JSON has no word for get the one that others use.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from proxy import wire
from proxy.sse import SENTINEL

# After each of them the rest is read once more, and hostile streams have many.
_MOST_BROKEN = 16

_BETWEEN = re.compile("[\\s\ufeff]*+(?:data\\s*+:[\\s\ufeff]*+)*+", re.IGNORECASE)
_GLUED = re.compile(r"data:\s*+(?=[{\[])")
_SENTINEL = re.compile(r'"?\[done\]"?', re.IGNORECASE)
_LINE = re.compile(rb"[^\r\n]+")
_OTHER_FIELD = re.compile(rb"(?:event|id|retry)?\s*+:")
_PREFIX = re.compile(rb"(?:\xef\xbb\xbf|\s)*+(?:data\s*+:)?", re.IGNORECASE)
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x1f]")
_STRING_OR_WORD = re.compile(rb'"(?:[^"\\]++|\\.)*+"|-?Infinity|NaN', re.DOTALL)
_WORDS = (b"NaN", b"Infinity")
_decoder = json.JSONDecoder(strict=False)


def loose(block: bytes) -> bytes:
    """Return what a block of a stream says, whatever stands before the data in its lines."""
    lines = (line.group() for line in _LINE.finditer(block))
    return b"\n".join(_PREFIX.sub(b"", line, 1) for line in lines if not _OTHER_FIELD.match(line))


def texts(data: bytes) -> list[bytes]:
    """Return the JSON objects and lists in the data, a line each, and the sentinels, in order."""
    return [
        text for text in map(_tidy, _found(data)) if text == SENTINEL or not wire.is_broken(text)
    ]


def tidy_numbers(data: bytes) -> bytes:
    """Give numbers that JSON has no word for the one that clients can read.

    As a logarithm of a probability OpenAI sends this one for never.
    """
    if not any(word in data for word in _WORDS):
        return data
    number_by_word = {b"-Infinity": b"-9999.0", b"Infinity": b"null", b"NaN": b"null"}
    return _STRING_OR_WORD.sub(lambda word: number_by_word.get(word[0], word[0]), data)


def _found(data: bytes) -> Iterator[bytes]:
    text = data.decode("utf-8", "surrogateescape")
    place = broken = 0
    while broken < _MOST_BROKEN:
        place = _BETWEEN.match(text, place).end()  # pyright: ignore[reportOptionalMemberAccess]
        if (sentinel := _SENTINEL.match(text, place)) is not None:
            yield SENTINEL
            place = sentinel.end()
            continue
        try:
            value, end = _decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            broken += 1
            rest = text[place:].strip().encode("utf-8", "surrogateescape")
            if rest[:1] == b"{" and not wire.is_broken(rest):
                # JSON that cannot be read without loss: it goes on as it is.
                yield rest
                return
            if (glued := _GLUED.search(text, place + 1)) is None:
                return
            place = glued.end()
        else:
            yield from _meant(value, text[place:end].encode("utf-8", "surrogateescape"))
            place = end


def _meant(value: Any, text: bytes) -> Iterator[bytes]:
    """Yield the text of an object, also where it was encoded twice; of a list of chunks, each."""
    if isinstance(value, str):
        text = value.encode("utf-8", "replace")
        value = wire.decode_object(text)
    if value == {"data": SENTINEL.decode()}:
        yield SENTINEL
    elif value and isinstance(value, dict):
        yield text
    elif isinstance(value, list):
        objects = wire.objects({"": wire.decode(text)}, "")
        if any("choices" in each for each in objects):
            yield from map(wire.encode, objects)
        elif objects:
            yield text


def _tidy(text: bytes) -> bytes:
    if wire.is_broken(text):
        text = _STRING.sub(_escaped, text)
    # Line feeds in JSON can only be white space between its tokens.
    return tidy_numbers(text).replace(b"\r", b" ").replace(b"\n", b" ")


def _escaped(string: re.Match[bytes]) -> bytes:
    """Write control characters within a string as JSON has them."""
    return _CONTROL.sub(lambda found: b"\\u%04x" % found.group()[0], string.group())

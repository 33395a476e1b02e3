"""One HTTP/1.1 request, read strictly: bytes in, its header and the content of its body out.

What two parsers could read differently is refused: a length and a coding together, any coding
but one ``chunked``, numbers that are not plain digits, bare line ends, folded lines, control
characters, chunk extensions, trailers.

A client's next request on a connection mostly says the same but for the length of its body: such a
header is not read again, and what else was found out about it is remembered with it.

See: https://www.rfc-editor.org/rfc/rfc9112
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from proxy.errors import Problem, ProxyError, problem

MAX_HEAD = 64 * 1024
MAX_FIELDS = 200
MAX_TARGET = 8 * 1024

MALFORMED = Problem(None, 400, "The request is not well-formed HTTP/1.1.")
HEAD_TOO_LARGE = Problem(None, 431, "The request's header is larger than 64 KiB or 200 fields.")
TARGET_TOO_LONG = Problem(None, 414, "The request's address is longer than 8 KiB.")

_CAPITALS = frozenset(range(ord("A"), ord("Z") + 1))
_HEAD_END = b"\r\n\r\n"
# A method, a target of visible ASCII without a fragment, one of two versions.
_REQUEST_LINE = re.compile(rb"([A-Z]+(?:-[A-Z]+)*) ([!\"$-~]+) HTTP/1\.([01])")
_FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]++):([\t -~\x80-\xff]*+)")
# A line end that is not CRLF, or a control character that is not a tab.
_STRAY = re.compile(rb"(?<!\r)\n|\r(?=[^\n])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Eighteen digits fit every parser's integer.
_LENGTH = re.compile(rb"[0-9]{1,18}")
_LENGTH_LINE = re.compile(rb"\r\ncontent-length:[ \t]*+([0-9]{1,18})[ \t]*+\r\n", re.IGNORECASE)
_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})\r\n")
_LONGEST_SIZE_LINE = 18


Found = TypeVar("Found")


class Memory:
    """What follows from a header and one thing more, kept as long as that is the same object."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[object, object]] = {}

    def recall(self, name: str, basis: object, make: Callable[[], Found]) -> Found:
        """Return what was made of that basis the last time, or make it; errors are not kept."""
        known = self._found.get(name)
        if known is None or known[0] is not basis:
            known = self._found[name] = basis, make()
        return cast("Found", known[1])


@dataclass(frozen=True, slots=True)
class Head:
    """The request line and the fields, names in lower case."""

    method: bytes
    target: bytes
    version: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    memory: Memory = field(default_factory=Memory, compare=False)
    """Of this header, whatever the length of the body."""

    def values(self, name: bytes) -> list[bytes]:
        """Return what the field says, once for each time it occurs."""
        return [value for each, value in self.fields if each == name]


@dataclass(frozen=True, slots=True)
class Familiar:
    """A header that was read, but for the digits of its body's length."""

    before: bytes
    behind: bytes
    head: Head
    place: int
    """Where among the fields the length stands."""

    def length_in(self, raw: bytes) -> bytes | None:
        """Return the length in a header that differs in nothing else; None where it does."""
        if not (raw.startswith(self.before) and raw.endswith(self.behind)):
            return None
        digits = _LENGTH.fullmatch(raw, len(self.before), len(raw) - len(self.behind))
        return digits.group() if digits is not None else None

    def with_length(self, length: bytes) -> Head:
        """Return the header with that length."""
        head, place = self.head, self.place
        fields = (*head.fields[:place], (b"content-length", length), *head.fields[place + 1 :])
        return Head(head.method, head.target, head.version, fields, head.memory)


def _familiar(raw: bytes, head: Head) -> Familiar | None:
    names = [name for name, _ in head.fields]
    line = _LENGTH_LINE.search(raw)
    if line is None or names.count(b"content-length") != 1:
        return None
    place = names.index(b"content-length")
    return Familiar(raw[: line.start(1)], raw[line.end(1) :], head, place)


class Framing:
    """One request as it comes; raises `ProxyError` where it is not to be served."""

    def __init__(self, former: "Familiar | None" = None) -> None:
        self._unread = bytearray()
        self._searched = 0
        self._body: _Length | _Chunks | None = None
        self.familiar = former
        """What the next request on the connection can be compared with."""
        self.head: Head | None = None
        """The header, once all of it is here."""
        self.excess = 0
        """Bytes that followed the request's end."""

    @property
    def done(self) -> bool:
        """The whole request is here."""
        return self._body is not None and self._body.done

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes of the connection; return what they bring of the body."""
        if self._body is not None:
            return self._content(self._body, data)
        self._unread += data
        end = self._head_end()
        if end < 0:
            return b""
        raw = bytes(self._unread[:end])
        rest = bytes(self._unread[end:])
        self._unread.clear()
        self.head, self._body = self._known(raw) or self._read(raw)
        return self._content(self._body, rest)

    def _content(self, body: "_Length | _Chunks", data: bytes) -> bytes:
        content, end = body.take(data)
        self.excess = len(data) - end
        return content

    def _known(self, raw: bytes) -> "tuple[Head, _Length] | None":
        length = self.familiar.length_in(raw) if self.familiar is not None else None
        if self.familiar is None or length is None:
            return None
        return self.familiar.with_length(length), _Length(int(length))

    def _read(self, raw: bytes) -> "tuple[Head, _Length | _Chunks]":
        head = parse_head(raw)
        body = _body_of(head)
        self.familiar = _familiar(raw, head)
        return head, body

    def _head_end(self) -> int:
        found = self._unread.find(_HEAD_END, max(0, self._searched - len(_HEAD_END) + 1))
        if found >= 0:
            return found + len(_HEAD_END)
        self._refuse_early()
        return -1

    def _refuse_early(self) -> None:
        # Before the end is here: what can no longer become a request is not waited for.
        unread = self._unread
        if unread[0] not in _CAPITALS:
            raise ProxyError(MALFORMED, "no method")
        if _STRAY.search(unread, max(0, self._searched - 1)):
            raise ProxyError(MALFORMED, "a stray line end or control character")
        line, ended, _ = bytes(unread[: MAX_TARGET + 64]).partition(b"\r\n")
        if ended:
            _request_line(line)
        else:
            _check_length(line)
        if len(unread) > MAX_HEAD:
            raise ProxyError(HEAD_TOO_LARGE)
        self._searched = len(unread)


def parse_head(raw: bytes) -> Head:
    """Read a whole header, blank line included; raises `ProxyError`."""
    request_line, *lines = raw.removesuffix(_HEAD_END).split(b"\r\n")
    method, target, minor = _request_line(request_line)
    if len(lines) > MAX_FIELDS or len(raw) > MAX_HEAD:
        raise ProxyError(HEAD_TOO_LARGE)
    _check_target(method, target)
    return Head(method, target, b"1." + minor, tuple(_field(line) for line in lines))


def _request_line(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Return method, target and minor version."""
    _check_length(line)
    match = _REQUEST_LINE.fullmatch(line)
    if match is None:
        raise ProxyError(MALFORMED, "no request line")
    method, target, minor = match.groups()
    return method, target, minor


def _check_length(line: bytes) -> None:
    if len(line.partition(b" ")[2].partition(b" ")[0]) > MAX_TARGET:
        raise ProxyError(TARGET_TOO_LONG)


def _check_target(method: bytes, target: bytes) -> None:
    if (method, target) == (b"OPTIONS", b"*"):
        raise ProxyError(problem("unknown_endpoint"))
    if method == b"CONNECT" or not target.startswith(b"/"):
        raise ProxyError(MALFORMED, "a target that is not in origin form")


def _field(line: bytes) -> tuple[bytes, bytes]:
    match = _FIELD.fullmatch(line)
    if match is None:
        raise ProxyError(MALFORMED, "a header field that is none")
    name, value = match.groups()
    return name.lower(), value.strip(b" \t")


def _body_of(head: Head) -> "_Length | _Chunks":
    codings = head.values(b"transfer-encoding")
    lengths = head.values(b"content-length")
    if codings:
        if lengths or head.version != b"1.1" or [each.lower() for each in codings] != [b"chunked"]:
            raise ProxyError(MALFORMED, "a transfer coding that could be read in two ways")
        return _Chunks()
    if not lengths:
        return _Length(0)
    if len(lengths) > 1 or not _LENGTH.fullmatch(lengths[0]):
        raise ProxyError(MALFORMED, "a length that is not plain digits")
    return _Length(int(lengths[0]))


class _Length:
    """A body of known length."""

    def __init__(self, length: int) -> None:
        self._left = length

    @property
    def done(self) -> bool:
        return self._left == 0

    def take(self, data: bytes) -> tuple[bytes, int]:
        """Return the content, and where in the data the body's part of it ends."""
        taken = min(self._left, len(data))
        self._left -= taken
        return data[:taken], taken


class _Chunks:
    """A chunked body, without extensions and trailers."""

    def __init__(self) -> None:
        self.done = False
        self._left = 0
        self._line = bytearray()
        self._close_line = self._size

    def take(self, data: bytes) -> tuple[bytes, int]:
        """Return the content, and where in the data the body's part of it ends."""
        pieces: list[bytes] = []
        at = 0
        while at < len(data) and not self.done:
            if self._left:
                piece = data[at : at + self._left]
                self._left -= len(piece)
                at += len(piece)
                pieces.append(piece)
            else:
                at = self._read_line(data, at)
        return b"".join(pieces), at

    def _read_line(self, data: bytes, at: int) -> int:
        found = data.find(b"\n", at, at + _LONGEST_SIZE_LINE)
        end = found + 1 if found >= 0 else min(len(data), at + _LONGEST_SIZE_LINE)
        self._line += data[at:end]
        if found >= 0:
            line = bytes(self._line)
            self._line.clear()
            self._close_line(line)
        elif len(self._line) >= _LONGEST_SIZE_LINE:
            raise ProxyError(MALFORMED, "a chunk without a size")
        return end

    def _size(self, line: bytes) -> None:
        match = _SIZE_LINE.fullmatch(line)
        if match is None:
            raise ProxyError(MALFORMED, "a chunk size that is not plain digits")
        self._left = int(match[1], 16)
        self._close_line = self._chunk_end if self._left else self._last

    def _chunk_end(self, line: bytes) -> None:
        self._expect_blank(line)
        self._close_line = self._size

    def _last(self, line: bytes) -> None:
        self._expect_blank(line)
        self.done = True

    def _expect_blank(self, line: bytes) -> None:
        if line != b"\r\n":
            raise ProxyError(MALFORMED, "a chunk that does not end where it should")

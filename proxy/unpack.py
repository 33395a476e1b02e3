"""Take compression off that nobody asked for, as it arrives and within limits.

One layer and no more: who packs twice wants to be unpacked at a price.
"""

import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any

CODINGS = frozenset((b"gzip", b"x-gzip", b"deflate"))
"""What can be taken off."""
MAX_SIZE = 256 * 1024 * 1024
MAX_RATIO = 100
"""Times the compressed size, beyond the first MiB."""

NOT_SHOWN = "‹compressed; not shown›".encode()

_FREE = 1024 * 1024
_PIECE = 128 * 1024
_GZIP = b"\x1f"
_AUTOMATIC = 32 + zlib.MAX_WBITS
"""Reads a gzip or a zlib header, whichever there is."""


class UnpackError(Exception):
    """The data is not what its coding says, or unpacks to more than is allowed."""


class Unpacker:
    """Takes one coding off, piece by piece."""

    def __init__(self, coding: bytes) -> None:
        self._coding = coding
        self._reader = zlib.decompressobj(_AUTOMATIC)
        self._taken = self._given = 0

    @property
    def whole(self) -> bool:
        """What came so far may be all."""
        return self._reader.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what the next bytes unpack to, never more than `_PIECE` bytes in one piece.

        Raises `UnpackError`.
        """
        if self._coding == b"deflate" and not self._taken and data and not _has_zlib_head(data):
            # Some servers send deflate without the head that it should have.
            self._reader = zlib.decompressobj(-zlib.MAX_WBITS)
        self._taken += len(data)
        while data:
            if self._reader.eof:
                if not data.startswith(_GZIP):
                    # Padding, or nothing of ours.
                    return
                # Several members, one behind the other, are one text.
                self._reader = zlib.decompressobj(_AUTOMATIC)
            piece, data = _step(self._reader, data)
            self._given += len(piece)
            if self._given > MAX_SIZE or self._given > _FREE + MAX_RATIO * self._taken:
                raise UnpackError
            if piece:
                yield piece


async def unpacked(
    receive: Callable[[], Awaitable[bytes | None]], coding: bytes
) -> AsyncIterator[bytes]:
    """Yield the unpacked data, never more than `_PIECE` bytes in one piece."""
    unpacker = Unpacker(coding)
    while (data := await receive()) is not None:
        for piece in unpacker.feed(data):
            yield piece
    if not unpacker.whole:
        raise UnpackError


class Shown:
    """What can be shown of a body that goes on packed: its text, or that there is none to see.

    What is not unpacked is not shown, since nobody could tell what is in it.
    """

    def __init__(self, codings: Sequence[bytes]) -> None:
        readable = len(codings) == 1 and CODINGS.issuperset(codings)
        self._unpacker = Unpacker(codings[0]) if readable else None
        self._said = False

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes as they came; return what is to be shown for them."""
        if self._unpacker is not None:
            try:
                return b"".join(self._unpacker.feed(data))
            except UnpackError:
                self._unpacker = None
        said, self._said = self._said, True
        return b"" if said else NOT_SHOWN


def _step(reader: Any, data: bytes) -> tuple[bytes, bytes]:
    try:
        piece = reader.decompress(data, _PIECE)
    except zlib.error as error:
        raise UnpackError from error
    if reader.eof:
        return piece, reader.unused_data
    if not piece and reader.unconsumed_tail == data:
        raise UnpackError
    return piece, reader.unconsumed_tail


def _has_zlib_head(data: bytes) -> bool:
    return data[0] & 0x0F == 8 and (len(data) == 1 or (data[0] * 256 + data[1]) % 31 == 0)  # noqa: PLR2004

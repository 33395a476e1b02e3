"""Take compression off that nobody asked for, as it arrives and within limits.

One layer and no more: who packs twice wants to be unpacked at a price.
"""

import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

CODINGS = frozenset((b"gzip", b"x-gzip", b"deflate"))
"""What can be taken off."""
MAX_SIZE = 256 * 1024 * 1024
MAX_RATIO = 100
"""Times the compressed size, beyond the first MiB."""

_FREE = 1024 * 1024
_PIECE = 128 * 1024
_GZIP = b"\x1f"
_AUTOMATIC = 32 + zlib.MAX_WBITS
"""Reads a gzip or a zlib header, whichever there is."""


class UnpackError(Exception):
    """The data is not what its coding says, or unpacks to more than is allowed."""


async def unpacked(
    receive: Callable[[], Awaitable[bytes | None]], coding: bytes
) -> AsyncIterator[bytes]:
    """Yield the unpacked data, never more than `_PIECE` bytes in one piece."""
    reader = zlib.decompressobj(_AUTOMATIC)
    taken = given = 0
    while (data := await receive()) is not None:
        taken += len(data)
        if coding == b"deflate" and taken == len(data) and data[:1] and not _has_zlib_head(data):
            # Some servers send deflate without the head that it should have.
            reader = zlib.decompressobj(-zlib.MAX_WBITS)
        rest = data
        while rest:
            if reader.eof:
                if not rest.startswith(_GZIP):
                    # Padding, or nothing of ours.
                    break
                # Several members, one behind the other, are one text.
                reader = zlib.decompressobj(_AUTOMATIC)
            piece, rest = _step(reader, rest)
            given += len(piece)
            if given > MAX_SIZE or given > _FREE + MAX_RATIO * taken:
                raise UnpackError
            if piece:
                yield piece
    if not reader.eof:
        raise UnpackError


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

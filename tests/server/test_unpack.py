"""Compression comes off as it arrives, and a bomb is stopped at its cap."""

import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from proxy.unpack import MAX_RATIO, NOT_SHOWN, Shown, UnpackError, unpacked

pytestmark = pytest.mark.anyio
TEXT = b"data: hello\n\n" * 1000


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def cut(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def receiving(pieces: AsyncIterator[bytes]) -> Callable[[], Awaitable[bytes | None]]:
    return lambda: anext(pieces, None)


def pieces(data: bytes, size: int) -> Callable[[], Awaitable[bytes | None]]:
    return receiving(cut(data, size))


async def whole(data: bytes, coding: bytes, size: int = 7) -> bytes:
    return b"".join([piece async for piece in unpacked(pieces(data, size), coding)])


def bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize(
    ("packed", "coding"),
    [(gzip.compress(TEXT), b"gzip"), (zlib.compress(TEXT), b"deflate"), (bare(TEXT), b"deflate")],
)
async def test_gives_back_what_was_packed(packed: bytes, coding: bytes, size: int) -> None:
    assert await whole(packed, coding, size) == TEXT


async def test_hands_over_what_is_there_before_the_end_has_come() -> None:
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(TEXT) + packer.flush(zlib.Z_SYNC_FLUSH)

    async def arriving() -> AsyncIterator[bytes]:
        yield first
        raise AssertionError("the first piece was not handed over")

    async for piece in unpacked(receiving(arriving()), b"gzip"):
        assert TEXT.startswith(piece)
        break


@pytest.mark.parametrize("size", [1, 100_000])
@pytest.mark.parametrize("behind", [gzip.compress(TEXT), b"", b"\0" * 512, b"junk" * 1_000_000])
async def test_reads_every_member_and_nothing_else_behind_it(behind: bytes, size: int) -> None:
    if size == 1 and len(behind) > 10_000:
        size = 4096
    expected = TEXT * 2 if behind.startswith(b"\x1f") else TEXT
    assert await whole(gzip.compress(TEXT) + behind, b"gzip", size) == expected


async def test_takes_off_one_layer_only() -> None:
    inner = gzip.compress(TEXT)
    assert await whole(gzip.compress(inner), b"gzip") == inner


@pytest.mark.parametrize("data", [b"no gzip at all", gzip.compress(TEXT)[:-9], b""])
async def test_says_that_it_is_not_what_it_claims(data: bytes) -> None:
    with pytest.raises(UnpackError):
        await whole(data, b"gzip")


async def test_s23_stops_a_bomb() -> None:
    bomb = gzip.compress(b"\0" * 200_000_000)
    given: list[int] = []

    async def take() -> None:
        async for piece in unpacked(pieces(bomb, 65536), b"gzip"):
            given.append(len(piece))  # noqa: PERF401  what came before the error counts

    with pytest.raises(UnpackError):
        await take()
    assert sum(given) <= 1024 * 1024 + MAX_RATIO * len(bomb)


@pytest.mark.parametrize(
    ("codings", "packed"),
    [
        ((b"gzip", b"gzip"), gzip.compress(gzip.compress(TEXT))),
        ((b"br",), gzip.compress(TEXT)),
        ((b"gzip",), b"no gzip at all"),
    ],
    ids=["two codings", "an unknown one", "damaged"],
)
async def test_what_cannot_be_read_is_named_once_and_never_shown(
    codings: tuple[bytes, ...], packed: bytes
) -> None:
    shown = Shown(codings)
    assert [shown.feed(packed[:5]), shown.feed(packed[5:])] == [NOT_SHOWN, b""]


async def test_what_one_coding_packed_is_shown_as_it_comes() -> None:
    shown, packed = Shown((b"gzip",)), gzip.compress(TEXT)
    assert b"".join(shown.feed(packed[n : n + 9]) for n in range(0, len(packed), 9)) == TEXT

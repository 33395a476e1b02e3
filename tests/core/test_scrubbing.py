"""No credential survives, whatever its spelling and wherever the bytes are cut."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given, strategies as st

from proxy.scrubbing import MARK, Scrubbed, Scrubber, packed

KEY = b'sk-CANARY/0123"89+bcdef=0123\\56789_bcd~f'
SCRUBBER = Scrubber([KEY, *packed(KEY), b"another-one-of-ours"])


def within_base64(before: bytes, alphabet: bytes = b"+/") -> bytes:
    return base64.b64encode(before + KEY + b" and more", alphabet)


SPELLINGS = {
    "raw": KEY,
    "json": json.dumps(KEY.decode()).strip('"').encode(),
    "json-in-json": json.dumps(json.dumps(KEY.decode()))[3:-3].encode(),
    "json-with-slashes": KEY.replace(b"\\", b"\\\\").replace(b"/", b"\\/").replace(b'"', b'\\"'),
    "json-in-numbers": KEY.replace(b"+", b"\\u002B").replace(b"-", b"\\u002d"),
    "url": quote(KEY, safe="").encode(),
    "url-lower": quote(KEY, safe="").lower().replace("sk-canary", "sk-CANARY").encode(),
    "base64-0": within_base64(b""),
    "base64-1": within_base64(b"u"),
    "base64-2": within_base64(b"us"),
    "base64-of-basic": within_base64(b"user:"),
    "base64-for-urls": within_base64(b"u", b"-_"),
    "base64-in-json": within_base64(b"u").replace(b"/", b"\\/"),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_takes_out_every_spelling(spelling: bytes) -> None:
    clean = SCRUBBER.scrub(b'{"a":"' + spelling + b'"}')
    assert clean.count(MARK) == 1
    assert len(clean) < len(MARK) + 30
    assert b"0123" not in clean


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_finds_it_wherever_the_bytes_are_cut(spelling: bytes) -> None:
    whole = b"data: x\n\nin a line " + spelling + b" it stands\n\nand more"
    for cut in range(1, len(whole)):
        stream = Scrubbed(SCRUBBER)
        pieces = [stream.feed(whole[:cut]), stream.feed(whole[cut:]), stream.flush()]
        assert b"".join(pieces) == SCRUBBER.scrub(whole)


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_finds_it_byte_by_byte(spelling: bytes) -> None:
    whole = b"[" + spelling + b"]\n"
    stream = Scrubbed(SCRUBBER)
    pieces = [stream.feed(whole[place : place + 1]) for place in range(len(whole))]
    assert b"".join([*pieces, stream.flush()]) == SCRUBBER.scrub(whole)


@given(st.lists(st.binary(max_size=40)))
def test_leaves_everything_else_as_it_is(pieces: list[bytes]) -> None:
    stream = Scrubbed(SCRUBBER)
    out = [stream.feed(piece) for piece in pieces]
    assert b"".join([*out, stream.flush()]) == b"".join(pieces)


def test_holds_nothing_back_of_whole_events() -> None:
    stream = Scrubbed(SCRUBBER)
    piece = b'data: {"content":"sk-"}\n\n'
    assert stream.feed(piece) is piece
    assert stream.held == b""


def test_knows_more_than_one_and_also_one_without_a_letter() -> None:
    scrubber = Scrubber([KEY, b"another-one-of-ours", b"-.-.-.-.-."])
    assert scrubber.scrub(b"another-one-of-ours,-.-.-.-.-.,-.-.") == MARK + b"," + MARK + b",-.-."


def test_without_a_credential_nothing_is_held_or_changed() -> None:
    stream = Scrubbed(Scrubber())
    assert stream.feed(b"half a line") == b"half a line"
    assert Scrubber([b""]).scrub(b"x") == b"x"


@pytest.mark.parametrize("cut", range(9, 41))
def test_leaves_less_than_half_of_a_key_that_two_events_share(cut: int) -> None:
    key = b"sk-proj-" + bytes(range(65, 91)) + b"012345"
    stream = Scrubbed(Scrubber([key]))
    events = [b'data: {"content":"' + part + b'"}\n\n' for part in (key[:cut], key[cut:])]
    shown = b"".join(map(stream.feed, events)) + stream.flush()
    assert MARK in shown
    secret = key[8:]
    windows = {secret[at : at + len(secret) // 2] for at in range(len(secret) // 2 + 1)}
    assert not [each for each in windows if each in shown]


LONG = b"sk-proj-ab9Xw_" + bytes(range(65, 91)) + b"012345"
UNLIKELY = {
    "capitals": LONG.upper(),
    "small letters": LONG.lower(),
    "escaped for a URL": b"".join(b"%%%02X" % each for each in LONG),
    "escaped for JSON": b"".join(b"\\u%04x" % each for each in LONG),
    "escaped for JSON twice": b"".join(b"\\\\u%04X" % each for each in LONG),
    "half of it escaped": LONG[:20] + b"".join(b"%%%02x" % each for each in LONG[20:]),
    "hexadecimal": LONG.hex().encode(),
    "hexadecimal in capitals": LONG.hex().upper().encode(),
    "two bytes a character": LONG.decode().encode("utf-16-le"),
    "masked": b"sk-..." + LONG[-8:],
}


@pytest.mark.parametrize("spelling", UNLIKELY.values(), ids=UNLIKELY)
def test_takes_unlikely_spellings_out_of_an_error(spelling: bytes) -> None:
    scrubber = Scrubber([LONG, *packed(LONG)])
    whole = b'{"error":"of ' + spelling + b'"}'
    scrubber.widen()
    clean = b'{"error":"of ' + spelling.partition(LONG[-8:])[0] * (b"..." in spelling)
    assert scrubber.scrub(whole) == clean + MARK + b'"}'
    assert scrubber.finds(whole)
    for size in (1, 7, 50):
        stream = Scrubbed(scrubber)
        pieces = [stream.feed(whole[at : at + size]) for at in range(0, len(whole), size)]
        assert b"".join(pieces) + stream.flush() == scrubber.scrub(whole)


def test_takes_a_word_for_a_key_in_no_other_spelling() -> None:
    scrubber = Scrubber([b"lm-studio"])
    scrubber.widen()
    assert scrubber.scrub(b"LM-Studio says: lm-studio") == b"LM-Studio says: " + MARK

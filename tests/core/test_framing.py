import io
from http.server import BaseHTTPRequestHandler

import h11
import httptools
import pytest
from hypothesis import given, strategies as st

from proxy.errors import ProxyError
from proxy.framing import MAX_FIELDS, MAX_HEAD, MAX_TARGET, Framing, parse_head

LINE = b"POST /v1/chat/completions HTTP/1.1\r\n"
HOST = b"Host: 127.0.0.1:8459\r\n"
CHUNKED = LINE + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
GOOD = {
    "no-body": b"GET /v1/models HTTP/1.1\r\n" + HOST + b"\r\n",
    "old-version": b"GET /v1/models HTTP/1.0\r\n" + HOST + b"\r\n",
    "length": LINE + HOST + b"Content-Length: 4\r\n\r\nabcd",
    "chunks": CHUNKED + b"3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
    "chunk-that-looks-like-an-end": CHUNKED + b"5\r\n0\r\n\r\n\r\n0\r\n\r\n",
    "odd-but-plain-fields": LINE
    + HOST
    + b"X:\r\nY:\t a\tb \r\nZ: \xe9\r\nContent-Length:0\r\n\r\n",
}


def fed(*pieces: bytes) -> tuple[bytes, Framing]:
    framing = Framing()
    return b"".join(framing.feed(piece) for piece in pieces), framing


def status(*pieces: bytes) -> int:
    try:
        fed(*pieces)
    except ProxyError as error:
        return error.problem.status
    return 200


@pytest.mark.parametrize("raw", GOOD.values(), ids=GOOD.keys())
def test_a_whole_request_passes_unchanged_however_it_was_cut(raw: bytes) -> None:
    for cut in range(1, len(raw)):
        passed, framing = fed(raw[:cut], raw[cut:])
        assert (passed, framing.done, framing.excess) == (raw, True, False)
    passed, framing = fed(*(raw[at : at + 1] for at in range(len(raw))))
    assert (passed, framing.done) == (raw, True)


@pytest.mark.parametrize("raw", GOOD.values(), ids=GOOD.keys())
def test_bytes_behind_the_end_are_told_and_kept_back(raw: bytes) -> None:
    passed, framing = fed(raw + b"G")
    assert (passed, framing.done, framing.excess) == (raw, True, True)


@pytest.mark.parametrize("raw", GOOD.values(), ids=GOOD.keys())
def test_a_request_without_its_last_byte_is_not_done(raw: bytes) -> None:
    assert not fed(raw[:-1])[1].done


def test_an_offer_to_speak_another_protocol_is_left_out() -> None:
    head = LINE + HOST + b"Upgrade: websocket\r\nX: Upgrade: y\r\nupgrade:h2c\r\n\r\n"
    assert fed(head)[0] == LINE + HOST + b"X: Upgrade: y\r\n\r\n"


@pytest.mark.parametrize(
    ("expected", "size"), [(200, MAX_TARGET), (414, MAX_TARGET + 1), (414, 3 * MAX_TARGET)]
)
def test_a_target_has_a_longest_length(expected: int, size: int) -> None:
    target = b"/" * size
    assert status(b"GET " + target + b" HTTP/1.1\r\n\r\n") == expected
    if expected > 200:
        assert status(b"GET " + target) == expected


def test_a_header_has_a_greatest_size() -> None:
    start = b"GET / HTTP/1.1\r\nX: "
    filling = b"x" * (MAX_HEAD - len(start) - 4)
    assert status(start + filling + b"\r\n\r\n") == 200
    assert status(start + filling + b"x\r\n\r\n") == 431
    assert status(start + filling, b"y" * 5) == 431


def test_a_header_has_a_greatest_number_of_fields() -> None:
    assert status(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * MAX_FIELDS + b"\r\n") == 200
    assert status(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * (MAX_FIELDS + 1) + b"\r\n") == 431


@pytest.mark.parametrize(
    "early", [b"\x16\x03\x01\x02", b"get ", b"\r\n", b"GET /\r\n", b"PRI * HTTP/2.0\r\n", b"G\nx"]
)
def test_what_can_become_no_request_is_not_waited_for(early: bytes) -> None:
    assert status(early) == 400


@pytest.mark.parametrize(
    "body",
    [
        b"5 \r\nabcde",
        b"+5\r\nabcde",
        b"0x5\r\nabcde",
        b"5;a=b\r\nabcde",
        b"5\nabcde",
        b"\r\nabcde",
        b"11111111111111111\r\n",
        b"1" * 30,
        b"5\r\nabcdeX\r\n",
        b"5\r\nabcde\n0\r\n\r\n",
        b"0\r\nTrailer: x\r\n\r\n",
        b"-1\r\n",
        b"5_0\r\n",
    ],
    ids=repr,
)
def test_a_chunk_is_nothing_but_digits_and_its_bytes(body: bytes) -> None:
    assert status(CHUNKED + body) == 400
    assert status(CHUNKED, *(body[at : at + 1] for at in range(len(body)))) == 400


@given(st.data())
def test_what_is_taken_every_reference_parser_takes(data: st.DataObject) -> None:
    """Z04: mutated requests."""
    raw = bytearray(data.draw(st.sampled_from(list(GOOD.values()))))
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        piece = data.draw(st.one_of(st.binary(max_size=3), st.sampled_from(PIECES)))
        raw[at : at + data.draw(st.integers(0, 3))] = piece
    try:
        passed, framing = fed(bytes(raw))
    except ProxyError:
        return
    if framing.done and known_method(passed):
        assert taken_by_httptools(passed)
        assert taken_by_http_server(passed)
        # How many hosts may be named is the guard's matter.
        assert hosts(passed) != 1 or taken_by_h11(passed)


PIECES = [
    b"\r\n",
    b"\n",
    b"\r",
    b" ",
    b"\t",
    b":",
    b"\x00",
    b"\x0b",
    b"\x85",
    b"\r\n ",
    b"Content-Length: 4\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"0",
    b";",
    b"HTTP/1.1",
    HOST,
]


def known_method(raw: bytes) -> bool:
    # Which methods there are is the endpoint table's matter, not the framing's.
    return raw.partition(b" ")[0] in {b"GET", b"POST"}


def hosts(raw: bytes) -> int:
    head, end, _ = raw.partition(b"\r\n\r\n")
    return len(parse_head(head + end).values(b"host"))


def taken_by_h11(raw: bytes) -> bool:
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=2 * MAX_HEAD)
    connection.receive_data(raw)
    while True:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError:
            return False
        if event is h11.NEED_DATA:
            return False
        if isinstance(event, h11.EndOfMessage):
            return True


class Ended:
    def __init__(self) -> None:
        self.done = False

    def on_message_complete(self) -> None:
        self.done = True


def taken_by_httptools(raw: bytes) -> bool:
    ended = Ended()
    try:
        httptools.HttpRequestParser(ended).feed_data(raw)
    except httptools.HttpParserError:
        return False
    return ended.done


class Reader(BaseHTTPRequestHandler):
    def __init__(self, raw: bytes) -> None:
        self.rfile = io.BytesIO(raw)
        self.wfile = io.BytesIO()
        self.client_address = ("127.0.0.1", 1)
        self.raw_requestline = self.rfile.readline(65537)
        self.taken = self.parse_request()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args


def taken_by_http_server(raw: bytes) -> bool:
    reader = Reader(raw)
    return reader.taken and reader.headers.defects == []


def test_reads_a_header_as_names_and_values() -> None:
    head = parse_head(b"GET /x?y HTTP/1.0\r\nA: 1\r\na:\t2 \r\n\r\n")
    assert (head.method, head.target, head.version) == (b"GET", b"/x?y", b"1.0")
    assert head.values(b"a") == [b"1", b"2"]

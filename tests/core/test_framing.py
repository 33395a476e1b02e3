import io
from http.server import BaseHTTPRequestHandler

import h11
import httptools
import pytest
from hypothesis import given, strategies as st

from proxy.errors import ProxyError
from proxy.framing import (
    MAX_FIELDS,
    MAX_HEAD,
    MAX_TARGET,
    Familiar,
    Framing,
    Head,
    Memory,
    parse_head,
)

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


CONTENT = {
    "length": b"abcd",
    "chunks": b"abc0123456789",
    "chunk-that-looks-like-an-end": b"0\r\n\r\n",
}
CASES = [pytest.param(raw, CONTENT.get(name, b""), id=name) for name, raw in GOOD.items()]


def fed(*pieces: bytes, former: Familiar | None = None) -> tuple[bytes, Framing]:
    framing = Framing(former)
    return b"".join(framing.feed(piece) for piece in pieces), framing


def status(*pieces: bytes) -> int:
    try:
        fed(*pieces)
    except ProxyError as error:
        return error.problem.status
    return 200


@pytest.mark.parametrize(("raw", "content"), CASES)
def test_a_whole_request_is_read_however_it_was_cut(raw: bytes, content: bytes) -> None:
    whole = fed(raw)[1].head
    for cut in range(1, len(raw)):
        read, framing = fed(raw[:cut], raw[cut:])
        assert (read, framing.done, framing.excess) == (content, True, 0)
        assert framing.head == whole
    read, framing = fed(*(raw[at : at + 1] for at in range(len(raw))))
    assert (read, framing.done) == (content, True)


@pytest.mark.parametrize(("raw", "content"), CASES)
def test_bytes_behind_the_end_are_told_and_kept_back(raw: bytes, content: bytes) -> None:
    read, framing = fed(raw + b"GET")
    assert (read, framing.done, framing.excess) == (content, True, 3)


@pytest.mark.parametrize("raw", GOOD.values(), ids=GOOD.keys())
def test_a_request_without_its_last_byte_is_not_done(raw: bytes) -> None:
    assert not fed(raw[:-1])[1].done


def numbered(length: int, line: bytes = b"Content-Length: %d", key: bytes = b"a") -> bytes:
    """Return a request as one client sends them one after the other."""
    return LINE + HOST + line % length + b"\r\nAuthorization: " + key + b"\r\n\r\n" + b"x" * length


@pytest.mark.parametrize("length", [0, 4, 11, 123_456])
@pytest.mark.parametrize(
    "line", [b"Content-Length: %d", b"content-length:%d", b"CONTENT-LENGTH:\t%d "]
)
def test_what_differs_in_its_length_alone_reads_as_if_read_anew(length: int, line: bytes) -> None:
    _, former = fed(numbered(7, line))
    read, framing = fed(numbered(length, line), former=former.familiar)
    _, anew = fed(numbered(length, line))
    assert (len(read), framing.head) == (length, anew.head)
    assert framing.head is not None
    assert former.head is not None
    assert framing.head.memory is former.head.memory


@pytest.mark.parametrize(
    "other",
    [
        numbered(7, key=b"b"),
        numbered(7, b"content-length: %d"),
        numbered(7).replace(b"POST /v1/chat", b"POST /v1/chatter"),
        numbered(7).replace(b"\r\n\r\n", b"\r\nX: y\r\n\r\n"),
        GOOD["no-body"],
        GOOD["chunks"],
    ],
    ids=range(6),
)
def test_what_differs_in_more_is_read_anew(other: bytes) -> None:
    _, former = fed(numbered(7))
    _, framing = fed(other, former=former.familiar)
    assert framing.head == fed(other)[1].head
    assert framing.head is not None
    assert former.head is not None
    assert framing.head.memory is not former.head.memory


@pytest.mark.parametrize(
    "length", [b"", b"-1", b"+1", b"1 1", b"1, 1", b"1" * 19, b"\xb2", b"1\r\nX: 1"]
)
def test_a_length_that_is_none_is_none_after_a_good_one_too(length: bytes) -> None:
    raw = LINE + HOST + b"Content-Length: " + length + b"\r\n\r\n"
    former = fed(LINE + HOST + b"Content-Length: 1\r\n\r\nx")[1].familiar
    try:
        expected = fed(raw)[1].head
    except ProxyError:
        with pytest.raises(ProxyError):
            fed(raw, former=former)
    else:
        assert fed(raw, former=former)[1].head == expected


def test_remembers_what_was_made_of_a_header_as_long_as_its_basis_is_the_same() -> None:
    memory, basis, made = Memory(), object(), [1, 2]
    assert memory.recall("a", basis, lambda: made) is made
    assert memory.recall("a", basis, list) is made
    assert memory.recall("b", basis, list) == []
    assert memory.recall("a", object(), list) == []
    with pytest.raises(ZeroDivisionError):
        memory.recall("c", basis, lambda: 1 / 0)
    assert memory.recall("c", basis, lambda: 3) == 3


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
        content, framing = fed(bytes(raw))
    except ProxyError:
        return
    passed = bytes(raw[: len(raw) - framing.excess])
    if framing.done and known_method(passed) and framing.head is not None:
        assert read_by_httptools(passed) == (content, framing.head)
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


class Reader:
    def __init__(self) -> None:
        self.content = self.target = b""
        self.fields: list[tuple[bytes, bytes]] = []
        self.done = False

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        # Which white space ends a value is left to its reader.
        self.fields.append((name.lower(), value.strip(b" \t")))

    def on_body(self, body: bytes) -> None:
        self.content += body

    def on_message_complete(self) -> None:
        self.done = True


def read_by_httptools(raw: bytes) -> tuple[bytes, Head] | None:
    reader = Reader()
    parser = httptools.HttpRequestParser(reader)
    try:
        parser.feed_data(raw)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return None
    version = parser.get_http_version().encode()
    head = Head(parser.get_method(), reader.target, version, tuple(reader.fields))
    return (reader.content, head) if reader.done else None


class OldReader(BaseHTTPRequestHandler):
    def __init__(self, raw: bytes) -> None:
        self.rfile = io.BytesIO(raw)
        self.wfile = io.BytesIO()
        self.client_address = ("127.0.0.1", 1)
        self.raw_requestline = self.rfile.readline(65537)
        self.taken = self.parse_request()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args


def taken_by_http_server(raw: bytes) -> bool:
    reader = OldReader(raw)
    return reader.taken and reader.headers.defects == []


def test_reads_a_header_as_names_and_values() -> None:
    head = parse_head(b"GET /x?y HTTP/1.0\r\nA: 1\r\na:\t2 \r\n\r\n")
    assert (head.method, head.target, head.version) == (b"GET", b"/x?y", b"1.0")
    assert head.values(b"a") == [b"1", b"2"]

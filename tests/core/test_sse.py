"""The decoder: every byte in exactly one event, however the stream was cut."""

import pytest
from hypothesis import given, strategies as st

from proxy import sse
from proxy.errors import EventTooLargeError
from proxy.sse import Decoder, Event


def decode(*pieces: bytes) -> list[Event]:
    decoder = Decoder()
    return [event for piece in pieces for event in decoder.feed(piece)] + decoder.flush()


BLOCKS = st.lists(
    st.sampled_from(
        [
            *(b"data: a", b"data:b", b": c", b"event: x", b"id: 1", b"\xef\xbb\xbf", b"\r"),
            *(b"\n", b"\r\n", b"\n\n", b"data: \xe2\x80\xa8\xc2\x85", b"\x00", b"\xff"),
        ]
    )
).map(b"".join)


@given(stream=BLOCKS | st.binary())
def test_loses_no_byte(stream: bytes) -> None:
    assert b"".join(event.raw for event in decode(stream)) == stream


@given(stream=BLOCKS, cut=st.integers(0, 60))
def test_does_not_depend_on_how_the_stream_was_cut(stream: bytes, cut: int) -> None:
    assert decode(stream[:cut], stream[cut:]) == decode(stream)


@given(stream=BLOCKS)
def test_gives_the_same_byte_by_byte(stream: bytes) -> None:
    assert decode(*(stream[place : place + 1] for place in range(len(stream)))) == decode(stream)


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_reads_every_line_end(end: bytes) -> None:
    assert [event.data for event in decode(b"data: 1" + end * 2 + b"data: 2" + end * 2)] == [
        b"1",
        b"2",
    ]


def test_joins_several_data_lines() -> None:
    assert decode(b"data: 1\ndata: 2\n\n")[0].data == b"1\n2"


def test_keeps_unicode_line_separators_inside_one_event() -> None:
    text = '{"a":"\u2028\u2029\x85\x0b"}'.encode()
    assert [event.data for event in decode(b"data: " + text + b"\n\n")] == [text]


def test_reads_the_first_field_behind_a_byte_order_mark() -> None:
    event = decode(b"\xef\xbb\xbfdata: 1\n\n")[0]
    assert (event.data, event.plain) == (b"1", False)


@pytest.mark.parametrize(
    ("block", "plain"),
    [
        (b"data: 1\n\n", True),
        (b"data: 1\r\n\r\n", True),
        (b": comment\n\n", True),
        (b"data:1\n\n", False),
        (b"data: 1\r\r", False),
        (b"event: message\ndata: 1\n\n", False),
        (b"data: 1\ndata: 2\n\n", False),
        (b": comment\ndata: 1\n\n", False),
        (b"retry: 3\n\n", False),
    ],
)
def test_knows_the_plain_form(block: bytes, plain: bool) -> None:
    assert decode(block)[0].plain is plain


def test_says_that_the_last_event_lacks_its_blank_line() -> None:
    assert [event.ended for event in decode(b"data: 1\n\ndata: 2\n")] == [True, False]


def test_refuses_an_event_without_end() -> None:
    decoder = Decoder(max_event_size=10)
    with pytest.raises(EventTooLargeError):
        decoder.feed(b"data: 0123456789")


@given(data=st.binary().map(lambda data: data.replace(b"\r", b"").replace(b"\n", b"")))
def test_decodes_what_it_encoded(data: bytes) -> None:
    event = decode(sse.encode(data, b"name"))[0]
    assert (event.data, event.name) == (data, b"name")


def test_reads_a_long_event_in_linear_time() -> None:
    # A quadratic search would need hours for this many pieces.
    decoder = Decoder()
    for _ in range(20_000):
        assert decoder.feed(b"x" * 50) == []
    assert len(decoder.feed(b"\n\n")) == 1

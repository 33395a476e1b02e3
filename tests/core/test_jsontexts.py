"""JSON is found wherever it stands, and what is broken is left out."""

import time

import pytest

from proxy.jsontexts import loose, texts, tidy_numbers

A, B = b'{"a":"data: {x"}', b'{"b":[1,2]}'


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (A, [A]),
        (A + B, [A, B]),
        (A + b"data: " + B + b"\n[DONE]", [A, B, b"[DONE]"]),
        (b'{"a":"x' + b"data: " + B + b"data:" + A, [B, A]),
        (b"\xef\xbb\xbfdata: data:\t" + A + b"\0", [A]),
        (b'"{\\"b\\":[1,2]}"', [B]),
        (b'[{"choices":[]},{"choices":[1]}]', [b'{"choices":[]}', b'{"choices":[1]}']),
        (b'[{"id":1},{"choices":[1]}]', [b'{"id":1}', b'{"choices":[1]}']),
        (b'[{"error":1}]', [b'[{"error":1}]']),
        (b'{\n "b":\r\n 1}', [b'{  "b":   1}']),
        (b'{"b":"\t"}', [b'{"b":"\\u0009"}']),
        (b'{"b":NaN}', [b'{"b":null}']),
        (b'{"b":' + b"9" * 5000 + b"}", [b'{"b":' + b"9" * 5000 + b"}"]),
        (b'{"b":"\xff"}', [b'{"b":"\xff"}']),
        (b'{"data":"[DONE]"}', [b"[DONE]"]),
        (b"{}", []),
        (b"[]", []),
        (b"null", []),
        (b"ping", []),
        (b'"ping"', []),
        (b"{'a': 1}", []),
        (b'{"a":', []),
        (b"[" * 9000, []),
    ],
)
def test_tells_texts_apart(data: bytes, found: list[bytes]) -> None:
    assert texts(data) == found


def test_a_block_may_have_lost_its_prefixes() -> None:
    block = b': hi\nevent: x\nid: 7\nretry: 3\n\xef\xbb\xbfData : {\r\n  data: "b": [1,2]\r\n}\n\n'
    assert texts(loose(block)) == [b'{  "b": [1,2] }']


def test_numbers_in_texts_stay() -> None:
    healthy = b'{"a":"NaN -Infinity \\" Infinity"}'
    assert tidy_numbers(healthy) == healthy
    assert tidy_numbers(b"[NaN,-Infinity,Infinity]") == b"[null,-9999.0,null]"


@pytest.mark.parametrize("piece", [b"data: {", b'data: {"a":{"', b"{", b'"data: {', b"data:"])
def test_hostile_data_takes_no_longer_than_its_length_allows(piece: bytes) -> None:
    def seconds(count: int) -> float:
        start = time.perf_counter()
        texts(piece * count)
        return time.perf_counter() - start

    assert min(seconds(40_000) for _ in range(3)) < 40 * max(0.005, seconds(5_000))

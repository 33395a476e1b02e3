"""What came is judged by its bytes."""

import pytest

from proxy.repair import Form
from proxy.sniff import Sniffer, declared_form


@pytest.mark.parametrize(
    ("start", "form"),
    [
        (b'data: {"a":1}\n\n', Form.STREAM),
        (b": keep-alive\n\n", Form.STREAM),
        (b"\n\nevent: x\n", Form.STREAM),
        (b"\xef\xbb\xbfdata: 1\n\n", Form.STREAM),
        (b"retry: 3\n\n", Form.STREAM),
        (b"  Data: 1\n\n", Form.STREAM),
        (b' \n\n{"id":1}', Form.DOCUMENT),
        (b"<html>", Form.DOCUMENT),
        (b"date: 1", Form.DOCUMENT),
        (b"upstream error", Form.DOCUMENT),
    ],
)
def test_decides_alike_whole_and_byte_by_byte(start: bytes, form: Form) -> None:
    assert Sniffer().feed(start).form is form
    sniffer = Sniffer()
    seen = [sniffer.feed(start[place : place + 1]) for place in range(len(start))]
    decided = next(each for each in seen if each.form is not None)
    assert decided.form is form
    assert start.startswith(decided.data)


def test_waits_while_the_bytes_could_be_either() -> None:
    sniffer = Sniffer()
    assert sniffer.feed(b" \n da").form is None
    assert sniffer.rest() == b" \n da"


@pytest.mark.parametrize(
    ("content_type", "form"),
    [
        ("text/event-stream; charset=utf-8", Form.STREAM),
        ("Application/JSON", Form.DOCUMENT),
        ("application/problem+json", Form.DOCUMENT),
        ("text/plain", None),
        ("", None),
    ],
)
def test_reads_a_content_type(content_type: str, form: Form | None) -> None:
    assert declared_form(content_type) is form

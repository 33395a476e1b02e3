"""Compression that nobody asked for: taken off where it can be, refused honestly where not."""

import gzip

import pytest

from proxy.scrubbing import MARK
from proxy.tap import Passed
from proxy.unpack import NOT_SHOWN
from tests.fakes.upstream import FakeUpstream, document
from tests.server.running import chat, connect, post, proxy, read

BODY = b'{"object":"list","data":[]}'


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "gzip, br", "compress"])
@pytest.mark.parametrize("status", ["200 OK", "401 No"])
@pytest.mark.parametrize("path", ["chat/completions", "messages"])
def test_what_cannot_be_taken_off_is_an_answer_that_is_none(
    path: str, status: str, coding: str
) -> None:
    script = document(gzip.compress(BODY), status, content_encoding=coding)
    with FakeUpstream(script) as up, proxy(up.url) as running:
        answer = post(running, chat(stream=False), f"/v1/{path}")
        assert answer.status == 502
        assert answer.header("content-encoding") == []
        [over] = running.finished()
        assert over.reason.endswith("(a compression that nobody asked for)")


@pytest.mark.parametrize("coding", ["br", "gzip, gzip", "GZIP"])
def test_passthrough_hands_it_on_as_it_came(coding: str) -> None:
    packed = gzip.compress(BODY)
    script = document(packed, content_encoding=coding)
    with FakeUpstream(script) as up, proxy(up.url, passthrough=True) as running:
        answer = post(running, chat(stream=False))
        assert (answer.status, answer.body) == (200, packed)
        assert answer.header("content-encoding") == [coding]


@pytest.mark.parametrize("coding", ["gzip", "br"])
@pytest.mark.parametrize("damaged", [False, True])
def test_the_inspector_is_shown_no_key_that_passes_packed(coding: str, *, damaged: bool) -> None:
    key = "sk-" + "k" * 30
    packed = gzip.compress(BODY + key.encode())
    if damaged:
        packed = packed[:10] + bytes((7,)) * 20 + packed
    script = document(packed, content_encoding=coding)
    with FakeUpstream(script) as up, proxy(up.url, passthrough=True, key="client") as running:
        keys = {"authorization": f"Bearer {key}", "x_wiremend_key": running.key}
        with connect(running, chat(stream=False), **keys) as asked:
            assert read(asked).body == packed
        assert running.finished()[0].bytes_out == len(packed)
        shown = b"".join(each.data for each in running.records if isinstance(each, Passed))
    if coding == "gzip" and not damaged:
        assert shown == BODY + MARK
    else:
        assert NOT_SHOWN in shown
        assert packed[:20] not in shown
        assert key.encode() not in shown


@pytest.mark.parametrize("coding", ["GZIP", "x-gzip", "gzip, identity", "identity"])
def test_one_layer_is_taken_off_whatever_its_name(coding: str) -> None:
    packed = BODY if coding == "identity" else gzip.compress(BODY)
    script = document(packed, content_encoding=coding)
    with FakeUpstream(script) as up, proxy(up.url) as running:
        assert post(running, chat(stream=False), "/v1/embeddings").body == BODY

import pytest

from app.models import glance
from proxy.dialects.responses import ENDS
from tests.gui.exchanges import call, chunk, text


def first_token(*pieces: bytes) -> float | None:
    found = glance.FirstToken()
    for at, piece in enumerate(pieces):
        found.take(float(at), piece)
    return found.at


@pytest.mark.parametrize(
    "piece",
    [
        text("Hello"),
        chunk({"reasoning_content": "Hm"}),
        call("", "read", "c1"),
        b'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"H"}}\n\n',
        b'data: {"type":"response.output_text.delta","delta":"H"}\n\n',
        b'data: {"type":"response.output_item.added","item":{"type":"shell_call"}}\n\n',
    ],
    ids=["text", "thought", "call", "messages", "responses", "hosted"],
)
def test_finds_the_first_piece_with_something_to_read(piece: bytes) -> None:
    role = chunk({"role": "assistant", "content": ""})
    assert first_token(b": keep-alive\n\n", role, chunk({"content": None}), piece, piece) == 3


@pytest.mark.parametrize("kind", ["message_stop", *sorted(ENDS)])
def test_knows_what_ends_an_answer(kind: str) -> None:
    assert glance.complete(b'data: {"type": "%s"}\n\n' % kind.encode())
    assert not glance.complete(b'data: {"type": "%s.delta"}\n\n' % kind.encode())


def test_finds_it_wherever_the_stream_is_cut() -> None:
    event = text("Hello")
    for cut in range(1, len(event)):
        assert first_token(chunk({"content": ""}), event[:cut], event[cut:]) in (1, 2)
    assert first_token(chunk({"content": ""})[:-4], chunk({"content": ""})[-4:]) is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error":{"message":"Bad API key","code":401}}', "Bad API key"),
        (b'{"error":"model not found"}', "model not found"),
        (b'{"message":"Rate limit reached"}', "Rate limit reached"),
        (b'{"detail":"Not Found"}', "Not Found"),
        (
            b'{"detail":[{"loc":["body","model"],"msg":"Field required"}]}',
            "body.model: Field required",
        ),
        (b'[{"error":{"message":"API key not valid"}}]', "API key not valid"),
        (
            b'{"error":{"message":"Provider returned error","metadata":{"raw":"Overloaded"}}}',
            "Provider returned error: Overloaded",
        ),
        (
            b'{"error":{"message":"Failed","metadata":{"raw":"{\\"detail\\":\\"No GPU\\"}"}}}',
            "Failed: No GPU",
        ),
        (b"<html>Bad gateway</html>", ""),
        (b"<html><TITLE>502 &amp; gone</TITLE><h1>x</h1></html>", "502 & gone"),
        (b"[[[1]]]", ""),
        (b'{"error":{"code":5}}', ""),
    ],
)
def test_takes_the_providers_own_sentence(body: bytes, said: str) -> None:
    assert glance.sentence(body) == said


def test_takes_the_sentence_of_an_error_event() -> None:
    stream = text("a") + b'data: {"error":{"message":"Overloaded"}}\n\ndata: [DONE]\n\n'
    assert glance.event_sentence(stream) == "Overloaded"
    assert glance.event_sentence(text('an "error" of mine')) == ""

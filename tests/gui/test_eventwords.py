import pytest

from app.language import CHINESE, language
from app.models.eventwords import described, reason_words, size_words
from proxy import sse
from tests.gui.exchanges import DONE, call, chunk, text


def event(raw: bytes) -> sse.Event:
    return sse.Decoder().feed(raw)[0]


@pytest.mark.parametrize(
    ("raw", "kind", "words"),
    [
        (chunk({"role": "assistant"}), "role", "assistant"),
        (text("Hello"), "text", "“Hello”"),
        (chunk({"reasoning_content": "Hm"}), "thinking", "“Hm”"),
        (call("{}", "read", "c1"), "tool", "read  id=c1  #0  {}"),
        (call('{"a"', index=None), "tool args", '#no index  {"a"'),
        (chunk({}, "stop"), "finish", "stop"),
        (chunk({}, None, usage={"completion_tokens": 3}), "usage", "completion_tokens 3"),
        (DONE, "end", "[DONE]"),
        (b": ping\n\n", "comment", ": ping"),
        (b"data: {oops\n\n", "not JSON", "{oops"),
        (b'data: {"error":{"message":"busy"}}\n\n', "error", '{"message":"busy"}'),
        (b'data: {"type":"ping"}\n\n', "ping", '{"type":"ping"}'),
        (b"data: " + b"x" * 200_000 + b"\n\n", "large, 195 KB", "x" * 240),
    ],
)
def test_says_what_an_event_is(raw: bytes, kind: str, words: str) -> None:
    assert (described(event(raw)).kind, described(event(raw)).text) == (kind, words)


def test_names_the_choice_that_is_not_the_first() -> None:
    raw = b'data: {"choices":[{"index":1,"delta":{"content":"x"}}]}\n\n'
    assert described(event(raw)).text == "[choice 1] “x”"


def test_says_sizes() -> None:
    assert [size_words(size) for size in (10, 2048, 3 << 20)] == ["10 B", "2 KB", "3.0 MB"]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("set the index", "补上 index"),
        ("set the index, set the id", "补上 index, 补上 id"),
        ("a chunk had no choice index; filled in", "a chunk had no choice index; filled in"),
    ],
)
@pytest.mark.usefixtures("qapp")
def test_a_reason_is_said_in_the_language_of_the_window(message: str, said: str) -> None:
    assert reason_words(message) == message
    language().choose(CHINESE)
    assert reason_words(message) == said

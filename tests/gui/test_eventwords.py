import pytest

from app.language import CHINESE, language
from app.models.eventwords import KINDS, described, kind_words, size_words
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
        (
            b'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":[1]}\n\n',
            "finish",
            "end_turn",
        ),
        (
            b'data: {"object":"list","usage":{"n":1}}\n\n',
            "JSON",
            '{"object":"list","usage":{"n":1}}',
        ),
        (b'data: {"type":"ping"}\n\n', "ping", '{"type":"ping"}'),
        (b"data: " + b"x" * 200_000 + b"\n\n", "large", "195 KB  " + "x" * 240),
    ],
)
def test_says_what_an_event_is(raw: bytes, kind: str, words: str) -> None:
    assert (described(event(raw)).kind, described(event(raw)).text) == (kind, words)
    assert kind in KINDS or kind == "ping", "it would be said in English everywhere"


def test_names_the_choice_that_is_not_the_first() -> None:
    raw = b'data: {"choices":[{"index":1,"delta":{"content":"x"}}]}\n\n'
    assert described(event(raw)).text == "[choice 1] “x”"


def test_says_the_kind_in_the_windows_language_and_the_providers_word_as_it_is() -> None:
    language().choose(CHINESE)
    assert [kind_words(kind) for kind in ("tool args", "ping")] == ["工具参数", "ping"]


def test_says_sizes() -> None:
    assert [size_words(size) for size in (10, 2048, 3 << 20)] == ["10 B", "2 KB", "3.0 MB"]

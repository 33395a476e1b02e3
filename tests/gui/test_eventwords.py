import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.language import CHINESE, language
from app.models.eventwords import VARYING, described, finding_words, size_words
from proxy import sse
from tests.core.playing import everything_but, play
from tests.corpus import cases
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
        ("a chunk had no choice index; filled in", "数据块缺少 choice 的 index，已补上"),
        ("the finish reason was untrue; now tool_calls", "结束原因有误，已改为 tool_calls"),
        (
            "a chunk had a misplaced role, no delta; mended",
            "数据块中有多余的 role, 缺失的 delta，已修复",
        ),
        ("usage lacked a count; mended", "usage 缺少一项计数，已修复"),
    ],
)
@pytest.mark.usefixtures("qapp")
def test_a_reason_is_said_in_the_language_of_the_window(message: str, said: str) -> None:
    assert finding_words(message) == message
    language().choose(CHINESE)
    assert finding_words(message) == said


def forms() -> Iterator[str]:
    """Yield the reasons in which something differs from one finding to the next."""
    for path in (Path(__file__).resolve().parents[2] / "proxy" / "repairs").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "Finding",
                "self._finding",
            ):
                yield from map(
                    form, (each for each in node.args if isinstance(each, ast.JoinedStr))
                )


def form(reason: ast.JoinedStr) -> str:
    parts = (each.value if isinstance(each, ast.Constant) else "{}" for each in reason.values)
    return "".join(map(str, parts))


def test_knows_every_reason_in_which_something_differs() -> None:
    assert set(forms()) == set(VARYING)


@pytest.mark.usefixtures("qapp")
def test_every_finding_of_the_corpus_has_its_chinese() -> None:
    played = [play(case, everything_but("force-stream", "force-non-stream")) for case in cases()]
    played += [play(case, case.fixes) for case in cases()]
    found = {mark.message for each in played for mark in (*each.marks, *each.request_marks)}
    language().choose(CHINESE)
    assert not {each for each in found if finding_words(each).isascii()}

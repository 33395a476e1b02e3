import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.language import CHINESE, language
from app.models.findingwords import VARYING, finding_words
from tests.core.playing import everything_but, play
from tests.corpus import cases


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("set the index", "补上 index"),
        ("set the index, set the id", "补上 index、补上 id"),
        ("a chunk had no choice index; filled in", "数据块缺少 choice 的 index，已补上"),
        ("the finish reason was untrue; now tool_calls", "结束原因有误，已改为 tool_calls"),
        (
            "a chunk had a misplaced role, no delta; mended",
            "数据块中有多余的 role、缺失的 delta，已修复",
        ),
        ("usage lacked a count; mended", "usage 缺少一项计数，已修复"),
    ],
)
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


def test_every_finding_of_the_corpus_has_its_chinese() -> None:
    played = [play(case, everything_but("force-stream", "force-non-stream")) for case in cases()]
    played += [play(case, case.fixes) for case in cases()]
    found = {mark.message for each in played for mark in (*each.marks, *each.request_marks)}
    language().choose(CHINESE)
    assert not {each for each in found if finding_words(each).isascii()}

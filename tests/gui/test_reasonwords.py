"""Why something did not work stands in the window's language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.agents import jsonc, yamltext
from app.agents.errors import AgentFileError
from app.agents.formats import CodexProfile
from app.language import ENGLISH, language
from app.models.reasonwords import REASONS, reason_words
from app.models.sentences import known
from proxy import credential, listening

pytestmark = pytest.mark.usefixtures("chinese")

APP = Path(__file__).resolve().parents[2] / "app"
_RAISERS = {"AgentFileError", "UnreadableError", "KeyUnavailableError", "WiremendError", "error"}
_SOURCES = (
    *sorted((APP / "agents").glob("*.py")),
    APP / "secrets.py",
    APP / "sample.py",
    APP / "errands.py",
)


def sentences(path: Path) -> Iterator[str]:
    """Yield what the errors that are raised in a file say, with an X for each part of it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if ast.unparse(call.func).removeprefix("self.").removesuffix(".at") in _RAISERS:
            for value in call.args:
                found = named.get(value.id) if isinstance(value, ast.Name) else value
                yield from _text(found)


def _text(value: ast.expr | None) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.JoinedStr):
        parts = (
            str(part.value) if isinstance(part, ast.Constant) else "X" for part in value.values
        )
        yield "".join(parts)


def test_whatever_is_raised_is_known() -> None:
    found = {text for path in _SOURCES for text in sentences(path)}
    assert len(found) > 20
    assert [text for text in found if not known(text, REASONS)] == []
    faults = [credential.fault(key) for key in ("", "https://a.example", "ä" * 9, "a")]
    assert [fault for fault in faults if not known(fault, REASONS)] == []
    assert known(listening.holder_of("127.0.0.1", 1), REASONS)


@pytest.mark.parametrize(
    ("text", "read", "words"),
    [
        ('{"a": 1 "b"}', jsonc.parse, "第 1 行第 9 列：这里应有逗号或 }"),
        ("a: b: c\n", yamltext.mapping, "第 1 行第 5 列：这不是 YAML："),
        ("= 1\n", CodexProfile().address, "第 1 行第 1 列：这不是 TOML"),
    ],
)
def test_the_place_in_an_agents_file_is_said_with_the_reason(
    text: str, read: object, words: str
) -> None:
    assert callable(read)
    with pytest.raises(AgentFileError) as caught:
        read(text)
    assert reason_words(caught.value).startswith(words)
    assert reason_words(f"config.json: {caught.value}").startswith(f"config.json：{words}")


def test_what_is_not_known_stays_as_it_is() -> None:
    assert reason_words("No space left on device") == "No space left on device"


def test_english_stays_english() -> None:
    language().choose(ENGLISH)
    for reason in REASONS:
        assert reason_words(reason) == reason

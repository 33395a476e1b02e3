import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.language import ENGLISH, language
from app.models.configwords import EXPECTATIONS, FAULTS, fault_words
from app.models.sentences import known
from proxy.configtext import decode, problems
from proxy.errors import ConfigError
from proxy.repairs import fixes

pytestmark = pytest.mark.usefixtures("chinese")

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (
    *sorted((ROOT / "proxy").glob("config*.py")),
    ROOT / "proxy" / "tomledit.py",
    ROOT / "app" / "settings.py",
)
WRONG = """
version = 2
[server]
port = "8459"
access = "some"
default_provider = "x"
host = "0.0.0.0"
[[agents]]
name = ""
[providers.V1]
[providers.one]
auth = 3
base_url = "ftp://a.example"
key = "sk-1234567890abcdefghij"
max_concurrent = 99999
passthrough = "yes"
timeouts.idle = -1
outgoing_proxy = "x"
[providers.one.headers]
Host = "a"
Cookie = "abcdefghijk"
[providers.one.fixes]
index-repare = true
index-repair = 2020-01-01
[providers.two]
auth = "none"
title = "%s"
""" % ("x" * 200)


def texts_of(path: Path) -> Iterator[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    formatted = (node for node in nodes if isinstance(node, ast.JoinedStr))
    parts = {id(part) for node in formatted for part in node.values}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values
            )
        elif isinstance(node, ast.Constant) and id(node) not in parts:
            yield str(node.value)


def test_everything_that_can_be_wrong_is_known() -> None:
    said = {
        text.partition(", expected ")[0]
        for path in SOURCES
        for text in texts_of(path)
        if ", expected " in text and not text.startswith(", ")
    }
    assert len(said) > 30
    # A sentence that has a name of its own is among those that are said below.
    assert [fault for fault in said - {"X"} if not known(fault, FAULTS)] == []


def test_both_halves_are_said_in_chinese() -> None:
    found = [each.message for each in problems(WRONG, [fix.name for fix in fixes()])]
    assert len(found) > 15
    for message in found:
        fault, _, expectation = message.partition(", expected ")
        assert known(fault, FAULTS), message
        plain = not expectation or expectation.isdecimal()
        assert plain or known(expectation, EXPECTATIONS), message
        assert "expected" not in fault_words(message)
        assert not fault_words(message).isascii()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("port = 'x'", "port 是文本，应为 1 到 65535 的整数"),
        ("port = 0", "port 超出范围，应为 1 到 65535 的整数"),
    ],
)
def test_names_and_numbers_of_the_file_stand_in_the_sentence(text: str, words: str) -> None:
    [error] = problems(f"version = 1\n[server]\n{text}\n", ())
    assert fault_words(error.message) == words


def test_the_parsers_own_reason_is_said_too() -> None:
    [error] = problems("a b\n", ())
    assert fault_words(error.message) == "不是有效的 TOML：键值对的键后面应为“=”，应为 TOML 1.0"


def test_a_text_that_is_not_utf_8_is_said_too() -> None:
    with pytest.raises(ConfigError) as caught:
        decode(b"\xff")
    assert fault_words(caught.value.message) == "文本不是 UTF-8，应为 UTF-8"


def test_what_is_not_known_stays_as_it_is() -> None:
    assert fault_words("something new") == "something new"


def test_english_stays_english() -> None:
    language().choose(ENGLISH)
    for error in problems(WRONG, [fix.name for fix in fixes()]):
        assert fault_words(error.message) == error.message

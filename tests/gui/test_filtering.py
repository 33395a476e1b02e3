import pytest

from app.models.filtering import WORDS, condition, suggestions
from proxy.tap import Mark, Record
from tests.gui.exchanges import asked, began, call, ended, exchange_of, mended, passed, whole

MARK = Mark("index-repair", "set the index", 0, 0)
RECORDS: list[Record] = [
    began(provider="deepseek", agent="Cline", model="DeepSeek-Chat"),
    asked(),
    *mended(b"a", b"b", [MARK]),
    *passed([call("{}", "Read_File", "call_9")]),
    ended(),
]


@pytest.mark.parametrize(
    ("words", "met"),
    [
        ("", True),
        ("deepseek", True),
        ("DEEP chat", True),
        ("deep kimi", False),
        ("agent:cline", True),
        ("agent:aider", False),
        ("provider:deep", True),
        ("model:kimi", False),
        ("status:200", True),
        ("status>=400", False),
        ("status<400", True),
        ("status:2xx", True),
        ("status:4xx", False),
        ("tool:read_file", True),
        ("tool:write", False),
        ("fixed", True),
        ("slow", False),
        ("error", False),
        ("pinned", False),
        ("x1", True),
        ("[(", False),
    ],
)
def test_asks_for_every_word(words: str, met: bool) -> None:
    assert condition(words)(exchange_of(RECORDS)) is met


def test_finds_what_is_slow_failed_or_pinned() -> None:
    failed = exchange_of([began(), ended(outcome="upstream_error", status=500)])
    cut = exchange_of([began(), ended(outcome="cut_off", status=200)])
    stopped = exchange_of([began(), ended(outcome="client_gone", status=404)])
    slow = exchange_of([began(), *passed([b"x"], first=111.0)])
    pinned = exchange_of([began()])
    pinned.pinned = True
    assert all(condition("error")(each) for each in (failed, cut, stopped))
    assert condition("slow")(slow)
    assert condition("pinned")(pinned)


def test_suggests_the_words_that_there_are() -> None:
    words = suggestions([exchange_of(RECORDS)])
    assert {"provider:deepseek", "agent:Cline", "model:DeepSeek-Chat", "fixed"} <= set(words)
    assert "status:200" in words


def test_suggests_nothing_that_a_provider_could_disguise_as_something_else() -> None:
    hostile = ["gpt\u202e4", "\x1b[31m", "two words", "a\nb", "", "m" * 1_000_000]
    exchanges = [exchange_of(whole(model=each, agent=each)) for each in hostile]
    assert suggestions(exchanges) == [*WORDS, "status>=400", "provider:deepseek", "status:200"]


@pytest.mark.parametrize("word", ["status:", "status>", "status>=", "status:<=", "status="])
def test_waits_for_a_word_to_be_finished(word: str) -> None:
    assert condition(word)(exchange_of(whole()))

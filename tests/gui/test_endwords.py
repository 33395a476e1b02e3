"""What ended a request stands in the window's language, and a provider's own words in its own."""

import pytest

from app.language import ENGLISH, language
from app.models.endwords import SENTENCES, end_words
from app.models.exchanges import ending_words
from proxy.errors import problem
from proxy.eventwise import ERRED
from proxy.forwarding import GONE
from tests.gui.exchanges import began, ended, exchange_of

pytestmark = pytest.mark.usefixtures("chinese")

RESET = problem("upstream_reset").message


@pytest.mark.parametrize("sentence", [*SENTENCES, ERRED.message, GONE.message])
def test_whatever_the_proxy_says_is_said_in_chinese(sentence: str) -> None:
    assert not end_words(sentence).isascii()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("after 3 events, 120 bytes", "已收到 3 个事件、120 字节"),
        ("after 120 bytes", "已收到 120 字节"),
        ("[Errno 104] gone; after 120 bytes", "[Errno 104] gone; 已收到 120 字节"),
    ],
)
def test_how_far_it_came_is_said_too(more: str, words: str) -> None:
    assert end_words(f"{RESET} ({more})") == f"{end_words(RESET)} ({words})"


@pytest.mark.parametrize("reason", ["", "No credit left (see billing)", f"{RESET} Twice."])
def test_the_words_of_others_stay(reason: str) -> None:
    assert end_words(reason) == reason


def test_english_stays_english() -> None:
    language().choose(ENGLISH)
    assert end_words(f"{RESET} (after 120 bytes)") == f"{RESET} (after 120 bytes)"


def test_a_request_says_so_of_itself() -> None:
    exchange = exchange_of([began(), ended(outcome="cut_off", reason=RESET)])
    assert ending_words(exchange) == end_words(RESET) != RESET

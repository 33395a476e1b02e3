import pytest

from proxy.credential import LONGEST, SHORTEST, fault


@pytest.mark.parametrize("text", ["k" * SHORTEST, "k" * LONGEST, "!#$%&'()*+,-./", "Bearer~key/+="])
def test_takes_what_a_header_can_carry(text: str) -> None:
    assert fault(text) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("k" * (SHORTEST - 1), "characters"),
        ("k" * (LONGEST + 1), "characters"),
        ("two words", "white space"),
        ("sk-0123456789\r\nHost: evil", "white space"),
        ("sk-ümläut-0123", "ASCII"),
        ("sk-\x00-0123456", "ASCII"),
        ("https://example.com/key", "address"),
    ],
)
def test_says_why_something_is_no_key_and_does_not_repeat_it(text: str, words: str) -> None:
    assert words in fault(text)
    assert not text or text not in fault(text)

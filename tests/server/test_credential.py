"""What may be a key, told without repeating it."""

import pytest

from proxy.credential import LONGEST, fault


@pytest.mark.parametrize("key", ["sk-12345", "a" * LONGEST, "!~AZaz09-_"])
def test_takes_what_can_be_a_key(key: str) -> None:
    assert fault(key) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "short",
        "a" * (LONGEST + 1),
        "has space",
        "line\nend-12345",
        "schlüssel-12",
        "https://a.b/c",
    ],
)
def test_says_why_it_can_be_none(text: str) -> None:
    said = fault(text)
    assert said
    assert not text or text not in said

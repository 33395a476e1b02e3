import re

from hypothesis import given, strategies as st

from proxy import localkey
from proxy.config import Agent


def test_no_two_keys_are_alike() -> None:
    assert len({localkey.new_key().reveal() for _ in range(100)}) == 100


def test_a_key_has_the_promised_form() -> None:
    key = localkey.new_key().reveal()
    assert re.fullmatch(r"lk_[\w-]{43}[\w-]{6}", key)
    assert localkey.well_formed(key)


@given(at=st.integers(0, 51), other=st.characters(codec="utf-8"))
def test_one_wrong_character_is_seen_without_looking_anything_up(at: int, other: str) -> None:
    key = localkey.new_key().reveal()
    wrong = key[:at] + other + key[at + 1 :]
    assert localkey.well_formed(wrong) == (wrong == key)


@given(st.text(max_size=60))
def test_no_other_text_is_a_key(text: str) -> None:
    assert not localkey.well_formed(text)
    assert localkey.owner(text, [Agent("A", localkey.digest(text + "x"))]) is None


def test_a_key_belongs_to_the_agent_that_has_its_digest() -> None:
    key = localkey.new_key().reveal()
    agents = [Agent("A", localkey.digest("a")), Agent("B", localkey.digest(key))]
    assert localkey.owner(key, agents) == agents[1]
    assert localkey.digest(key) == localkey.digest(key).lower() != key

"""The registry as users see it: each fix once, described by one of its repairs."""

from collections import Counter

import pytest

from proxy.repair import Repair
from proxy.repairs import REGISTRY, fixes

COUNT_BY_NAME = Counter(repair.name for repair in REGISTRY)


def test_each_fix_is_shown_once() -> None:
    assert Counter(repair.name for repair in fixes()) == dict.fromkeys(COUNT_BY_NAME, 1)


@pytest.mark.parametrize("name", COUNT_BY_NAME)
def test_just_one_repair_speaks_for_a_name_that_several_share(name: str) -> None:
    speakers = [repair for repair in REGISTRY if repair.name == name and repair.speaks]
    assert len(speakers) == int(COUNT_BY_NAME[name] > 1)
    assert all(speaker in fixes() for speaker in speakers)


@pytest.mark.parametrize("repair", REGISTRY)
def test_repairs_that_share_a_name_are_switched_as_one(repair: type[Repair]) -> None:
    shown = next(fix for fix in fixes() if fix.name == repair.name)
    assert (repair.title, repair.group, repair.default) == (shown.title, shown.group, shown.default)


@pytest.mark.parametrize("fix", fixes())
def test_every_fix_says_in_sentences_what_it_cures_and_costs(fix: type[Repair]) -> None:
    sentences = [fix.symptom, fix.remedy] + [fix.price] * (fix.price != "None")
    assert [each for each in sentences if not each.endswith(".")] == []

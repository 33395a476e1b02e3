from app.models.today import Today
from tests.gui.records import NOON, finished, started

DAY = 86_400


def test_counts_belong_to_the_provider_of_the_exchange() -> None:
    today = Today()
    today.apply([started("1", "a"), started("2", "b")])
    assert today.apply([finished("2", {"index-repair": 2})]) == {"b"}
    assert (today.of("a").repaired, today.of("b").repaired) == (0, 1)
    assert today.of("b").mended["index-repair"] == 2


def test_a_new_day_starts_at_nothing() -> None:
    today = Today()
    today.apply([started("1", "a"), finished("1", {"usage": 1}), started("2", "b")])
    assert today.apply([started("3", "a", wall=NOON + DAY)]) == {"a", "b"}
    assert (today.of("a").requests, today.of("b").requests) == (1, 0)
    assert not today.of("a").mended


def test_an_end_without_a_start_counts_nowhere() -> None:
    assert Today().apply([finished("1")]) == set()


def test_missed_counts_requests_and_occurrences_apart() -> None:
    today = Today()
    for number in "12":
        today.apply([started(number, "a"), finished(number, would_mend={"usage": 3})])
    assert today.of("a").missed["usage"] == 6
    assert today.of("a").affected["usage"] == 2

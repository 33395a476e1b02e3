import pytest

from app.models.speed import Speed
from proxy.tap import Passed, Received, Sent

EVENT = b'data: {"choices": []}\n\n'


def test_nothing_comes_at_no_speed() -> None:
    assert Speed().now(100.0) == 0


def test_says_the_events_a_second_of_all_requests_together() -> None:
    speed = Speed()
    for second in (100, 101, 102):
        speed.apply([Received("a", second + 0.1, EVENT * 20), Passed("b", second + 0.2, EVENT * 4)])
    assert speed.now(103.4) == 24


def test_what_the_agent_got_is_not_counted_again() -> None:
    speed = Speed()
    speed.apply([Received("a", 100.1, EVENT), Sent("a", 100.1, EVENT)])
    assert speed.now(101.0) == 1


def test_the_second_that_still_runs_does_not_make_the_figure_jump() -> None:
    speed = Speed()
    speed.apply([Received("a", 100.1, EVENT * 8), Received("a", 101.1, EVENT)])
    assert speed.now(101.2) == 8


@pytest.mark.parametrize(("clock", "speed"), [(101.0, 12), (102.5, 6), (104.9, 3), (105.0, 0)])
def test_it_sinks_to_nothing_when_nothing_more_comes(clock: float, speed: int) -> None:
    known = Speed()
    known.apply([Received("a", 100.9, EVENT * 12)])
    assert known.now(clock) == speed

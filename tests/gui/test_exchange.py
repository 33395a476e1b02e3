import pytest

from app.models.exchange import Exchange, State
from proxy.tap import Mark, Record
from tests.gui.exchanges import (
    DONE,
    asked,
    began,
    chunk,
    ended,
    exchange_of,
    mended,
    passed,
    text,
    whole,
)

# As OpenAI ends a stream: with the whole response, and whatever it was given, in one event.
COMPLETED = (
    b'event: response.completed\ndata: {"type":"response.completed","response":{"instructions":"'
    + b"x" * 100_000
    + b'"}}\n\n'
)
MARK = Mark("index-repair", "set the index", 0, 0)


def test_counts_events_until_the_provider_says_how_many_tokens_it_were() -> None:
    running = exchange_of([began(), *passed([text("a"), text("b")])])
    assert (running.tokens, running.usage) == (2, None)
    over = exchange_of(whole(text("a"), chunk({}, usage={"completion_tokens": 640}), DONE))
    assert (over.tokens, over.usage) == (640, 640)


def test_takes_the_rate_from_the_time_in_which_the_answer_came() -> None:
    over = exchange_of(whole(*[text("a")] * 10, chunk({}, usage={"output_tokens": 50})))
    assert over.rate == pytest.approx(50.0)
    slow = [chunk({"role": "assistant", "content": ""}), *[text("a")] * 10]
    late = exchange_of(whole(*slow, chunk({}, usage={"output_tokens": 50})))
    assert late.rate == pytest.approx(50.0)
    assert late.first_token_seconds == pytest.approx(0.6)
    assert exchange_of(whole(text("a"))).rate is None


@pytest.mark.parametrize(
    ("records", "state"),
    [
        ([], State.WAITING),
        (passed([text("a")]), State.STREAMING),
        ([ended()], State.DONE),
        ([*mended(b"a", b"b", [MARK]), ended()], State.MENDED),
        ([ended(would_mend={"index-repair": 3})], State.SUSPICIOUS),
        ([*passed([text("a")]), ended(outcome="client_gone", status=499)], State.STOPPED),
        ([*passed([text("a"), DONE]), ended(outcome="client_gone")], State.CLOSED_EARLY),
        ([*passed([chunk({}, "stop")]), ended(outcome="client_gone")], State.CLOSED_EARLY),
        ([*passed([COMPLETED]), ended(outcome="client_gone")], State.CLOSED_EARLY),
        ([ended(outcome="cut_off")], State.CUT_OFF),
        ([ended(outcome="upstream_error", status=401)], State.ERROR),
        ([ended(outcome="timeout", status=504)], State.TIMEOUT),
    ],
)
def test_says_how_it_stands(records: list[Record], state: State) -> None:
    assert exchange_of([began(), *records]).state is state


def test_does_not_count_what_a_fix_does_although_nothing_was_broken() -> None:
    routine = Mark("force-stream", "asked for a stream", None, None, routine=True)
    exchange = exchange_of([began(), asked(findings=(routine,)), ended()])
    assert (exchange.mended, exchange.state) == (0, State.DONE)


def test_knows_whether_every_byte_left_as_it_came() -> None:
    assert exchange_of(whole(text("a"))).untouched
    assert not exchange_of([began(), *mended(b"a", b"b", [MARK])]).untouched


def test_frees_all_its_bodies_and_keeps_its_figures() -> None:
    exchange: Exchange = exchange_of(whole(text("a"), text("b"), body=b"x" * 1000))
    assert exchange.drop() >= 1000
    assert (exchange.cost, exchange.started.body, exchange.received.whole()) == (0, b"", b"")
    assert (exchange.tokens, exchange.state) == (2, State.DONE)


def test_says_in_the_providers_words_why_it_failed() -> None:
    error = b'{"error":{"message":"No credit left"}}'
    refused = exchange_of([began(), *passed([error]), ended(status=402)])
    assert (refused.state, refused.sentence) == (State.ERROR, "No credit left")
    event = b'data: {"error":{"message":"Overloaded"}}\n\n'
    broken = exchange_of([began(), *passed([text("a"), event]), ended(outcome="upstream_error")])
    assert broken.sentence == "Overloaded"
    assert exchange_of([began(), *passed([error]), ended()]).sentence == ""


def test_goes_on_counting_what_it_no_longer_keeps() -> None:
    running = exchange_of([began(), *passed([text("a"), text("b")])])
    running.drop()
    for record in [*passed([text("c"), DONE], first=101.5), ended(outcome="client_gone")]:
        running.take(record)
    assert (running.cost, running.received.parts, running.tokens) == (0, [], 4)
    assert running.rate == pytest.approx(4 / 1.1)
    assert running.state is State.CLOSED_EARLY


def test_does_not_change_how_it_ended_when_its_bodies_go() -> None:
    stopped = exchange_of([began(), *passed([text("a")]), ended(outcome="client_gone")])
    early = exchange_of([began(), *passed([text("a"), DONE]), ended(outcome="client_gone")])
    for each in (stopped, early):
        each.drop()
    assert (stopped.state, early.state) == (State.STOPPED, State.CLOSED_EARLY)

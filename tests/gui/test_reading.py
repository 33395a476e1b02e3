import gc
import hashlib

import pytest

from app.models.reading import Reading
from app.models.store import Store
from proxy.repair import Form
from proxy.sse import Decoder
from proxy.tap import Mark
from tests.gui.exchanges import (
    DONE,
    answered,
    began,
    call,
    ended,
    exchange_of,
    mended,
    passed,
    read,
    text,
    whole,
)
from tests.gui.pace import clock

MARK = Mark("index-repair", "set the index", 0, 0)


def test_numbers_events_however_the_stream_was_cut() -> None:
    stream = text("a") + b": ping\n\n" + text("b") + DONE
    for size in (1, 7, 1000):
        pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
        reading = read(whole(*pieces))
        assert [each.raw for each in reading.received.events] == [
            text("a"),
            b": ping\n\n",
            text("b"),
            DONE,
        ]
        assert "".join(reading.answer.text) == "ab"


def test_keeps_events_that_the_collector_of_garbage_need_not_walk_through() -> None:
    gc.collect()
    before = len(gc.get_objects())
    reading = read(whole(text("x") * 5_000))
    gc.collect()
    assert len(reading.received.events) == 5_000
    assert len(gc.get_objects()) - before < 500


def test_reads_what_is_new_and_nothing_twice() -> None:
    store = Store()
    store.apply([began(), *passed([text("a")])])
    reading = Reading(next(iter(store)))
    reading.advance(1)
    first = reading.received.events[0]
    store.apply(passed([text("b"), DONE], first=103.0))
    reading.advance(1)
    assert reading.received.events[0] == first
    assert len(reading.received.events) == 3
    assert "".join(reading.answer.text) == "ab"


@pytest.mark.parametrize("untouched", [True, False])
def test_has_the_beginning_of_a_long_answer_before_its_end_is_read(untouched: bool) -> None:
    first = passed([text("a")]) if untouched else mended(text("b"), text("a"), [MARK])
    reading = Reading(exchange_of([began(), *first, *passed([text("a")] * 5_000, first=103.0)]))
    while not reading.answer.text:
        assert reading.advance(0)
    assert not reading.received.caught_up
    assert not reading.sent.caught_up


def test_shows_both_sides_once_they_differ() -> None:
    store = Store()
    store.apply([began(), *passed([text("a")])])
    reading = Reading(next(iter(store)))
    reading.advance(1)
    assert reading.sent is reading.received
    store.apply([*mended(call("{}", "f", "c", None), call("{}", "f", "c", 0), [MARK]), ended()])
    reading.advance(1)
    assert reading.generation == 1
    assert [each.raw for each in reading.sent.events] == [text("a"), call("{}", "f", "c", 0)]
    assert reading.received.events[1].raw == call("{}", "f", "c", None)
    assert reading.received.sha256 != reading.sent.sha256


def test_takes_a_plain_answer_for_one_event() -> None:
    body = b'{"choices":[{"index":0,"message":{"content":"Hi"}}]}'
    reading = read(whole(body[:10], body[10:]))
    assert (reading.received.form, len(reading.received.events)) == (Form.DOCUMENT, 1)
    assert "".join(reading.answer.text) == "Hi"
    assert reading.received.sha256 == hashlib.sha256(body).hexdigest()


def test_reads_as_text_what_passed_through_packed() -> None:
    plain = text("hello") + DONE
    head = answered(content_encoding="gzip")
    reading = read([began(passthrough=True), head, *passed([plain]), ended()])
    assert "".join(reading.answer.text) == "hello"


def test_reads_in_slices_that_nobody_feels() -> None:
    reading = read(whole(text("x") * 5000))
    exchange = reading.exchange
    again = Reading(exchange)
    longest, slices, more = 0.0, 0, True
    while more:
        begun = clock()
        more = again.advance(0.004)
        longest = max(longest, clock() - begun)
        slices += 1
    assert slices > 1
    assert longest < 0.1
    assert len(again.received.events) == 5000


def test_stops_at_an_event_that_is_larger_than_any() -> None:
    stream = text("a") + b"data: " + b"x" * 500
    reading = Reading(exchange_of(whole(stream, text("b"))))
    reading.received._decoder = Decoder(400)
    while reading.advance(1):
        pass
    assert reading.received.too_large
    assert text("b") not in [each.raw for each in reading.received.events]
    assert reading.received.sha256 == hashlib.sha256(stream + text("b")).hexdigest()

from app.models.store import Store, Update
from proxy.tap import Record
from tests.gui.exchanges import began, ended, passed, whole

KILOBYTE = b"x" * 1024


def ids(store: Store) -> list[str]:
    return [each.id for each in store]


def many(count: int, *pieces: bytes) -> list[Record]:
    return [record for n in range(count) for record in whole(*pieces, exchange_id=f"x{n}")]


def test_keeps_the_last_rows_and_says_how_many_it_dropped() -> None:
    store = Store(most_rows=3)
    update = store.apply(many(5))
    assert ids(store) == ["x2", "x3", "x4"]
    assert store.dropped_rows == 2
    assert update.removed == {"x0", "x1"}
    assert [each.id for each in update.added] == ["x2", "x3", "x4"]


def test_lets_the_bodies_of_the_oldest_finished_go_first() -> None:
    store = Store(most_bytes=5 * 1024)
    store.apply([began("runs"), *passed([KILOBYTE] * 2, "runs"), *many(4, KILOBYTE)])
    dropped = [each.id for each in store if each.dropped]
    assert dropped == ["x0", "x1"]
    assert store.dropped_bodies == 2
    assert store.size <= 5 * 1024


def test_lets_go_last_what_somebody_looks_at() -> None:
    store = Store(most_rows=3, most_bytes=5 * 1024)
    store.viewed = {"x0"}
    store.apply(many(3, KILOBYTE * 2))
    assert [each.id for each in store if each.dropped] == ["x1"]
    store.apply(whole(KILOBYTE, exchange_id="x3"))
    assert ids(store) == ["x0", "x2", "x3"]
    store.apply(whole(KILOBYTE * 8, exchange_id="x4"))
    assert [each.id for each in store if not each.dropped] == ["x0"]


def test_never_lets_go_what_runs_or_is_pinned() -> None:
    store = Store(most_rows=1, most_bytes=5 * 1024)
    store.apply(whole(KILOBYTE, exchange_id="pinned")[:-1])
    kept = store.get("pinned")
    assert kept is not None
    kept.pinned = True
    store.apply([ended("pinned"), began("runs"), *passed([KILOBYTE], "runs")])
    assert ids(store) == ["pinned", "runs"]
    assert not any(each.dropped for each in store)


def test_lets_an_endless_answer_go_before_all_memory() -> None:
    store = Store(most_bytes=5 * 1024)
    store.apply([began("small"), *passed([KILOBYTE], "small")])
    store.apply([began("runs"), *passed([KILOBYTE] * 9, "runs")])
    store.apply(passed([KILOBYTE], "runs"))
    small, runs = store.get("small"), store.get("runs")
    assert small is not None
    assert runs is not None
    assert (small.dropped, runs.dropped) == (False, True)
    assert runs.received.size == 10 * 1024
    assert store.size <= 5 * 1024


def test_marks_what_came_too_fast_to_be_kept() -> None:
    store = Store()
    store.apply(whole(KILOBYTE))
    assert [*store.lose({"x1": 700, "gone": 5}).changed] == ["x1"]
    exchange = store.get("x1")
    assert exchange is not None
    assert (exchange.lost, exchange.whole) == (700, False)


def test_says_no_more_of_what_was_dropped_once_it_is_cleared() -> None:
    store = Store(most_rows=2)
    store.apply([record for name in "abc" for record in (began(name), ended(name))])
    assert store.dropped_rows == 1
    store.clear()
    assert store.dropped_rows == 0


def test_counts_its_size_down_when_it_is_cleared() -> None:
    store = Store()
    store.apply([*many(3, KILOBYTE), began("runs", body=KILOBYTE)])
    assert store.clear().removed == {"x0", "x1", "x2"}
    assert ids(store) == ["runs"]
    assert store.size == len(KILOBYTE)


def test_ignores_records_of_what_it_never_saw_begin() -> None:
    store = Store()
    assert store.apply([ended("unknown")]) == Update()
    assert len(store) == 0


def test_merges_the_updates_of_a_pause() -> None:
    store = Store(most_rows=2)
    update = store.apply(many(2))
    update.merge(store.apply(whole(exchange_id="late")))
    assert [each.id for each in update.added] == ["x1", "late"]
    assert set(update.changed) == {"x1", "late"}
    assert update.removed == {"x0"}

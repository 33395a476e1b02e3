import pytest
from pytestqt.modeltest import ModelTester

from app.models.events import DELAY, FIX, KIND, MARKS_AT_ONCE, NUMBER, TEXT, EventsModel
from app.models.reading import Reading
from app.models.store import Store
from proxy.tap import Mark, Passed
from tests.gui.exchanges import DONE, began, ended, passed, read, text, whole
from tests.gui.pace import clock

MARK = Mark("index-repair", "set the <b>index</b>", 1, 1)


@pytest.fixture
def model(qtmodeltester: ModelTester) -> EventsModel:
    made = EventsModel()
    qtmodeltester.check(made)
    return made


def show(model: EventsModel, reading: Reading) -> None:
    model.show_log(reading.received, reading.exchange.started.at)
    model.refresh()


def column(model: EventsModel, number: int) -> list[str]:
    return [model.index(row, number).data() for row in range(model.rowCount())]


def test_lists_events_with_their_delays(model: EventsModel) -> None:
    show(model, read(whole(text("a"), text("b"), DONE)))
    assert column(model, NUMBER) == ["0", "1", "2"]
    assert column(model, DELAY) == ["500", "100", "100"]
    assert column(model, KIND) == ["text", "text", "end"]
    assert column(model, TEXT) == ["“a”", "“b”", "[DONE]"]


def test_gives_a_silence_a_row_of_its_own(model: EventsModel) -> None:
    pieces = [Passed("x1", at, text("a")) for at in (100.5, 101.34)]
    show(model, read([began(), *pieces, ended()]))
    assert column(model, KIND) == ["text", "gap", "text"]
    assert column(model, TEXT)[1] == "0.84 s of silence"
    assert (model.number(1), model.event_at(1), model.row_of(1)) == (None, None, 2)


def test_marks_the_very_event(model: EventsModel) -> None:
    show(model, read(whole(text("a"), text("b"), DONE)))
    marks = [MARK, Mark("tidy", "of the request", None, None)]
    model.show_marks(marks)
    marks.append(MARK)
    model.show_marks(marks)
    assert column(model, FIX) == ["", "◆ set the <b>index</b> +1", ""]
    assert column(model, NUMBER) == ["0", "◆ 1", "2"]
    assert model.marked_rows() == [1]
    assert model.marks(1) == [MARK, MARK]


def test_takes_in_what_came_since(model: EventsModel) -> None:
    store = Store()
    store.apply([began(), *passed([text("a")])])
    reading = Reading(next(iter(store)))
    reading.advance(1)
    show(model, reading)
    store.apply(passed([text("b")], first=100.6))
    reading.advance(1)
    model.refresh()
    assert column(model, NUMBER) == ["0", "1"]
    model.show_log(None, 0)
    assert model.rowCount() == 0


def test_f53_shows_a_hundred_thousand_events_at_once() -> None:
    model = EventsModel()
    reading = read(whole(text("x") * 100_000))
    begun = clock()
    show(model, reading)
    assert model.index(99_999, TEXT).data() == "“x”"
    assert clock() - begun < 0.3


def test_takes_very_many_marks_in_steps(model: EventsModel) -> None:
    show(model, read(whole(text("a"), text("b"))))
    marks = [Mark("index-repair", "set", 0, 1)] * (MARKS_AT_ONCE + 1)
    assert model.show_marks(marks)
    assert len(model.marks(0)) == MARKS_AT_ONCE
    assert not model.show_marks(marks)
    assert len(model.marks(0)) == MARKS_AT_ONCE + 1

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from app.models.exchanges import COLUMNS, ExchangesModel, count_words
from app.models.store import Store
from proxy.tap import Mark, Record
from tests.gui.exchanges import began, ended, mended, passed, text, whole
from tests.gui.records import emissions


class Traffic:
    """A store and the list of it."""

    def __init__(self) -> None:
        self.store = Store()
        self.model = ExchangesModel(self.store)

    def apply(self, *records: Record) -> None:
        self.model.apply(self.store.apply(records))

    def column(self, number: int) -> list[str]:
        rows = range(self.model.rowCount())
        return [self.model.index(row, number).data() for row in rows]


@pytest.fixture
def traffic(qtmodeltester: ModelTester) -> Traffic:
    made = Traffic()
    qtmodeltester.check(made.model)
    return made


def test_lists_requests_in_order_of_arrival(traffic: Traffic) -> None:
    traffic.apply(began("a", model="first"), began("b", model="second"))
    traffic.apply(*whole(text("x"), exchange_id="c", model="third"))
    assert traffic.column(2) == ["first", "second", "third"]
    assert traffic.column(1) == ["○ waiting", "○ waiting", "✔ done"]


def test_says_how_many_were_fixed(traffic: Traffic) -> None:
    mark = Mark("index-repair", "set the index", 0, 0)
    traffic.apply(began(), *mended(b"a", b"b", [mark, mark]), ended())
    assert traffic.column(1) == ["✔ done, 2 fixed"]


def test_inserts_once_for_a_batch(traffic: Traffic) -> None:
    insertions = emissions(traffic.model.rowsInserted)
    traffic.apply(*[began(f"x{n}") for n in range(200)])
    assert [each[1:] for each in insertions] == [(0, 199)]


def test_shows_what_comes_to_meet_the_filter_at_its_place(traffic: Traffic) -> None:
    traffic.apply(*[began(f"x{n}", model=f"m{n}") for n in range(4)])
    traffic.model.filter("error")
    assert traffic.column(2) == []
    for number in (3, 1, 2):
        traffic.apply(ended(f"x{number}", outcome="upstream_error", status=500))
    assert traffic.column(2) == ["m1", "m2", "m3"]
    traffic.model.filter("")
    assert traffic.column(2) == ["m0", "m1", "m2", "m3"]


def test_takes_rows_away_that_the_store_let_go(traffic: Traffic) -> None:
    traffic.store.most_rows = 2
    traffic.apply(*[each for n in range(2) for each in whole(exchange_id=f"x{n}", model=f"m{n}")])
    traffic.apply(
        *[each for n in range(2, 4) for each in whole(exchange_id=f"x{n}", model=f"m{n}")]
    )
    assert traffic.column(2) == ["m2", "m3"]
    traffic.model.apply(traffic.store.clear())
    assert traffic.column(2) == []


def test_s37_shows_hostile_names_as_the_characters_they_are(traffic: Traffic) -> None:
    traffic.apply(began(model="<b>x</b>\u202egnp.exe\n2"))
    assert traffic.column(2) == ["<b>x</b>‹U+202E›gnp.exe⏎2"]


def test_has_a_heading_for_every_column_and_readable_colours(traffic: Traffic) -> None:
    traffic.apply(*passed([b""]), *whole(text("x")))
    across = Qt.Orientation.Horizontal
    assert all(traffic.model.headerData(n, across) for n in range(len(COLUMNS)))
    role = Qt.ItemDataRole.ForegroundRole
    light = traffic.model.index(0, 1).data(role)
    traffic.model.set_dark(True)
    assert traffic.model.index(0, 1).data(role).lightness() > light.lightness()


def test_takes_neighbours_out_together(traffic: Traffic) -> None:
    for number in range(7):
        traffic.apply(*whole(text("x"), exchange_id=f"x{number}", model=f"m{number}"))
    pinned = traffic.store.get("x4")
    assert pinned is not None
    pinned.pinned = True
    removals = emissions(traffic.model.rowsRemoved)
    traffic.model.apply(traffic.store.clear())
    assert [each[1:] for each in removals] == [(5, 6), (0, 3)]
    assert traffic.column(2) == ["m4"]


def test_says_all_of_a_row_in_its_hint(traffic: Traffic) -> None:
    traffic.apply(*whole(text("x"), model="<b>kimi</b>"))
    hint = traffic.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "Provider: deepseek<br>" in hint
    assert "Model: &lt;b&gt;kimi&lt;/b&gt;<br>" in hint


@pytest.mark.parametrize(
    ("count", "said"), [(999, "999"), (10_240, "10.2k"), (99_949, "99.9k"), (100_002, "100k")]
)
def test_says_counts_in_the_room_there_is(count: int, said: str) -> None:
    assert count_words(count) == said

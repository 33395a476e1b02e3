from pytestqt.qtbot import QtBot

from app.ui.strip_chart import _MARK_COLOUR, StripChart
from tests.gui.pace import clock


def test_shows_silence_as_a_hole(qtbot: QtBot) -> None:
    chart = StripChart()
    qtbot.addWidget(chart)
    chart.show_events(100.0, [100.0, 100.1, 104.0, 108.0, 108.0], [])
    assert chart.bars(5) == [2, 0, 1, 0, 2]
    chart.show_events(100.0, [], [])
    assert chart.bars(5) == [0] * 5


def marked_columns(chart: StripChart) -> list[int]:
    picture = chart.grab().toImage()
    size = picture.size()
    every = ((x, y) for x in range(size.width()) for y in range(size.height()))
    return sorted({x for x, y in every if picture.pixelColor(x, y) == _MARK_COLOUR})


def test_paints_a_mark_where_a_fix_acted(qtbot: QtBot) -> None:
    chart = StripChart()
    qtbot.addWidget(chart)
    chart.resize(80, 44)
    times = [100.0 + number for number in range(20)]
    chart.show_events(100.0, times, [])
    assert marked_columns(chart) == []
    chart.show_events(100.0, times, [10])
    columns = marked_columns(chart)
    assert columns
    assert min(columns) >= 32
    assert max(columns) <= 50


def test_paints_a_hundred_thousand_marked_events_at_once(qtbot: QtBot) -> None:
    chart = StripChart()
    qtbot.addWidget(chart)
    chart.resize(1000, 100)
    many = range(100_000)
    chart.show_events(0.0, [number / 1e3 for number in many], many)
    chart.grab()
    begun = clock()
    chart.grab()
    assert clock() - begun < 0.1

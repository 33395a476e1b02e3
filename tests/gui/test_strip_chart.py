from pytestqt.qtbot import QtBot

from app.ui.strip_chart import StripChart
from tests.gui.pace import clock


def test_shows_silence_as_a_hole(qtbot: QtBot) -> None:
    chart = StripChart()
    qtbot.addWidget(chart)
    chart.show_events(100.0, [100.0, 100.1, 104.0, 108.0, 108.0], [])
    assert chart.bars(5) == [2, 0, 1, 0, 2]
    chart.show_events(100.0, [], [])
    assert chart.bars(5) == [0] * 5


def test_paints_a_mark_where_a_fix_acted(qtbot: QtBot) -> None:
    chart = StripChart()
    qtbot.addWidget(chart)
    chart.resize(80, 44)
    times = [100.0 + number for number in range(20)]
    chart.show_events(100.0, times, [])
    plain = chart.grab().toImage()
    chart.show_events(100.0, times, [10])
    marked = chart.grab().toImage()
    differing = [
        x for x in range(80) if any(plain.pixel(x, y) != marked.pixel(x, y) for y in range(44))
    ]
    assert differing
    assert min(differing) >= 32
    assert max(differing) <= 50


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

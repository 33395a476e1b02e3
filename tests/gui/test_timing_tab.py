import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from app.ui.timing_tab import TimingTab
from tests.gui.exchanges import DONE, answered, asked, began, chunk, ended, passed, read, text


@pytest.mark.parametrize(
    ("taken", "words"), [(0.0842, "84.2 ms"), (0.0, "connected before"), (None, "–")]
)
def test_tells_where_the_time_went(qtbot: QtBot, taken: float | None, words: str) -> None:
    tab = TimingTab()
    qtbot.addWidget(tab)
    role = chunk({"role": "assistant", "content": ""})
    head = replace(answered(), took_to_connect=taken)
    tab.show_reading(read([began(), asked(), head, *passed([role, text("a"), DONE]), ended()]))
    assert tab.figure("connect") == words
    figures = [tab.figure(name) for name in ("asked", "headers", "byte", "token", "end")]
    assert figures == ["0.10 s", "0.20 s", "0.50 s", "0.60 s", "10.00 s"]


def test_tells_what_takes_no_time_in_milliseconds(qtbot: QtBot) -> None:
    tab = TimingTab()
    qtbot.addWidget(tab)
    soon = replace(asked(), at=100.0021)
    over = ended(first_byte_ms=3.25, duration_ms=4.5)
    tab.show_reading(read([began(), soon, answered(), *passed([text("a"), DONE]), over]))
    figures = [tab.figure(name) for name in ("asked", "byte", "end")]
    assert figures == ["2.1 ms", "3.2 ms", "4.5 ms"]

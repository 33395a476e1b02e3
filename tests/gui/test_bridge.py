import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import bridge as bridges
from app.bridge import Bridge
from app.ui.traffic_page import TrafficPage
from proxy.tap import Passed, Record
from tests.gui.pace import Heart, calmest, clock
from tests.gui.records import finished, started

BURST = 20_000
STEADY = 5_000


@pytest.fixture
def bridge(qapp: QApplication) -> Iterator[Bridge]:
    made = Bridge(qapp)
    yield made
    made.deleteLater()


def piece(number: int) -> Passed:
    line = b'data: {"choices":[{"index":0,"delta":{"content":"word %d "}}]}\n\n'
    return Passed("one", float(number), line % number)


def collected(bridge: Bridge) -> list[Record]:
    """Return a list that grows with what the bridge hands over."""
    seen: list[Record] = []

    def keep(batch: list[Record]) -> None:
        seen.extend(batch)

    bridge.records.connect(keep)
    return seen


def from_another_thread(bridge: Bridge, count: int, per_second: float | None = None) -> None:
    """Send an exchange with that many pieces, as the proxy's thread does."""

    def send() -> None:
        bridge.tap(started("one", "demo"))
        begin = time.monotonic()
        for number in range(count):
            bridge.tap(piece(number))
            if per_second is not None and number % 20 == 19:
                time.sleep(max(0.0, begin + number / per_second - time.monotonic()))
        bridge.tap(finished("one"))

    threading.Thread(target=send).start()


def test_hands_over_every_record_of_a_burst_in_order(qtbot: QtBot, bridge: Bridge) -> None:
    seen = collected(bridge)
    from_another_thread(bridge, BURST)
    qtbot.waitUntil(lambda: len(seen) == BURST + 2, timeout=10_000)
    assert [each.at for each in seen[1:-1]] == list(range(BURST))


def standstill(qtbot: QtBot, count: int, per_second: float | None) -> float:
    """Return how long the window stood still while so many records came, so many a second."""
    page = TrafficPage()
    qtbot.addWidget(page)
    page.show()
    qtbot.waitExposed(page)
    bridge = Bridge(page)
    bridge.records.connect(page.apply)
    seen = collected(bridge)
    heart = Heart()
    from_another_thread(bridge, count, per_second)
    qtbot.waitUntil(lambda: len(seen) == count + 2, timeout=30_000)
    return heart.stop()


def test_a_burst_does_not_hold_up_the_window(qtbot: QtBot) -> None:
    assert calmest(lambda: standstill(qtbot, BURST, None), 0.150) <= 0.150


def test_steady_traffic_does_not_hold_up_the_window(qtbot: QtBot) -> None:
    assert calmest(lambda: standstill(qtbot, STEADY, 2_000), 0.100) <= 0.100


def test_emits_one_signal_for_many_records(qtbot: QtBot, bridge: Bridge) -> None:
    sizes: list[int] = []

    def count(batch: list[Record]) -> None:
        sizes.append(len(batch))

    bridge.records.connect(count)
    for number in range(500):
        bridge.tap(piece(number))
    qtbot.waitUntil(lambda: sum(sizes) == 500)
    assert len(sizes) == 1


def test_lets_bodies_go_before_memory_but_never_an_end(
    qtbot: QtBot, bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridges, "_MOST_PENDING", 10)
    seen = collected(bridge)
    lost: list[dict[str, int]] = []
    bridge.lost.connect(lost.append)
    bridge.tap(started("one", "demo"))
    for number in range(30):
        bridge.tap(piece(number))
    bridge.tap(finished("one"))
    qtbot.waitUntil(lambda: bool(lost))
    assert (len(seen), seen[-1]) == (11, finished("one"))
    assert lost == [{"one": sum(len(piece(number).data) for number in range(9, 30))}]
    assert not bridge._lost


def test_looks_less_often_while_the_window_is_hidden(bridge: Bridge) -> None:
    bridge.show_window(False)
    assert bridge._timer.interval() == bridges.HIDDEN_INTERVAL_MS
    bridge.show_window(True)
    assert bridge._timer.interval() == bridges.SHOWN_INTERVAL_MS


STREAMS = 100
EVENTS_A_SECOND = 20


def waiting_of_the_proxy(qtbot: QtBot) -> float:
    """Return the 99th percentile of how long the window keeps a thread that writes waiting."""
    page = TrafficPage()
    qtbot.addWidget(page)
    page.resize(1180, 760)
    page.show()
    bridge = Bridge(page)
    bridge.records.connect(page.apply)
    late: list[float] = []

    def write() -> None:
        for number in range(STREAMS):
            bridge.tap(started(f"s{number}", "demo"))
        due = clock()
        for number in range(3 * STREAMS * EVENTS_A_SECOND):
            due += 1 / (STREAMS * EVENTS_A_SECOND)
            time.sleep(max(0.0, due - clock()))
            late.append(clock() - due)
            bridge.tap(Passed(f"s{number % STREAMS}", due, piece(number).data))

    thread = threading.Thread(target=write)
    thread.start()
    qtbot.waitUntil(lambda: not thread.is_alive(), timeout=30_000)
    thread.join()
    return sorted(late)[len(late) * 99 // 100]


def test_an_open_window_does_not_hold_up_the_streams(qtbot: QtBot) -> None:
    assert calmest(lambda: waiting_of_the_proxy(qtbot), 0.020) <= 0.020

import socket
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.models.status import Condition, Status
from app.sample import send_again, send_sample
from app.service import OWN_AGENT, Service, free_port
from proxy.config import DEMO_URL, Provider, Settings
from proxy.errors import PortTakenError, WiremendError
from proxy.secret import Secret
from proxy.server import ServerThread
from proxy.tap import Finished, Record, Started
from tests.gui.pace import clock
from tests.gui.records import emissions

DEMO = Provider("demo", DEMO_URL, key="none")


class NoKeys:
    def key(self, provider_id: str, origin: str) -> Secret:
        raise AssertionError(provider_id, origin)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def seen() -> list[Record]:
    return []


@pytest.fixture
def service(qapp: QApplication, qtbot: QtBot, port: int, seen: list[Record]) -> Iterator[Service]:
    settings = Settings(port=port, providers={"demo": DEMO})
    made = Service(lambda known: ServerThread(known, NoKeys(), seen.append), settings, None, qapp)
    yield made
    with qtbot.waitSignal(made.ended):
        made.stop(0)


def runs(service: Service) -> bool:
    return service.status.state == "running"


def test_starts_stops_and_starts_again(qtbot: QtBot, service: Service, port: int) -> None:
    service.start()
    qtbot.waitUntil(lambda: runs(service))
    assert service.status.address == f"127.0.0.1:{port}"
    with qtbot.waitSignal(service.ended):
        service.stop(0)
    assert service.status.condition is Condition.STOPPED
    service.start()
    qtbot.waitUntil(lambda: runs(service))


def test_the_speed_is_that_of_answers_being_written(service: Service) -> None:
    service.show_speed(48)
    assert service.status.speed == 0
    assert Status("running", streaming=2, speed=48).with_traffic("running", 1).speed == 48
    assert Status("running", streaming=2, speed=48).with_traffic("running", 0).speed == 0


def test_a_sample_request_comes_in_with_a_key_nobody_else_knows(
    qtbot: QtBot, service: Service, seen: list[Record]
) -> None:
    service.start()
    qtbot.waitUntil(lambda: runs(service))
    send_sample(service.url, service.own_key)
    qtbot.waitUntil(lambda: any(isinstance(each, Finished) for each in seen))
    first = seen[0]
    assert isinstance(first, Started)
    assert (first.agent, first.model) == (OWN_AGENT, "missing-index")
    with pytest.raises(WiremendError):
        send_sample(service.url, Secret("lk_nobody"))


def test_sends_a_request_again_mended_and_untouched(
    qtbot: QtBot, service: Service, seen: list[Record]
) -> None:
    service.start()
    qtbot.waitUntil(lambda: runs(service))
    first = send_sample(service.url, service.own_key)
    qtbot.waitUntil(lambda: any(isinstance(each, Started) for each in seen))
    asked = next(each for each in seen if isinstance(each, Started))
    assert asked.exchange_id == first
    keys = service.key_by_way
    mended = send_again(service.url, replace(asked, path="/v1/chat/completions"), keys["on"])
    untouched = send_again(service.url, asked, keys["off"])
    qtbot.waitUntil(lambda: sum(isinstance(each, Finished) for each in seen) == 3)
    started = {each.exchange_id: each for each in seen if isinstance(each, Started)}
    assert [started[each].passthrough for each in (first, mended, untouched)] == [
        False,
        False,
        True,
    ]
    assert started[mended].body == asked.body
    ended = {each.exchange_id: each for each in seen if isinstance(each, Finished)}
    assert ended[mended].findings == ended[first].findings
    assert not ended[untouched].findings
    assert ended[untouched].would_mend


def test_f40_says_who_holds_the_port_and_stays_away(
    qtbot: QtBot, service: Service, port: int
) -> None:
    told = emissions(service.port_taken)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port))
        holder.listen()
        service.start()
        qtbot.waitUntil(lambda: bool(told))
        assert isinstance(told[0][0], PortTakenError)
        assert service.status.condition is Condition.ERROR
    service.start()
    qtbot.waitUntil(lambda: runs(service))
    assert service.status.problem == ""


def test_a_new_port_starts_what_could_not_start(qtbot: QtBot, service: Service, port: int) -> None:
    told = emissions(service.port_taken)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port))
        holder.listen()
        service.start()
        qtbot.waitUntil(lambda: bool(told))
        other = free_port("127.0.0.1", port)
        assert other > port
        service.apply(Settings(port=other, providers={"demo": DEMO}))
        qtbot.waitUntil(lambda: runs(service))
        assert service.url == f"http://127.0.0.1:{other}"


def test_f40_a_port_that_was_taken_is_tried_again_while_the_former_one_serves(
    qtbot: QtBot, service: Service, port: int
) -> None:
    service.start()
    qtbot.waitUntil(lambda: runs(service))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = int(other.getsockname()[1])
        with qtbot.waitSignal(service.port_taken):
            service.apply(Settings(port=taken, providers={"demo": DEMO}))
        assert service.url.endswith(f":{port}")
        with qtbot.waitSignal(service.port_taken):
            service.retry()
    service.retry()
    qtbot.waitUntil(lambda: service.url.endswith(f":{taken}"))


def test_nobody_waits_for_a_stop(qtbot: QtBot, service: Service, port: int) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port))
        holder.listen()
        service.start()
        qtbot.wait(50)
        before = clock()
        with qtbot.waitSignal(service.ended):
            service.stop(0)
            stalled = clock() - before
    # The start holds the server's lock while a holder that says nothing is asked.
    assert stalled < 0.1


def test_a_start_right_after_a_stop_stays_up(qtbot: QtBot, service: Service) -> None:
    for _ in range(5):
        service.start()
        service.stop(0)
    service.start()
    qtbot.waitUntil(lambda: runs(service))
    qtbot.wait(200)
    assert runs(service)


def test_nobody_waits_while_it_finds_out_who_holds_the_port(
    qtbot: QtBot, service: Service, port: int
) -> None:
    told = emissions(service.port_taken)
    longest = 0.0
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port))
        holder.listen()
        service.start()
        while not told:
            before = clock()
            assert service.url == f"http://127.0.0.1:{port}"
            longest = max(longest, clock() - before)
            qtbot.wait(1)
    # A holder that says nothing is asked for half a second.
    assert longest < 0.1

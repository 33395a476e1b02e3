import ctypes
import gc
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import psutil
import pytest

from proxy.errors import PortTakenError
from proxy.limits import Limits
from proxy.server import ServerThread
from tests.server.live import Live, NoKeys, QuietUpstream, drain, request, settings

QUICK = Limits(drain=1, farewell=0.3)


@pytest.fixture(scope="module")
def upstream() -> Iterator[QuietUpstream]:
    quiet = QuietUpstream()
    yield quiet
    quiet.close()


@pytest.fixture
def live(upstream: QuietUpstream) -> Iterator[Live]:
    running = Live(upstream, QUICK)
    yield running
    running.close()


def eventually(true: Callable[[], bool], seconds: float = 3) -> bool:
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.01)
    return true()


def refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return True
    return False


def begin(live: Live) -> socket.socket:
    """Send a request that upstream does not answer until its gate opens."""
    live.upstream.gate.clear()
    connection = live.connect()
    connection.sendall(request().replace(b"PORT", str(live.port).encode()))
    assert eventually(lambda: live.server.streaming == 1)
    return connection


def test_the_url_holds_the_literal_address(live: Live) -> None:
    assert live.server.url == f"http://127.0.0.1:{live.port}"
    assert live.server.state == "running"
    assert live.server.start() == live.server.url


def test_s13_listens_on_the_configured_address_alone(live: Live) -> None:
    listeners = [
        each.laddr
        for each in psutil.Process().net_connections("tcp")
        if each.status == psutil.CONN_LISTEN and each.laddr.port == live.port
    ]
    assert {each.ip for each in listeners} == {"127.0.0.1"}
    assert "127.0.0.2" not in live.server.url
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", live.port), timeout=1)


def test_f40_starts_twenty_times_on_one_port_and_leaves_nothing(upstream: QuietUpstream) -> None:
    threads = threading.active_count()
    live = Live(upstream, QUICK)
    server = live.server
    server.apply(replace(live.settings, port=live.port))
    process = psutil.Process()
    live.send()
    server.stop()
    # The fake upstream has a thread and a descriptor for each connection, which end a moment later.
    assert eventually(lambda: threading.active_count() <= threads)
    gc.collect()
    before = process.num_fds()
    for _ in range(20):
        assert server.start().endswith(f":{live.port}")
        assert live.send().status == 200
        server.stop()
    assert (server.state, server.url) == ("stopped", "")
    assert eventually(lambda: threading.active_count() <= threads)
    gc.collect()
    assert eventually(lambda: process.num_fds() <= before)


def test_stopping_takes_no_time_where_nothing_runs(live: Live) -> None:
    with live.connect() as idle:
        assert live.send().status == 200
        began = time.monotonic()
        live.server.stop(20)
        assert time.monotonic() - began < 3
        assert drain(idle).raw == b""
    assert refuses(live.port)


def test_f43_running_exchanges_may_end_while_no_new_one_begins(live: Live) -> None:
    with begin(live) as running:
        live.server.drain()
        assert live.server.state == "draining"
        assert eventually(lambda: refuses(live.port))
        live.upstream.gate.set()
        assert drain(running).status == 200
    assert live.server.join(2)
    assert live.server.state == "stopped"


def test_f43_what_does_not_end_by_itself_is_told_of_the_end(live: Live) -> None:
    with begin(live) as running:
        began = time.monotonic()
        live.server.stop()
        assert 0.9 < time.monotonic() - began < 2
        reply = drain(running)
    assert (reply.status, reply.code) == (503, "proxy_shutdown")
    live.upstream.gate.set()


def test_f43_whoever_asks_twice_does_not_wait(upstream: QuietUpstream) -> None:
    live = Live(upstream, Limits(drain=30, farewell=0.3))
    with begin(live) as running:
        live.server.drain()
        began = time.monotonic()
        live.server.drain(0)
        assert live.server.join(5)
        assert time.monotonic() - began < 1.5
        assert drain(running).code == "proxy_shutdown"
    upstream.gate.set()


def test_a_request_on_a_connection_kept_open_finds_it_closed_in_a_drain(live: Live) -> None:
    with live.connect() as kept, begin(live) as running:
        live.server.drain()
        assert drain(kept).raw == b""
        live.upstream.gate.set()
        assert drain(running).status == 200


def test_f40_a_taken_port_is_told_with_its_holder(live: Live) -> None:
    second = ServerThread(replace(live.settings, port=live.port), NoKeys(), live.records.append)
    with pytest.raises(PortTakenError) as caught:
        second.start()
    assert caught.value.holder == "another Wiremend"
    assert second.state == "stopped"
    assert live.send().status == 200


def test_f42_new_settings_hold_for_the_next_request_and_not_for_a_running_one(live: Live) -> None:
    with begin(live) as running:
        live.server.apply(replace(live.settings, agents=()))
        assert live.send().code == "local_key_wrong"
        live.upstream.gate.set()
        assert drain(running).status == 200


def test_a_new_port_is_listened_on_and_the_old_one_let_go(live: Live) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    former, live.port = live.port, port
    live.server.apply(replace(live.settings, port=port))
    assert live.server.url == f"http://127.0.0.1:{port}"
    assert live.send().status == 200
    assert eventually(lambda: refuses(former))


def test_f41_a_new_port_that_is_taken_leaves_everything_where_it_was(live: Live) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(PortTakenError):
            live.server.apply(replace(live.settings, port=taken.getsockname()[1]))
        assert live.send().status == 200


def kill_loop(server: ServerThread) -> None:
    """Raise SystemExit in the proxy's thread, wherever it is."""
    thread = server._thread
    assert thread is not None
    assert thread.ident is not None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit)
    )


def test_f45_a_dead_loop_is_back_on_the_same_port(live: Live) -> None:
    for _ in range(3):
        kill_loop(live.server)
        began = time.monotonic()
        # The blow falls with the thread's next Python instruction, which a request brings.
        replies = [live.send().status for _ in range(2)]
        assert replies[-1] == 200
        assert time.monotonic() - began < 2
    assert live.server.state == "running"


def test_f45_a_loop_that_dies_again_and_again_is_given_up(upstream: QuietUpstream) -> None:
    live = Live(upstream, replace(QUICK, restarts=2))
    for _ in range(3):
        kill_loop(live.server)
        try:
            live.send()
        except ConnectionRefusedError:
            break
        time.sleep(0.2)
    assert eventually(lambda: live.server.state == "failed")
    assert refuses(live.port)
    live.server.stop()
    assert live.server.start()
    live.server.apply(replace(live.settings))
    assert live.server.state == "running"
    live.close()


STARVED = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (96, 96))
import socket, time
from tests.server.live import Live, QuietUpstream
upstream = QuietUpstream()
live = Live(upstream)
held = [live.connect() for _ in range(16)]
time.sleep(0.2)
print(live.send().status)
for each in held:
    each.close()
time.sleep(0.5)
print(live.send().status)
live.close()
upstream.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit of descriptors")
def test_f47_with_few_descriptors_fewer_are_served_and_all_recovers() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARVED], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stdout.split() == ["503", "200"], done.stderr


def test_an_address_of_the_other_family_is_written_in_brackets(upstream: QuietUpstream) -> None:
    server = ServerThread(
        replace(settings(upstream.url), host="::1"), NoKeys(), lambda _record: None
    )
    try:
        assert server.start().startswith("http://[::1]:")
    finally:
        server.stop(0)

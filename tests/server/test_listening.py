import socket
import subprocess
import sys
import threading

import pytest

from proxy.errors import PortTakenError
from proxy.listening import holder_of, listen

LISTENER = """
import socket, sys
taken = socket.create_server(("127.0.0.1", 0))
print(taken.getsockname()[1], flush=True)
sys.stdin.read()
"""


def port_of(listener: socket.socket) -> int:
    return listener.getsockname()[1]


def test_f40_a_port_that_another_program_holds_is_told_with_its_name() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LISTENER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        port = int(program.stdout.readline())
        with pytest.raises(PortTakenError) as caught:
            listen("127.0.0.1", port)
        program.communicate()
    assert caught.value.port == port
    if sys.platform == "linux":
        assert f"(process {program.pid})" in caught.value.holder


def test_a_program_that_answers_nothing_is_not_waited_for_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert "Wiremend" not in holder_of("127.0.0.1", port_of(silent))


def test_a_program_that_only_answers_alike_is_none_of_ours() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:

        def reply() -> None:
            connection, _ = other.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n{"status":"ok"}')

        thread = threading.Thread(target=reply)
        thread.start()
        assert "Wiremend" not in holder_of("127.0.0.1", port_of(other))
        thread.join(5)


@pytest.mark.parametrize("option", ["SO_REUSEADDR", "SO_REUSEPORT"])
def test_s14_nobody_else_can_bind_the_port(option: str) -> None:
    listener = listen("127.0.0.1", 0)
    with listener, socket.socket() as second:
        second.setsockopt(socket.SOL_SOCKET, getattr(socket, option), 1)
        with pytest.raises(OSError, match="in use"):
            second.bind(("127.0.0.1", port_of(listener)))


def test_f40_a_connection_in_time_wait_is_no_obstacle() -> None:
    listener = listen("127.0.0.1", 0)
    port = port_of(listener)
    with socket.create_connection(("127.0.0.1", port)) as client:
        accepted, _ = listener.accept()
        # Whoever closes first is the one that waits.
        accepted.close()
        client.recv(1)
    listener.close()
    listen("127.0.0.1", port).close()


def test_f55_children_inherit_no_listening_socket() -> None:
    with listen("127.0.0.1", 0) as listener, listener.dup() as twin:
        assert not listener.get_inheritable()
        assert not twin.get_inheritable()

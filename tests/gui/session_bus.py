"""A session bus of its own, and services that stand there: notifications, and a tray's host."""

import contextlib
import shutil
import subprocess
import threading
from collections.abc import Callable, Generator, Mapping
from importlib import import_module
from typing import Any

PROGRAM = shutil.which("dbus-daemon")
# It has no types, and where there is no D-Bus it is not installed.
jeepney: Any = import_module("jeepney") if PROGRAM else None
blocking: Any = import_module("jeepney.io.blocking") if PROGRAM else None
bus_messages: Any = import_module("jeepney.bus_messages") if PROGRAM else None
_POLL_SECONDS = 0.1

Answers = Mapping[str, Callable[..., tuple[str, tuple[Any, ...]]]]
"""What each method answers: the signature and the values."""


@contextlib.contextmanager
def session_bus() -> Generator[str]:
    """Run a bus; yields its address."""
    assert PROGRAM is not None
    command = [PROGRAM, "--session", "--nofork", "--nopidfile", "--print-address=1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as bus:
        assert bus.stdout is not None
        try:
            yield bus.stdout.readline().decode().strip()
        finally:
            bus.terminate()


class Listener:
    """Stands on a bus under a name, and answers the methods it knows."""

    def __init__(self, address: str, name: str, answers: Answers) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.senders: list[str] = []
        """Who made each call."""
        self._answers = answers
        self._bus = blocking.open_dbus_connection(address)
        self._bus.send_and_get_reply(bus_messages.message_bus.RequestName(name))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def close(self) -> None:
        """Leave the bus."""
        self._over.set()
        self._thread.join()
        self._bus.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                self._take(self._bus.receive(timeout=_POLL_SECONDS))

    def _take(self, call: Any) -> None:
        if call.header.message_type is not jeepney.MessageType.method_call:
            return
        member = str(call.header.fields[jeepney.HeaderFields.member])
        self.senders.append(str(call.header.fields[jeepney.HeaderFields.sender]))
        self.calls.append((member, tuple(call.body)))
        answer = self._answers.get(member)
        if answer is not None:
            signature, values = answer(*call.body)
            self._bus.send(jeepney.new_method_return(call, signature or None, values))


@contextlib.contextmanager
def listening(address: str, name: str, answers: Answers) -> Generator[Listener]:
    """Have a service on a bus."""
    listener = Listener(address, name, answers)
    try:
        yield listener
    finally:
        listener.close()


def press(address: str, item: str) -> None:
    """Click on an icon of a tray over D-Bus."""
    name = "org.kde.StatusNotifierItem"
    place = jeepney.DBusAddress("/StatusNotifierItem", item, name)
    with contextlib.closing(blocking.open_dbus_connection(address)) as bus:
        call = jeepney.new_method_call(place, "Activate", "ii", (0, 0))
        bus.send_and_get_reply(call, timeout=5)

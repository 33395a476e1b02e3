"""What must not end the application: bugs of our own in the window, and libraries that miscount."""

import contextlib
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PySide6.QtCore import QAbstractListModel, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QListView, QSystemTrayIcon, QWidget
from pytestqt.qtbot import QtBot

from app.bridge import Bridge
from app.models.status import Condition
from app.service import Service
from app.tray import Tray
from app.ui.tray_menu import TrayMenu
from proxy.config import DEMO_URL, Provider, Settings
from proxy.limits import Limits
from proxy.server import ServerThread
from tests.server.live import NoKeys
from tests.server.running import chat, free_port, post, proxy
from tests.server.test_server import kill_loop

SECRET = "sk-CANARY-0123456789abcdef0123456789abcdef"


class BrokenModel(QAbstractListModel):
    def rowCount(self, *_: Any) -> int:  # noqa: N802  # pyright: ignore[reportIncompatibleMethodOverride]
        return 3

    def data(self, *_: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        raise LookupError(SECRET)


class BrokenWidget(QWidget):
    def paintEvent(self, *_: Any) -> None:  # noqa: N802
        raise ArithmeticError(SECRET)


class Button(QObject):
    pressed = Signal()


def a_broken_model(qtbot: QtBot) -> object:
    view = QListView()
    qtbot.addWidget(view)
    view.show()
    QTimer.singleShot(0, view, lambda: view.setModel(BrokenModel(view)))
    return view


def a_broken_painter(qtbot: QtBot) -> None:
    widget = BrokenWidget()
    qtbot.addWidget(widget)
    for after in range(0, 200, 20):
        # From the loop: what a call from Python meets is raised there.
        QTimer.singleShot(after, widget, widget.update)
    QTimer.singleShot(0, widget.show)


def a_broken_slot(_qtbot: QtBot) -> None:
    def stumble() -> None:
        raise ValueError(SECRET)

    button = Button()
    button.pressed.connect(stumble)
    for _ in range(20):
        button.pressed.emit()


def a_broken_tray(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    tray = Tray(TrayMenu(parent))

    def stumble() -> None:
        raise KeyError(SECRET)

    tray.toggle_asked.connect(stumble)
    tray._activate(QSystemTrayIcon.ActivationReason.Trigger)
    tray.end()


@pytest.mark.qt_no_exception_capture
@pytest.mark.parametrize(
    ("stumble", "kind"),
    [
        (a_broken_model, "LookupError"),
        (a_broken_painter, "ArithmeticError"),
        (a_broken_slot, "ValueError"),
        (a_broken_tray, "KeyError"),
    ],
    ids=["f44-model", "f44-paint", "f44-slot", "f44-tray"],
)
def test_a_bug_in_the_window_is_told_once_and_touches_no_stream(
    qtbot: QtBot,
    faults_told: list[str],
    caplog: pytest.LogCaptureFixture,
    stumble: Callable[[QtBot], object],
    kind: str,
) -> None:
    with proxy() as running:
        kept = stumble(qtbot)
        qtbot.waitUntil(lambda: bool(faults_told))
        qtbot.wait(300)
        answer = post(running, chat(model="healthy"))
        assert answer.body.endswith(b"[DONE]\n\n")
        assert [each.outcome for each in running.finished()] == ["done"]
    del kept
    assert faults_told == [kind]
    assert SECRET not in caplog.text
    assert sum(each.levelno >= logging.ERROR for each in caplog.records) == 1


_SIGNALS = """
import sys
from PySide6.QtCore import QCoreApplication, QObject, Signal

class Sender(QObject):
    told = Signal(bool)
    spoke = Signal(object)

    def hear(self, value): pass

application = QCoreApplication([])
sender = Sender()
sender.told.connect(sender.hear)
sender.spoke.connect(sender.hear)
values = (True, False, None)
before = [sys.getrefcount(each) for each in values]
for _ in range(100_000):
    sender.told.emit(True)
    sender.told.emit(False)
    sender.spoke.emit(None)
print(max(abs(sys.getrefcount(each) - had) for each, had in zip(values, before)))
"""


def test_f46_a_hundred_thousand_signals_lose_no_reference() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SIGNALS],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) <= 10


def a_service(bridge: Bridge, limits: Limits) -> Service:
    demo = Provider("demo", DEMO_URL, key="none")
    settings = Settings(port=free_port(), default_provider="demo", providers={"demo": demo})
    return Service(
        lambda known: ServerThread(known, NoKeys(), bridge.tap, limits=limits),
        settings,
        None,
        bridge,
    )


def test_f45_the_window_shows_a_proxy_that_has_given_up_and_starts_it_again(
    qtbot: QtBot, qapp: QApplication
) -> None:
    bridge = Bridge(qapp)
    service = a_service(bridge, Limits(restarts=1, drain=0.2, farewell=0.2))
    service.start()
    qtbot.waitUntil(lambda: service.status.state == "running")
    url = service.url

    def strike() -> bool:
        if service.status.condition is not Condition.ERROR:
            kill_loop(service._server)
            # The blow falls with the thread's next Python instruction, which a visitor brings.
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"{url}/healthz", trust_env=False, timeout=1)
        return service.status.condition is Condition.ERROR

    qtbot.waitUntil(strike, timeout=15_000)
    assert service.status.state == "failed"
    service.start()
    qtbot.waitUntil(lambda: service.status.condition is Condition.RUNNING, timeout=15_000)
    assert service.url == url
    service.stop(0)
    qtbot.waitUntil(lambda: service.status.state == "stopped", timeout=15_000)
    bridge.deleteLater()

"""How it ends: answers come to their end, and signals go back to whom they belonged."""

import signal

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from app import closing
from proxy import demo
from tests.gui.records import emissions
from tests.gui.whole import Whole, push

pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)


def test_signals_go_back_to_whom_they_belonged(whole: Whole) -> None:
    application = whole.application
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    application._closing.heed_signals()
    assert signal.getsignal(signal.SIGTERM) != before[0]
    application._closing.heed_no_more()
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


def test_quit_when_done_waits_for_the_answer_however_long(
    whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "_SLOW_SECONDS", 0.15)
    monkeypatch.setattr(closing, "_DRAIN_SECONDS", 0.2)
    application = whole.application
    # Qt's loop is pytest's here, and goes on.
    application._closing.over.disconnect(application._leave)
    over = emissions(application._closing.over)

    def wait() -> None:
        question = QApplication.activeModalWidget()
        assert isinstance(question, QMessageBox)
        push(question, "Quit when done")

    def ask() -> None:
        if application._service.streaming:
            look.stop()
            QTimer.singleShot(0, wait)
            application._closing.ask()

    look = QTimer()
    look.timeout.connect(ask)
    look.start(10)
    status, body = whole.ask("slow", application._service.own_key.reveal())
    assert status == 200
    assert body.endswith("data: [DONE]\n\n")
    whole.until(lambda: over)

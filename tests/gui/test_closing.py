"""Signals belong to the application while it runs, and to nobody's ghost after it."""

import signal

import pytest

from tests.gui.whole import Whole

pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)


def test_signals_go_back_to_whom_they_belonged(whole: Whole) -> None:
    application = whole.application
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    application._closing.heed_signals()
    assert signal.getsignal(signal.SIGTERM) != before[0]
    application._closing.heed_no_more()
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before

import logging
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import faults

SECRET = "sk-live-1234567890"


def stumble() -> None:
    raise RuntimeError(SECRET)


@pytest.mark.qt_no_exception_capture
def test_f44_a_slot_that_raises_ends_nothing_and_says_nothing_secret(
    qtbot: QtBot, qapp: QApplication, faults_told: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    QTimer.singleShot(0, qapp, stumble)
    qtbot.waitUntil(lambda: bool(faults_told))
    assert faults_told == ["RuntimeError"]
    assert "stumble" in caplog.text
    assert SECRET not in caplog.text


def test_f44_a_thread_that_dies_is_noted(faults_told: list[str]) -> None:
    thread = threading.Thread(target=stumble)
    thread.start()
    thread.join()
    assert faults_told == ["RuntimeError"]


def test_s39_the_log_is_the_users_own(tmp_path: Path) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    faults.log_into(tmp_path / "log")
    added = [each for each in root.handlers if each not in before]
    logging.getLogger("wiremend").warning("a note")
    for each in added:
        root.removeHandler(each)
        each.close()
    root.setLevel(level)
    file = tmp_path / "log" / faults.FILE_NAME
    assert "a note" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600

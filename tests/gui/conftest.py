"""Widgets are drawn without a screen, and no test leaves its language to the next one."""

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app import faults
from app.language import CHINESE, ENGLISH, language
from tests.gui.whole import Whole, running_whole

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def an_application(qapp: QApplication) -> QApplication:
    """Words are asked for of an application, by models too."""
    return qapp


@pytest.fixture
def qtbot(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> QtBot:
    """Keep a test's widgets until they are closed: they are drawn once more when it has ended, and
    the collector of garbage would take one that nobody knows any more from under the painter.
    """
    kept: list[QWidget] = []
    add = qtbot.addWidget

    def add_and_keep(widget: QWidget, **more: Any) -> None:
        kept.append(widget)
        add(widget, **more)

    monkeypatch.setattr(qtbot, "addWidget", add_and_keep)
    return qtbot


@pytest.fixture
def whole(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Whole]:
    """The whole application, until its test is over."""
    with running_whole(qtbot, tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture(autouse=True, scope="module")
def nothing_on_the_clipboard(qapp: QApplication) -> Iterator[None]:
    """Take back what was copied: without a screen, Qt lets go of it only when Python has ended."""
    yield
    qapp.clipboard().clear()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Let no test leave its language to the next one."""
    yield
    if QCoreApplication.instance() is not None:
        language().choose(ENGLISH)


@pytest.fixture
def chinese() -> None:
    """Begin in Chinese."""
    language().choose(CHINESE)


@pytest.fixture
def faults_told() -> Iterator[list[str]]:
    """Catch what nobody catches, as the application does; the kinds of it, in order."""
    hooks = sys.excepthook, threading.excepthook
    kinds: list[str] = []
    faults.catch_all(kinds.append)
    yield kinds
    sys.excepthook, threading.excepthook = hooks

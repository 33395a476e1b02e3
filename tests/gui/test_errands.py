"""Work beside the GUI is done in order, and no fault in one piece of it ends the others."""

import pytest
from pytestqt.qtbot import QtBot

from app.errands import Errands
from proxy.errors import WiremendError

pytestmark = pytest.mark.usefixtures("qapp")


def raising(error: Exception) -> object:
    raise error


def test_outcomes_come_back_in_order(qtbot: QtBot) -> None:
    errands = Errands("test")
    came: list[int] = []
    for number in range(20):
        errands.send(lambda number=number: number, came.append)
    qtbot.waitUntil(lambda: came == [*range(20)])


@pytest.mark.parametrize("error", [WiremendError("no"), KeyError("k"), OSError(28, "full")])
def test_what_may_go_wrong_is_told_as_it_is(qtbot: QtBot, error: Exception) -> None:
    errands = Errands("test")
    failures: list[Exception] = []
    errands.send(lambda: raising(error), None, failures.append)
    qtbot.waitUntil(lambda: failures == [error])


@pytest.mark.parametrize("error", [RecursionError("prompt"), RuntimeError("prompt"), TypeError()])
def test_f44_a_fault_of_our_own_is_noted_and_the_next_errand_is_done(
    qtbot: QtBot, faults_told: list[str], caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    errands = Errands("test")
    failures: list[str] = []
    done: list[str] = []
    errands.send(lambda: raising(error), None, lambda caught: failures.append(str(caught)))
    errands.send(lambda: "next", done.append)
    qtbot.waitUntil(lambda: done == ["next"])
    assert failures == [f"a fault of Wiremend's own: {type(error).__name__}"]
    assert faults_told == [type(error).__name__]
    assert "prompt" not in caplog.text

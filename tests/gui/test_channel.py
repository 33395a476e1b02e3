import sys
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import cli
from app.channel import control_path, listening_name, pipe_path
from app.instance import Instance


def test_a_socket_is_listened_at_by_its_path() -> None:
    assert listening_name(Path("/run/user/1000/wiremend/control"), "linux") == (
        "/run/user/1000/wiremend/control"
    )


def test_a_pipe_has_a_plain_name_of_each_user_s_own() -> None:
    one, other = Path(r"C:\Users\ann\wiremend"), Path(r"C:\Users\bob\wiremend")
    name = listening_name(one, "win32")
    assert name.replace("-", "").isalnum()
    assert name == listening_name(one, "win32")
    assert name != listening_name(other, "win32")
    assert pipe_path(one) == rf"\\.\pipe\{name}"


@pytest.mark.skipif(sys.platform != "win32", reason="named pipes exist on Windows alone")
def test_a_terminal_reaches_the_application_through_the_pipe(qtbot: QtBot) -> None:
    instance = Instance(control_path())
    assert instance.claim()
    assert instance.listen({"status": lambda: "running"})
    heard: list[str | None] = []
    asking = threading.Thread(target=lambda: heard.append(cli.ask("status")))
    asking.start()
    qtbot.waitUntil(lambda: heard == ["running"])
    asking.join()
    instance.end()

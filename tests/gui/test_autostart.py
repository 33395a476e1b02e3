import plistlib
import shlex
import sys
from pathlib import Path

import pytest

from app.autostart import APP_ID, DesktopFile, LaunchAgent, RunKey, autostart, launch_command

COMMAND = ["/opt/my apps/wire$mend", "--hidden", "100%"]


@pytest.mark.parametrize("kind", [DesktopFile, LaunchAgent])
def test_it_is_on_when_enabled_and_off_when_disabled(
    tmp_path: Path, kind: type[DesktopFile | LaunchAgent]
) -> None:
    way = kind(tmp_path / "folder")
    assert not way.enabled()
    way.enable(COMMAND)
    assert way.enabled()
    way.disable()
    way.disable()
    assert not way.enabled()


def test_the_desktop_file_names_the_command_by_the_rules_of_exec(tmp_path: Path) -> None:
    DesktopFile(tmp_path).enable(COMMAND)
    lines = (tmp_path / f"{APP_ID}.desktop").read_text().splitlines()
    line = next(each for each in lines if each.startswith("Exec=")).removeprefix("Exec=")
    assert line == '"/opt/my apps/wire\\\\$mend" --hidden "100%%"'
    assert "X-GNOME-Autostart-enabled=true" in lines


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled = false"])
def test_what_the_desktop_switched_off_is_off(tmp_path: Path, line: str) -> None:
    way = DesktopFile(tmp_path)
    way.enable(COMMAND)
    path = tmp_path / f"{APP_ID}.desktop"
    kept = [each for each in path.read_text().splitlines() if "enabled" not in each]
    path.write_text("\n".join([*kept, line]))
    assert not way.enabled()


def test_the_launch_agent_holds_the_command_as_it_is(tmp_path: Path) -> None:
    LaunchAgent(tmp_path).enable(COMMAND)
    entry = plistlib.loads((tmp_path / f"{APP_ID}.plist").read_bytes())
    assert entry["ProgramArguments"] == COMMAND


def test_a_broken_launch_agent_counts_as_off(tmp_path: Path) -> None:
    (tmp_path / f"{APP_ID}.plist").write_bytes(b"<plist>")
    assert not LaunchAgent(tmp_path).enabled()


def test_the_command_is_absolute_and_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("APPIMAGE", raising=False)
    command = launch_command()
    assert Path(command[0]).is_absolute()
    assert command[-1] == "--hidden"
    monkeypatch.setenv("APPIMAGE", "/apps/W.AppImage")
    assert launch_command() == ["/apps/W.AppImage", "--hidden"]


def test_a_frozen_application_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("APPIMAGE", raising=False)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert shlex.join(launch_command()).endswith("--hidden")
    assert len(launch_command()) == 2


@pytest.mark.skipif(sys.platform != "win32", reason="the registry exists on Windows alone")
def test_the_registry_starts_it_until_it_is_told_not_to() -> None:
    login = RunKey()
    login.enable([r"C:\Program Files\Wiremend\wiremend.exe", "--hidden"])
    try:
        assert login.enabled()
    finally:
        login.disable()
    assert not login.enabled()


@pytest.mark.skipif(sys.platform == "win32", reason="there is a registry here")
def test_without_a_registry_it_is_off_and_says_why_it_cannot_be_on() -> None:
    login = RunKey()
    assert not login.enabled()
    with pytest.raises(OSError, match="registry"):
        login.enable(["wiremend"])
    login.disable()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have other places")
@pytest.mark.parametrize("named", ["elsewhere", ""])
def test_the_desktop_file_goes_where_the_desktop_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    # A path that is not absolute counts as none.
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / named) if named else "here")
    autostart().enable(COMMAND)
    assert (tmp_path / (named or ".config") / "autostart" / f"{APP_ID}.desktop").is_file()

"""Starting at login, by each system's own means; what the system says is the truth.

Linux: a desktop file in the user's autostart folder. Windows: a value below ``Run``, which the
user may have switched off in the Task Manager. macOS: a launch agent. Nothing else remembers it.
"""

import contextlib
import os
import plistlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from xml.parsers.expat import ExpatError

APP_ID = "io.github.wiremend.Wiremend"
# A tray host often comes up after its users: give it the time to be there first.
_DELAY_SECONDS = 10
_WINDOWS_RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
_WINDOWS_APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
_WINDOWS_VALUE = "Wiremend"
_WINDOWS_DISABLED = 1
"""The lowest bit of the first byte of an approval: set where the user switched it off."""
_DESKTOP_SPECIAL = set(" \t\n\"'\\><~|&;$*?#()`%")


class Autostart(Protocol):
    """One system's way."""

    def enabled(self) -> bool:
        """Tell whether the application starts at login."""
        ...

    def enable(self, command: Sequence[str]) -> None:
        """Start this command at login; raises `OSError`."""
        ...

    def disable(self) -> None:
        """No longer start at login; raises `OSError`."""
        ...


def autostart() -> Autostart:
    """Return this system's way."""
    if sys.platform == "win32":
        return RunKey()
    if sys.platform == "darwin":
        return LaunchAgent(Path.home() / "Library" / "LaunchAgents")
    config = os.environ.get("XDG_CONFIG_HOME", "")
    folder = Path(config) if Path(config).is_absolute() else Path.home() / ".config"
    return DesktopFile(folder / "autostart")


def launch_command() -> list[str]:
    """Return the command that starts this very application hidden, by absolute path."""
    image = os.environ.get("APPIMAGE", "")
    if image:
        return [image, "--hidden"]
    if getattr(sys, "frozen", False):
        return [str(Path(sys.executable).resolve()), "--hidden"]
    # Not resolved: in a virtual environment the link is what finds the packages.
    python = Path(sys.executable).absolute()
    bootstrap = Path(__file__).resolve().parent.parent / "packaging" / "bootstrap.py"
    if bootstrap.is_file():
        return [str(python), str(bootstrap), "run", "--hidden"]
    return [str(python.with_name("wiremend")), "--hidden"]


class DesktopFile:
    """The autostart folder of the freedesktop systems."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{APP_ID}.desktop"

    def enabled(self) -> bool:
        try:
            lines = self._path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return False
        off = {"Hidden=true", "X-GNOME-Autostart-enabled=false"}
        return not off.intersection(line.replace(" ", "") for line in lines)

    def enable(self, command: Sequence[str]) -> None:
        lines = (
            "[Desktop Entry]",
            "Type=Application",
            "Name=Wiremend",
            "Comment=Mends what LLM providers break on the wire",
            f"Exec={' '.join(_desktop_quoted(part) for part in command)}",
            f"Icon={APP_ID}",
            "Terminal=false",
            "X-GNOME-Autostart-enabled=true",
            f"X-GNOME-Autostart-Delay={_DELAY_SECONDS}",
        )
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text("\n".join(lines) + "\n", "utf-8")

    def disable(self) -> None:
        self._path.unlink(missing_ok=True)


class LaunchAgent:
    """A property list that launchd reads at login."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{APP_ID}.plist"

    def enabled(self) -> bool:
        try:
            with self._path.open("rb") as file:
                return plistlib.load(file).get("RunAtLoad") is True
        except (OSError, ValueError, ExpatError):
            return False

    def enable(self, command: Sequence[str]) -> None:
        entry = {
            "Label": APP_ID,
            "ProgramArguments": list(command),
            "RunAtLoad": True,
            "ProcessType": "Interactive",
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("wb") as file:
            plistlib.dump(entry, file)

    def disable(self) -> None:
        self._path.unlink(missing_ok=True)


class RunKey:
    """The registry's ``Run`` key of this user."""

    def enabled(self) -> bool:
        if sys.platform != "win32":
            return False
        import winreg  # noqa: PLC0415  (exists there alone)

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _WINDOWS_RUN) as key:
                winreg.QueryValueEx(key, _WINDOWS_VALUE)
        except OSError:
            return False
        with (
            contextlib.suppress(OSError),
            winreg.OpenKey(winreg.HKEY_CURRENT_USER, _WINDOWS_APPROVED) as key,
        ):
            approval = winreg.QueryValueEx(key, _WINDOWS_VALUE)[0]
            return not (
                isinstance(approval, bytes) and approval[:1] and approval[0] & _WINDOWS_DISABLED
            )
        return True

    def enable(self, command: Sequence[str]) -> None:
        if sys.platform != "win32":
            raise OSError("this system has no registry")
        import subprocess  # noqa: PLC0415
        import winreg  # noqa: PLC0415

        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, _WINDOWS_RUN) as key:
            line = subprocess.list2cmdline(command)
            winreg.SetValueEx(key, _WINDOWS_VALUE, 0, winreg.REG_SZ, line)
        # A switched-off approval would win over the value just written.
        with (
            contextlib.suppress(OSError),
            winreg.OpenKey(
                winreg.HKEY_CURRENT_USER, _WINDOWS_APPROVED, 0, winreg.KEY_SET_VALUE
            ) as key,
        ):
            winreg.DeleteValue(key, _WINDOWS_VALUE)

    def disable(self) -> None:
        if sys.platform != "win32":
            return
        import winreg  # noqa: PLC0415

        with (
            contextlib.suppress(FileNotFoundError),
            winreg.OpenKey(winreg.HKEY_CURRENT_USER, _WINDOWS_RUN, 0, winreg.KEY_SET_VALUE) as key,
        ):
            winreg.DeleteValue(key, _WINDOWS_VALUE)


def _desktop_quoted(part: str) -> str:
    """Quote by the Desktop Entry rules: the file's own escapes come on top of the argument's."""
    part = part.replace("%", "%%")
    if not _DESKTOP_SPECIAL.intersection(part):
        return part
    escaped = "".join(f"\\{sign}" if sign in '"`$\\' else sign for sign in part)
    return '"' + escaped.replace("\\", "\\\\") + '"'

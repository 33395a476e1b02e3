"""How the application itself should behave, as a value and as one small JSON file.

The proxy does not read it: what concerns requests stands in the configuration. Members that this
version does not know are kept, and an unreadable file gives the defaults without being touched.
"""

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, cast

import platformdirs

from app.replacing import replace_file

FILE_NAME = "preferences.json"
_CHOICES: dict[str, frozenset[str]] = {
    "theme": frozenset({"system", "light", "dark"}),
    "tray_icon": frozenset({"auto", "light", "dark", "colour"}),
    "close_button": frozenset({"hide", "minimise", "quit"}),
    "notifications": frozenset({"problems", "none"}),
}
_RANGES = {"kept_requests": (10, 5_000), "kept_megabytes": (8, 1_024)}


@dataclass(frozen=True, slots=True)
class Preferences:
    """The user's choices."""

    language: str = ""
    """Such as ``zh_CN``; empty for the system's."""
    theme: str = "system"
    """``system``, ``light`` or ``dark``."""
    tray_icon: str = "auto"
    """``auto``, ``light``, ``dark`` or ``colour``."""
    start_hidden: bool = False
    close_button: str = "hide"
    """``hide``, ``minimise`` or ``quit``."""
    notifications: str = "problems"
    """``problems`` or ``none``."""
    kept_requests: int = 500
    kept_megabytes: int = 64
    keep_on_disk: bool = False
    mended_before: str = ""
    """Which providers "Everything untouched" has put through, by id, with spaces between."""
    welcomed: bool = False
    """The first-run page has done its work."""
    told_of_tray: bool = False
    """The user knows where the closed window has gone."""
    asked_to_stay: bool = False
    """The user wants it to go on in the background where there is no tray."""


def default_path() -> Path:
    """Return where the file is, beside the configuration."""
    return platformdirs.user_config_path("wiremend") / FILE_NAME


def load(path: Path) -> Preferences:
    """Return what the file says; its defaults for whatever it does not say rightly."""
    stored = _stored(path)
    known = {each.name: stored[each.name] for each in fields(Preferences) if each.name in stored}
    preferences = Preferences()
    for name, value in known.items():
        preferences = changed(preferences, name, value)
    return preferences


def changed(preferences: Preferences, name: str, value: object) -> Preferences:
    """Return the preferences with one member set, unchanged where the value is not allowed."""
    if type(value) is not type(getattr(preferences, name)):
        return preferences
    if name in _CHOICES and value not in _CHOICES[name]:
        return preferences
    low, high = _RANGES.get(name, (0, 0))
    if isinstance(value, int) and name in _RANGES and not low <= value <= high:
        return preferences
    return replace(preferences, **cast("dict[str, Any]", {name: value}))


def save(path: Path, preferences: Preferences) -> None:
    """Write the file at once or not at all; raises `OSError`."""
    text = json.dumps({**_stored(path), **asdict(preferences)}, indent=2) + "\n"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(path, text.encode("utf-8"))


def _stored(path: Path) -> dict[str, Any]:
    try:
        stored: object = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", stored) if isinstance(stored, dict) else {}

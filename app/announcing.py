"""Notices of the desktop's own kind: over D-Bus on Linux, by the tray's icon elsewhere.

The service is spoken to beside the GUI, for it may be slow, locked up or missing.
"""

import contextlib
import html
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from PySide6.QtCore import QObject

from app.autostart import APP_ID
from app.errands import Errands
from app.models.plaintext import one_line

Fallback = Callable[[str, str], object]

_NAME = "org.freedesktop.Notifications"
_SECONDS = 3
_LONGEST = 300
_NORMAL = 1
_AS_THE_DESKTOP_LIKES = -1


class Announcer(QObject):
    """Hands notices to the desktop, or to the tray's icon where the desktop takes none."""

    def __init__(self, fallback: Fallback, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fallback = fallback
        self._errands = Errands("announcer", self)

    def tell(self, title: str, words: str) -> None:
        """Show a notice; none of it is markup, whoever wrote it."""
        line = one_line(words, _LONGEST)
        if not sys.platform.startswith("linux"):
            self._fallback(title, line)
            return

        def end(shown: bool) -> None:
            if not shown:
                self._fallback(title, line)

        self._errands.send(lambda: notify(title, line), end)


def notify(title: str, words: str) -> bool:
    """Ask the notification service of this session to show it; False where it did not."""
    # Not at the start, since most sessions never say anything; and it has no types.
    blocking: Any = import_module("jeepney.io.blocking")
    try:
        with contextlib.closing(blocking.open_dbus_connection(auth_timeout=_SECONDS)) as bus:
            told = _ask(bus, "GetCapabilities")
            # Without that, the service shows the text as it is.
            markup = told is not None and "body-markup" in told[0]
            body = html.escape(words, quote=False) if markup else words
            return told is not None and _ask(bus, "Notify", *_notice(title, body)) is not None
    except (OSError, ValueError, LookupError, RuntimeError):
        # No session, or one that hangs or speaks something else.
        return False


def _notice(title: str, body: str) -> tuple[str, tuple[Any, ...]]:
    hints = {"urgency": ("y", _NORMAL), "desktop-entry": ("s", APP_ID)}
    members = ("Wiremend", 0, APP_ID, title, body, list[str](), hints, _AS_THE_DESKTOP_LIKES)
    return "susssasa{sv}i", members


def _ask(
    bus: Any, member: str, signature: str = "", arguments: tuple[Any, ...] = ()
) -> tuple[Any, ...] | None:
    """Call the service; None where it refuses or is not there."""
    jeepney: Any = import_module("jeepney")
    service = jeepney.DBusAddress("/" + _NAME.replace(".", "/"), _NAME, _NAME)
    call = jeepney.new_method_call(service, member, signature or None, arguments)
    answer = bus.send_and_get_reply(call, timeout=_SECONDS)
    if answer.header.message_type is not jeepney.MessageType.method_return:
        return None
    return tuple(answer.body)

"""Whether a tray is there, asked of the desktop itself: Qt asks once, and keeps to what it heard.

A desktop's tray stands on the session's bus, an older one on the screen. Before one of them has
come Qt is not asked at all, or it would take no icon to a tray on the bus that comes later.
"""

import ctypes
import time
from collections.abc import Callable
from ctypes import util
from functools import cache
from importlib import import_module
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSystemTrayIcon

_WATCHER = "org.kde.StatusNotifierWatcher"
_LONGEST_ANSWER_MS = 500
_POLL_SECONDS = 0.002

Way = Callable[[], bool]


class TrayPlace(QObject):
    """Knows where the icon can go.

    Signals:
        came: something that keeps trays is new on the bus.
        told: whether there is a tray, after somebody has asked for it to be looked for.
    """

    came = Signal()
    told = Signal(bool)

    def __init__(
        self, parent: QObject | None = None, *, platform: str = "", bus: Any = None
    ) -> None:
        super().__init__(parent)
        self._bus: Any
        self._bus, self._ways = _places(platform or QGuiApplication.platformName(), bus)
        self._question: Any = None
        if self._bus is not None:
            self._listen()
            # While everything else is built, the answer comes.
            self.look()

    @property
    def on_bus(self) -> bool:
        """The icon stands, or would stand, in a tray on the bus alone."""
        return self._bus is not None and not self._ways

    def there(self) -> bool:
        """Tell whether there is a tray, at the start, when nothing can be shown without knowing."""
        question, self._question = self._question, None
        if question is None:
            return self._choose(on_bus=False)
        # Qt's own way to wait would hold up every thread, the proxy's too.
        until = time.monotonic() + 2 * _LONGEST_ANSWER_MS / 1e3
        while not question.isFinished() and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)
        return self._choose(on_bus=question.isFinished() and _takes_icons(question.reply()))

    def look(self) -> None:
        """Look for a tray, and tell; where one was found once, no other will be looked for."""
        if self._bus is None:
            self.told.emit(self._choose(on_bus=False))
        elif self._question is None:
            self._question = self._asked()
            self._question.finished.connect(self._hear)

    def _hear(self) -> None:
        question, self._question = self._question, None
        if question is not None:
            self.told.emit(self._choose(on_bus=_takes_icons(question.reply())))

    def _choose(self, *, on_bus: bool) -> bool:
        if on_bus:
            # From now on Qt goes this way, whatever else may come.
            self._ways = ()
            return True
        way = next((way for way in self._ways if way()), None)
        if way is not None:
            self._bus, self._ways = None, (way,)
        return way is not None

    def _asked(self) -> Any:
        dbus = _dbus()
        ask = dbus.QDBusMessage.createMethodCall(
            _WATCHER, "/StatusNotifierWatcher", "org.freedesktop.DBus.Properties", "Get"
        )
        ask.setAutoStartService(False)
        ask.setArguments([_WATCHER, "IsStatusNotifierHostRegistered"])
        call = self._bus.asyncCall(ask, _LONGEST_ANSWER_MS)
        return dbus.QDBusPendingCallWatcher(call, self)

    def _listen(self) -> None:
        dbus = _dbus()
        mode = dbus.QDBusServiceWatcher.WatchModeFlag.WatchForRegistration
        listener = dbus.QDBusServiceWatcher(_WATCHER, self._bus, mode, self)
        listener.serviceRegistered.connect(self._take)

    def _take(self, _name: str) -> None:
        self.came.emit()


def tray_on_screen() -> bool:
    """Tell whether a tray of the older kind stands on the X11 screen."""
    application: Any = QGuiApplication.instance()
    native = application.nativeInterface()
    library = _xlib()
    if native is None or library is None or not native.display():
        return False
    display = ctypes.c_void_p(native.display())
    name = f"_NET_SYSTEM_TRAY_S{library.XDefaultScreen(display)}".encode()
    return bool(library.XGetSelectionOwner(display, library.XInternAtom(display, name, 0)))


def _places(platform: str, bus: Any) -> tuple[Any, tuple[Way, ...]]:
    """Return the bus to be asked, if any, and what else there may be."""
    if platform != "xcb" and not platform.startswith("wayland"):
        return None, (QSystemTrayIcon.isSystemTrayAvailable,)
    bus = bus or _dbus().QDBusConnection.sessionBus()
    return bus, (tray_on_screen,) if platform == "xcb" else ()


def _dbus() -> Any:
    return import_module("PySide6.QtDBus")


def _takes_icons(answer: Any) -> bool:
    return [_plain(each) for each in answer.arguments()] == [True]


def _plain(value: Any) -> Any:
    return value.variant() if hasattr(value, "variant") else value


@cache
def _xlib() -> Any:
    name = util.find_library("X11")
    if name is None:
        return None
    library: Any = ctypes.CDLL(name)
    library.XDefaultScreen.argtypes = [ctypes.c_void_p]
    for call, arguments in (
        (library.XInternAtom, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]),
        (library.XGetSelectionOwner, [ctypes.c_void_p, ctypes.c_ulong]),
    ):
        call.argtypes, call.restype = arguments, ctypes.c_ulong
    return library

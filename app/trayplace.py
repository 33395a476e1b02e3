"""Whether a tray is there, asked of the desktop itself: Qt asks once, and keeps to what it heard.

A desktop's tray stands on the session's bus, an older one on the screen. Before one of them has
come Qt is not asked at all, or it would take no icon to a tray on the bus that comes later.
"""

import ctypes
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

Way = Callable[[], bool]


class TrayPlace(QObject):
    """Knows where the icon can go.

    Signals:
        came: something that keeps trays is new on the bus.
    """

    came = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ways = _ways()
        if tray_on_bus in self._ways:
            self._listen()

    @property
    def on_bus(self) -> bool:
        """The icon stands, or would stand, in a tray on the bus alone."""
        return self._ways == (tray_on_bus,)

    def there(self) -> bool:
        """Tell whether there is a tray; where one was found once, no other will be looked for."""
        for way in self._ways:
            if way():
                # From now on Qt goes this way, whatever else may come.
                self._ways = (way,)
                return True
        return False

    def _listen(self) -> None:
        dbus: Any = import_module("PySide6.QtDBus")
        bus = dbus.QDBusConnection.sessionBus()
        mode = dbus.QDBusServiceWatcher.WatchModeFlag.WatchForRegistration
        listener = dbus.QDBusServiceWatcher(_WATCHER, bus, mode, self)
        listener.serviceRegistered.connect(self._take)

    def _take(self, _name: str) -> None:
        self.came.emit()


def tray_on_bus() -> bool:
    """Tell whether a tray on the session's bus takes icons."""
    dbus: Any = import_module("PySide6.QtDBus")
    bus = dbus.QDBusConnection.sessionBus()
    if not bus.isConnected() or not bus.interface().isServiceRegistered(_WATCHER).value():
        return False
    ask = dbus.QDBusMessage.createMethodCall(
        _WATCHER, "/StatusNotifierWatcher", "org.freedesktop.DBus.Properties", "Get"
    )
    ask.setArguments([_WATCHER, "IsStatusNotifierHostRegistered"])
    answer = bus.call(ask, dbus.QDBus.CallMode.Block, _LONGEST_ANSWER_MS)
    return [_plain(each) for each in answer.arguments()] == [True]


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


def _ways() -> tuple[Way, ...]:
    platform = QGuiApplication.platformName()
    if platform == "xcb":
        return tray_on_bus, tray_on_screen
    if platform.startswith("wayland"):
        return (tray_on_bus,)
    return (QSystemTrayIcon.isSystemTrayAvailable,)


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

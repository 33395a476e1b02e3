"""The icon in the system's tray: its state by shape, its words on hovering, its menu.

The tray's host often comes up after its guests, or starts again, and no signal tells: it is asked
for, and the icon says now and then that it is still there.
"""

import sys

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSystemTrayIcon

from app.language import language
from app.models.status import Condition, Status
from app.trayplace import TrayPlace
from app.ui.tray_icon import tray_icon
from app.ui.tray_menu import TrayMenu, entry

_LOOK_INTERVAL_MS = 2_000
_LOOKS = 30
_REASSERT_INTERVAL_MS = 30_000
_NOTICE_MS = 8_000


class Tray(QObject):
    """Shows the state where a tray is, and tells when one has come.

    Signals:
        toggle_asked: the icon was clicked.
        arrived: a tray is there, after there was none.
    """

    toggle_asked = Signal()
    arrived = Signal()

    def __init__(self, menu: TrayMenu, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._style = "auto"
        self._status = Status()
        self._icons: dict[tuple[Condition, str], QIcon] = {}
        self._looks = 0
        self._menu = menu
        self._icon: QSystemTrayIcon | None = None
        self._place = TrayPlace(self)
        self._present = False
        self._place.came.connect(self._look_anew)
        self._place.told.connect(self._take)
        language().changed.connect(self._say_again)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._place.look)

    @property
    def present(self) -> bool:
        """There is a tray to come back from."""
        return self._present

    @property
    def words(self) -> str:
        """The state, as said on hovering."""
        status = self._status
        if status.condition is Condition.ERROR:
            words = status.problem or self.tr("the proxy has failed")
        elif status.condition is Condition.ATTENTION:
            words = status.attention
        elif status.condition is Condition.STOPPED:
            words = self.tr("stopped")
        elif status.streaming:
            words = self.tr("{count} streaming")
            if status.speed:
                words = self.tr("{count} streaming, {speed} tok/s")
            words = words.format(count=status.streaming, speed=status.speed)
        else:
            words = self.tr("{address}, {count} providers")
            if status.providers == 1:
                words = self.tr("{address}, 1 provider")
            words = words.format(address=status.address, count=status.providers)
        # Where Qt draws the hint itself, an angle bracket could make it HTML.
        line = entry(words).replace("&&", "&").replace("<", "‹")
        return f"Wiremend: {line}"

    def start(self) -> None:
        """Show the icon, now or as soon as there is a place for it."""
        self._present = self._place.there()
        self._show_icon()
        self._timer.start(_REASSERT_INTERVAL_MS if self._present else _LOOK_INTERVAL_MS)

    def end(self) -> None:
        """Take the icon away; some systems would leave a dead one."""
        self._timer.stop()
        if self._icon is not None:
            self._icon.hide()

    def show_status(self, status: Status) -> None:
        """Show the state by shape and in words."""
        changed = status.condition is not self._status.condition
        self._status = status
        if self._icon is None:
            return
        if changed:
            self._icon.setIcon(self._drawn())
        words = self.words
        if words != self._icon.toolTip():
            self._icon.setToolTip(words)

    def show_style(self, style: str) -> None:
        """Take the icon's style from the preferences."""
        self._style = style
        if self._icon is not None:
            self._icon.setIcon(self._drawn())

    def tell(self, title: str, words: str) -> None:
        """Send the system's own kind of notice, as plain as it can be."""
        if self._icon is None or not self._present:
            return
        if QSystemTrayIcon.supportsMessages():
            self._icon.showMessage(title, words, QSystemTrayIcon.MessageIcon.Warning, _NOTICE_MS)

    def _say_again(self) -> None:
        self.show_status(self._status)

    def _drawn(self) -> QIcon:
        wanted = (self._status.condition, self._style)
        if wanted not in self._icons:
            self._icons[wanted] = tray_icon(*wanted)
        return self._icons[wanted]

    def _show_icon(self) -> None:
        if self._icon is None and self._present:
            self._icon = self._made()
            self._say_again()
        if self._icon is not None:
            self._icon.show()

    def _made(self) -> QSystemTrayIcon:
        icon = QSystemTrayIcon(self)
        # Without an icon it would be shown, and nobody would see it.
        icon.setIcon(self._drawn())
        icon.setContextMenu(self._menu)
        icon.activated.connect(self._activate)
        return icon

    def _look_anew(self) -> None:
        """Go to the tray that has just come, and which may not take icons yet."""
        if not self._timer.isActive():
            return
        if self._icon is not None and self._place.on_bus:
            # It knows nothing of who stood in the one before.
            self._icon.hide()
        self._looks = 0
        self._timer.setInterval(_LOOK_INTERVAL_MS)
        self._place.look()

    def _take(self, there: bool) -> None:
        """Go on from what the last look has found."""
        if not self._timer.isActive():
            # Not begun yet, or over.
            return
        was, self._present = self._present, there
        self._show_icon()
        if there and not was:
            self.arrived.emit()
        self._looks += 1
        if there or self._looks == _LOOKS:
            self._timer.setInterval(_REASSERT_INTERVAL_MS)

    def _activate(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        clicks = (
            QSystemTrayIcon.ActivationReason.Trigger,
            QSystemTrayIcon.ActivationReason.DoubleClick,
        )
        # On macOS a click opens the menu, and Windows sends both for a double click.
        if sys.platform == "darwin" or reason not in clicks[:1]:
            return
        self.toggle_asked.emit()

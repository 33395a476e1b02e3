"""The user's choices about the application itself: kept, and told to whom they concern."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app import preferences
from app.autostart import Autostart, launch_command
from app.errands import Errands
from app.preferences import Preferences

START_AT_LOGIN = "start_at_login"


class Choices(QObject):
    """Holds the preferences, and knows whether the system starts the application.

    Signals:
        changed: `Preferences`.
        autostart_known: the system starts the application at login.
        failed: why a choice was not kept, as a sentence.
    """

    changed = Signal(object)
    autostart_known = Signal(bool)
    failed = Signal(str)

    def __init__(self, path: Path, login: Autostart, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._login = login
        self._errands = Errands("choices", self)
        self.now = preferences.load(path)

    def look(self) -> None:
        """Find out what the system does at login."""
        self._errands.send(self._login.enabled, self.autostart_known.emit)

    def change(self, name: str, value: object) -> None:
        """Take one choice."""
        if name == START_AT_LOGIN:
            self._errands.send(lambda: self._start_at_login(value is True), None, self._fail)
            self.look()
            return
        self._keep(preferences.changed(self.now, name, value))

    def remember_mended(self, providers: list[str]) -> None:
        """Remember whose fixes come back when "everything untouched" ends."""
        self._keep(replace(self.now, mended_before=" ".join(providers)))

    def _keep(self, chosen: Preferences) -> None:
        if chosen == self.now:
            return
        self.now = chosen
        self._errands.send(lambda: preferences.save(self._path, chosen), None, self._fail)
        self.changed.emit(chosen)

    def _start_at_login(self, wanted: bool) -> None:
        if wanted:
            self._login.enable(launch_command())
        else:
            self._login.disable()

    def _fail(self, error: Exception) -> None:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        self.failed.emit(self.tr("Your choice was not kept: {reason}").format(reason=reason))

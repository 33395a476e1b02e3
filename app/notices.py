"""What the application says by itself: above the pages, and in the tray while nobody looks."""

import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer

from app.announcing import Announcer
from app.language import Words
from app.models.attention import Attention
from app.models.configwords import fault_words
from app.models.endwords import end_words
from app.models.eventwords import size_words
from app.models.reasonwords import reason_words
from app.preferences import Preferences
from app.tray import Tray
from app.ui.fix_switches import fix_title
from app.ui.main_window import MainWindow
from app.ui.parts import Tone
from proxy.config import Settings
from proxy.errors import PROBLEMS, ConfigError, PortTakenError

Act = Callable[[], object]

# The same thing is not said again before.
_SILENCE_SECONDS = 600
_LOOK_MS = 1_000
_PORT, _FILE, _TRAY = "port", "file", "tray"


class Notices(QObject):
    """Says each thing where the user is."""

    def __init__(self, window: MainWindow, tray: Tray, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._announcer = Announcer(tray.tell, self)
        self._wanted = True
        self._said: dict[str, float] = {}

    def show_preferences(self, chosen: Preferences) -> None:
        """Know whether notices of the system's kind are wanted."""
        self._wanted = chosen.notifications == "problems"

    def port_taken(self, error: PortTakenError, again: Act, other: int, move: Act) -> None:
        """Say who holds the port, and what can be done: nothing happens without a click."""
        words = partial(self._port_words, error)
        choices: list[tuple[Words, Act]] = [(lambda: self.tr("Try again"), again)]
        if other:
            choices.append((lambda: self.tr("Use port {port}").format(port=other), move))
        self._window.banner.say(_PORT, words, *choices, tone=Tone.BAD)
        self._tell(_PORT, words())

    def port_free(self) -> None:
        """Say no more of a port that was taken."""
        self._window.banner.clear(_PORT)

    def file_wrong(self, error: ConfigError) -> None:
        """Say what is wrong with the configuration file, and what applies meanwhile."""
        words = partial(self._file_words, error)
        self._window.banner.say(_FILE, words, tone=Tone.BAD)
        self._tell(_FILE, words())

    def file_right(self) -> None:
        """Say no more of a file that was wrong."""
        self._window.banner.clear(_FILE)

    def no_tray(self, desktop: str) -> None:
        """Say how to come back where there is no tray."""
        words = partial(self._no_tray_words, desktop)
        self._window.banner.say(_TRAY, words, tone=Tone.QUIET)

    def tray_came(self) -> None:
        """Say no more of a tray that was missing."""
        self._window.banner.clear(_TRAY)

    def hidden(self) -> None:
        """Say where the window has gone."""
        self._tell("hidden", self.tr("Wiremend goes on in the tray."))

    def refused(self, code: str) -> None:
        """Say that an agent was not let in."""
        problem = PROBLEMS.get(code)
        if problem is not None:
            words = self.tr("An agent was not let in: {reason}")
            self._window.say(words.format(reason=end_words(problem.message)))

    def lost(self, lost: dict[str, int]) -> None:
        """Say that not everything could be kept."""
        words = self.tr("{size} of traffic came too fast to be kept; the requests say which.")
        self._window.say(words.format(size=size_words(sum(lost.values()))))

    def fault(self, kind: str) -> None:
        """Say that something of ours went wrong, and that the rest goes on."""
        words = self.tr("Something went wrong in this window ({kind}); requests are not affected.")
        self._window.say(words.format(kind=kind))

    def attention(self, attention: Attention | None, settings: Settings) -> str:
        """Put into words what needs attention, and say it once."""
        if attention is None:
            return ""
        provider = settings.providers[attention.provider]
        title = provider.title or provider.id
        if not attention.fix:
            words = self.tr("{provider}: its key is locked").format(provider=title)
        else:
            words = self.tr("{provider} needs “{fix}”, which is off")
            words = words.format(provider=title, fix=fix_title(attention.fix))
        self._tell(f"{attention.provider}.{attention.fix}", words)
        return words

    def _port_words(self, error: PortTakenError) -> str:
        words = self.tr("Port {port} is used by {holder}. Agents cannot reach Wiremend there.")
        return words.format(port=error.port, holder=reason_words(error.holder))

    def _file_words(self, error: ConfigError) -> str:
        words = self.tr("The configuration file is not valid: {reason}. {applied}")
        if error.line:
            words = self.tr("Line {line} of the configuration is not valid: {reason}. {applied}")
        applied = self.tr("The last good one applies.")
        return words.format(line=error.line, reason=fault_words(error.message), applied=applied)

    def _no_tray_words(self, desktop: str) -> str:
        words = self.tr(
            "This desktop shows no tray. To bring this window back, start Wiremend again or run "
            "“wiremend show”."
        )
        if "GNOME" in desktop.upper():
            words += " " + self.tr("GNOME shows a tray with the extension “AppIndicator”.")
        return words

    def _tell(self, cause: str, words: str) -> None:
        if self._window.isVisible():
            # A window that is just being opened is not the active one yet, but will be seen.
            QTimer.singleShot(_LOOK_MS, self, partial(self._tell_unseen, cause, words))
        else:
            self._tell_unseen(cause, words)

    def _tell_unseen(self, cause: str, words: str) -> None:
        now = time.monotonic()
        silent = now - self._said.get(cause, -_SILENCE_SECONDS) < _SILENCE_SECONDS
        if silent or not self._wanted or self._window.isActiveWindow():
            return
        self._said[cause] = now
        self._announcer.tell("Wiremend", words)

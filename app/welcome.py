"""The first minute: from the choice of a provider to the first answer, and then out of the way."""

from collections.abc import Iterable, Mapping
from functools import partial

from PySide6.QtCore import QObject, QTimer

from app.choices import Choices
from app.service import OWN_AGENT
from app.tray import Tray
from app.ui.fix_switches import fix_title
from app.ui.main_window import MainWindow
from app.ui.pages import Pages
from app.ui.parts import Tone
from proxy.config import Settings
from proxy.errors import FIRST_ERROR
from proxy.tap import Answered, Finished, Record, Started

_CAUSE = "welcome"
# Long enough to see the light turn green.
_LOOK_MS = 1_500
_MOST_RUNNING = 1_000


class Welcome(QObject):
    """Leads a new user through the pages, once."""

    def __init__(
        self,
        pages: Pages,
        window: MainWindow,
        choices: Choices,
        tray: Tray,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pages, self._window = pages, window
        self._choices, self._tray = choices, tray
        self._started: dict[str, Started] = {}
        self._first = ""
        pages.first_run.done.connect(self._leave)
        pages.first_run.agents_asked.connect(partial(window.show_page, "agents"))

    def begin(self, settings: Settings) -> None:
        """Show the page for where the user stands."""
        fresh = all(each.demo for each in settings.providers.values())
        if fresh and not self._choices.now.welcomed:
            self._window.show_page("first-run")
            self._pages.first_run.look()
        else:
            self._window.show_page("traffic")

    def apply(self, records: Iterable[Record]) -> None:
        """Follow what is asked and answered until the first answer is through."""
        if self._choices.now.welcomed:
            return
        for record in records:
            if isinstance(record, Started):
                self._start(record)
            elif isinstance(record, Answered):
                self._answer(record)
            elif isinstance(record, Finished):
                self._finish(self._started.pop(record.exchange_id, None), record)

    def _start(self, record: Started) -> None:
        self._started[record.exchange_id] = record
        if len(self._started) > _MOST_RUNNING:
            self._started.pop(next(iter(self._started)))

    def _answer(self, record: Answered) -> None:
        started = self._started.get(record.exchange_id)
        if started is None or started.agent == OWN_AGENT or record.status >= FIRST_ERROR:
            return
        if not self._first:
            self._first = record.exchange_id
            QTimer.singleShot(_LOOK_MS, self, self._move_on)

    def _move_on(self) -> None:
        # Whoever looks at something else by now is left in peace.
        if self._window.page in {"first-run", "agents"}:
            self._window.show_page("traffic")
            self._pages.traffic.show_request(self._first)

    def _finish(self, started: Started | None, record: Finished) -> None:
        if started is None or record.outcome != "done" or record.status >= FIRST_ERROR:
            return
        if started.agent != OWN_AGENT:
            self._say(record, partial(self._last_words, record.findings))
            self._choices.change("welcomed", True)
            self._choices.change("told_of_tray", True)
        elif record.findings:
            self._say(record, partial(self._fixed_words, record.findings))

    def _say(self, record: Finished, words: partial[str]) -> None:
        show = partial(self._show_changes, record.exchange_id)
        choices = [(lambda: self.tr("Show"), show)] if record.findings else []
        self._window.banner.say(_CAUSE, words, *choices, tone=Tone.GOOD)

    def _show_changes(self, exchange_id: str) -> None:
        self._window.show_page("traffic")
        self._pages.traffic.show_request(exchange_id, changes=True)

    def _last_words(self, findings: Mapping[str, int]) -> str:
        place = self.tr("Wiremend lives in the tray from now on.")
        if not self._tray.present:
            place = self.tr(
                "Start Wiremend again, or run “wiremend show”, to bring this window back."
            )
        return f"{self._fixed_words(findings)} {place}"

    def _fixed_words(self, findings: Mapping[str, int]) -> str:
        fixed = [*findings]
        count = sum(findings.values())
        if not fixed:
            return self.tr("It works: nothing in this answer had to be fixed.")
        if len(fixed) > 1:
            words = self.tr("{count} things were fixed in this answer: {fixes}.")
            return words.format(count=count, fixes=", ".join(map(fix_title, fixed)))
        words = self.tr("{fix} fixed {count} events in this answer.")
        if count == 1:
            words = self.tr("{fix} fixed 1 event in this answer.")
        return words.format(fix=fix_title(fixed[0]), count=count)

    def _leave(self) -> None:
        self._choices.change("welcomed", True)
        self._window.show_page("traffic")

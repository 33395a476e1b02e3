"""What can be done with a request: copy it, save it, report it, send it again, mend it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from app.language import language, say
from app.models.exports import bug_report, case_text, curl_of, har_of
from app.models.reading import Reading
from app.ui.clipboard import Clipboard
from app.ui.files import save_as
from app.ui.fix_switches import fix_title, is_on
from app.ui.parts import plain_hint
from proxy.config import Provider
from proxy.repairs import fixes

Export = Callable[[Reading], str]


class RequestActions(QToolButton):
    """The menu of a request.

    Signals:
        fix_toggled: provider, fix, new state.
        send_again_asked: Started, the request as the agent sent it.
        copied: what is on the clipboard now, in words.
    """

    fix_toggled = Signal(str, str, bool)
    send_again_asked = Signal(object)
    copied = Signal(str)

    def __init__(self, event_text: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._event_text = event_text
        self._reading: Reading | None = None
        self._provider: Provider | None = None
        self._clipboard = Clipboard(self)
        self._menu = QMenu(self)
        self._fixes = QMenu(self._menu)
        say(self._fixes, self._fixes.setTitle, lambda: self.tr("Fixes of this provider"))
        say(self, self.setText, lambda: self.tr("Actions"))
        self.setMenu(self._menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        say(self, self.setToolTip, lambda: plain_hint(self.tr("Copy, save or report this request")))
        self._fill()
        language().changed.connect(self._fill)
        self.setEnabled(False)

    def show_reading(self, reading: Reading | None, provider: Provider | None) -> None:
        """Offer what can be done with this request."""
        self._reading, self._provider = reading, provider
        self.setEnabled(reading is not None)
        self._fill_fixes()

    def export(self) -> None:
        """Save the request as an HTTP archive."""
        self._save(lambda reading: har_of(reading.exchange, reading), "har")

    def copy_event(self) -> None:
        """Copy the chosen event's data."""
        self._put(self._event_text(), self.tr("the event"))

    def _fill(self) -> None:
        self._menu.clear()
        copies: tuple[tuple[str, Export], ...] = (
            (self.tr("Copy as curl"), lambda reading: curl_of(reading.exchange)),
            (self.tr("Copy answer"), lambda reading: "".join(reading.answer.text)),
        )
        for words, export in copies:
            self._menu.addAction(words).triggered.connect(partial(self._copy, export, words))
        self._menu.addAction(self.tr("Copy event")).triggered.connect(self.copy_event)
        report = self.tr("Make a bug report")
        self._menu.addAction(report).triggered.connect(
            partial(self._copy, lambda reading: bug_report(reading.exchange, reading), report)
        )
        self._menu.addSeparator()
        har = self._menu.addAction(self.tr("Save as HAR…"))
        har.triggered.connect(self.export)
        case = self._menu.addAction(self.tr("Save as case…"))
        case.triggered.connect(
            partial(self._save, lambda reading: case_text(reading.exchange, reading), "json")
        )
        self._menu.addSeparator()
        again = self._menu.addAction(self.tr("Send again"))
        again.triggered.connect(self._send_again)
        self._menu.addMenu(self._fixes)
        self._fill_fixes()

    def _fill_fixes(self) -> None:
        self._fixes.clear()
        provider = self._provider
        self._fixes.setEnabled(provider is not None and not provider.passthrough)
        if provider is None:
            return
        for repair in fixes():
            action = self._fixes.addAction(fix_title(repair.name).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(is_on(provider.fixes, repair))
            action.triggered.connect(partial(self.fix_toggled.emit, provider.id, repair.name))

    def _copy(self, export: Export, words: str) -> None:
        if self._reading is not None:
            self._put(export(self._reading), words)

    def _put(self, content: str, words: str) -> None:
        if content:
            self._clipboard.copy(content)
            self.copied.emit(self.tr("Copied: {what}").format(what=words))

    def _save(self, export: Export, ending: str) -> None:
        if self._reading is None:
            return
        exchange = self._reading.exchange
        name = f"{exchange.started.provider}-{exchange.id}.{ending}"
        save_as(self, name, export(self._reading).encode("utf-8", "backslashreplace"))

    def _send_again(self) -> None:
        if self._reading is not None:
            self.send_again_asked.emit(self._reading.exchange.started)

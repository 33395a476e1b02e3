"""What can be done with a request: copy it, save it, report it, send it again, mend it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from app.errands import Errands
from app.language import counted, language, say
from app.models.exchange import Exchange
from app.models.exports import Exported, answer_of, bug_report, case_text, curl_of, har_of
from app.models.plaintext import plain_hint
from app.replacing import replace_file
from app.ui.clipboard import Clipboard
from app.ui.files import ask_where, say_not_written
from app.ui.fix_switches import fix_title, is_on
from proxy.config import Provider
from proxy.repairs import fixes

Export = Callable[[Exchange], Exported]

AS_SET, FIXES_ON, FIXES_OFF = "", "on", "off"
"""How a request is sent again: as its provider is set, with its fixes, or untouched."""


class RequestActions(QToolButton):
    """The menu of a request.

    Signals:
        fix_toggled: provider, fix, new state.
        send_again_asked: Started, the request as the agent sent it; tuple of the ways to send it.
        provider_asked: provider, to be looked at.
        pin_asked: the request is to be kept, or no longer.
        said: what has just been done, in words.
    """

    fix_toggled = Signal(str, str, bool)
    send_again_asked = Signal(object, tuple)
    provider_asked = Signal(str)
    pin_asked = Signal()
    said = Signal(str)

    def __init__(self, event_text: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._event_text = event_text
        self._exchange: Exchange | None = None
        self._provider: Provider | None = None
        self._clipboard = Clipboard(self)
        self._errands = Errands("exports", self)
        self._menu = QMenu(self)
        self._again, self._fixes = QMenu(self._menu), QMenu(self._menu)
        say(self._fixes, self._fixes.setTitle, lambda: self.tr("Fixes of this provider"))
        say(self, self.setText, lambda: self.tr("&Actions"))
        self.setMenu(self._menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        say(self, self.setToolTip, lambda: plain_hint(self.tr("Copy, save or report this request")))
        self._fill()
        # What acts on a stream is not known before it comes.
        self._menu.aboutToShow.connect(self._fill_fixes)
        language().changed.connect(self._fill)
        self.setEnabled(False)

    def show_exchange(self, exchange: Exchange | None, provider: Provider | None) -> None:
        """Offer what can be done with this request."""
        self._exchange, self._provider = exchange, provider
        self.setEnabled(exchange is not None)
        self._offer_again()
        self._fill_fixes()

    def export(self) -> None:
        """Save the request as an HTTP archive."""
        self._save(har_of, "har")

    def copy_event(self) -> None:
        """Copy the chosen event's data."""
        self._put(self.tr("the event"), Exported(self._event_text(), 0))

    def _fill(self) -> None:
        self._menu.clear()
        for words, export, name in (
            (self.tr("Copy as curl"), curl_of, self.tr("the curl command")),
            (self.tr("Copy answer"), answer_of, self.tr("the answer")),
        ):
            self._add(words, partial(self._copy, export, name))
        self._add(self.tr("Copy event"), self.copy_event)
        name = self.tr("the bug report, ready to be pasted")
        self._add(self.tr("Make a bug report"), partial(self._copy, bug_report, name))
        self._menu.addSeparator()
        self._add(self.tr("Save as HAR…"), self.export, "Ctrl+E")
        self._add(self.tr("Save as case…"), partial(self._save, case_text, "json"))
        self._menu.addSeparator()
        self._add(self.tr("Pin"), self.pin_asked.emit, "P")
        self._menu.addMenu(self._again)
        self._add(self.tr("Show this provider"), self._show_provider)
        self._menu.addMenu(self._fixes)
        self._fill_again()
        self._fill_fixes()

    def _add(self, words: str, act: Callable[[], object], key: str = "") -> None:
        # The key belongs to the page's own menu; here it is only shown.
        action = self._menu.addAction(f"{words}\t{key}" if key else words)
        action.triggered.connect(lambda _checked=False: act())

    def _offer_again(self) -> None:
        """Let it be sent again, or say why it cannot be."""
        provider, obstacle = self._provider, ""
        if self._exchange is not None and self._exchange.dropped:
            obstacle = self.tr("Send again (no longer kept)")
        elif provider is not None and provider.key == "client":
            obstacle = self.tr("Send again (only the agent has the key)")
        self._again.setTitle(obstacle or self.tr("Send again"))
        self._again.setEnabled(provider is not None and not obstacle)

    def _fill_again(self) -> None:
        self._offer_again()
        self._again.clear()
        for words, ways in (
            (self.tr("As this provider is set now"), (AS_SET,)),
            (self.tr("With the fixes"), (FIXES_ON,)),
            (self.tr("Untouched"), (FIXES_OFF,)),
            (self.tr("Both ways, side by side"), (FIXES_ON, FIXES_OFF)),
        ):
            self._again.addAction(words).triggered.connect(partial(self._send_again, ways))

    def _fill_fixes(self) -> None:
        self._fixes.clear()
        provider = self._provider
        self._fixes.setEnabled(provider is not None and not provider.passthrough)
        if provider is None:
            return
        met = self._met()
        for repair in sorted(fixes(), key=lambda each: each.name not in met):
            action = self._fixes.addAction(fix_title(repair.name).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(is_on(provider.fixes, repair))
            action.toggled.connect(partial(self._toggle, provider.id, repair.name))
        if met:
            self._fixes.insertSeparator(self._fixes.actions()[len(met)])

    def _met(self) -> set[str]:
        """Name the fixes that acted on the request, or would have."""
        exchange = self._exchange
        if exchange is None:
            return set()
        met = {mark.fix for mark in exchange.marks}
        if exchange.finished is not None:
            met |= exchange.finished.would_mend.keys()
        return met & {each.name for each in fixes()}

    def _toggle(self, provider: str, fix: str, on: bool) -> None:
        self.fix_toggled.emit(provider, fix, on)

    def _copy(self, export: Export, words: str) -> None:
        if self._exchange is not None:
            exchange = self._exchange
            self._errands.send(lambda: export(exchange), partial(self._put, words))

    def _put(self, words: str, exported: Exported) -> None:
        if not exported.text:
            self.said.emit(self.tr("There is nothing to copy."))
            return
        self._clipboard.copy(exported.text)
        self._say(self.tr("Copied: {what}").format(what=words), exported)

    def _save(self, export: Export, ending: str) -> None:
        if self._exchange is None:
            return
        exchange = self._exchange
        path = ask_where(self, f"{exchange.started.provider}-{exchange.id}.{ending}")
        if path is not None:
            self._errands.send(
                lambda: _written(path, export(exchange)),
                partial(self._say, self.tr("Saved: {path}").format(path=path.name)),
                partial(say_not_written, self),
            )

    def _say(self, done: str, exported: Exported) -> None:
        removed = counted(
            exported.removed,
            self.tr("1 value that looked like a secret removed"),
            self.tr("{count} values that looked like secrets removed"),
        )
        self.said.emit(f"{done} · {removed}" if exported.removed else done)

    def _send_again(self, ways: tuple[str, ...]) -> None:
        if self._exchange is not None:
            self.send_again_asked.emit(self._exchange.started, ways)

    def _show_provider(self) -> None:
        if self._exchange is not None:
            self.provider_asked.emit(self._exchange.started.provider)


def _written(path: Path, exported: Exported) -> Exported:
    replace_file(path, exported.text.encode("utf-8", "backslashreplace"))
    return exported

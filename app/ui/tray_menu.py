"""The tray's menu: built once, every entry changed in place.

Some desktops show a copy of the menu that they fetch over D-Bus: an entry without a parent is
gone there, and a menu rebuilt while it is open loses what is under the pointer.
"""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.language import Words, language, say
from app.models.attention import Attention
from app.models.status import Condition, Status
from app.ui.fix_switches import MAIN_FIXES, fix_title, is_on
from proxy.config import Provider, Settings
from proxy.repairs import fixes

MOST_PROVIDERS = 8
_LONGEST_ENTRY = 60


class ProviderMenu(QMenu):
    """The switches of whichever provider stands at this place of the list.

    Signals:
        fix_toggled: provider, fix, new state, by the user alone.
        passthrough_toggled: provider, new state, by the user alone.
    """

    fix_toggled = Signal(str, str, bool)
    passthrough_toggled = Signal(str, bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.provider = ""
        self.passthrough = self._switch(self, lambda: self.tr("Passthrough: touch nothing"))
        self.passthrough.triggered.connect(self._toggle_passthrough)
        self.addSeparator()
        self.fixes: dict[str, QAction] = {}
        names = [each.name for each in fixes()]
        self._add_fixes(self, [name for name in MAIN_FIXES if name in names])
        self._more = QMenu(self)
        say(self._more, self._more.setTitle, lambda: self.tr("More fixes"))
        self.addMenu(self._more)
        self._add_fixes(self._more, [name for name in names if name not in MAIN_FIXES])

    def show_provider(self, provider: Provider) -> None:
        """Show a provider's switches as the configuration has them."""
        self.provider = provider.id
        self.passthrough.setChecked(provider.passthrough)
        count = 0
        for repair in fixes():
            action = self.fixes[repair.name]
            on = is_on(provider.fixes, repair)
            count += on
            action.setChecked(on)
            action.setEnabled(not provider.passthrough)
        words = self.tr("{provider} · {count} fixes")
        if provider.passthrough:
            words = self.tr("{provider} · passthrough")
        elif count == 1:
            words = self.tr("{provider} · 1 fix")
        self.setTitle(words.format(provider=entry(provider.title or provider.id), count=count))

    def _add_fixes(self, menu: QMenu, names: Sequence[str]) -> None:
        for name in names:
            action = self.fixes[name] = self._switch(menu, partial(fix_title, name))
            action.triggered.connect(self._toggle_of(name))

    def _switch(self, menu: QMenu, words: Callable[[], str]) -> QAction:
        action = QAction(menu)
        say(action, action.setText, lambda: entry(words()))
        action.setCheckable(True)
        menu.addAction(action)
        return action

    def _toggle_of(self, name: str) -> Callable[[bool], None]:
        # Not a partial: of those Qt does not know that they want the new state.
        def toggle(on: bool) -> None:
            self.fix_toggled.emit(self.provider, name, on)

        return toggle

    def _toggle_passthrough(self, on: bool) -> None:
        self.passthrough_toggled.emit(self.provider, on)


class TrayMenu(QMenu):
    """All that can be done without the window.

    Signals:
        fix_toggled, passthrough_toggled: as in `ProviderMenu`.
        untouched_toggled: every provider is to pass everything through, or as before again.
        attention_asked, attention_ignored, request_asked: `Attention`.
        open_asked: the name of a page, empty for the window as it is.
        copy_asked, quit_asked: by the user.
        proxy_toggled: it is to run.
    """

    fix_toggled = Signal(str, str, bool)
    passthrough_toggled = Signal(str, bool)
    untouched_toggled = Signal(bool)
    attention_asked = Signal(object)
    attention_ignored = Signal(object)
    request_asked = Signal(object)
    open_asked = Signal(str)
    copy_asked = Signal()
    proxy_toggled = Signal(bool)
    quit_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attention: Attention | None = None
        self._runs = False
        self.status = self._entry(self, "")
        self.status.setEnabled(False)
        self.attention = self._attention_menu()
        self.addSeparator()
        self.providers: list[ProviderMenu] = []
        self.more = self._entry(self, lambda: self.tr("More providers…"))
        self.addSeparator()
        self.untouched = self._entry(self, lambda: self.tr("Everything untouched (passthrough)"))
        self.untouched.setCheckable(True)
        self.copy = self._entry(self, lambda: self.tr("Copy address"))
        self.open = self._entry(self, lambda: self.tr("Open traffic"))
        self.addSeparator()
        self.proxy = self._entry(self, "")
        self.quit = self._entry(self, lambda: self.tr("Quit"))
        self._connect()
        self.show_settings(Settings())
        self.show_status(Status())
        self.show_attention(None, "")
        language().changed.connect(self._say_again)

    def show_settings(self, settings: Settings) -> None:
        """Show the first providers of the configuration."""
        self._settings = settings
        shown = list(settings.providers.values())[:MOST_PROVIDERS]
        while len(self.providers) < len(shown):
            self._add_provider_menu()
        for place, menu in enumerate(self.providers):
            menu.menuAction().setVisible(place < len(shown))
            if place < len(shown):
                menu.show_provider(shown[place])
        self.more.setVisible(len(settings.providers) > MOST_PROVIDERS)
        everything = [each.passthrough for each in settings.providers.values()]
        self.untouched.setChecked(bool(everything) and all(everything))
        self.untouched.setEnabled(bool(everything))

    def show_status(self, status: Status) -> None:
        """Say what the proxy does, and offer the opposite."""
        self._status = status
        self.status.setText(entry(self._status_words(status)))
        self.copy.setEnabled(bool(status.address))
        self._runs = status.state == "running"
        self.proxy.setText(self.tr("Stop proxy") if self._runs else self.tr("Start proxy"))
        self.proxy.setEnabled(status.state != "draining")

    def show_attention(self, attention: Attention | None, words: str) -> None:
        """Offer what puts it right; None where nothing needs attention."""
        self._attention = attention
        self.attention.menuAction().setVisible(attention is not None)
        if attention is None:
            return
        self.attention.setTitle(entry(f"▲ {words}"))
        remedy = self.tr("Unlock its key…")
        if attention.fix:
            remedy = self.tr("Turn on {fix}").format(fix=fix_title(attention.fix))
        self.show_request.setVisible(bool(attention.request))
        self.remedy.setText(entry(remedy))

    def _say_again(self) -> None:
        self.show_settings(self._settings)
        self.show_status(self._status)

    def _attention_menu(self) -> QMenu:
        menu = QMenu(self)
        self.addMenu(menu)
        self.remedy = self._entry(menu, "")
        self.show_request = self._entry(menu, lambda: self.tr("Show request"))
        self.ignore = self._entry(menu, lambda: self.tr("Ignore"))
        return menu

    def _add_provider_menu(self) -> None:
        menu = ProviderMenu(self)
        menu.fix_toggled.connect(self.fix_toggled)
        menu.passthrough_toggled.connect(self.passthrough_toggled)
        self.insertMenu(self.more, menu)
        self.providers.append(menu)

    def _entry(self, menu: QMenu, words: Words) -> QAction:
        action = QAction(menu)
        say(action, action.setText, words)
        menu.addAction(action)
        return action

    def _connect(self) -> None:
        self.remedy.triggered.connect(lambda: self.attention_asked.emit(self._attention))
        self.ignore.triggered.connect(lambda: self.attention_ignored.emit(self._attention))
        self.show_request.triggered.connect(lambda: self.request_asked.emit(self._attention))
        self.more.triggered.connect(lambda: self.open_asked.emit("providers"))
        self.untouched.triggered.connect(self.untouched_toggled)
        self.copy.triggered.connect(self.copy_asked)
        self.open.triggered.connect(lambda: self.open_asked.emit("traffic"))
        self.proxy.triggered.connect(lambda: self.proxy_toggled.emit(not self._runs))
        self.quit.triggered.connect(self.quit_asked)

    def _status_words(self, status: Status) -> str:
        if status.condition is Condition.ERROR:
            return status.problem or self.tr("The proxy has stopped: it failed too often")
        if status.state == "draining":
            return self.tr("Stopping…")
        if status.state == "stopped":
            return self.tr("Stopped")
        if status.streaming:
            words = self.tr("Running on {address}, {count} streaming")
            if status.speed:
                words = self.tr("Running on {address}, {count} streaming, {speed} tok/s")
            return words.format(address=status.address, count=status.streaming, speed=status.speed)
        return self.tr("Running on {address}").format(address=status.address)


def entry(words: str) -> str:
    """Return words as a menu shows them: one short line, in which no sign is a shortcut."""
    line = "".join(sign if sign.isprintable() else " " for sign in words)
    if len(line) > _LONGEST_ENTRY:
        line = line[: _LONGEST_ENTRY - 1] + "…"
    return line.replace("&", "&&")

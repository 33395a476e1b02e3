"""What the user asks for, from whichever page, menu or switch: carried out in one place."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from app.choices import Choices
from app.editing import Editor, reason_of
from app.errands import Errands
from app.keydesk import KeyDesk
from app.models.addresses import address_of
from app.models.attention import Attention
from app.models.reasonwords import reason_words
from app.portable import export_settings, former_settings, import_settings
from app.sample import list_models, send_again, send_sample
from app.service import Service
from app.settings import ConfigFile
from app.ui.clipboard import Clipboard
from app.ui.main_window import MainWindow
from app.ui.pages import Pages
from proxy.config import Settings
from proxy.limits import Limits
from proxy.secret import Secret
from proxy.tap import Started

_DRAIN_SECONDS = Limits().drain


@dataclass(frozen=True, slots=True)
class Parts:
    """Who carries it out."""

    file: ConfigFile
    editor: Editor
    desk: KeyDesk
    service: Service
    choices: Choices
    pages: Pages
    window: MainWindow


class Wishes(QObject):
    """Knows who carries out what."""

    def __init__(self, parts: Parts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._settings = Settings()
        self._clipboard = Clipboard(self)
        self._errands = Errands("wishes", self)
        # An answer may take minutes, for which nothing else should wait.
        self._sending = Errands("requests", self)
        self._listing = Errands("models", self)

    def show_settings(self, settings: Settings) -> None:
        """Know the configuration."""
        self._settings = settings

    def forget(self) -> None:
        """Leave no secret behind."""
        self._clipboard.forget()

    def store_key(self, provider: str, key: Secret) -> None:
        """Keep a provider's key, once the provider itself is in the file."""
        self._parts.editor.after(lambda: self._parts.desk.store(provider, key))

    def copy_key(self, provider: str, to: str) -> None:
        """Let a copy of a provider have its key, once it is in the file."""
        self._parts.editor.after(lambda: self._parts.desk.copy(provider, to))

    def change_member(self, name: str, value: object) -> None:
        """Set a member of the configuration's or of the preferences."""
        table, _, member = name.rpartition(".")
        if table == "server" and isinstance(value, (str, int)):
            # Chosen here, a port counts for more than the one named at the start.
            then = self._parts.service.follow_file if member == "port" else None
            self._parts.editor.set_server(member, value, then)
        else:
            self._parts.choices.change(name, value)

    def touch_nothing(self, on: bool) -> None:
        """Put every provider through, or bring the fixes back where they were before."""
        providers = self._settings.providers
        chosen = [each.id for each in providers.values() if not each.passthrough]
        if on:
            self._parts.choices.remember_mended(chosen)
        else:
            chosen = self._parts.choices.now.mended_before.split() or list(providers)
        known = [name for name in chosen if name in providers]
        self._parts.editor.set_passthrough_of(known, on=on)

    def attend(self, attention: Attention) -> None:
        """Put right what needs attention."""
        if attention.fix:
            self._parts.editor.set_fix(attention.provider, attention.fix, True)
        else:
            self._parts.desk.unlock()
            self.open("providers")

    def show_cause(self, attention: Attention) -> None:
        """Show the request that met what needs attention, or else all of that provider's."""
        if not self._parts.pages.traffic.show_request(attention.request):
            self._parts.pages.traffic.show_requests_of(attention.provider)
        self.open("traffic")

    def open(self, page: str) -> None:
        """Show the window, on a page where one is named."""
        if page:
            self._parts.window.show_page(page)
        self._parts.window.come_forward()

    def toggle_window(self) -> None:
        """Show the window, or put it away."""
        window = self._parts.window
        if window.isVisible() and not window.isMinimized() and window.isActiveWindow():
            window.hide()
        else:
            window.come_forward()

    def show_requests_of(self, provider: str) -> None:
        """Show one provider's requests."""
        self._parts.pages.traffic.show_requests_of(provider)
        self._parts.window.show_page("traffic")

    def run_proxy(self, wanted: bool) -> None:
        """Start the proxy, or stop it: who is getting an answer gets the rest of it."""
        if wanted:
            self._parts.service.start()
        else:
            self._parts.service.stop(_DRAIN_SECONDS)

    def send_sample(self) -> None:
        """Ask the demo provider, and show how it goes."""
        service = self._parts.service
        url, key = service.listening_url, service.own_key
        self.open("traffic")
        self._sending.send(
            lambda: send_sample(url, key),
            None,
            lambda error: self._parts.window.say(reason_words(error)),
        )

    def list_models(self, provider: str) -> None:
        """Find out which models a provider has."""
        service, agents = self._parts.service, self._parts.pages.agents
        url, key = service.listening_url, service.own_key
        words = self.tr("The models could not be listed: {reason}")
        self._listing.send(
            lambda: list_models(url, provider, key),
            lambda models: agents.show_models(provider, models),
            lambda error: agents.show_no_models(words.format(reason=reason_words(error))),
        )

    def send_again(self, started: Started, ways: tuple[str, ...]) -> None:
        """Send a request once more, in each of these ways; show what comes of it."""
        service = self._parts.service
        url, keys = service.listening_url, [service.key_by_way[way] for way in ways]
        self._parts.window.say(self.tr("Sent again; the answer is shown when it is complete."))
        self._sending.send(
            lambda: tuple(send_again(url, started, key) for key in keys),
            self._parts.pages.traffic.show_again,
            lambda error: self._parts.window.say(reason_words(error)),
        )

    def show_provider(self, provider: str) -> None:
        """Show where a provider's fixes and its key are."""
        self._parts.window.show_page("providers")
        self._parts.pages.providers.show_card(provider)

    def copy_address(self, provider: str = "") -> None:
        """Copy where agents have to point."""
        address = f"{self._parts.service.url}/v1"
        self._clipboard.copy(address_of(address, provider, self._settings))
        self._parts.window.say(self.tr("The address is copied."))

    def clear_traffic(self) -> None:
        """Forget the requests that were kept."""
        self._parts.pages.traffic.clear()
        self._parts.window.say(self.tr("The requests are forgotten."))

    def lock_keys(self) -> None:
        """Forget the providers' keys until the user unlocks them."""
        self._parts.desk.lock()
        self._parts.window.say(self.tr("The keys are locked."))

    def export_settings(self, path: str) -> None:
        """Write a copy of the settings without keys."""
        words = self.tr("Exported to {path}.").format(path=path)
        self._errands.send(
            lambda: export_settings(self._parts.file, Path(path)),
            lambda _: self._parts.window.say(words),
            self._say_settings_wrong,
        )

    def import_settings(self, path: str) -> None:
        """Take over such a copy."""
        kept = former_settings(self._parts.file)
        words = self.tr("Imported. The former settings are kept in {path}.").format(path=kept)

        def take(text: str) -> None:
            self._parts.editor.replace(text)
            self._parts.editor.after(lambda: self._parts.window.say(words))

        self._errands.send(
            lambda: import_settings(self._parts.file, Path(path)), take, self._say_settings_wrong
        )

    def open_folder(self, folder: Path) -> None:
        """Show what is in a folder of ours."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self._parts.window.say(self.tr("The folder is {path}.").format(path=folder))

    def _say_settings_wrong(self, error: Exception) -> None:
        words = self.tr("Nothing was exported or imported: {reason}")
        self._parts.pages.settings.show_error(words.format(reason=reason_of(error)))

"""The providers, a card each: where requests go, and which fixes apply."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QWidget

from app.models.today import Today
from app.presets import key_page
from app.ui.card_column import CardColumn
from app.ui.key_dialog import KeyDialog, place_words
from app.ui.page import Page
from app.ui.parts import Look, Sign, Tone, button, row, tab_through, text
from app.ui.provider_card import ProviderCard
from app.ui.provider_dialog import ProviderDialog
from app.ui.questions import sure
from proxy.config import Provider, Settings
from proxy.headers import origin_of
from proxy.tap import Record


class ProvidersPage(Page):
    """Shows the configuration's providers; every change is a signal to the application.

    Signals:
        fix_toggled: provider, fix, new state.
        passthrough_toggled: provider, new state.
        key_entered: provider, `Secret`.
        key_deleted, unlock_asked, provider_removed, traffic_asked: provider.
        key_copied: provider, and the new one that gets the same key.
        provider_moved: provider, its new place.
        address_asked: the provider whose address is to be copied.
        member_changed: name and value of a member of the configuration.
        provider_saved: `Provider`, new or changed.
        sample_asked: a sample request is to be sent to the demo provider.
    """

    fix_toggled = Signal(str, str, bool)
    passthrough_toggled = Signal(str, bool)
    key_entered = Signal(str, object)
    key_deleted = Signal(str)
    key_copied = Signal(str, str)
    provider_moved = Signal(str, int)
    address_asked = Signal(str)
    member_changed = Signal(str, object)
    unlock_asked = Signal(str)
    provider_saved = Signal(object)
    provider_removed = Signal(str)
    sample_asked = Signal()
    traffic_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_title(
            lambda: self.tr("Providers"),
            lambda: self.tr("Where requests go, and which fixes apply."),
        )
        self.cards: dict[str, ProviderCard] = {}
        self._settings = Settings()
        self._today = Today()
        self._key_states: dict[str, tuple[str, str]] = {}
        self._keyring: str | None = None
        self._error_sign, self._error = Sign(Tone.BAD), text("", wrap=True)
        self._nothing = text(lambda: self.tr("No provider yet. Add the first one."), Look.MUTED)
        self.column = CardColumn()
        self.column.moved.connect(self.provider_moved)
        self._lay_out()
        self.show_error("")

    @property
    def entrance(self) -> QWidget:
        return self._stops[0]

    def show_settings(self, settings: Settings) -> None:
        """Show the providers of the configuration, in its order."""
        self._settings = settings
        for gone in [name for name in self.cards if name not in settings.providers]:
            del self.cards[gone]
        for place, (name, provider) in enumerate(settings.providers.items()):
            card = self.cards.get(name) or self._new_card(provider)
            card.show_provider(provider)
            card.show_place(place, len(settings.providers))
            card.show_default(name == settings.default_provider)
        self.column.show_cards([(name, self.cards[name]) for name in settings.providers])
        stops = [stop for name in settings.providers for stop in self.cards[name].stops]
        tab_through([*self._stops, *stops])
        self._nothing.setVisible(not self.cards)

    def show_card(self, provider: str) -> None:
        """Bring a provider's card into sight."""
        card = self.cards.get(provider)
        if card is not None:
            self.column.ensureWidgetVisible(card)
            card.setFocus()

    def show_key_state(self, provider: str, state: str, words: str) -> None:
        """Show where a provider's key is; `words` say it to the user."""
        self._key_states[provider] = (state, words)
        if provider in self.cards:
            self.cards[provider].show_key_state(state, words)

    def apply(self, records: list[Record]) -> None:
        """Count a batch of records into today's figures."""
        for provider in self._today.apply(records):
            if provider in self.cards:
                self.cards[provider].show_tally(self._today.of(provider))

    def show_keyring(self, name: str) -> None:
        """Know where a key goes; an empty name stands for no keyring."""
        self._keyring = name

    def show_error(self, words: str) -> None:
        """Say what could not be done; empty takes it away."""
        self._error.setText(words)
        self._error_sign.setVisible(bool(words))
        self._error.setVisible(bool(words))

    def _lay_out(self) -> None:
        add = button(lambda: self.tr("+ Add provider"))
        add.clicked.connect(lambda: self._edit(None))
        sample = button(
            lambda: self.tr("Send a sample request"),
            lambda: self.tr("Asks the built-in demo provider, which breaks things on purpose."),
        )
        sample.clicked.connect(self.sample_asked)
        self._stops: tuple[QWidget, ...] = (add, sample)
        self.body.addLayout(row(add, None, sample))
        self.body.addLayout(row(self._error_sign, self._error))
        self.body.addWidget(self._nothing)
        self.body.addWidget(self.column, 1)

    def _new_card(self, provider: Provider) -> ProviderCard:
        name = provider.id
        card = self.cards[name] = ProviderCard(provider)
        card.fix_toggled.connect(partial(self.fix_toggled.emit, name))
        card.passthrough_toggled.connect(partial(self.passthrough_toggled.emit, name))
        card.stepped.connect(partial(self.column.step, name))
        self.column.take_grip(name, card.grip)
        card.enter_key.connect(lambda: self._enter_key(name))
        card.delete_key.connect(lambda: self._delete_key(name))
        card.unlock.connect(lambda: self._unlock(name))
        card.edit.connect(lambda: self._edit(name))
        card.duplicate.connect(lambda: self._edit(name, copy=True))
        card.remove.connect(lambda: self._remove(name))
        card.show_traffic.connect(lambda: self.traffic_asked.emit(name))
        card.copy_address.connect(lambda: self.address_asked.emit(name))
        card.make_default.connect(lambda: self.member_changed.emit("server.default_provider", name))
        card.show_tally(self._today.of(name))
        if name in self._key_states:
            card.show_key_state(*self._key_states[name])
        return card

    def _title_of(self, name: str) -> str:
        return self._settings.providers[name].title or name

    def _enter_key(self, name: str) -> None:
        place = place_words(self._keyring)
        page = key_page(self._settings.providers[name].base_url)
        dialog = KeyDialog(self._title_of(name), place, self, key_page=page)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.show_error("")
            self.key_entered.emit(name, dialog.take())
        dialog.deleteLater()

    def _unlock(self, name: str) -> None:
        self.show_error("")
        self.unlock_asked.emit(name)

    def _delete_key(self, name: str) -> None:
        question = self.tr("Delete the key of {provider} from the keyring?")
        if sure(self, question.format(provider=self._title_of(name)), self.tr("Delete key")):
            self.key_deleted.emit(name)

    def _edit(self, name: str | None, *, copy: bool = False) -> None:
        provider = None if name is None else self._settings.providers[name]
        dialog = ProviderDialog(provider, self._settings.providers, self, copy=copy)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            saved = dialog.provider()
            self.show_error("")
            self.provider_saved.emit(saved)
            if (key := dialog.take_key()) is not None:
                self.key_entered.emit(saved.id, key)
            elif copy and provider is not None and _shares_key(provider, saved):
                self.key_copied.emit(provider.id, saved.id)
        dialog.deleteLater()

    def _remove(self, name: str) -> None:
        question = self.tr("Remove {provider}?").format(provider=self._title_of(name))
        forget = None
        if self._key_states.get(name, ("", ""))[0] in {"stored", "memory"}:
            forget = QCheckBox(self.tr("Delete its key from the keyring too"))
            forget.setChecked(True)
        if sure(self, question, self.tr("Remove"), forget):
            if forget is not None and forget.isChecked():
                self.key_deleted.emit(name)
            self.provider_removed.emit(name)


def _shares_key(known: Provider, other: Provider) -> bool:
    """Tell whether a key may be used for both: it never goes to another host."""
    if known.key != "keyring" or other.key != "keyring":
        return False
    return origin_of(known.base_url) == origin_of(other.base_url)

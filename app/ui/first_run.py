"""The first minute: which provider, its key, and the light that turns green."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.language import Words, asked, language, say
from app.localservers import LocalServers
from app.models.addresses import address_of
from app.models.endwords import end_words
from app.presets import PRESETS, Preset, matching
from app.service import OWN_AGENT
from app.ui.key_dialog import KeyDialog, key_problem, place_words
from app.ui.page import Page
from app.ui.parts import Card, Look, Sign, Tone, button, discard, empty, row, tab_through, text
from app.ui.provider_dialog import ProviderDialog, free_id
from proxy.config import Provider, Settings
from proxy.errors import FIRST_ERROR
from proxy.secret import Secret
from proxy.tap import Answered, Finished, Record, Started

_COLUMNS = 4
_SCROLL_BAR = 32
"""The room that the tiles leave beside them, a scroll bar's and the margin's."""
# With the one for another provider they fill their rows.
_TILES = 11


class FirstRun(Page):
    """Shown until there is a provider, and no longer than the user wants.

    Signals:
        provider_saved: `Provider`.
        key_entered: provider, `Secret`.
        sample_asked: a sample request is to be sent to the demo provider.
        agents_asked: the user wants to know how to set up an agent.
        done: the user goes on to the other pages.
    """

    provider_saved = Signal(object)
    key_entered = Signal(str, object)
    sample_asked = Signal()
    agents_asked = Signal()
    done = Signal()

    def __init__(
        self, environment: Mapping[str, str] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.set_title(
            lambda: self.tr("Which provider?"),
            lambda: self.tr("Pick one; Wiremend then stands between it and your agents."),
        )
        self._said: Words = ""
        self._keyring: str | None = None
        self._environment = os.environ if environment is None else environment
        self._settings = Settings()
        self._providers: dict[str, Provider] = {}
        self._running: dict[str, Preset] = {}
        self._started: dict[str, Started] = {}
        self._search = QLineEdit()
        self._tiles = QGridLayout()
        self._tile_buttons: list[QPushButton] = []
        self._known_tiles: list[tuple[QPushButton, Preset]] = []
        self._offers = QVBoxLayout()
        self._offered: list[tuple[str, Preset, QWidget]] = []
        self._base, self._chosen = "", ""
        self._awaited: Provider | None = None
        self._address = text()
        self._light, self._light_words = Sign(), text("", wrap=True)
        self._go_on = button(lambda: self.tr("Go to Traffic"))
        self._servers = LocalServers(self)
        self._servers.found.connect(self._show_running)
        self._lay_out()
        self._show_tiles()
        self._show_light(Tone.QUIET, lambda: self.tr("Waiting for the first request…"))
        language().changed.connect(self._say_again)

    @property
    def entrance(self) -> QWidget:
        return self._search

    def show_settings(self, settings: Settings) -> None:
        """Know the providers there are already."""
        self._settings = settings
        self._providers = {each.base_url: each for each in settings.providers.values()}
        for tile, preset in self._known_tiles:
            tile.setText(self._tile_words(preset))
        self._place_tiles()
        for variable, preset, line in self._offered:
            taken = self._providers.get(preset.base_url)
            line.setVisible(taken is None or taken.key != f"env:{variable}")
        self._show_place()

    def show_address(self, address: str) -> None:
        """Show where agents have to point."""
        self._base = address
        self._show_place()

    def show_keyring(self, name: str) -> None:
        """Know where a key goes; an empty name stands for no keyring."""
        self._keyring = name

    def show_key_state(self, provider: str, state: str) -> None:
        """Know that the key is kept now; somebody may have been asked for a password first."""
        awaited = self._awaited
        if awaited is not None and awaited.id == provider and state in {"stored", "memory"}:
            self._show_light(Tone.QUIET, partial(self._ready, awaited))

    def show_error(self, words: str) -> None:
        """Say what could not be done."""
        self._show_light(Tone.BAD, words)

    def apply(self, records: list[Record]) -> None:
        """Turn the light green with the first answer that came through."""
        for record in records:
            if isinstance(record, Started):
                self._started[record.exchange_id] = record
            elif isinstance(record, Answered):
                self._greet(self._started.get(record.exchange_id), record)
            elif isinstance(record, Finished):
                self._judge(self._started.pop(record.exchange_id, None), record)

    def look(self) -> None:
        """Look for local servers, and wait for the user's choice."""
        self._search.setFocus()
        self._servers.look()

    def _judge(self, started: Started | None, finished: Finished) -> None:
        if started is None:
            return
        if finished.outcome != "done":
            self._show_light(Tone.BAD, partial(self._failure, started, finished))
        elif started.agent == OWN_AGENT:
            # Our own request proves nothing of the user's agents.
            self._show_light(Tone.QUIET, self._sample_came)
        else:
            self._show_light(Tone.GOOD, partial(self._success, started, finished))

    def _greet(self, started: Started | None, answered: Answered) -> None:
        if started is not None and started.agent != OWN_AGENT and answered.status < FIRST_ERROR:
            self._show_light(Tone.GOOD, partial(self._coming, started))

    def _coming(self, started: Started) -> str:
        return self.tr("It works: {agent} is getting its answer.").format(agent=started.agent)

    def _sample_came(self) -> str:
        return self.tr("The sample came through. Waiting for your agent's first request…")

    def _failure(self, started: Started, finished: Finished) -> str:
        words = self.tr("A request came from {agent}, and failed: {reason}")
        reason = end_words(finished.reason) or str(finished.status)
        return words.format(agent=started.agent, reason=reason)

    def _success(self, started: Started, finished: Finished) -> str:
        mended = sum(finished.findings.values())
        words = self.tr("It works: {agent} got its answer. {count} things were mended in it.")
        if mended == 1:
            words = self.tr("It works: {agent} got its answer. 1 thing was mended in it.")
        return words.format(agent=started.agent, count=mended)

    def _show_light(self, tone: Tone, words: Words) -> None:
        self._awaited = None
        self._light.show_tone(tone)
        self._said = words
        self._light_words.setText(asked(words))

    def _show_place(self) -> None:
        """Show where the provider is reached that was chosen last."""
        self._address.setText(address_of(self._base, self._chosen, self._settings))

    def _say_again(self) -> None:
        self._light_words.setText(asked(self._said))

    def _lay_out(self) -> None:
        say(self._search, self._search.setPlaceholderText, lambda: self.tr("Search providers"))
        say(self._search, self._search.setAccessibleName, lambda: self.tr("Search providers"))
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._show_tiles)
        self._search.returnPressed.connect(self._choose_first)
        self._go_on.clicked.connect(self.done)
        self._tiles.setSpacing(8)
        self._fill_offers()
        self.body.addWidget(self._search)
        column = self.scrolled()
        column.addLayout(self._tiles)
        column.addLayout(self._offers)
        column.addSpacing(8)
        column.addWidget(self._demo_card())
        column.addWidget(self._light_card())
        column.addStretch(1)

    def _demo_card(self) -> Card:
        card = Card()
        sample = button(lambda: self.tr("Send a sample request"))
        sample.clicked.connect(self.sample_asked)
        card.add(
            text(lambda: self.tr("Try without a provider"), Look.SECTION),
            row(text(self._demo_words, Look.MUTED, wrap=True), sample),
        )
        return card

    def _demo_words(self) -> str:
        return self.tr(
            "A built-in provider breaks its answers on purpose: see how they are mended, "
            "without a key and without the network."
        )

    def _light_card(self) -> Card:
        card = Card()
        agents = button(lambda: self.tr("Set up your agent…"))
        agents.clicked.connect(self.agents_asked)
        self._address.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard
            | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        card.add(
            row(text(lambda: self.tr("Point your agent at"), Look.SECTION), self._address, None),
            row(self._light, self._light_words, agents, self._go_on),
        )
        return card

    def _fill_offers(self) -> None:
        for preset in PRESETS:
            held = next((name for name in preset.variables if self._usable(name)), None)
            if held is None:
                continue
            words = partial(self._offer, held, preset)
            use = button(lambda: self.tr("Use it"))
            say(use, use.setAccessibleName, words)
            use.clicked.connect(
                lambda _=False, preset=preset, name=held: self._save(preset, f"env:{name}")
            )
            line = QWidget()
            line.setLayout(layout := row(Sign(Tone.GOOD), text(words), use, None))
            layout.setContentsMargins(0, 0, 0, 0)
            self._offers.addWidget(line)
            self._offered.append((held, preset, line))

    def _offer(self, variable: str, preset: Preset) -> str:
        words = self.tr("Use {variable} from your environment for {provider}?")
        return words.format(variable=variable, provider=preset.title)

    def _usable(self, name: str) -> bool:
        value = self._environment.get(name, "")
        return bool(value) and not key_problem(value)

    def _show_running(self, presets: Iterable[Preset]) -> None:
        self._running = {preset.id: preset for preset in presets}
        self._show_tiles()

    def _show_tiles(self) -> None:
        discard(self._tile_buttons)
        self._tile_buttons, self._known_tiles = [], []
        found = sorted(matching(self._search.text()), key=lambda each: each.id not in self._running)
        for preset in found[:_TILES]:
            offered = self._running.get(preset.id, preset)
            tile = self._tile(offered)
            self._tile_buttons.append(tile)
            self._known_tiles.append((tile, offered))
        other = button(lambda: self.tr("Another one…"))
        other.setMinimumHeight(44)
        other.clicked.connect(self._add_other)
        self._tile_buttons.append(other)
        self._place_tiles()
        tab_through([self._search, *self._tile_buttons])

    def _place_tiles(self) -> None:
        """Put as many tiles side by side as there is room for, each as wide as the widest."""
        widest = max(tile.sizeHint().width() for tile in self._tile_buttons)
        room = self._search.width() - _SCROLL_BAR
        columns = min(_COLUMNS, max(1, room // (widest + self._tiles.spacing())))
        empty(self._tiles)
        for place, tile in enumerate(self._tile_buttons):
            self._tiles.addWidget(tile, place // columns, place % columns)
        for column in range(_COLUMNS):
            self._tiles.setColumnStretch(column, int(column < columns))

    def _choose_first(self) -> None:
        if self._search.text():
            self._tile_buttons[0].click()

    def _tile(self, preset: Preset) -> QPushButton:
        tile = button(partial(self._tile_words, preset), preset.base_url)
        tile.setMinimumHeight(44)
        tile.clicked.connect(lambda: self._choose(preset))
        return tile

    def _tile_words(self, preset: Preset) -> str:
        words = preset.title
        if preset.base_url in self._providers:
            words = self.tr("✔ {provider}: added").format(provider=preset.title)
        elif preset.id in self._running:
            words = self.tr("● {provider}: found running").format(provider=preset.title)
        return words.replace("&", "&&")

    def _choose(self, preset: Preset) -> None:
        if preset.local:
            known = self._providers.get(preset.base_url)
            self._save(preset, "none" if known is None else known.key)
            return
        dialog = KeyDialog(preset.title, place_words(self._keyring), self, key_page=preset.key_page)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            provider = self._save(preset, "keyring")
            self._enter(provider, dialog.take())
        dialog.deleteLater()

    def _save(self, preset: Preset, key: str) -> Provider:
        known = self._providers.get(preset.base_url)
        name = free_id(preset.id, self._settings.providers)
        provider = Provider(id=name, title=preset.title, base_url=preset.base_url, key=key)
        if known is not None:
            provider = replace(known, key=key)
        # Whoever clicks twice wants it once.
        self._providers[preset.base_url] = provider
        if provider != known:
            self.provider_saved.emit(provider)
        self._show_chosen(provider)
        return provider

    def _show_chosen(self, provider: Provider) -> None:
        self._chosen = provider.id
        self._show_place()
        self._show_light(Tone.QUIET, partial(self._ready, provider))

    def _enter(self, provider: Provider, key: Secret) -> None:
        self._show_light(Tone.QUIET, lambda: self.tr("Waiting for the keyring…"))
        self._awaited = provider
        self.key_entered.emit(provider.id, key)

    def _ready(self, provider: Provider) -> str:
        words = self.tr("{provider} is ready. Waiting for the first request…")
        return words.format(provider=provider.title or provider.id)

    def _add_other(self) -> None:
        dialog = ProviderDialog(None, self._settings.providers, self)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            provider = dialog.provider()
            self.provider_saved.emit(provider)
            self._show_chosen(provider)
            if (key := dialog.take_key()) is not None:
                self._enter(provider, key)
        dialog.deleteLater()

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # The layout has not placed anything yet.
        QTimer.singleShot(0, self, self._place_tiles)

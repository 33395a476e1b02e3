"""Adding or editing a provider: presets to pick from, then one form."""

import re
from collections.abc import Collection
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.language import language, say, translate
from app.presets import Preset, key_page, matching
from app.ui.connection_form import ConnectionForm
from app.ui.key_dialog import key_problem
from app.ui.links import ask_and_open
from app.ui.parts import Look, add_line, button, text
from proxy.config import Provider
from proxy.configrules import base_url_fault, id_fault, key_fault, name_fault
from proxy.secret import Secret


class ProviderDialog(QDialog):
    """A provider as a form; what it does not show stays as it is."""

    def __init__(
        self,
        provider: Provider | None,
        taken: Collection[str],
        parent: QWidget | None = None,
        *,
        copy: bool = False,
    ) -> None:
        super().__init__(parent)
        self._adding = provider is None or copy
        self._taken = frozenset(taken)
        self._origin = provider or Provider(id="", base_url="")
        say(self, self.setWindowTitle, self._heading)
        self._search = QLineEdit()
        self._presets = QListWidget()
        self._title = QLineEdit()
        self._id = QLineEdit()
        self._address = QLineEdit()
        self._source = QComboBox()
        self._variable = QLineEdit()
        self._key = QLineEdit()
        self._auth = QComboBox()
        self._get_key = button(lambda: self.tr("Get a key…"))
        self._connection = ConnectionForm()
        self._problem = text("", Look.MUTED, wrap=True)
        self._buttons = QDialogButtonBox()
        self._save = self._buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        say(self, self._save.setText, self._save_words)
        self._buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self._fill_choices()
        self._lay_out(presets=provider is None)
        self._show(self._origin)
        self._connect()
        self._judge()

    def provider(self) -> Provider:
        """Return the provider as entered."""
        source = str(self._source.currentData())
        entered = replace(
            self._origin,
            id=self._id.text().strip(),
            title=self._title.text().strip(),
            base_url=self._address.text().strip(),
            key=f"env:{self._variable.text().strip()}" if source == "env" else source,
            auth=str(self._auth.currentData()),
        )
        return self._connection.apply(entered)

    def take_key(self) -> Secret | None:
        """Return the key that was entered, if any, and forget it here."""
        entered = self._key.text().strip()
        self._key.clear()
        return Secret(entered) if entered and self._source.currentData() == "keyring" else None

    def pick(self, preset: Preset) -> None:
        """Fill the form from a preset."""
        self._title.setText(preset.title)
        self._id.setText(free_id(preset.id, self._taken))
        self._address.setText(preset.base_url)
        self._source.setCurrentIndex(self._source.findData("none" if preset.local else "keyring"))
        self._judge()

    def _heading(self) -> str:
        return self.tr("Add provider") if self._adding else self.tr("Edit provider")

    def _save_words(self) -> str:
        return self.tr("Add provider") if self._adding else self.tr("Save")

    def _fill_choices(self) -> None:
        sources = (
            ("keyring", lambda: self.tr("in the system's keyring")),
            ("env", lambda: self.tr("in an environment variable")),
            ("client", lambda: self.tr("the agent brings its own")),
            ("none", lambda: self.tr("none needed")),
        )
        for place, (value, words) in enumerate(sources):
            self._source.addItem("", value)
            say(self, partial(self._source.setItemText, place), words)
        for value in ("bearer", "x-api-key", "api-key"):
            self._auth.addItem("Authorization: Bearer" if value == "bearer" else value, value)
        self._key.setEchoMode(QLineEdit.EchoMode.Password)
        say(
            self._key,
            self._key.setPlaceholderText,
            lambda: self.tr("Paste it here, or enter it later"),
        )
        say(self._search, self._search.setPlaceholderText, lambda: self.tr("Search providers"))
        self._search.setClearButtonEnabled(True)
        self._address.setPlaceholderText("https://api.example.com/v1")
        self._variable.setPlaceholderText("EXAMPLE_API_KEY")
        self._id.setReadOnly(not self._adding)

    def _lay_out(self, *, presets: bool) -> None:
        self._form = form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        add_line(form, lambda: self.tr("&Name"), self._title)
        add_line(form, lambda: self.tr("&Id in addresses"), self._id)
        add_line(form, lambda: self.tr("&Base URL"), self._address)
        add_line(form, lambda: self.tr("&Key"), self._source)
        add_line(form, lambda: self.tr("&Variable"), self._variable)
        add_line(form, lambda: self.tr("Key's &text"), self._key)
        form.addRow("", self._get_key)
        add_line(form, lambda: self.tr("Key is &sent as"), self._auth)
        first = QWidget()
        first.setLayout(form)
        tabs = QTabWidget()
        say(tabs, partial(tabs.setTabText, tabs.addTab(first, "")), lambda: self.tr("Provider"))
        say(
            tabs,
            partial(tabs.setTabText, tabs.addTab(self._connection, "")),
            lambda: self.tr("Connection"),
        )
        right = QVBoxLayout()
        right.addWidget(tabs, 1)
        right.addWidget(self._problem)
        columns = QHBoxLayout()
        if presets:
            left = QVBoxLayout()
            left.addWidget(self._search)
            left.addWidget(self._presets)
            columns.addLayout(left, 2)
        columns.addLayout(right, 3)
        layout = QVBoxLayout(self)
        layout.addLayout(columns)
        layout.addWidget(self._buttons)
        self.resize(860 if presets else 560, 500)
        self._list_presets("")

    def _show(self, provider: Provider) -> None:
        adding_id = free_id(provider.id, self._taken) if self._adding else provider.id
        self._title.setText(provider.title)
        self._id.setText(adding_id if provider.id else "")
        self._address.setText(provider.base_url)
        source, _, variable = provider.key.partition(":")
        self._source.setCurrentIndex(max(0, self._source.findData(source)))
        self._variable.setText(variable)
        self._auth.setCurrentIndex(max(0, self._auth.findData(provider.auth)))
        self._connection.show_provider(provider)

    def _connect(self) -> None:
        language().changed.connect(self._judge)
        say(self._search, self._search.setAccessibleName, lambda: self.tr("Search providers"))
        say(self._presets, self._presets.setAccessibleName, lambda: self.tr("Known providers"))
        self._search.textChanged.connect(self._list_presets)
        self._presets.currentItemChanged.connect(self._picked)
        self._title.textEdited.connect(self._suggest_id)
        for field in (self._title, self._id, self._address, self._variable, self._key):
            field.textChanged.connect(self._judge)
        self._source.currentIndexChanged.connect(self._judge)
        self._connection.edited.connect(self._judge)
        self._get_key.clicked.connect(lambda: ask_and_open(self._key_page(), self))
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)

    def _list_presets(self, words: str) -> None:
        self._presets.clear()
        for preset in matching(words):
            item = QListWidgetItem(preset.title, self._presets)
            item.setData(Qt.ItemDataRole.UserRole, preset)
        if words.strip():
            self._presets.setCurrentRow(0)

    def _picked(self, item: QListWidgetItem | None) -> None:
        preset = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        if isinstance(preset, Preset):
            self.pick(preset)

    def _suggest_id(self, title: str) -> None:
        if self._adding:
            made = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:40].strip("-")
            self._id.setText(free_id(made, self._taken))

    def _judge(self) -> None:
        source = self._source.currentData()
        self._form.setRowVisible(self._variable, source == "env")
        self._form.setRowVisible(self._key, source == "keyring" and self._adding)
        self._form.setRowVisible(self._get_key, source == "keyring" and bool(self._key_page()))
        problem = self._first_problem()
        self._problem.setText(problem if self._address.text() or not self._adding else "")
        self._save.setEnabled(not problem)

    def _key_page(self) -> str:
        try:
            return key_page(self._address.text().strip())
        except ValueError:
            # Half an address of the sixth version is none.
            return ""

    def _id_problem(self, entered: str) -> str:
        if id_fault(entered):
            return self.tr("The id has small letters, digits and dashes, and at most 40 of them.")
        if self._adding and entered in self._taken:
            return self.tr("There is a provider with this id already.")
        return ""

    def _first_problem(self) -> str:
        entered = self.provider()
        if problem := self._id_problem(entered.id):
            return problem
        if name_fault("title", entered.title):
            return self.tr("The name is one line of at most 100 characters.")
        if problem := address_problem(entered.base_url):
            return problem
        if key_fault(entered.key, entered.id):
            return self.tr("The variable's name has letters, digits and underscores.")
        key = self._key.text() if self._source.currentData() == "keyring" else ""
        return (key_problem(key) if key else "") or self._connection.problem()


def free_id(wanted: str, taken: Collection[str]) -> str:
    """Return the id, with a number behind it where it is taken already."""
    if wanted not in taken:
        return wanted
    return next(made for n in range(2, 10_000) if (made := f"{wanted[:35]}-{n}") not in taken)


def address_problem(address: str) -> str:
    """Return what is wrong with a base URL, empty where nothing is."""
    if not base_url_fault(address):
        return ""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return translate("ProviderDialog", "The base URL is not an address.")
    if parts.scheme not in {"https", "http"} or not host:
        return translate("ProviderDialog", "The base URL begins with https:// and names a host.")
    if parts.username or parts.password or parts.query or parts.fragment:
        return translate("ProviderDialog", "No name, no password, no ? and no # in the address.")
    if parts.scheme == "http":
        return translate("ProviderDialog", "Only addresses of this network may do without https.")
    return translate("ProviderDialog", "The base URL is not an address.")

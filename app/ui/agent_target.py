"""What an agent is pointed at: a provider, one of its models, and the address that follows."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from app.language import language, say
from app.models.addresses import address_of
from app.ui.parts import Look, button, row, text
from proxy.config import Settings

_MOST_MODELS = 500
_LONGEST_MODEL = 200
_PROVIDER_SIGNS, _MODEL_SIGNS = 14, 18


class AgentTarget(QWidget):
    """Two choices and one address.

    Signals:
        copy_asked, look_asked: by a click.
        models_asked: the provider whose models are to be listed.
    """

    copy_asked = Signal()
    look_asked = Signal()
    models_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._base = ""
        self._listing = False
        self._settings = Settings()
        self._provider = QComboBox()
        self._models = QComboBox()
        self._model = QLineEdit()
        self._list = button(
            lambda: self.tr("List models"), lambda: self.tr("Asks the provider for its models.")
        )
        self._address = text()
        self._lay_out()
        self._provider.activated.connect(self._choose)
        # Picked from the list, it is the user's word too.
        self._models.activated.connect(lambda: self._model.setModified(True))
        self._list.clicked.connect(self._ask_for_models)
        language().changed.connect(self._fill)

    @property
    def provider(self) -> str:
        """The id of the provider that is meant; empty while there is none."""
        return str(self._provider.currentData() or "")

    @property
    def address(self) -> str:
        """The base URL for an agent."""
        return address_of(self._base, self.provider, self._settings)

    @property
    def model(self) -> str:
        """The model that is asked for, empty while it is not known."""
        return self._model.text().strip()

    @property
    def stops(self) -> list[QWidget]:
        """What Tab leads to, in its order."""
        return [self._provider, self._models, self._list, self._copy, self._look]

    def show_settings(self, settings: Settings) -> None:
        """Offer the providers of the configuration."""
        self._settings = settings
        self._fill()
        self._show_address()

    def show_base(self, address: str) -> None:
        """Know where the default provider is reached."""
        self._base = address
        self._show_address()

    def learn_model(self, model: str) -> None:
        """Take the model that an agent asks for, unless the user has named one."""
        if model and not self._model.isModified():
            self._model.setText(model)

    def show_models(self, provider: str, models: Sequence[str]) -> None:
        """Offer a provider's models, and let the user pick who still waits for them."""
        awaited = self._listing and self._models.hasFocus() and not self._model.isModified()
        self.end_listing()
        if provider != self.provider:
            return
        named = [each for each in models if len(each) <= _LONGEST_MODEL and each.isprintable()]
        entered, own = self._model.text(), self._model.isModified()
        self._models.clear()
        self._models.addItems(named[:_MOST_MODELS])
        self._models.setCurrentIndex(self._models.findText(entered))
        self._model.setText(entered)
        # Setting it takes the mark of the user's own word off.
        self._model.setModified(own)
        if named and awaited and self.isVisible() and self.isActiveWindow():
            self._models.showPopup()

    def end_listing(self) -> None:
        """Let models be asked for again."""
        self._listing = False
        self._offer_list()

    def want_model(self) -> None:
        """Bring the user to where the model is named."""
        self._models.setFocus()

    def _choose(self) -> None:
        self._forget_models()
        self._show_address()

    def _forget_models(self) -> None:
        """Another provider has other models."""
        self._models.clear()
        self._model.clear()
        self._model.setModified(False)

    def _fill(self) -> None:
        chosen = self.provider
        self._provider.clear()
        for name, provider in self._settings.providers.items():
            title = provider.title or name
            if name == self._settings.default_provider:
                title = self.tr("{provider} (default)").format(provider=title)
            self._provider.addItem(title, name)
        known = chosen if chosen in self._settings.providers else self._settings.default_provider
        self._provider.setCurrentIndex(self._provider.findData(known))
        if chosen and known != chosen:
            self._forget_models()
        self._offer_list()

    def _ask_for_models(self) -> None:
        self._listing = True
        # Where they will be offered; to be left at an instant by whoever does not wait.
        self._models.setFocus()
        self._offer_list()
        self.models_asked.emit(self.provider)

    def _offer_list(self) -> None:
        self._list.setEnabled(bool(self.provider) and not self._listing)

    def _show_address(self) -> None:
        self._address.setText(self.address)

    def _lay_out(self) -> None:
        self._copy = button(lambda: self.tr("Copy address"))
        self._copy.clicked.connect(self.copy_asked)
        self._look = button(lambda: self.tr("Look again"))
        self._look.clicked.connect(self.look_asked)
        self._address.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard
            | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self._provider.setMinimumContentsLength(_PROVIDER_SIGNS)
        self._models.setEditable(True)
        self._models.setLineEdit(self._model)
        self._models.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._models.setMinimumContentsLength(_MODEL_SIGNS)
        for box in (self._provider, self._models):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        self._name_fields()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        provider = text(lambda: self.tr("Provider"), Look.SECTION)
        model = text(lambda: self.tr("Model"), Look.SECTION)
        provider.setBuddy(self._provider)
        model.setBuddy(self._models)
        address = text(lambda: self.tr("Address"), Look.SECTION)
        line = row(provider, self._provider, model, self._models, self._list)
        line.setStretchFactor(self._models, 1)
        column.addLayout(line)
        column.addLayout(row(address, self._address, self._copy, None, self._look))

    def _name_fields(self) -> None:
        field, models = self._model, self._models
        say(field, field.setPlaceholderText, lambda: self.tr("the provider's name for it"))
        say(field, field.setAccessibleName, lambda: self.tr("Model"))
        say(models, models.setAccessibleName, lambda: self.tr("Model"))
        say(self._provider, self._provider.setAccessibleName, lambda: self.tr("Provider"))

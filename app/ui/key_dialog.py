"""Entering a provider's key: it goes into the keyring and is never shown again."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from app.language import language, say, translate
from app.ui.links import ask_and_open
from app.ui.parts import Look, button, row, text
from proxy.secret import Secret

_SHORTEST, _LONGEST = 8, 1_200
_WHITE_SPACE = " \t\r\n"


class KeyDialog(QDialog):
    """One field, one reason why it may not do."""

    def __init__(
        self, title: str, place: str, parent: QWidget | None = None, *, key_page: str = ""
    ) -> None:
        super().__init__(parent)
        say(
            self,
            self.setWindowTitle,
            lambda: self.tr("Key for {provider}").format(provider=title),
        )
        self.setMinimumWidth(440)
        self._field = QLineEdit()
        self._field.setEchoMode(QLineEdit.EchoMode.Password)
        say(
            self._field, self._field.setPlaceholderText, lambda: self.tr("Paste the provider's key")
        )
        say(self._field, self._field.setAccessibleName, lambda: self.tr("Key"))
        self._reason = text("", Look.MUTED, wrap=True)
        buttons = QDialogButtonBox()
        self._save = buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        say(self, self._save.setText, lambda: self.tr("Save key"))
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._field.textChanged.connect(self._judge)
        language().changed.connect(self._judge)
        layout = QVBoxLayout(self)
        layout.addWidget(text(place, wrap=True))
        layout.addWidget(self._field)
        layout.addWidget(self._reason)
        if key_page:
            get = button(lambda: self.tr("Get a key…"))
            get.clicked.connect(lambda: ask_and_open(key_page, self))
            layout.addLayout(row(get, None))
        layout.addWidget(buttons)
        self._judge()

    def take(self) -> Secret:
        """Return what was entered and forget it here."""
        secret = Secret(self._field.text().strip(_WHITE_SPACE))
        self._field.clear()
        return secret

    def _judge(self) -> None:
        entered = self._field.text()
        problem = key_problem(entered)
        self._save.setEnabled(not problem)
        self._reason.setText(problem if entered else "")


def place_words(keyring: str | None) -> str:
    """Say where a key goes; None stands for a keyring that has not said its name yet."""
    if keyring is None:
        return translate("KeyDialog", "It goes into your system's keyring, never into a file.")
    if not keyring:
        return translate(
            "KeyDialog", "There is no keyring here: it is kept until you quit, never in a file."
        )
    words = translate("KeyDialog", "It goes into {keyring}, never into a file.")
    return words.format(keyring=keyring)


def key_problem(entered: str) -> str:
    """Return why this cannot be a key, empty where it can; never repeats it."""
    key = entered.strip(_WHITE_SPACE)
    if not _SHORTEST <= len(key) <= _LONGEST:
        return translate("KeyDialog", "A key has 8 to 1200 characters.")
    if not all("!" <= sign <= "~" for sign in key):
        return translate(
            "KeyDialog", "A key has only letters, digits and signs, and no space inside."
        )
    if "://" in key:
        return translate("KeyDialog", "This is an address, not a key.")
    return ""

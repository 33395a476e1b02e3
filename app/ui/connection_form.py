"""How a provider is reached: limits, certificates, an outgoing proxy, headers of one's own."""

from dataclasses import fields, replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHeaderView,
    QLineEdit,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.language import language, say
from app.ui.parts import Look, add_line, button, row, text
from proxy.config import Provider, Timeouts
from proxy.configrules import header_fault, proxy_fault

_MOST_CONCURRENT = 10_000
_LONGEST_WAIT = 86_400
_DECIMALS = 1
_STEP = 0.051
"""How far a time may be from what is shown of it."""


class ConnectionForm(QWidget):
    """The members of a provider that most users never touch.

    Signals:
        edited: something was entered.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._concurrent = QSpinBox()
        self._concurrent.setRange(0, _MOST_CONCURRENT)
        say(self._concurrent, self._concurrent.setSpecialValueText, lambda: self.tr("no limit"))
        self._times = {each.name: self._seconds() for each in fields(Timeouts)}
        self._former = Timeouts()
        self._outgoing = QLineEdit()
        self._outgoing.setPlaceholderText("socks5://host:port")
        self._certificates = QLineEdit()
        say(
            self._certificates,
            self._certificates.setPlaceholderText,
            lambda: self.tr("only the system's"),
        )
        self._headers = QTableWidget(0, 2)
        self._lay_out()
        self._watch()

    def show_provider(self, provider: Provider) -> None:
        """Show what the configuration says."""
        self._concurrent.setValue(provider.max_concurrent)
        self._former = provider.timeouts
        for name, field in self._times.items():
            field.setValue(getattr(provider.timeouts, name))
        self._outgoing.setText(provider.outgoing_proxy)
        self._certificates.setText(provider.tls_ca)
        self._headers.setRowCount(0)
        for name, value in provider.headers.items():
            self._add_header(name, value)

    def apply(self, provider: Provider) -> Provider:
        """Return the provider with what was entered."""
        return replace(
            provider,
            max_concurrent=self._concurrent.value(),
            timeouts=Timeouts(**{name: self._entered_time(name) for name in self._times}),
            outgoing_proxy=self._outgoing.text().strip(),
            tls_ca=self._certificates.text().strip(),
            headers=dict(self._entered_headers()),
        )

    def problem(self) -> str:
        """Return what is wrong with what was entered, empty where nothing is."""
        if proxy_fault(self._outgoing.text().strip()):
            return self.tr("The outgoing proxy is http://host:port or socks5://host:port.")
        path = self._certificates.text().strip()
        if path and not Path(path).is_file():
            return self.tr("There is no file of certificates at this path.")
        entered = self._entered_headers()
        for name, value in entered:
            if header_fault(name, value):
                return self.tr(
                    "The header {name} cannot be set: keys belong into the keyring, and values "
                    "are plain ASCII or $ and the name of a header of the agent's."
                ).format(name=name or "“”")
        if len({name.lower() for name, _ in entered}) < len(entered):
            return self.tr("A header is there twice.")
        return ""

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        browse = button(lambda: self.tr("Browse…"))
        browse.clicked.connect(self._browse)
        add_line(form, lambda: self.tr("Requests at &once"), self._concurrent)
        add_line(form, lambda: self.tr("Time to &connect"), self._times["connect"])
        add_line(form, lambda: self.tr("Time to the &first byte"), self._times["first_byte"])
        add_line(form, lambda: self.tr("&Silence in an answer"), self._times["idle"])
        add_line(form, lambda: self.tr("Outgoing &proxy"), self._outgoing)
        add_line(form, lambda: self.tr("Extra certificates"), row(self._certificates, browse))
        add, remove = (
            button(lambda: self.tr("Add header")),
            button(lambda: self.tr("Remove header")),
        )
        add.clicked.connect(self._begin_header)
        remove.clicked.connect(self._remove_header)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(text(lambda: self.tr("Headers"), Look.SECTION))
        layout.addWidget(self._headers, 1)
        layout.addLayout(row(add, remove, None))
        layout.addWidget(text(self._hint, Look.MUTED, wrap=True))
        self._name_columns()
        language().changed.connect(self._name_columns)
        self._headers.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._headers.verticalHeader().hide()
        certificates = self._certificates
        say(certificates, certificates.setAccessibleName, lambda: self.tr("Extra certificates"))
        say(self._headers, self._headers.setAccessibleName, lambda: self.tr("Headers"))
        self._headers.setTabKeyNavigation(False)
        self._headers.setMinimumHeight(90)

    def _name_columns(self) -> None:
        self._headers.setHorizontalHeaderLabels([self.tr("Name"), self.tr("Value")])

    def _hint(self) -> str:
        return self.tr("Added to every request. “$Name” copies that header of the agent's request.")

    def _watch(self) -> None:
        for number in (self._concurrent, *self._times.values()):
            number.valueChanged.connect(self.edited)
        for field in (self._outgoing, self._certificates):
            field.textChanged.connect(self.edited)
        self._headers.itemChanged.connect(self.edited)

    def _seconds(self) -> QDoubleSpinBox:
        field = QDoubleSpinBox()
        field.setRange(0, _LONGEST_WAIT)
        field.setDecimals(_DECIMALS)
        say(field, field.setSuffix, lambda: self.tr(" s"))
        say(field, field.setSpecialValueText, lambda: self.tr("no limit"))
        return field

    def _entered_time(self, name: str) -> float:
        entered, former = self._times[name].value(), float(getattr(self._former, name))
        if abs(entered - former) < _STEP:
            # What was shown more coarsely than it is written was not changed.
            return former
        return entered

    def _entered_headers(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for line in range(self._headers.rowCount()):
            name, value = self._cell(line, 0), self._cell(line, 1)
            if name or value:
                found.append((name, value))
        return found

    def _cell(self, line: int, column: int) -> str:
        item = self._headers.item(line, column)
        # An empty cell has none, whatever the stubs say.
        return item.text().strip() if item is not None else ""

    def _add_header(self, name: str, value: str) -> None:
        line = self._headers.rowCount()
        self._headers.insertRow(line)
        self._headers.setItem(line, 0, QTableWidgetItem(name))
        self._headers.setItem(line, 1, QTableWidgetItem(value))

    def _begin_header(self) -> None:
        self._add_header("", "")
        line = self._headers.rowCount() - 1
        self._headers.setCurrentCell(line, 0)
        self._headers.edit(self._headers.model().index(line, 0))

    def _remove_header(self) -> None:
        self._headers.removeRow(self._headers.currentRow())
        self.edited.emit()

    def _browse(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, self.tr("Extra certificates"), str(Path.home()), "PEM (*.pem *.crt *.cer)"
        )
        if path:
            self._certificates.setText(path)

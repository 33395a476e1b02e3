"""The settings: the proxy's few, and how the application itself behaves."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.about import licences, version
from app.archive import MOST_BYTES, MOST_DAYS
from app.errands import Errands
from app.language import Words, say
from app.preferences import Preferences
from app.ui.page import Page
from app.ui.parts import Card, Look, Sign, Tone, add_line, button, row, scrolling, text
from proxy.config import Settings

_LOWEST_PORT, _HIGHEST_PORT = 1024, 65_535
_LABEL_WIDTH = 170
_SUFFIX = ".toml"
_FILTER = f"TOML (*{_SUFFIX})"

Entries = tuple[tuple[str, Words], ...]
"""What a choice offers: each value with its words."""


class _Licences(QPlainTextEdit):
    """Names what the application is built on, once somebody looks: reading it all takes a while."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.document().isEmpty():
            errands = Errands("licences", self)
            errands.send(lambda: "\n".join(licences()), self.setPlainText)


class SettingsPage(Page):
    """Shows what may be chosen; every choice is a signal to the application.

    Signals:
        member_changed: name and value; ``server.port`` and its like are the configuration's,
            ``start_at_login`` is the system's, all others are members of `Preferences`.
        clear_asked: forget the recorded requests now.
        lock_asked: forget the providers' keys now.
        export_asked, import_asked: the path of a settings file without keys.
        archive_folder_asked: show the folder of the requests that are kept on disk.
        log_folder_asked: show the folder of the logs.
    """

    member_changed = Signal(str, object)
    clear_asked = Signal()
    lock_asked = Signal()
    export_asked = Signal(str)
    import_asked = Signal(str)
    archive_folder_asked = Signal()
    log_folder_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_title(
            lambda: self.tr("Settings"), lambda: self.tr("Port, start-up, privacy, language.")
        )
        self._boxes: dict[str, QCheckBox] = {}
        self._numbers: dict[str, QSpinBox] = {}
        self._choices: dict[str, QComboBox] = {}
        self._wheel = _Wheel(self)
        self._settings = Settings(port=0)
        self._error_sign, self._error = Sign(Tone.BAD), text("", wrap=True)
        self._lay_out()
        self.show_error("")
        self.show_preferences(Preferences())

    @property
    def entrance(self) -> QWidget:
        return self._numbers["server.port"]

    def show_settings(self, settings: Settings) -> None:
        """Show the proxy's part."""
        if settings.port != self._settings.port:
            self._show_number("server.port", settings.port)
        self._settings = settings
        self._judge_port(self._numbers["server.port"].text())
        self._boxes["server.access"].setChecked(settings.access == "open")
        chosen = self._choices["server.default_provider"]
        chosen.clear()
        for name, provider in settings.providers.items():
            chosen.addItem(provider.title or name, name)
        chosen.setCurrentIndex(chosen.findData(settings.default_provider))

    def show_preferences(self, preferences: Preferences) -> None:
        """Show the application's part."""
        for name in ("start_hidden", "keep_on_disk"):
            self._boxes[name].setChecked(getattr(preferences, name))
        for name in ("kept_requests", "kept_megabytes"):
            self._show_number(name, getattr(preferences, name))
        for name in ("language", "theme", "tray_icon", "close_button", "notifications"):
            choice = self._choices[name]
            choice.setCurrentIndex(max(0, choice.findData(getattr(preferences, name))))

    def show_autostart(self, enabled: bool) -> None:
        """Show whether the system starts the application at login."""
        self._boxes["start_at_login"].setChecked(enabled)

    def show_error(self, words: str) -> None:
        """Say what could not be done; empty takes it away."""
        self._error.setText(words)
        self._error.setVisible(bool(words))
        self._error_sign.setVisible(bool(words))

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(12)
        for card in (
            self._proxy(),
            self._start_up(),
            self._privacy(),
            self._appearance(),
            self._notifications(),
            self._advanced(),
            self._about(),
        ):
            column.addWidget(card)
        column.addStretch(1)
        self.body.addLayout(row(self._error_sign, self._error))
        self.body.addWidget(scrolling(inner, stop=False), 1)

    def _proxy(self) -> Card:
        return self._section(
            lambda: self.tr("Proxy"),
            (lambda: self.tr("&Port"), self._port()),
            (lambda: self.tr("&Default provider"), self._choice("server.default_provider", ())),
            (
                "",
                self._access_box(),
            ),
            hint=lambda: self.tr(
                "Agents point at this port: after a change they need the new address. "
                "The proxy listens on this computer only."
            ),
        )

    def _port(self) -> QWidget:
        field = self._numbers["server.port"] = QSpinBox()
        field.setRange(_LOWEST_PORT, _HIGHEST_PORT)
        # Its label names only the row in which it stands.
        say(field, field.setAccessibleName, lambda: self.tr("Port"))
        field.installEventFilter(self._wheel)
        self._move = button(lambda: self.tr("Change the port"))
        self._move.setEnabled(False)
        # Only once it is whole: agents lose their way with every change.
        field.textChanged.connect(self._judge_port)
        field.lineEdit().returnPressed.connect(self._move.click)
        self._move.clicked.connect(
            lambda: self.member_changed.emit("server.port", self._numbers["server.port"].value())
        )
        line = _row_of(field, self._move)
        line.setFocusProxy(field)
        return line

    def _judge_port(self, entered: str) -> None:
        field = self._numbers["server.port"]
        whole = field.hasAcceptableInput() and entered == str(field.value())
        self._move.setEnabled(whole and field.value() != self._settings.port)

    def _start_up(self) -> Card:
        close: Entries = (
            ("hide", lambda: self.tr("hides the window, the tray stays")),
            ("minimise", lambda: self.tr("minimises the window")),
            ("quit", lambda: self.tr("quits")),
        )
        return self._section(
            lambda: self.tr("Start-up"),
            ("", self._box("start_at_login", lambda: self.tr("Start at &login"))),
            ("", self._box("start_hidden", lambda: self.tr("Start &hidden, in the tray"))),
            (lambda: self.tr("&Close button"), self._choice("close_button", close)),
        )

    def _privacy(self) -> Card:
        clear = button(
            lambda: self.tr("Clear now"), lambda: self.tr("Forgets every recorded request.")
        )
        clear.clicked.connect(self.clear_asked)
        lock = button(
            lambda: self.tr("Lock keys now"),
            lambda: self.tr(
                "Forgets the providers' keys: requests fail until you click Unlock on a provider."
            ),
        )
        lock.clicked.connect(self.lock_asked)
        folder = button(lambda: self.tr("Open folder"))
        folder.clicked.connect(self.archive_folder_asked)
        return self._section(
            lambda: self.tr("Privacy"),
            (lambda: self.tr("Keep at most (&requests)"), self._number("kept_requests", 10, 5_000)),
            (lambda: self.tr("Keep at most (&MB)"), self._number("kept_megabytes", 8, 1_024)),
            ("", self._box("keep_on_disk", lambda: self.tr("&Keep them on disk too"))),
            ("", _row_of(clear, lock, folder)),
            hint=lambda: self.tr(
                "Requests and answers are kept in memory and are gone when the application quits. "
                "On disk they stay for {days} days, up to {size} MB, as HAR files that only you "
                "can read: prompts may be personal. Keys are taken out before anything is kept."
            ).format(days=MOST_DAYS, size=MOST_BYTES // 1024**2),
        )

    def _appearance(self) -> Card:
        languages: Entries = (("", self._system), ("en", "English"), ("zh_CN", "简体中文"))
        themes: Entries = (
            ("system", self._system),
            ("light", lambda: self.tr("light")),
            ("dark", lambda: self.tr("dark")),
        )
        icons: Entries = (
            ("auto", lambda: self.tr("fits the panel")),
            ("light", lambda: self.tr("light")),
            ("dark", lambda: self.tr("dark")),
            ("colour", lambda: self.tr("in colour")),
        )
        return self._section(
            lambda: self.tr("Appearance"),
            (lambda: self.tr("L&anguage"), self._choice("language", languages)),
            (lambda: self.tr("&Theme"), self._choice("theme", themes)),
            (lambda: self.tr("Tray &icon"), self._choice("tray_icon", icons)),
        )

    def _system(self) -> str:
        return self.tr("as the system has it")

    def _notifications(self) -> Card:
        kinds: Entries = (
            ("problems", lambda: self.tr("only problems")),
            ("none", lambda: self.tr("none")),
        )
        return self._section(
            lambda: self.tr("Notifications"),
            (lambda: self.tr("&Show"), self._choice("notifications", kinds)),
        )

    def _advanced(self) -> Card:
        export, read = (
            button(lambda: self.tr("Export settings…")),
            button(lambda: self.tr("Import settings…")),
        )
        logs = button(lambda: self.tr("Open log folder"))
        export.clicked.connect(self._export)
        read.clicked.connect(self._import)
        logs.clicked.connect(self.log_folder_asked)
        card = self._section(
            lambda: self.tr("Advanced"),
            hint=lambda: self.tr("An export holds no key, neither yours nor an agent's."),
        )
        card.add(row(export, read, logs, None))
        return card

    def _about(self) -> Card:
        card = Card()
        built_on = _Licences()
        built_on.setMaximumHeight(150)
        built_on.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        say(
            built_on, built_on.setAccessibleName, lambda: self.tr("Licences of the packages in use")
        )
        card.add(
            text(lambda: self.tr("About"), Look.SECTION),
            text(f"Wiremend {version()}"),
            text(lambda: self.tr("Free software under the MIT licence."), Look.MUTED),
            text(lambda: self.tr("Built on:"), Look.MUTED),
            built_on,
        )
        return card

    def _section(self, title: Words, *lines: tuple[Words, QWidget], hint: Words = "") -> Card:
        card = Card()
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        form.setHorizontalSpacing(16)
        for words, field in lines:
            add_line(form, words, field).setMinimumWidth(_LABEL_WIDTH)
        card.add(text(title, Look.SECTION), form)
        if hint:
            card.add(text(hint, Look.MUTED, wrap=True))
        return card

    def _box(self, name: str, words: Words) -> QCheckBox:
        box = self._boxes[name] = QCheckBox()
        say(box, box.setText, words)

        def tell(on: bool) -> None:
            self.member_changed.emit(name, on)

        box.clicked.connect(tell)
        return box

    def _access_box(self) -> QCheckBox:
        box = self._boxes["server.access"] = QCheckBox()
        say(box, box.setText, lambda: self.tr("Programs of this computer need &no local key"))
        box.clicked.connect(self._change_access)
        return box

    def _change_access(self, on: bool) -> None:
        self.member_changed.emit("server.access", "open" if on else "required")

    def _number(self, name: str, low: int, high: int) -> QSpinBox:
        field = self._numbers[name] = QSpinBox()
        field.setRange(low, high)
        field.installEventFilter(self._wheel)
        field.setKeyboardTracking(False)
        field.valueChanged.connect(partial(self.member_changed.emit, name))
        return field

    def _show_number(self, name: str, value: int) -> None:
        field = self._numbers[name]
        blocked = field.blockSignals(True)
        field.setValue(value)
        field.blockSignals(blocked)

    def _choice(self, name: str, entries: Entries) -> QComboBox:
        field = self._choices[name] = QComboBox()
        field.setMinimumContentsLength(24)
        field.installEventFilter(self._wheel)
        for place, (value, words) in enumerate(entries):
            field.addItem("", value)
            say(field, partial(field.setItemText, place), words)
        field.activated.connect(lambda: self.member_changed.emit(name, field.currentData()))
        return field

    def _export(self) -> None:
        proposed = str(Path.home() / f"wiremend-settings{_SUFFIX}")
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Export settings"), proposed, _FILTER)
        if path:
            self.export_asked.emit(_with_suffix(path))

    def _import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, self.tr("Import settings"), str(Path.home()), _FILTER
        )
        if path:
            self.import_asked.emit(path)


def _with_suffix(path: str) -> str:
    """Return the path as the import will list it, where nobody has to be asked about a file."""
    named = Path(path + _SUFFIX)
    return path if Path(path).suffix or named.exists() else str(named)


class _Wheel(QObject):
    """Keeps the wheel from changing what it merely scrolls over."""

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:
            # Ignored, it goes on to the page, which scrolls.
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _row_of(*widgets: QWidget) -> QWidget:
    """Return widgets side by side, as one."""
    line = QWidget()
    layout = row(*widgets, None)
    layout.setContentsMargins(0, 0, 0, 0)
    line.setLayout(layout)
    return line

"""Light and dark: one palette each, chosen by the user or by the system.

Fusion is drawn from the palette alone, so the same window looks the same on every system. Cards
stand on `Light`, muted words are `PlaceholderText`: both are ours to keep readable.
"""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

_Role = QPalette.ColorRole
_Group = QPalette.ColorGroup
_Scheme = Qt.ColorScheme

_LIGHT: Mapping[_Role, str] = {
    _Role.Window: "#f3f4f6",
    _Role.WindowText: "#1c1e21",
    _Role.Base: "#ffffff",
    _Role.AlternateBase: "#f7f8fa",
    _Role.Text: "#1c1e21",
    _Role.Button: "#eceef1",
    _Role.ButtonText: "#1c1e21",
    _Role.BrightText: "#ffffff",
    _Role.Highlight: "#2463c4",
    _Role.HighlightedText: "#ffffff",
    _Role.Accent: "#2463c4",
    _Role.Link: "#1d5cb8",
    _Role.LinkVisited: "#6b46a8",
    _Role.ToolTipBase: "#ffffff",
    _Role.ToolTipText: "#1c1e21",
    _Role.PlaceholderText: "#5a6068",
    _Role.Light: "#ffffff",
    _Role.Midlight: "#e4e7eb",
    _Role.Mid: "#c3c8cf",
    _Role.Dark: "#a4abb5",
    _Role.Shadow: "#767c86",
}
_DARK: Mapping[_Role, str] = {
    _Role.Window: "#1d1f23",
    _Role.WindowText: "#e4e6ea",
    _Role.Base: "#17191c",
    _Role.AlternateBase: "#1f2226",
    _Role.Text: "#e4e6ea",
    _Role.Button: "#31353b",
    _Role.ButtonText: "#e4e6ea",
    _Role.BrightText: "#ffffff",
    _Role.Highlight: "#2f6fd0",
    _Role.HighlightedText: "#ffffff",
    _Role.Accent: "#5b97f0",
    _Role.Link: "#82b1ff",
    _Role.LinkVisited: "#c4a5f5",
    _Role.ToolTipBase: "#31353b",
    _Role.ToolTipText: "#e4e6ea",
    _Role.PlaceholderText: "#a1a8b3",
    _Role.Light: "#26292e",
    _Role.Midlight: "#363a41",
    _Role.Mid: "#43484f",
    _Role.Dark: "#141518",
    _Role.Shadow: "#0c0d0f",
}
# Fusion draws the outlines of these from the window's colour, darker: on dark grounds nobody would
# see whether a box is there.
_OUTLINED = (
    "QCheckBox",
    "QRadioButton",
    "QMenu",
    "QLineEdit",
    "QComboBox",
    "QAbstractSpinBox",
)
_DARK_OUTLINE = "#8a919c"
_DISABLED = {_Scheme.Light: "#8b919a", _Scheme.Dark: "#757c87"}
_DISABLED_ROLES = (_Role.WindowText, _Role.Text, _Role.ButtonText, _Role.HighlightedText)
_SCHEMES = {"light": _Scheme.Light, "dark": _Scheme.Dark}
_MIDDLE_LIGHTNESS = 128


class Theme(QObject):
    """The application's colours.

    Signals:
        changed: the colours are others now.
    """

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._chosen = "system"
        # Before any palette of ours hides what the platform had.
        self._fallback = _scheme_of(application.palette())
        application.setStyle(QStyleFactory.create("Fusion"))
        application.styleHints().colorSchemeChanged.connect(self._paint)
        self._paint()

    @property
    def dark(self) -> bool:
        """The colours are the dark ones."""
        return self._scheme() is _Scheme.Dark

    def choose(self, name: str) -> None:
        """Take ``light``, ``dark`` or what the ``system`` says."""
        self._chosen = name
        hints = self._application.styleHints()
        if name in _SCHEMES:
            hints.setColorScheme(_SCHEMES[name])
        else:
            hints.unsetColorScheme()
        self._paint()

    def _paint(self) -> None:
        colours = palette(dark=self.dark)
        self._application.setPalette(colours)
        if self.dark:
            colours.setColor(_Role.Window, QColor(_DARK_OUTLINE))
        for name in _OUTLINED:
            # The stub says bytes; only text is taken.
            self._application.setPalette(colours, name)  # pyright: ignore[reportArgumentType]
        self.changed.emit()

    def _scheme(self) -> Qt.ColorScheme:
        if self._chosen in _SCHEMES:
            return _SCHEMES[self._chosen]
        told = self._application.styleHints().colorScheme()
        return self._fallback if told is _Scheme.Unknown else told


def palette(*, dark: bool) -> QPalette:
    """Return all colours of one theme."""
    made = QPalette()
    for role, colour in (_DARK if dark else _LIGHT).items():
        made.setColor(role, QColor(colour))
    faded = QColor(_DISABLED[_Scheme.Dark if dark else _Scheme.Light])
    for role in _DISABLED_ROLES:
        made.setColor(_Group.Disabled, role, faded)
    made.setColor(_Group.Disabled, _Role.Highlight, made.color(_Role.Mid))
    made.setColor(_Group.Disabled, _Role.Accent, made.color(_Role.Mid))
    return made


def _scheme_of(shown: QPalette) -> Qt.ColorScheme:
    dark = shown.color(_Role.Window).lightness() < _MIDDLE_LIGHTNESS
    return _Scheme.Dark if dark else _Scheme.Light

"""The whole window with something on every page, and every text that it shows."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QSpinBox,
    QTableView,
    QTabWidget,
    QTreeView,
    QWidget,
)

from app.agents.places import Places
from app.models.status import Status
from app.ui.main_window import MainWindow
from app.ui.pages import Pages
from app.ui.tray_menu import TrayMenu
from proxy.config import DEMO_URL, Agent, Provider, Settings
from proxy.tap import Mark, Record
from tests.gui.exchanges import DONE, answered, asked, began, call, ended, mended, passed, text

PROVIDERS = {
    each.id: each
    for each in (
        Provider("demo", DEMO_URL, "Broken on purpose", key="none"),
        Provider("deepseek", "https://api.deepseek.com/v1", "DeepSeek", key="keyring"),
        Provider("vllm", "http://192.168.1.9:8000/v1", "My vLLM", key="none", passthrough=True),
    )
}
SETTINGS = Settings(providers=PROVIDERS, agents=(Agent("Cline", "0" * 64), Agent("me", "1" * 64)))
# Qt names them once, and never again.
_OF_QT = {"ScrollLeftButton", "ScrollRightButton"}
ADDRESS = "127.0.0.1:8459"


class Showcase:
    """The window as it is after some requests."""

    def __init__(self, folder: Path) -> None:
        self.pages = Pages(Places(folder), folder / "backups")
        self.window = MainWindow(self.pages.destinations())
        self.menu = TrayMenu(self.window)
        status = Status("running", ADDRESS, streaming=1, providers=len(PROVIDERS))
        self.pages.show_settings(SETTINGS)
        self.pages.show_address(f"http://{ADDRESS}")
        self.window.show_status(status)
        self.menu.show_settings(SETTINGS)
        self.menu.show_status(status)
        self.pages.apply(records())


def records() -> list[Record]:
    """Return the records of a mended request, of one that failed, and of one that goes on."""
    mark = Mark("index-repair", "index 0 added", 1, 1)
    broken, whole = call("{}", "read_file", "call_9", None), call("{}", "read_file", "call_9")
    return [
        began("a"),
        asked("a"),
        answered("a"),
        *passed([text("I'll read the file. ")], "a"),
        *mended(broken, whole, [mark], "a", 103.0),
        *passed([DONE], "a", 104.0),
        ended("a", findings={"index-repair": 1}, would_mend={"buffer-tool-calls": 2}),
        began("b", agent="aider", provider="vllm"),
        asked("b"),
        answered("b", 401),
        ended("b", "upstream_error", 401, reason="Incorrect API key provided."),
        began("c"),
        asked("c"),
        answered("c"),
        *passed([text("Still writing")], "c"),
    ]


def texts(root: QWidget) -> Iterator[tuple[str, str]]:
    """Yield every text below a widget with where it stands; what users wrote comes along."""
    for widget in [root, *root.findChildren(QWidget)]:
        if widget.objectName() in _OF_QT:
            continue
        place = type(widget).__name__
        for name, words in _of(widget):
            if words:
                yield f"{place}.{name}", words
    for action in root.findChildren(QAction):
        if action.text():
            yield "QAction.text", action.text()


def _of(widget: QWidget) -> Iterator[tuple[str, str]]:
    yield "toolTip", widget.toolTip()
    yield "accessibleName", widget.accessibleName()
    yield "accessibleDescription", widget.accessibleDescription()
    yield "windowTitle", widget.windowTitle()
    if isinstance(widget, (QLabel, QAbstractButton)):
        yield "text", widget.text()
    elif isinstance(widget, QMenu):
        yield "title", widget.title()
    elif isinstance(widget, QLineEdit) and not isinstance(widget.parent(), QAbstractSpinBox):
        yield "placeholderText", widget.placeholderText()
    elif isinstance(widget, QComboBox):
        yield from (("itemText", widget.itemText(place)) for place in range(widget.count()))
    elif isinstance(widget, QTabWidget):
        yield from (("tabText", widget.tabText(place)) for place in range(widget.count()))
    elif isinstance(widget, QSpinBox):
        yield "specialValueText", widget.specialValueText()
        yield "suffix", widget.suffix()
    elif isinstance(widget, (QTableView, QTreeView)):
        yield from (("heading", words) for words in _headings(widget))


def _headings(view: QTableView | QTreeView) -> list[str]:
    model = view.model()
    across = Qt.Orientation.Horizontal
    return [str(model.headerData(column, across)) for column in range(model.columnCount())]

"""The tool calls of an answer, each with the result that a later request brought."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QSplitter, QTreeWidget, QTreeWidgetItem, QWidget

from app.language import say
from app.models.exchange import Exchange
from app.models.exchanges import clock_time
from app.models.plaintext import one_line, pretty
from app.models.reading import Reading
from app.models.tooluse import ToolUse, tool_uses
from app.ui.parts import Look, captioned, text
from app.ui.plain_view import PlainView
from app.ui.tab import Tab
from app.ui.tables import head, roomy

Later = Callable[[Exchange], Iterable[Exchange]]

MOST_CALLS = 500
_WIDTH = 200
_NAME_WIDTH = 104
_ID_WIDTH = 84
_RESULT_WIDTH = 100


class ToolsTab(Tab):
    """Calls and results, paired by their ids."""

    def __init__(self, later: Later, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._later = later
        self._uses: list[ToolUse] = []
        self._shown: list[tuple[int, bool]] = []
        self.calls = QTreeWidget()
        self._arguments = PlainView(lambda: self.tr("Arguments"))
        self._result = PlainView(lambda: self.tr("Result"))
        self._note = text("", Look.MUTED, wrap=True)
        self._lay_out()

    def start(self) -> None:
        self._uses, self._shown = [], []
        self.calls.clear()
        self._arguments.show_text("")
        self._result.show_text("")
        self._note.setText("")

    def refresh(self, reading: Reading) -> None:
        calls = [*reading.answer.calls.values()][:MOST_CALLS]
        uses = tool_uses(calls, self._later(reading.exchange))
        self._note.setVisible(not uses)
        self._halves.setVisible(bool(uses))
        self._note.setText(self._blank_words(reading))
        shown = [(len(use.call.pieces), use.brought_by is None) for use in uses]
        if shown == self._shown:
            return
        self._shown = shown
        chosen = self.calls.currentIndex().row()
        self._uses = uses
        self.calls.clear()
        self.calls.addTopLevelItems([self._item(use) for use in uses])
        self.calls.setCurrentIndex(self.calls.model().index(max(0, chosen), 0))

    def _blank_words(self, reading: Reading) -> str:
        if reading.exchange.dropped:
            return self.tr("The answer is no longer kept.")
        if not reading.sent.closed:
            return self.tr("No tool has been called yet.")
        return self.tr("This answer calls no tool.")

    def _lay_out(self) -> None:
        headings = (
            lambda: self.tr("Tool"),
            lambda: self.tr("Id"),
            lambda: self.tr("Result"),
            lambda: self.tr("Arguments"),
        )
        head(self.calls, *headings)
        self.calls.setRootIsDecorated(False)
        roomy(self.calls)
        say(self.calls, self.calls.setAccessibleName, lambda: self.tr("Tool calls"))
        columns = self.calls.header()
        for column, width in enumerate((_NAME_WIDTH, _ID_WIDTH, _RESULT_WIDTH)):
            columns.resizeSection(column, width)
        columns.setStretchLastSection(False)
        # The arguments have what is left, and no bar: they stand below too.
        columns.setSectionResizeMode(len(headings) - 1, QHeaderView.ResizeMode.Stretch)
        self.calls.currentItemChanged.connect(self._choose)
        panes = QSplitter(Qt.Orientation.Horizontal)
        panes.addWidget(captioned(text(lambda: self.tr("Arguments"), Look.MUTED), self._arguments))
        panes.addWidget(captioned(text(lambda: self.tr("Result"), Look.MUTED), self._result))
        self._halves = halves = QSplitter(Qt.Orientation.Vertical)
        halves.addWidget(self.calls)
        halves.addWidget(panes)
        self.body.addWidget(self._note)
        self.body.addWidget(halves, 1)
        self.body.addStretch(0)

    def _item(self, use: ToolUse) -> QTreeWidgetItem:
        call = use.call
        if use.brought_by is None:
            result = self.tr("none yet")
        else:
            result = self.tr("came at {time}").format(time=clock_time(use.brought_by))
        texts = (call.name, call.id, result, call.arguments[:_WIDTH])
        return QTreeWidgetItem([one_line(each, _WIDTH) for each in texts])

    def _choose(self, item: QTreeWidgetItem | None) -> None:
        number = -1 if item is None else self.calls.indexOfTopLevelItem(item)
        if 0 <= number < len(self._uses):
            use = self._uses[number]
            self._arguments.show_text(pretty(use.call.arguments))
            self._result.show_text(pretty(use.result or ""))

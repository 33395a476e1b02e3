"""The request: its headers without keys, its body as a tree, and what was changed in it."""

import sys
from functools import partial
from typing import Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QHeaderView, QSplitter, QTreeView, QWidget

from app.language import say
from app.models import bigjson
from app.models.bigjson import Raw
from app.models.exchange import Exchange
from app.models.exports import redacted_headers
from app.models.jsontree import NAME, NOTE, VALUE, JsonTreeModel
from app.models.plaintext import MOST_TEXT, decoded, pretty
from app.models.reading import Reading
from app.ui.parts import Look, text
from app.ui.plain_view import PlainView
from app.ui.tab import Tab
from app.ui.tables import roomy
from proxy import wire
from proxy.tap import Headers

_NAME_WIDTH = 160
_NOTE_WIDTH = 150
_MOST_READ = 4 * MOST_TEXT
"""Bytes: no character has more than four."""
_SIZES = [110, 300, 110]


class RequestTab(Tab):
    """What the agent asked, and what went upstream of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = JsonTreeModel(self)
        self.view = QTreeView()
        self._headers = PlainView(lambda: self.tr("Headers, without keys"))
        self._value = PlainView(lambda: self.tr("The chosen value"), prose=True)
        self._note = text("", Look.MUTED, wrap=True)
        self._shown: tuple[int, bool] | None = None
        self._lay_out()

    def start(self) -> None:
        self._shown = None
        self.model.show_value({}, {})
        self._headers.show_text("")
        self._value.show_text("")
        self._note.setText("")

    def refresh(self, reading: Reading) -> None:
        exchange = reading.exchange
        state = (id(exchange), exchange.asked is not None)
        if state == self._shown:
            return
        self._shown = state
        self._headers.show_text(self._header_text(exchange))
        self._show_body(exchange)

    def _lay_out(self) -> None:
        self.view.setModel(self.model)
        roomy(self.view)
        say(self.view, self.view.setAccessibleName, lambda: self.tr("Body of the request"))
        self.view.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        header = self.view.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(VALUE, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(NAME, _NAME_WIDTH)
        header.resizeSection(NOTE, _NOTE_WIDTH)
        self.view.selectionModel().currentChanged.connect(self._choose)
        parts = QSplitter(Qt.Orientation.Vertical)
        for part in (self._headers, self.view, self._value):
            parts.addWidget(part)
        parts.setSizes(_SIZES)
        self.body.addWidget(self._note)
        self.body.addWidget(parts, 1)

    def _show_body(self, exchange: Exchange) -> None:
        started, asked = exchange.started, exchange.asked
        body = asked.body if asked is not None else started.body
        value = _value_of(body)
        same = asked is None or asked.body == started.body
        self.model.show_value(value, value if same else _value_of(started.body))
        self.view.setColumnHidden(NOTE, same)
        for index in self.model.changed_indexes():
            self.view.expand(index)
        self._note.setText(self._note_words(exchange, same=same))

    def _note_words(self, exchange: Exchange, *, same: bool) -> str:
        if exchange.dropped:
            return ""
        if exchange.asked is None:
            return self.tr("The request has not gone to the provider.")
        if same:
            return self.tr("The body went to the provider byte for byte.")
        return self.tr("The body was changed on its way; ◆ marks where.")

    def _header_text(self, exchange: Exchange) -> str:
        started, asked = exchange.started, exchange.asked
        lines = [self.tr("From the agent:"), f"{started.method} {started.path}"]
        lines += _header_lines(started.headers)
        if asked is not None:
            lines += ["", self.tr("To the provider:"), f"{started.method} {asked.url}"]
            lines += _header_lines(asked.headers)
        if exchange.answered is not None:
            status = exchange.answered.status
            lines += ["", self.tr("The provider's answer: {status}").format(status=status)]
            lines += _header_lines(exchange.answered.headers)
        return "\n".join(lines)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            value = self.model.node(index).shown
            text = _text_of(value, _MOST_READ)
            long = len(text) >= MOST_TEXT
            self._value.show_text(text, partial(_text_of, value, sys.maxsize) if long else None)


def _header_lines(headers: Headers) -> list[str]:
    return [f"  {name}: {value}" for name, value in redacted_headers(headers)]


def _text_of(value: Any, most: int) -> str:
    if isinstance(value, bytes):
        return decoded(value[:most])
    if isinstance(value, Raw):
        if bigjson.begins(value) != '"':
            return decoded(bigjson.beginning(value, most))
        value = bigjson.opened(value)
    if isinstance(value, str):
        return value[:most]
    written = wire.encode_if_possible(value) or b""
    return pretty(decoded(written[:most]))


def _value_of(body: bytes) -> Any:
    """A body that is no object is shown as the one text that it is."""
    value = bigjson.read_object(body)
    return value if value is not None else {"body": body}

"""The assembled message: thoughts folded away, text as it comes, each tool call on a card."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QToolButton, QVBoxLayout, QWidget

from app.language import counted, say
from app.models.answer import Answer, ToolCall
from app.models.endwords import end_words
from app.models.plaintext import breakable, one_line, pretty
from app.models.reading import Reading
from app.ui.parts import Card, Look, discard, text
from app.ui.plain_view import PlainView
from app.ui.tab import Tab

MOST_CARDS = 40
"""Each is a text pane of its own."""

_NAME_WIDTH = 120
_ERROR_WIDTH = 600
_THOUGHTS_HEIGHT = 170
_LINES_SHOWN = 12
_PADDING = 10
_ENDLESS = 16_777_215


class CallCard(Card):
    """One tool call."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._head = text("", Look.SECTION, wrap=True)
        self._arguments = PlainView(lambda: self.tr("Arguments"))
        self._shown = -1
        self.body.setContentsMargins(10, 8, 10, 8)
        self.add(self._head, self._arguments)

    def show_call(self, call: ToolCall) -> None:
        """Show the call as far as it has come."""
        name = one_line(call.name, _NAME_WIDTH) or self.tr("(no name)")
        self._head.setText(f"⚙ {breakable(name)}    {one_line(call.id, _NAME_WIDTH)}")
        if self._shown == len(call.pieces):
            return
        self._shown = len(call.pieces)
        self._arguments.show_text(pretty(call.arguments))
        lines = min(self._arguments.blockCount(), _LINES_SHOWN)
        line = self._arguments.fontMetrics().lineSpacing()
        bar = self._arguments.horizontalScrollBar().sizeHint().height()
        self._arguments.setFixedHeight(lines * line + bar + _PADDING)


class AnswerTab(Tab):
    """What the agent gets to read, live."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fold = QToolButton()
        self._fold.setCheckable(True)
        self._fold.setAutoRaise(True)
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._thoughts = PlainView(lambda: self.tr("Reasoning"), prose=True)
        self._thoughts.setMaximumHeight(_THOUGHTS_HEIGHT)
        self._text = PlainView(lambda: self.tr("Answer"), prose=True)
        self._note = text("", Look.MUTED, wrap=True)
        self._cards: list[CallCard] = []
        self._calls = QScrollArea()
        say(self._calls, self._calls.setAccessibleName, lambda: self.tr("Tool calls"))
        self._calls.setWidgetResizable(True)
        self._calls.setFrameShape(QScrollArea.Shape.NoFrame)
        self._call_column = QVBoxLayout()
        self._call_column.setContentsMargins(0, 0, 0, 0)
        self._end = text("", Look.MUTED, wrap=True)
        self._shown = (-1, 0, 0)
        self._lay_out()

    def start(self) -> None:
        self._shown = (-1, 0, 0)
        self._fold.setChecked(False)
        for view in (self._thoughts, self._text):
            view.show_text("")
        discard(self._cards)
        self._cards = []
        self._end.setText("")
        self._arrange(Answer(), "")

    def refresh(self, reading: Reading) -> None:
        if self._shown[0] != reading.generation:
            self.start()
            for view in (self._thoughts, self._text):
                view.follows = not reading.exchange.state.over
        answer = reading.answer
        _, thoughts, texts = self._shown
        self._thoughts.add_text("".join(answer.reasoning[thoughts:]), self._all_thoughts)
        self._text.add_text("".join(answer.text[texts:]), self._all_text)
        self._shown = (reading.generation, len(answer.reasoning), len(answer.text))
        self._show_calls(answer)
        self._end.setText(self._last_words(reading))
        self._arrange(answer, self._blank_words(reading))

    def _all_thoughts(self) -> str:
        answer = Answer() if self.reading is None else self.reading.answer
        generation, _, texts = self._shown
        self._shown = (generation, len(answer.reasoning), texts)
        return "".join(answer.reasoning)

    def _all_text(self) -> str:
        answer = Answer() if self.reading is None else self.reading.answer
        generation, thoughts, _ = self._shown
        self._shown = (generation, thoughts, len(answer.text))
        return "".join(answer.text)

    def _lay_out(self) -> None:
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._call_column)
        layout.addStretch(1)
        self._calls.setWidget(column)
        self._fold.toggled.connect(self._thoughts.setVisible)
        self._thoughts.hide()
        self.body.addWidget(self._note)
        self.body.addWidget(self._fold)
        self.body.addWidget(self._thoughts)
        self.body.addWidget(self._text, 1)
        self.body.addWidget(self._calls, 2)
        self.body.addWidget(self._end)
        self.body.addStretch(0)
        self._arrange(Answer(), "")

    def _arrange(self, answer: Answer, blank: str) -> None:
        """Give the room to what there is."""
        self._note.setText(blank)
        self._note.setVisible(bool(blank))
        size = sum(len(piece) for piece in answer.reasoning) if answer.reasoning else 0
        self._fold.setVisible(size > 0)
        sign = "▾" if self._fold.isChecked() else "▸"
        one, many = self.tr("Reasoning, 1 character"), self.tr("Reasoning, {count} characters")
        self._fold.setText(f"{sign} {counted(size, one, many)}")
        self._thoughts.setVisible(size > 0 and self._fold.isChecked())
        self._calls.setVisible(bool(answer.calls))
        self._text.setVisible(bool(answer.text) or not (answer.calls or blank))
        self._text.setMaximumHeight(self._text_height() if answer.calls else _ENDLESS)

    def _text_height(self) -> int:
        """Above calls, a short text takes no more room than it needs."""
        lines = int(self._text.document().size().height())
        return (lines + 1) * self._text.fontMetrics().lineSpacing() + _PADDING

    def _show_calls(self, answer: Answer) -> None:
        for number, call in enumerate([*answer.calls.values()][:MOST_CARDS]):
            if number == len(self._cards):
                self._cards.append(CallCard())
                self._call_column.addWidget(self._cards[number])
            self._cards[number].show_call(call)

    def _blank_words(self, reading: Reading) -> str:
        """Say why there is nothing to read here; empty where there is, or it may come yet."""
        answer, exchange = reading.answer, reading.exchange
        if answer.started or not reading.sent.closed:
            return ""
        if exchange.dropped:
            return self.tr("The answer is no longer kept.")
        if not exchange.sent.size:
            return self.tr("No answer came.")
        if answer.error:
            return self.tr("An error came instead of an answer.")
        if answer.finish:
            return self.tr("The answer says nothing.")
        return self.tr("No message of a model is in this answer. The Raw tab shows what came.")

    def _last_words(self, reading: Reading) -> str:
        answer, words = reading.answer, list[str]()
        if answer.error:
            error = one_line(end_words(answer.error), _ERROR_WIDTH)
            words.append(self.tr("Error: {error}").format(error=error))
        if answer.finish:
            words.append(self.tr("Finish: {reason}").format(reason=one_line(answer.finish, 60)))
        if len(answer.calls) > MOST_CARDS:
            words.append(self.tr("{count} tool calls in all").format(count=len(answer.calls)))
        return "  ·  ".join(words)

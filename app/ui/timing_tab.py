"""Where the time of a request went."""

from functools import partial

from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from app.language import say
from app.models.events import GAP_SECONDS
from app.models.exchange import Exchange
from app.models.exchanges import milliseconds_words, rate_words, seconds_words, token_words
from app.models.reading import EventLog, Reading
from app.ui.parts import Look, scrolling, text
from app.ui.strip_chart import StripChart
from app.ui.tab import Tab


class TimingTab(Tab):
    """Figures from the agent's request to the last byte, and the events over time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = QFormLayout()
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._values: dict[str, QLabel] = {}
        for name in self._rows():
            self._values[name] = text("", Look.BODY)
            self._form.addRow(text(partial(self._row, name), Look.MUTED), self._values[name])
        self.chart = StripChart()
        self.chart.setFixedHeight(88)
        self._legend = text("", Look.MUTED, wrap=True)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._form)
        column.addWidget(self.chart)
        column.addWidget(self._legend)
        column.addStretch(1)
        area = scrolling(inner)
        say(area, area.setAccessibleName, lambda: self.tr("Timing"))
        self.body.addWidget(area)

    def start(self) -> None:
        for label in self._values.values():
            label.setText("")
        self.chart.show_events(0, (), ())
        self._legend.setText(self.tr("Events over time; ◆ where a fix acted."))

    def refresh(self, reading: Reading) -> None:
        exchange, log = reading.exchange, reading.received
        began = exchange.started.at
        for name, value in self._figures(reading).items():
            self._values[name].setText(value or "–")
        numbers = {mark.received for mark in exchange.marks if mark.received is not None}
        self.chart.show_events(began, log.at, sorted(numbers))

    def figure(self, name: str) -> str:
        """Return a figure as it is shown."""
        return self._values[name].text()

    def _row(self, name: str) -> str:
        return self._rows()[name]

    def _rows(self) -> dict[str, str]:
        return {
            "asked": self.tr("Sent to the provider after"),
            "connect": self.tr("Connected within"),
            "headers": self.tr("Headers of the answer after"),
            "byte": self.tr("First byte after"),
            "token": self.tr("First token after"),
            "end": self.tr("Finished after"),
            "longest": self.tr("Longest silence between events"),
            "gaps": self.tr("Silences over {seconds} s").format(seconds=GAP_SECONDS),
            "tokens": self.tr("Tokens"),
            "rate": self.tr("Tokens a second"),
        }

    def _figures(self, reading: Reading) -> dict[str, str]:
        exchange = reading.exchange
        gaps = _gaps(reading.received)
        long = [gap for gap in gaps if gap >= GAP_SECONDS]
        total = seconds_words(sum(long))
        silences = self.tr("{count}, {seconds} together").format(count=len(long), seconds=total)
        none = self.tr("none") if gaps else ""
        return {
            "asked": self._since(exchange, exchange.asked.at if exchange.asked else None),
            "connect": self._connect_words(exchange),
            "headers": self._since(exchange, exchange.answered.at if exchange.answered else None),
            "byte": seconds_words(exchange.first_byte_seconds),
            "token": self._since(exchange, exchange.first_token.at),
            "end": seconds_words(exchange.duration),
            "longest": seconds_words(max(gaps, default=None)),
            "gaps": silences if long else none,
            "tokens": token_words(exchange),
            "rate": rate_words(exchange),
        }

    def _since(self, exchange: Exchange, at: float | None) -> str:
        return seconds_words(None if at is None else at - exchange.started.at)

    def _connect_words(self, exchange: Exchange) -> str:
        taken = exchange.answered.took_to_connect if exchange.answered is not None else None
        if taken is None:
            return ""
        if not taken:
            return self.tr("connected before")
        return milliseconds_words(taken)


def _gaps(log: EventLog) -> list[float]:
    return [later - earlier for earlier, later in zip(log.at, log.at[1:], strict=False)]

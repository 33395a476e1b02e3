"""The very bytes of an answer: as they came, as they were sent, to be saved."""

from codecs import getincrementaldecoder
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from app.language import Words, asked
from app.models.eventwords import size_words
from app.models.exchange import Pieces
from app.models.reading import EventLog, Reading
from app.ui.files import save_as
from app.ui.parts import Look, button, row, text
from app.ui.plain_view import PlainView
from app.ui.tab import Tab

_GROUP = 16
# A character may be cut in two between pieces.
_Decoder = getincrementaldecoder("utf-8")


class Side(QWidget):
    """One direction."""

    def __init__(self, title: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pieces = Pieces()
        self._read = 0
        self._decoder = _Decoder("replace")
        self.view = PlainView(title)
        self.extent: QLabel = text("", Look.SECTION)
        self.digest: QLabel = text("", Look.MUTED, wrap=True)
        self.digest.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.save: QPushButton = button(lambda: self.tr("Save…"))
        self._title = title
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row(self.extent, None, self.save))
        layout.addWidget(self.digest)
        layout.addWidget(self.view, 1)

    @property
    def content(self) -> bytes:
        """All bytes of this direction."""
        return self._pieces.whole()

    def start(self) -> None:
        self._pieces, self._read = Pieces(), 0
        self._decoder = _Decoder("replace")
        self.view.show_text("")
        self.extent.setText(asked(self._title))
        self.digest.setText("")
        self.save.setEnabled(False)

    def show_pieces(self, pieces: Pieces, log: EventLog, *, over: bool) -> None:
        """Show what came since."""
        if pieces is not self._pieces:
            self.start()
            self._pieces = pieces
            self.view.follows = not over
        new: list[bytes] = []
        # The longest character has four bytes: a piece that is cut here has filled the view.
        room = 4 * self.view.room
        while self._read < len(pieces.parts) and room > 0:
            new.append(pieces.parts[self._read][:room])
            room -= len(pieces.parts[self._read])
            self._read += 1
        self.view.add_text(self._decoder.decode(b"".join(new)), self._all)
        self.extent.setText(f"{asked(self._title)}: {size_words(pieces.size)}")
        whole = pieces.kept and log.caught_up
        self.digest.setText(_digest_words(log.sha256) if whole else "")
        self.save.setEnabled(bool(pieces.parts))

    def _all(self) -> str:
        self._decoder, self._read = _Decoder("replace"), len(self._pieces.parts)
        return self._decoder.decode(self.content)


class RawTab(Tab):
    """Both byte streams, each with its digest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.received = Side(lambda: self.tr("Received"))
        self.sent = Side(lambda: self.tr("Sent"))
        self._note = text("", Look.MUTED, wrap=True)
        sides = QSplitter(Qt.Orientation.Horizontal)
        for side, name in ((self.received, "received"), (self.sent, "sent")):
            sides.addWidget(side)
            side.save.clicked.connect(partial(self._save, side, name))
            side.view.extent_changed.connect(self._tell_what_is_shown)
        self.body.addWidget(sides, 1)
        self.body.addWidget(self._note)

    def start(self) -> None:
        self.received.start()
        self.sent.start()
        self._note.setText("")

    def refresh(self, reading: Reading) -> None:
        exchange = reading.exchange
        over = exchange.state.over
        self.received.show_pieces(exchange.received, reading.received, over=over)
        self.sent.show_pieces(exchange.sent, reading.sent, over=over)
        self._tell_what_is_shown()

    def _tell_what_is_shown(self) -> None:
        words = self.tr("Only the first {size} are shown; “Save…” writes all of it.")
        cut = [side.view.extent for side in (self.received, self.sent) if side.view.full]
        self._note.setText(words.format(size=size_words(max(cut))) if cut else "")

    def _save(self, side: Side, name: str) -> None:
        if self.reading is not None:
            save_as(self, f"{self.reading.exchange.id}-{name}.txt", side.content)


def _digest_words(digest: str) -> str:
    """Set a digest in groups, so that a narrow column can break it."""
    groups = [digest[start : start + _GROUP] for start in range(0, len(digest), _GROUP)]
    return " ".join(["SHA-256", *groups])

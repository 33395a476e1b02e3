"""The line above the pages for what must not be missed: what is wrong, and what can be done."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from app.language import Words, asked, language, say
from app.ui.icons import icon
from app.ui.parts import Sign, Tone, button, discard, text

_MARGIN = 10

Choice = tuple[Words, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class _Saying:
    words: Words
    choices: tuple[Choice, ...]
    tone: Tone


class Banner(QFrame):
    """One sentence, and a button for each way out of it; hidden while there is nothing to say.

    What was said before comes back once the later cause is gone.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self._sign, self._words = Sign(), text("", wrap=True)
        self._choices: list[QPushButton] = []
        self._sayings: dict[str, _Saying] = {}
        self._dismiss = QPushButton()
        self._dismiss.setIcon(icon("cross"))
        self._dismiss.setFlat(True)
        say(self._dismiss, self._dismiss.setAccessibleName, lambda: self.tr("Dismiss"))
        say(self._dismiss, self._dismiss.setToolTip, lambda: self.tr("Dismiss"))
        self._dismiss.clicked.connect(self._dismissed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(_MARGIN, _MARGIN // 2, _MARGIN, _MARGIN // 2)
        self._row.addWidget(self._sign)
        self._row.addWidget(self._words, 1)
        self._row.addWidget(self._dismiss)
        self.hide()
        language().changed.connect(self._say_again)

    @property
    def words(self) -> str:
        """What is said right now."""
        return self._words.text()

    @property
    def choices(self) -> list[QPushButton]:
        """The ways out that are offered."""
        return list(self._choices)

    def say(self, cause: str, words: Words, *choices: Choice, tone: Tone = Tone.WARNING) -> None:
        """Say it before whatever else there is to say, in the place of this cause's last word."""
        self._sayings.pop(cause, None)
        self._sayings[cause] = _Saying(words, choices, tone)
        self._show()

    def clear(self, cause: str) -> None:
        """Say no more of this cause."""
        if self._sayings.pop(cause, None) is not None:
            self._show()

    def _show(self) -> None:
        """Show what was said last of what still holds."""
        discard(self._choices)
        self._choices = []
        self._say_again()
        self.setVisible(bool(self._sayings))
        if not self._sayings:
            return
        cause, saying = list(self._sayings.items())[-1]
        self._sign.show_tone(saying.tone)
        for label, act in saying.choices:
            choice = button(label)
            choice.clicked.connect(partial(self._choose, cause, act))
            self._choices.append(choice)
            self._row.insertWidget(self._row.count() - 1, choice)

    def _say_again(self) -> None:
        last = list(self._sayings.values())[-1:]
        words = asked(last[0].words) if last else ""
        self._words.setText(words)
        self.setAccessibleName(words)

    def _dismissed(self) -> None:
        self._sayings.popitem()
        self._show()

    def _choose(self, cause: str, act: Callable[[], object], _checked: bool = False) -> None:
        self.clear(cause)
        act()

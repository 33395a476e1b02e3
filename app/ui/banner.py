"""The line above the pages for what must not be missed: what is wrong, and what can be done."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from app.language import Words, asked, language, say
from app.ui.icons import icon
from app.ui.parts import Mark, Sign, button, discard, text

_MARGIN = 10


class Banner(QFrame):
    """One sentence, and a button for each way out of it; hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self._sign, self._words = Sign(), text("", wrap=True)
        self._choices: list[QPushButton] = []
        self._cause = ""
        self._said: Words = ""
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

    def say(
        self,
        cause: str,
        words: Words,
        *choices: tuple[Words, Callable[[], object]],
        mark: Mark = Mark.WARNING,
    ) -> None:
        """Say it, in the place of what was said before."""
        self.clear()
        self._cause = cause
        self._said = words
        self._say_again()
        self._sign.show_mark(mark)
        for label, act in choices:
            choice = button(label)
            choice.clicked.connect(partial(self._choose, act))
            self._choices.append(choice)
            self._row.insertWidget(self._row.count() - 1, choice)
        self.show()

    def clear(self, cause: str = "") -> None:
        """Say nothing any more; only of this cause, where one is named."""
        if cause not in {"", self._cause}:
            return
        self.hide()
        self._said = ""
        self._words.setText("")
        discard(self._choices)
        self._choices = []

    def _say_again(self) -> None:
        self._words.setText(asked(self._said))
        self.setAccessibleName(asked(self._said))

    def _dismissed(self) -> None:
        self.clear()

    def _choose(self, act: Callable[[], object], _checked: bool = False) -> None:
        self.clear()
        act()

"""The copies of agents' files that were kept, each with a way back."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.agents.catalogue import TOOLS
from app.agents.writing import Backup, backups_in
from app.language import counted, say
from app.models.plaintext import plain_hint
from app.ui.parts import Card, Look, button, discard, empty, row, text

_SHOWN = 5


class BackupList(Card):
    """The copies that are kept, the latest first.

    Signals:
        restore_asked: the `Tool` and the `Backup`.
    """

    restore_asked = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list = QVBoxLayout()
        self._lines: list[QWidget] = []
        self.stops: list[QWidget] = []
        """What Tab leads to, in its order."""
        self._all = button("")
        self._all.setCheckable(True)
        self._all.toggled.connect(self._show_lines)
        say(self._all, self._all.setText, self._more)
        self.add(
            text(lambda: self.tr("Backups"), Look.SECTION),
            text(self._hint, Look.MUTED, wrap=True),
            self._list,
        )
        self.add(row(self._all, None))

    def look(self, folder: Path) -> None:
        """Show what the folder holds."""
        empty(self._list)
        discard(self._lines)
        self.stops = []
        self._lines = [self._line(backup) for backup in backups_in(folder)]
        self.stops.append(self._all)
        for line in self._lines:
            self._list.addWidget(line)
        self._show_lines(self._all.isChecked())
        self.setVisible(bool(self._lines))

    def _hint(self) -> str:
        return self.tr("Undo takes out our own lines only; a copy puts the whole file back.")

    def _show_lines(self, every: bool) -> None:
        for place, line in enumerate(self._lines):
            line.setVisible(every or place < _SHOWN)
        self._all.setVisible(len(self._lines) > _SHOWN)
        self._all.setText(self._more())

    def _more(self) -> str:
        if self._all.isChecked():
            return self.tr("Fewer backups ▴")
        hidden = len(self._lines) - _SHOWN
        return counted(hidden, self.tr("1 more backup ▾"), self.tr("{count} more backups ▾"))

    def _name(self, file: str, at: str) -> str:
        return self.tr("Restore {file} of {at}").format(file=file, at=at)

    def _line(self, backup: Backup) -> QWidget:
        line = QWidget()
        at = backup.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        restore = button(lambda: self.tr("Restore…"))
        say(restore, restore.setAccessibleName, partial(self._name, backup.file_name, at))
        tool = next((each for each in TOOLS if each.id == backup.tool_id), None)
        restore.setEnabled(tool is not None)
        self.stops.append(restore)
        if tool is not None:
            restore.clicked.connect(lambda: self.restore_asked.emit(tool, backup))
        name = text(backup.file_name)
        if backup.origin is not None:
            name.setToolTip(plain_hint(str(backup.origin)))
        layout = row(name, text(at, Look.MUTED), None, restore)
        layout.setContentsMargins(0, 0, 0, 0)
        line.setLayout(layout)
        return line

"""Says which fix that is off would have helped a request, and turns it on at a click."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.language import counted
from app.models.exchange import Exchange
from app.ui.fix_switches import fix_title, is_on
from app.ui.parts import button, text
from proxy.config import Provider
from proxy.repairs import fixes


class AdviceBar(QWidget):
    """One line above a request; hidden where there is no advice.

    Signals:
        fix_toggled: provider, fix, new state.
    """

    fix_toggled = Signal(str, str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = text("", wrap=True)
        self._turn_on = button("")
        self._offered = "", ""
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._turn_on)
        self._turn_on.clicked.connect(lambda: self.fix_toggled.emit(*self._offered, True))
        self.hide()

    def advise(self, exchange: Exchange | None, provider: Provider | None) -> None:
        """Show what would have helped this request, the most needed fix first."""
        missed = _missed(exchange)
        self.setVisible(bool(missed))
        if exchange is None or not missed:
            return
        acting = _acting(provider)
        off = [fix for fix in missed if fix not in acting]
        fix = next(iter(off or missed))
        offered = bool(off) and provider is not None and not provider.passthrough
        untouched = exchange.started.passthrough or (provider is not None and provider.passthrough)
        self._words.setText(
            self._sentence(fix, missed, len(off), untouched=untouched)
            if off or untouched
            else self.tr("{fix} is on now: it acts from the next request on.").format(
                fix=fix_title(fix)
            )
        )
        self._turn_on.setVisible(offered)
        self._turn_on.setText(self.tr("Turn on"))
        self._turn_on.setAccessibleName(self.tr("Turn on {fix}").format(fix=fix_title(fix)))
        self._offered = exchange.started.provider, fix

    def _sentence(self, fix: str, missed: dict[str, int], off: int, *, untouched: bool) -> str:
        one = self.tr("▲ {fix} would have mended this answer in 1 place.")
        many = self.tr("▲ {fix} would have mended this answer in {count} places.")
        words = one if missed[fix] == 1 else many
        sentences = [words.format(fix=fix_title(fix), count=missed[fix])]
        if off > 1:
            one, many = self.tr("1 more fix helps."), self.tr("{count} more fixes help.")
            sentences.append(counted(off - 1, one, many))
        if untouched:
            sentences.append(self.tr("With passthrough nothing is mended."))
        return " ".join(sentences)


def _missed(exchange: Exchange | None) -> dict[str, int]:
    """Return what would have been mended: first what is on unless somebody says otherwise."""
    finished = None if exchange is None else exchange.finished
    if finished is None:
        return {}
    usual = {repair.name for repair in fixes() if repair.default}
    ranked = sorted(
        finished.would_mend.items(), key=lambda counted: (counted[0] not in usual, -counted[1])
    )
    return dict(ranked)


def _acting(provider: Provider | None) -> set[str]:
    """Name the fixes that act on a provider's next request."""
    if provider is None or provider.passthrough:
        return set()
    return {repair.name for repair in fixes() if is_on(provider.fixes, repair)}

"""What happened today, counted per provider from the tap's records."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from proxy.tap import Finished, Record, Started

# Streams that never end would otherwise pile up here.
_MOST_RUNNING = 10_000


@dataclass(slots=True)
class Tally:
    """One provider's day."""

    requests: int = 0
    repaired: int = 0
    """Requests in which at least one fix acted."""
    mended: Counter[str] = field(default_factory=Counter[str])
    missed: Counter[str] = field(default_factory=Counter[str])
    """What fixes that are off would have mended."""
    affected: Counter[str] = field(default_factory=Counter[str])
    """In how many requests each fix that is off would have acted."""
    met_in: dict[str, str] = field(default_factory=dict[str, str])
    """The last request in which each fix that is off would have acted."""
    last: Finished | None = None


class Today:
    """The tallies of the day of the last record."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._provider_by_exchange: dict[str, str] = {}
        self._tallies: dict[str, Tally] = {}

    def of(self, provider: str) -> Tally:
        """Return a provider's tally, an empty one where nothing happened."""
        return self._tallies.get(provider) or Tally()

    def apply(self, records: Iterable[Record]) -> set[str]:
        """Count a batch; return the providers whose tally changed."""
        changed: set[str] = set()
        for record in records:
            if isinstance(record, Started):
                changed |= self._start(record)
            elif isinstance(record, Finished):
                changed |= self._finish(record)
        return changed

    def _start(self, record: Started) -> set[str]:
        changed = self._turn_page(datetime.fromtimestamp(record.wall, UTC).astimezone().date())
        self._provider_by_exchange[record.exchange_id] = record.provider
        if len(self._provider_by_exchange) > _MOST_RUNNING:
            self._provider_by_exchange.pop(next(iter(self._provider_by_exchange)))
        self._tallies.setdefault(record.provider, Tally()).requests += 1
        return changed | {record.provider}

    def _finish(self, record: Finished) -> set[str]:
        provider = self._provider_by_exchange.pop(record.exchange_id, None)
        if provider is None:
            return set()
        tally = self._tallies.setdefault(provider, Tally())
        tally.repaired += bool(record.findings)
        tally.mended.update(record.findings)
        tally.missed.update(record.would_mend)
        tally.affected.update(record.would_mend.keys())
        tally.met_in.update(dict.fromkeys(record.would_mend, record.exchange_id))
        tally.last = record
        return {provider}

    def _turn_page(self, day: date) -> set[str]:
        if self._day == day:
            return set()
        before, self._day = set(self._tallies), day
        self._tallies.clear()
        return before

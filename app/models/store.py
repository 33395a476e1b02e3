"""Keeps the last exchanges within a budget of rows and bytes.

The bodies of the oldest finished exchanges go first, then whole rows; what somebody looks at goes
after all others, what is pinned stays, and so does what runs, unless it alone is more than the
budget. Whatever was dropped is counted, so that it can be said.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from app.models.exchange import Exchange
from proxy.tap import Record, Started

MOST_ROWS = 500
MOST_BYTES = 64 * 1024 * 1024


@dataclass(slots=True)
class Update:
    """What a batch of records changed."""

    added: list[Exchange] = field(default_factory=list[Exchange])
    changed: dict[str, Exchange] = field(default_factory=dict[str, Exchange])
    """Every exchange that a record of the batch was about, the new ones included."""
    removed: set[str] = field(default_factory=set[str])

    def merge(self, later: "Update") -> None:
        """Take in what a later batch changed."""
        gone = later.removed
        self.added = [each for each in [*self.added, *later.added] if each.id not in gone]
        self.changed = {
            name: each
            for name, each in {**self.changed, **later.changed}.items()
            if name not in gone
        }
        self.removed |= gone


class Store:
    """The exchanges by id, in order of arrival."""

    def __init__(self, most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES) -> None:
        self.most_rows = most_rows
        self.most_bytes = most_bytes
        self.size = 0
        """Bytes that all bodies take."""
        self.dropped_rows = 0
        self.dropped_bodies = 0
        self.viewed: Collection[str] = ()
        """The ids of what somebody looks at."""
        self._exchanges: dict[str, Exchange] = {}

    def __len__(self) -> int:
        return len(self._exchanges)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._exchanges.values())

    def get(self, exchange_id: str) -> Exchange | None:
        """Return an exchange that is still kept."""
        return self._exchanges.get(exchange_id)

    def after(self, exchange: Exchange) -> Iterator[Exchange]:
        """Yield the exchanges that came later."""
        passed = False
        for each in self:
            if passed:
                yield each
            passed = passed or each is exchange

    def apply(self, records: Iterable[Record]) -> Update:
        """Take a batch; return what it changed."""
        update = Update()
        for record in records:
            if isinstance(record, Started):
                exchange = Exchange(record, cost=len(record.body))
                self._exchanges[record.exchange_id] = exchange
                update.added.append(exchange)
                self.size += exchange.cost
            else:
                exchange = self._exchanges.get(record.exchange_id)
                if exchange is None:
                    continue
                self.size += exchange.take(record)
            update.changed[exchange.id] = exchange
        self._keep_budget(update)
        return update

    def lose(self, lost: Mapping[str, int]) -> Update:
        """Mark of whose bodies so many bytes were let go before they got here."""
        update = Update()
        for name, size in lost.items():
            exchange = self._exchanges.get(name)
            if exchange is not None:
                exchange.lost += size
                update.changed[name] = exchange
        return update

    def clear(self) -> Update:
        """Forget what is finished and not pinned, and what was dropped before."""
        update = self._remove(self._spare())
        self.dropped_rows = 0
        self.dropped_bodies = sum(each.dropped for each in self)
        return update

    def _keep_budget(self, update: Update) -> None:
        surplus = len(self._exchanges) - self.most_rows
        if surplus > 0:
            oldest = self._spare()[:surplus]
            self.dropped_rows += len(oldest)
            update.merge(self._remove(oldest))
        if self.size > self.most_bytes:
            self._drop_bodies(update)

    def _drop_bodies(self, update: Update) -> None:
        # What runs goes last, the largest first: one endless answer may be the whole trouble.
        running = [each for each in self if each.finished is None]
        for exchange in (*self._spare(), *sorted(running, key=lambda each: -each.cost)):
            if self.size <= self.most_bytes:
                return
            if not exchange.dropped:
                self.size -= exchange.drop()
                self.dropped_bodies += 1
                update.changed[exchange.id] = exchange

    def _spare(self) -> list[Exchange]:
        """Return what may go, in the order in which it goes."""
        spare = (each for each in self if each.finished is not None and not each.pinned)
        return sorted(spare, key=lambda each: each.id in self.viewed)

    def _remove(self, exchanges: list[Exchange]) -> Update:
        for exchange in exchanges:
            del self._exchanges[exchange.id]
            self.size -= exchange.cost
        return Update(removed={each.id for each in exchanges})

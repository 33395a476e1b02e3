"""The repairs of one exchange, one after the other: chunks in, chunks and findings out.

Each chunk carries a note of the event it came in and of the findings that concern it, however long
a repair holds it back. A repair that raises is switched off for the rest of the exchange: what it
held goes on as it came.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias, TypeVar

from proxy.repair import Failure, Finding, Repair
from proxy.sse import Event
from proxy.wire import JsonObject


@dataclass(slots=True)
class Passage:
    """A chunk on its way through the repairs."""

    chunk: JsonObject
    event: Event | None
    """The event it came in; None for a chunk of our own."""
    received: int | None
    """The number of that event, or of the one that led to this chunk."""
    findings: list[Finding]
    """What was mended in it; nothing means that its own bytes go on."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A finding whose chunk does not go on."""

    finding: Finding
    received: int | None


Outcome: TypeAlias = Passage | Dropped | Failure
_Item: TypeAlias = JsonObject | Finding | Failure
_T = TypeVar("_T")
_FLUSH = ("flush",)


@cache
def _overrides(kind: type[Repair], hooks: tuple[str, ...]) -> bool:
    return any(getattr(kind, hook) is not getattr(Repair, hook) for hook in hooks)


class Chain:
    """Passes chunks through every repair that reads chunks."""

    def __init__(self, repairs: Iterable[Repair]) -> None:
        self.repairs = list(repairs)
        self._reading_events = self.overriding("event")
        self._reading = self.overriding("chunk", "flush")
        self._dormant = [repair for repair in self.repairs if repair.dormant]
        self._alarms = {repair.wakes_on for repair in self._dormant if repair.wakes_on}
        self._passages: dict[int, Passage] = {}
        self._broken: list[Finding] = []

    @property
    def holds(self) -> bool:
        """Something is held back."""
        return any(repair.held for repair in self.repairs)

    def waits_briefly(self, *, over: bool) -> bool:
        """Tell whether something is held back that leaves soon: a comment can wait behind it."""
        holding = [repair for repair in self.repairs if repair.held]
        # What a user switched on for its price may hold back a whole answer.
        return bool(holding) and (over or all(repair.default for repair in holding))

    def overriding(self, *hooks: str) -> list[Repair]:
        """Return the repairs that have one of these hooks of their own."""
        return [repair for repair in self.repairs if _overrides(type(repair), hooks)]

    def leave_out(self, unwanted: Callable[[Repair], bool]) -> None:
        """Take repairs out that have nothing to do with this answer."""
        self.repairs = [repair for repair in self.repairs if not unwanted(repair)]
        self._reading = self.overriding("chunk", "flush")

    def take_broken(self) -> list[Finding]:
        """Return, once each, a finding for every repair that failed."""
        broken, self._broken = self._broken, []
        return broken

    def call(
        self,
        repair: Repair,
        hook: Callable[[_T], Iterator[Any]],
        value: _T,
        otherwise: Sequence[Any] = (),
    ) -> list[Any]:
        """Run one hook; where it raises, give what it held, and ``otherwise``, in its place."""
        if repair.failed:
            return list(otherwise)
        try:
            return list(hook(value))
        except Exception:  # noqa: BLE001  a repair must never take the stream down with it
            repair.failed = True
            self.repairs.remove(repair)
            held, repair.held = repair.held, []
            message = "the fix failed and was switched off for this request"
            self._broken.append(Finding(repair.name, message))
            return [*held, *(each for each in otherwise if each not in held)]

    def read(self, event: Event) -> list[Event | Finding | Failure]:
        """Pass one block of a stream through the repairs that read blocks."""
        items: list[Event | Finding | Failure] = [event]
        for repair in self._reading_events:
            passed: list[Event | Finding | Failure] = []
            for item in items:
                if isinstance(item, Event):
                    passed += self.call(repair, repair.event, item, otherwise=[item])
                else:
                    passed.append(item)
            items = passed
        return items

    def wake(self, raw: bytes) -> None:
        """Take note of what an answer's bytes show, before the chunks made of them come."""
        if self._dormant and (rung := [alarm for alarm in self._alarms if alarm.search(raw)]):
            self._alarms.difference_update(rung)
            for repair in self._dormant:
                repair.dormant = repair.wakes_on not in rung
            self._dormant = [repair for repair in self._dormant if repair.dormant]

    def walk(self, passage: Passage) -> list[Outcome]:
        """Pass one chunk through; what is held back comes with a later one."""
        self._passages[id(passage.chunk)] = passage
        outcomes = self._run([passage.chunk], passage.received)
        if self._passages and not self.holds:
            outcomes += self._left_behind()
        return outcomes

    def passes_alike(self, chunk: JsonObject, outcomes: list[Outcome]) -> bool:
        """Tell whether the chunk passed untouched, as more text of its kind would."""
        return (
            len(outcomes) == 1
            and isinstance(outcomes[0], Passage)
            and outcomes[0].chunk is chunk
            and not outcomes[0].findings
            and not any(repair.held or repair.reads_text for repair in self._reading)
        )

    def flush(self, received: int | None, *, clean: bool, sentinel: bool) -> list[Outcome]:
        """Let every repair release what it holds: no more chunks will come."""
        outcomes = self._release([], 0, received, clean=clean, sentinel=sentinel)
        return [*outcomes, *self._left_behind()]

    def cut_short(self, received: int | None) -> list[Outcome]:
        """Let every repair release what it holds: the answer turned out to be an error."""
        return self._cut_short([], 0, received)

    def _run(self, chunks: list[JsonObject], received: int | None) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for position, repair in enumerate(self._reading):
            if repair.dormant:
                continue
            passed: list[JsonObject] = []
            for chunk in chunks:
                items = self.call(repair, repair.chunk, chunk, otherwise=[chunk])
                if len(items) == 1 and items[0] is chunk:
                    passed.append(chunk)
                    continue
                error = self._sort(items, passed, outcomes, received)
                if error is not None:
                    return [*outcomes, *self._cut_short(passed, position + 1, received), error]
            chunks = passed
            if not chunks:
                break
        return [*outcomes, *self._leaving(chunks)]

    def _release(
        self,
        chunks: list[JsonObject],
        start: int,
        received: int | None,
        *,
        clean: bool,
        sentinel: bool,
    ) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for position, repair in enumerate(self._reading[start:], start):
            if repair.dormant:
                continue
            repair.clean, repair.sentinel = clean, sentinel
            items: list[_Item] = []
            for chunk in chunks:
                items += self.call(repair, repair.chunk, chunk, otherwise=[chunk])
            if repair.held or _overrides(type(repair), _FLUSH):
                items += self.call(repair, lambda _, repair=repair: repair.flush(), None)
            if not items:
                chunks = []
                continue
            passed: list[JsonObject] = []
            error = self._sort(items, passed, outcomes, received)
            if error is not None:
                return [*outcomes, *self._cut_short(passed, position + 1, received), error]
            chunks = passed
        return [*outcomes, *self._leaving(chunks)]

    def _cut_short(
        self, chunks: list[JsonObject], start: int, received: int | None
    ) -> list[Outcome]:
        """A repair said that the answer is an error: let go what came before it."""
        outcomes = self._release(chunks, start, received, clean=False, sentinel=False)
        return [outcome for outcome in outcomes if not isinstance(outcome, Failure)]

    def _sort(
        self,
        items: Iterable[_Item],
        passed: list[JsonObject],
        outcomes: list[Outcome],
        received: int | None,
    ) -> Failure | None:
        """Give findings to the chunks they stand before; stop at a failure."""
        self._wake_all()
        findings: list[Finding] = []
        error: Failure | None = None
        for item in items:
            if isinstance(item, Finding):
                findings.append(item)
            elif isinstance(item, Failure):
                error = item
                break
            else:
                passage = self._passages.get(id(item))
                if passage is None:
                    passage = self._passages[id(item)] = Passage(item, None, received, [])
                passage.findings = [*passage.findings, *findings]
                findings = []
                passed.append(item)
        outcomes += [Dropped(finding, received) for finding in findings]
        return error

    def _left_behind(self) -> list[Outcome]:
        """Return what was found in chunks that others have been made of."""
        passages, self._passages = self._passages, {}
        return [
            Dropped(finding, passage.received)
            for passage in passages.values()
            for finding in passage.findings
        ]

    def _wake_all(self) -> None:
        """A chunk was changed or made: nobody can tell any more by upstream's bytes."""
        for repair in self._dormant:
            repair.dormant = False
        self._dormant = []

    def _leaving(self, chunks: list[JsonObject]) -> list[Outcome]:
        return [
            self._passages.pop(id(chunk), None) or Passage(chunk, None, None, [])
            for chunk in chunks
        ]

"""The repairs that are on, and what of them need not be asked anew in every exchange."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from proxy.chain import Chain
from proxy.repair import Context, Repair
from proxy.wire import JsonObject


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """A set of repairs, in order."""

    kinds: tuple[type[Repair], ...]
    _requesting: tuple[type[Repair], ...]
    _conditional: tuple[type[Repair], ...]
    _reading_text: tuple[type[Repair], ...]

    def chain(self, context: Context) -> Chain:
        """Make the repairs of one exchange."""
        return Chain(kind(context) for kind in self.kinds if kind.applies(context))

    def concerns(self, request: JsonObject) -> bool:
        """Tell whether a repair has anything to do with the request."""
        return any(kind.concerns(request) for kind in self._requesting)

    def reads_text(self, context: Context) -> bool:
        """Tell whether a repair must see every piece of text."""
        return any(kind.applies(context) for kind in self._reading_text)

    def applying(self, context: Context) -> tuple[type[Repair], ...]:
        """Return those which apply to this exchange and not to every one."""
        return tuple(kind for kind in self._conditional if kind.applies(context))

    def have(self, name: str) -> bool:
        """Tell whether a fix is on."""
        return any(kind.name == name for kind in self.kinds)


def selection(repairs: Sequence[type[Repair]]) -> Selection:
    """Return what is known of these repairs."""
    return _selection(tuple(repairs))


@lru_cache(maxsize=64)
def _selection(kinds: tuple[type[Repair], ...]) -> Selection:
    anyway = Repair.applies.__func__
    return Selection(
        kinds,
        tuple(kind for kind in kinds if kind.request is not Repair.request),
        tuple(kind for kind in kinds if kind.applies.__func__ is not anyway),
        tuple(kind for kind in kinds if kind.reads_text),
    )


class Repairs:
    """Those of one exchange, made when there is something for them to do."""

    def __init__(self, chosen: Selection, context: Context) -> None:
        self._chosen = chosen
        self._context = context
        self._status = 200
        self._facts: Hashable = None
        self.made: Chain | None = None

    @property
    def status(self) -> int:
        """Upstream's status."""
        return self._status

    @status.setter
    def status(self, status: int) -> None:
        self._status = status
        for repair in self.made.repairs if self.made is not None else ():
            repair.status = status

    @property
    def concern_request(self) -> bool:
        """One of them has something to do with the request."""
        return self._chosen.concerns(self._context.request)

    def have(self, name: str) -> bool:
        """Tell whether a fix is on."""
        return self._chosen.have(name)

    def make(self) -> Chain:
        """Make them; whoever does tells them what has come so far."""
        self.made = chain = self._chosen.chain(self._context)
        self.status = self._status
        return chain

    def prepare(self) -> None:
        """Find out once what the request alone says of the answer's `situation`."""
        chosen, context = self._chosen, self._context
        if self._facts is None and not chosen.reads_text(context):
            self._facts = chosen, chosen.applying(context), context.facts

    def situation(self, head: Hashable) -> Hashable:
        """Return all by which they would treat two like answers differently; None: any word may."""
        self.prepare()
        if self._facts is None:
            return None
        repairs = self.made.repairs if self.made is not None else ()
        added = any(repair.usage_added for repair in repairs)
        return self._facts, self._status, added, head

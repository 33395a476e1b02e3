"""The words of the filter box, read once and asked of every exchange.

``agent:`` ``provider:`` ``model:`` ``status:`` and ``tool:`` look into one member; ``fixed``,
``slow``, ``error`` and ``pinned`` ask for a kind; every other word is looked for anywhere.
"""

import operator
import re
from collections.abc import Callable, Iterable
from typing import TypeAlias

from app.models.exchange import Exchange
from app.models.plaintext import visible
from proxy.errors import FIRST_ERROR

Condition: TypeAlias = Callable[[Exchange], bool]

SLOW_SECONDS = 10.0
"""To the first byte; or three times as long altogether."""

_SLOW_ALTOGETHER = 3 * SLOW_SECONDS
_STATUS = re.compile(r"(?:status)?:?(>=|<=|>|<|=|)(\d{1,3})(x{0,2})")
# Typed so far: nothing is asked yet.
_UNFINISHED = frozenset(
    f"status{sign}" for sign in (":", ":>", ":<", ":>=", ":<=", ">", "<", ">=", "<=", "=")
)
_LONGEST_SUGGESTED = 60
_MOST_SEARCHED = 1000
_CALL_KINDS = (b'"tool_calls"', b'"tool_use"', b'"function_call"')
_COMPARISONS = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "": operator.eq,
}
WORDS = ("agent:", "provider:", "model:", "status:", "tool:", "fixed", "slow", "error", "pinned")


def condition(text: str) -> Condition:
    """Return the question whether an exchange meets every word."""
    conditions = [_condition(word) for word in text.casefold().split()]
    return lambda exchange: all(each(exchange) for each in conditions)


def suggestions(exchanges: Iterable[Exchange]) -> list[str]:
    """Return the words that find something among these, the plain ones first."""
    found: dict[str, None] = {}
    for exchange in exchanges:
        started = exchange.started
        found[f"provider:{started.provider}"] = None
        if exchange.status is not None:
            found[f"status:{exchange.status}"] = None
        for name, value in (("agent", started.agent), ("model", started.model)):
            if _fits_into_a_word(value):
                found[f"{name}:{value}"] = None
    return [*WORDS, "status>=400", *sorted(found)]


def _fits_into_a_word(value: str) -> bool:
    short = 0 < len(value) <= _LONGEST_SUGGESTED
    return short and not any(each.isspace() for each in value) and visible(value) == value


def _condition(word: str) -> Condition:
    name, colon, value = word.partition(":")
    if colon and name in _MEMBERS:
        return lambda exchange: value in _MEMBERS[name](exchange)[:_MOST_SEARCHED].casefold()
    if word in _UNFINISHED:
        return lambda _: True
    if name.startswith("status") and (match := _STATUS.fullmatch(word)):
        return _status(*match.groups())
    if colon and name == "tool":
        return lambda exchange: _calls(exchange, value.encode())
    if word in _KINDS:
        return _KINDS[word]
    return lambda exchange: any(
        word in text[:_MOST_SEARCHED].casefold() for text in _texts(exchange)
    )


def _status(sign: str, digits: str, wildcard: str) -> Condition:
    if wildcard:
        width = 10 ** len(wildcard)
        return lambda exchange: (exchange.status or 0) // width == int(digits)
    compare, number = _COMPARISONS[sign], int(digits)
    return lambda exchange: exchange.status is not None and compare(exchange.status, number)


def _calls(exchange: Exchange, name: bytes) -> bool:
    """A call has its name in one piece of the answer nearly always; no answer is read for this."""
    # An answer that still grows would be searched from its start with every batch.
    return exchange.finished is not None and any(
        any(kind in piece for kind in _CALL_KINDS) and name in piece.lower()
        for piece in exchange.received.parts
    )


def _slow(exchange: Exchange) -> bool:
    first, whole = exchange.first_byte_seconds or 0, exchange.duration or 0
    return first >= SLOW_SECONDS or whole >= _SLOW_ALTOGETHER


def _texts(exchange: Exchange) -> tuple[str, ...]:
    started = exchange.started
    return (started.model, started.agent, started.provider, started.path, started.exchange_id)


_MEMBERS: dict[str, Callable[[Exchange], str]] = {
    "agent": lambda exchange: exchange.started.agent,
    "provider": lambda exchange: exchange.started.provider,
    "model": lambda exchange: exchange.started.model,
}
_KINDS: dict[str, Condition] = {
    "fixed": lambda exchange: exchange.mended > 0,
    "slow": _slow,
    "error": lambda exchange: exchange.state.failed or (exchange.status or 0) >= FIRST_ERROR,
    "pinned": lambda exchange: exchange.pinned,
}

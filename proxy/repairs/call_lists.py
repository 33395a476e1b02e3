"""Write a delta's tool calls as a list of entries that each hold a function.

Some providers send one call as an object, several under their numbers or the whole list as text,
leave out the function around name and arguments (acon96/home-llm#349), or leave nulls in the list:
clients fail on the first, and overlook the others.
"""

import re
from collections.abc import Iterator
from typing import Any, cast

from proxy import wire
from proxy.repair import CALLS, Finding, Group, Output, Repair
from proxy.wire import JsonObject

_CALLS = "tool_calls"
_OF_A_FUNCTION = ("name", "arguments")
_NUMBER = re.compile("[0-9]{1,3}")


class CallLists(Repair):
    """Give tool calls the one shape in which anybody looks for them."""

    name = "index-repair"
    title = "Index repair"
    group = Group.TOOL_CALLS
    default = True
    symptom = "The agent stops although a tool was called, or mixes up parallel calls."
    remedy = "Every call gets its own index and id, and its name exactly once."
    wakes_on = CALLS

    def chunk(self, chunk: JsonObject) -> Output:
        mended = [choice for choice in wire.choices(chunk) if _mend(wire.delta(choice))]
        if mended:
            yield Finding(self.name, "the tool calls were no list of calls; made one")
        yield chunk


def _mend(delta: JsonObject) -> bool:
    known = delta.get(_CALLS)
    if not known or (isinstance(known, list) and all(map(_sound, cast("list[Any]", known)))):
        return False
    entries = [_with_function(entry) for entry in _entries(known)]
    if entries == known or not (entries or isinstance(known, list)):
        return False
    if entries:
        delta[_CALLS] = entries
    else:
        del delta[_CALLS]
    return True


def _sound(entry: Any) -> bool:
    return isinstance(entry, dict) and "function" in entry


def _entries(calls: Any) -> Iterator[JsonObject]:
    """Yield the calls in whatever holds them."""
    if isinstance(calls, str):
        calls = wire.decode_if_possible(calls)
    if isinstance(calls, list):
        yield from wire.objects({_CALLS: calls}, _CALLS)
    elif isinstance(calls, dict):
        holder = cast("JsonObject", calls)
        if any(name in holder for name in ("function", *_OF_A_FUNCTION)):
            yield holder
        elif all(map(_NUMBER.fullmatch, holder)):
            for number in holder:
                yield {"index": int(number), **wire.child(holder, number)}


def _with_function(entry: JsonObject) -> JsonObject:
    """Put name and arguments into a function where they stand beside it."""
    other = entry.get("function") is not None or entry.get("type") not in (None, "", "function")
    if other or not any(name in entry for name in _OF_A_FUNCTION):
        return entry
    rest = {name: value for name, value in entry.items() if name not in _OF_A_FUNCTION}
    function = {name: entry[name] for name in _OF_A_FUNCTION if name in entry}
    return {**rest, "function": function}

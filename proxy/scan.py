"""Is this JSON object complete? A structural scan of text that arrives in pieces.

Strings, escapes and depth are followed, nothing is parsed: the cost is one look at each piece,
and a call is never taken for complete because what came so far happens to parse.
"""

import re

from proxy import wire
from proxy.wire import JsonObject

# All that changes the state outside a string, and what does not inside one.
_OUTSIDE = re.compile(r'["{}\[\]]')
_END_OF_STRING = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)
_WHITE = " \t\r\n"


class JsonScan:
    """The structural state of one JSON text; `feed` it piece by piece."""

    __slots__ = ("_closed", "_depth", "_escaped", "_in_string", "_started", "trailing")

    def __init__(self, text: str = "") -> None:
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self._started = False
        self._closed = False
        self.trailing = False
        """More than white space came after the value had closed."""
        if text:
            self.feed(text)

    @property
    def empty(self) -> bool:
        """Nothing but white space has come."""
        return not self._started

    @property
    def complete(self) -> bool:
        """An object or array has been opened and closed again."""
        return self._closed

    @property
    def in_string(self) -> bool:
        """A string has been opened and not closed again."""
        return self._in_string

    def feed(self, text: str) -> None:
        """Take the next piece."""
        if not self._started:
            text = text.lstrip(_WHITE)
            if not text:
                return
            self._started = True
        position = 0
        while position < len(text):
            if self._closed and not self.trailing:
                self.trailing = bool(text[position:].strip(_WHITE))
            position = (
                self._string(text, position) if self._in_string else self._next(text, position)
            )

    def _string(self, text: str, position: int) -> int:
        if self._escaped:
            self._escaped = False
            return position + 1
        end = _plain_until(text, position)
        if end == len(text):
            return end
        # A quote, or half an escape at the very end.
        self._escaped = text[end] == "\\"
        self._in_string = self._escaped
        return end + 1

    def _next(self, text: str, position: int) -> int:
        match = _OUTSIDE.search(text, position)
        if match is None:
            return len(text)
        mark = match.group()
        if mark == '"':
            self._in_string = True
        elif mark in "{[":
            self._depth += 1
            self._closed = False
        else:
            self._depth -= 1
            self._closed = self._depth <= 0
        return match.end()


def complete(arguments: object) -> bool:
    """Tell whether a call's arguments are whole: an object, or the text of one."""
    if isinstance(arguments, str):
        scan = JsonScan(arguments)
        return scan.complete and not scan.trailing
    return isinstance(arguments, dict)


def _plain_until(text: str, position: int) -> int:
    """Return where the string's text ends: at a quote, at half an escape, or with the piece."""
    quote = text.find('"', position)
    end = len(text) if quote < 0 else quote
    # Finding one character is ten times as fast as matching, which only escapes need.
    escape = text.find("\\", position, end)
    if escape < 0:
        return end
    return _END_OF_STRING.match(text, escape).end()  # type: ignore[union-attr]


class CallScans:
    """Are all tool calls of one choice complete? `feed` it the choice's deltas."""

    __slots__ = ("_odd", "_scan_by_call")

    def __init__(self) -> None:
        self._scan_by_call: dict[object, JsonScan] = {}
        self._odd: dict[object, bool] = {}

    @property
    def seen(self) -> bool:
        """There was a call."""
        return bool(self._scan_by_call)

    @property
    def complete(self) -> bool:
        """There was a call, and the arguments of each are whole."""
        return self.seen and all(
            self._odd.get(key, scan.complete and not scan.trailing)
            for key, scan in self._scan_by_call.items()
        )

    def feed(self, delta: JsonObject) -> None:
        """Take the next delta."""
        for call in wire.objects(delta, "tool_calls"):
            key = self._key(call)
            scan = self._scan_by_call.setdefault(key, JsonScan())
            arguments = wire.function(call).get("arguments")
            if isinstance(arguments, str):
                scan.feed(arguments)
            elif arguments is not None:
                self._odd[key] = isinstance(arguments, dict)
            elif wire.text(call, "type") not in ("", "function"):
                # Calls of another type have no arguments that could be scanned.
                self._odd[key] = True

    def _key(self, call: JsonObject) -> object:
        index = wire.number(call, "index")
        if index is not None:
            return index
        opens = wire.filled(call, "id") or wire.filled(wire.function(call), "name")
        known = [*self._scan_by_call]
        return ("open", len(known)) if opens or not known else known[-1]

"""Send each part of a call's arguments once, where the provider says it again and again.

Seen are snapshots of all so far instead of the next piece (NousResearch/hermes-agent#35592,
vercel/ai#12052), the whole arguments once more at the end, and a lone ``{}`` before the real ones
(BerriAI/litellm#4537). Two pieces that look alike are no evidence: ``l`` and ``l -l`` are the
beginning of ``ll -l`` (VicBilibily/GCMP#194). A piece counts as restating only where its sum with
what came before it could not be JSON; where it could, it is held back until the next one decides.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from proxy import wire
from proxy.fragments import Piece, ends_well, pieces, says_more, write_arguments
from proxy.repair import CALLS, Context, Finding, Group, Output, Repair
from proxy.scan import JsonScan
from proxy.wire import JsonObject

_EMPTY = "{}"
# Models and servers say so where a call has no arguments: prism-php/prism#985 and #896.
_NOTHING = ("null", "[]")
# After these, an object may follow.
_BEFORE_VALUE = (":", ",", "[")
# After a string, one of these follows, or nothing yet.
_AFTER_STRING = ("", *":,}] \t\r\n")


@dataclass(slots=True)
class _Doubt:
    """A piece of which the next one tells whether it restates or continues."""

    chunk: JsonObject
    entry: JsonObject
    text: str
    new: str
    """What is new in it if it restates."""


@dataclass(slots=True)
class _Call:
    parts: list[str] = field(default_factory=list[str])
    length: int = 0
    scan: JsonScan = field(default_factory=JsonScan)
    restating: bool = False
    """The provider has been seen to send snapshots of this call."""
    doubt: _Doubt | None = None

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)
        self.scan.feed(text)

    @property
    def text(self) -> str:
        if len(self.parts) > 1:
            self.parts[:] = ["".join(self.parts)]
        return self.parts[0] if self.parts else ""

    def repeats(self, text: str) -> bool:
        """Tell whether a piece says all that came before it, and perhaps more."""
        starts = text.lstrip().startswith("{") and not self.scan.empty
        return starts and len(text) >= self.length and text.startswith(self.text)

    def replays(self, text: str) -> bool:
        """Tell whether a piece says again what is complete, white space aside."""
        if self.scan.trailing or not text.lstrip().startswith("{"):
            return False
        known, again = wire.decode_object(self.text), wire.decode_object(text)
        same = known is not None and again is not None
        return same and wire.encode_if_possible(known) == wire.encode_if_possible(again)

    def may_go_on_with(self, text: str) -> bool:
        """Tell whether a piece that restates could be JSON, too, after what came before it."""
        if not self.scan.in_string:
            return self.text.rstrip().endswith(_BEFORE_VALUE)
        # Its first quote would end the string that is open.
        return text.partition('"')[2][:1] in _AFTER_STRING


class RestatedArguments(Repair):
    """Drop from a call's arguments what has been said before."""

    name = "tool-arguments"
    title = "Argument repair"
    group = Group.TOOL_CALLS
    default = True
    symptom = "The arguments of a tool cannot be read, because they come twice."
    remedy = "Every part of the arguments is sent once."
    wakes_on = CALLS

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._calls: dict[tuple[int, int], _Call] = {}
        self._changes_by_chunk: dict[int, list[str]] = {}
        """What was mended in a chunk, by its identity."""

    def chunk(self, chunk: JsonObject) -> Output:
        here = [*pieces(chunk)]
        ended = {wire.index(choice) for choice in wire.choices(chunk) if ends_well(choice)}
        continued = {piece.key for piece in here if piece.text.strip() not in ("", _EMPTY)}
        speaks = says_more(chunk)
        if speaks or continued - self._doubted.keys():
            self._settle_all(ended, spared=continued if speaks else continued | self._restating)
        for piece in here:
            self._take(chunk, piece)
        if speaks:
            self._settle_all(ended)
        if self._doubted:
            self.held.append(chunk)
            return
        yield from self._release()
        yield from self._leaving(chunk)

    def flush(self) -> Output:
        self._settle_all({key[0] for key in self._doubted} if self.clean else set())
        yield from self._release()

    @property
    def _doubted(self) -> dict[tuple[int, int], _Call]:
        return {key: call for key, call in self._calls.items() if call.doubt is not None}

    @property
    def _restating(self) -> set[tuple[int, int]]:
        """The calls whose doubtful piece restates, unless more of them comes."""
        doubted = self._doubted.items()
        return {
            key for key, call in doubted if call.doubt and _ends_restating(call, call.doubt.text)
        }

    def _take(self, chunk: JsonObject, piece: Piece) -> None:
        call = self._calls.setdefault(piece.key, _Call())
        if len(self._calls) > wire.MOST_CALLS:
            raise ValueError("more calls than any answer has")
        if not piece.text.strip() and call.scan.empty:
            return
        if call.doubt is not None:
            self._settle(call, call.doubt, restates=_decides(call, call.doubt, piece.text))
        text = piece.text
        if call.scan.empty:
            self._begin(call, chunk, piece)
        elif call.scan.complete:
            if call.replays(text):
                self._write(chunk, piece.entry, "", "dropped arguments that were complete already")
            else:
                call.add(text)
        elif not call.repeats(text):
            call.add(text)
        elif call.restating or not call.may_go_on_with(text):
            call.restating = True
            self._restate(call, chunk, piece.entry, text[call.length :])
        else:
            call.doubt = _Doubt(chunk, piece.entry, text, text[call.length :])

    def _begin(self, call: _Call, chunk: JsonObject, piece: Piece) -> None:
        """Take the first piece of a call."""
        text = piece.text.strip()
        if text == _EMPTY:
            call.doubt = _Doubt(chunk, piece.entry, piece.text, "")
            return
        if text in _NOTHING:
            self._write(chunk, piece.entry, "", "dropped arguments that were null or an empty list")
            return
        rest = text.removeprefix(_EMPTY).lstrip()
        if rest != text and rest.startswith("{"):
            self._write(chunk, piece.entry, rest, "dropped an empty object before the arguments")
            call.add(rest)
        else:
            call.add(piece.text)

    def _settle_all(self, ended: Collection[int], spared: Collection[tuple[int, int]] = ()) -> None:
        """Decide without a further piece; only the end of a choice speaks for a snapshot."""
        for key, call in self._doubted.items():
            if call.doubt is not None and key not in spared:
                restates = key[0] in ended and _ends_restating(call, call.doubt.text)
                self._settle(call, call.doubt, restates=restates)

    def _settle(self, call: _Call, doubt: _Doubt, *, restates: bool) -> None:
        call.doubt = None
        if not restates:
            call.add(doubt.text)
        elif call.scan.empty:
            message = "dropped an empty object before the arguments"
            self._write(doubt.chunk, doubt.entry, "", message)
        else:
            call.restating = True
            self._restate(call, doubt.chunk, doubt.entry, doubt.new)

    def _restate(self, call: _Call, chunk: JsonObject, entry: JsonObject, new: str) -> None:
        call.add(new)
        self._write(chunk, entry, new, "sent only what was new in a snapshot of the arguments")

    def _write(self, chunk: JsonObject, entry: JsonObject, text: str, message: str) -> None:
        write_arguments(entry, text)
        self._changes_by_chunk.setdefault(id(chunk), []).append(message)

    def _release(self) -> Output:
        held, self.held = self.held, []
        for chunk in held:
            yield from self._leaving(chunk)

    def _leaving(self, chunk: JsonObject) -> Output:
        for message in self._changes_by_chunk.pop(id(chunk), ()):
            yield Finding(self.name, message)
        yield chunk


def _decides(call: _Call, doubt: _Doubt, text: str) -> bool:
    """Tell whether the piece after a doubtful one shows that it restated."""
    if call.scan.empty:
        return text.lstrip().startswith("{")
    return text.startswith(doubt.text)


def _ends_restating(call: _Call, text: str) -> bool:
    """Tell whether the last piece of a call is an object, and no end of one."""
    if call.scan.empty or wire.decode_object(text) is None:
        return False
    return wire.decode_object(call.text + text) is None

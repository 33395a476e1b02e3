"""Unwrap arguments that are a JSON string of a JSON object.

Some servers encode a call's arguments twice; agents then hand their tool a string where an object
belongs (the same family as huggingface/text-generation-inference#2136). The fragments of such a
call are held back until the string ends: only then it is known to hold an object, and otherwise
they go on as they came.
"""

from dataclasses import dataclass, field

from proxy import wire
from proxy.fragments import Piece, pieces, says_more, write_arguments
from proxy.repair import CALLS, Context, Finding, Group, Output, Repair
from proxy.scan import JsonScan
from proxy.wire import JsonObject


@dataclass(slots=True)
class _Quoted:
    """The arguments of a call, from their opening quote on."""

    scan: JsonScan = field(default_factory=JsonScan)
    parts: list[tuple[JsonObject, JsonObject, str]] = field(
        default_factory=list[tuple[JsonObject, JsonObject, str]]
    )
    """Chunk, entry and text of each fragment."""

    def feed(self, chunk: JsonObject, piece: Piece) -> None:
        self.parts.append((chunk, piece.entry, piece.text))
        self.scan.feed(piece.text)

    @property
    def closed(self) -> bool:
        return not self.scan.in_string

    def unwrapped(self) -> str | None:
        """Return the text of the object inside, None where there is none."""
        inner = wire.decode_string("".join(text for _, _, text in self.parts))
        return inner if inner and wire.decode_object(inner) is not None else None


class QuotedArguments(Repair):
    """Send the object, not the string that holds it."""

    name = "tool-arguments"
    title = "Argument repair"
    group = Group.TOOL_CALLS
    default = True
    symptom = "A tool gets a string where it expects an object."
    remedy = "Arguments that were encoded twice are unwrapped."
    wakes_on = CALLS

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._seen: set[tuple[int, int]] = set()
        self._open: dict[tuple[int, int], _Quoted] = {}
        self._changed: set[int] = set()
        """The identities of chunks that were mended and have not left yet."""

    def chunk(self, chunk: JsonObject) -> Output:
        for piece in pieces(chunk):
            self._take(chunk, piece)
        if self._open and not says_more(chunk):
            self.held.append(chunk)
            return
        self._open.clear()
        yield from self._release()
        yield from self._leaving(chunk)

    def flush(self) -> Output:
        self._open.clear()
        yield from self._release()

    def _take(self, chunk: JsonObject, piece: Piece) -> None:
        if piece.key not in self._seen:
            if not piece.text.strip():
                return
            self._seen.add(piece.key)
            if piece.text.lstrip().startswith('"'):
                self._open[piece.key] = _Quoted()
        quoted = self._open.get(piece.key)
        if quoted is None:
            return
        quoted.feed(chunk, piece)
        if quoted.closed:
            del self._open[piece.key]
            self._unwrap(quoted)

    def _unwrap(self, quoted: _Quoted) -> None:
        inner = quoted.unwrapped()
        if inner is None:
            return
        for chunk, entry, _ in quoted.parts:
            write_arguments(entry, inner)
            inner = ""
            self._changed.add(id(chunk))

    def _release(self) -> Output:
        held, self.held = self.held, []
        for chunk in held:
            yield from self._leaving(chunk)

    def _leaving(self, chunk: JsonObject) -> Output:
        if id(chunk) in self._changed:
            self._changed.remove(id(chunk))
            yield Finding(self.name, "unwrapped arguments that were encoded twice")
        yield chunk

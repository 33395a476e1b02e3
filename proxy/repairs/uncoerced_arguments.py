"""Read strings in a call's arguments as what the tool's schema declares.

Models served by weak parsers write ``"3"`` for 3 and ``"[1]"`` for a list, or encode twice what is
inside (vercel/ai#6687); tools that check their input refuse the call. Only what the declared schema
decides is changed, never a property that may be a string. The arguments are held back until the
choice finishes; text goes ahead of them.
"""

from dataclasses import dataclass, field

from proxy import wire
from proxy.coercion import Coercion
from proxy.fragments import Piece, ends_well, pieces, says_more, write_arguments
from proxy.repair import CALLS, Context, Finding, Group, Output, Repair
from proxy.wire import JsonObject


@dataclass(slots=True)
class _Call:
    schema: JsonObject
    parts: list[tuple[JsonObject, Piece]] = field(default_factory=list[tuple[JsonObject, Piece]])

    def coerced(self) -> str | None:
        """Return the arguments as the schema declares them, None where they are that already."""
        arguments = wire.decode_object("".join(piece.text for _, piece in self.parts))
        if arguments is None:
            return None
        coercion = Coercion(self.schema)
        read = wire.encode_if_possible(coercion.read(arguments))
        return read.decode() if read is not None and coercion.changes else None


class SchemaArguments(Repair):
    """Coerce arguments to the declared schema."""

    name = "schema-arguments"
    title = "Coerce arguments to the schema"
    group = Group.GUESSES
    default = False
    symptom = "Tools refuse numbers, lists or objects that come as strings."
    remedy = "They are sent as what the tool's schema declares."
    wakes_on = CALLS
    price = "The arguments of a tool arrive in one piece at the end."

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        schemas = context.schema_by_tool
        self._schema_by_tool = {
            name: schema for name, schema in schemas.items() if Coercion(schema).may_act()
        }
        self._calls: dict[tuple[int, int], _Call] = {}
        self._finished: set[int] = set()
        self._changed: set[int] = set()
        """The identities of chunks that were mended and have not left yet."""

    @classmethod
    def applies(cls, context: Context) -> bool:
        return bool(context.schema_by_tool)

    def chunk(self, chunk: JsonObject) -> Output:
        held = self._take(chunk)
        finished = {wire.index(each) for each in wire.choices(chunk) if each.get("finish_reason")}
        for choice in wire.choices(chunk):
            if ends_well(choice):
                self._coerce(wire.index(choice))
        if finished:
            self._finished |= finished
            self.held.append(chunk)
            # What one choice held back is not overtaken by another's end.
            if all(
                wire.index(c) in self._finished for each in self.held for c in wire.choices(each)
            ):
                yield from self.flush()
        elif not held and not (self.held and not says_more(chunk)):
            if self.held:
                yield Finding(self.name, "let text go ahead of held arguments", routine=True)
            yield chunk
        elif says_more(chunk):
            yield from self._divide(chunk)
        else:
            self.held.append(chunk)

    def flush(self) -> Output:
        held, self.held = self.held, []
        for chunk in held:
            if id(chunk) in self._changed:
                self._changed.remove(id(chunk))
                yield Finding(self.name, "read arguments as the tool's schema declares them")
            yield chunk

    def _take(self, chunk: JsonObject) -> bool:
        """Note the fragments of a chunk; tell whether it has arguments that must wait."""
        waits = False
        for piece in pieces(chunk):
            if piece.name in self._schema_by_tool and piece.key not in self._calls:
                self._calls[piece.key] = _Call(self._schema_by_tool[piece.name])
            call = self._calls.get(piece.key)
            if call is not None and piece.text:
                call.parts.append((chunk, piece))
                waits = True
        return waits

    def _divide(self, chunk: JsonObject) -> Output:
        """Hold a chunk's fragments back and let its text go."""
        for choice in wire.choices(chunk):
            if any(wire.tool_calls(choice)):
                entries = wire.delta(choice).pop("tool_calls")
                own = {**choice, "delta": {"tool_calls": entries}}
                self.held.append({**chunk, "choices": [own]})
                self._adopt(self.held[-1])
        yield Finding(self.name, "let text go ahead of held arguments", routine=True)
        yield chunk

    def _adopt(self, own: JsonObject) -> None:
        """Remember that a divided chunk's fragments stand in another one now."""
        entries = [entry for choice in wire.choices(own) for entry in wire.tool_calls(choice)]
        for call in self._calls.values():
            call.parts = [
                (own if any(piece.entry is each for each in entries) else known, piece)
                for known, piece in call.parts
            ]

    def _coerce(self, choice: int) -> None:
        for key, call in self._calls.items():
            text = call.coerced() if key[0] == choice else None
            if text is None:
                continue
            for chunk, piece in call.parts:
                write_arguments(piece.entry, text)
                text = ""
                self._changed.add(id(chunk))
            call.parts.clear()

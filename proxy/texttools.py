"""The declared tools, and how what models write becomes a call of one of them.

Only a declared name and arguments that parse completely make a call. Values without a type, as XML
formats write them, take the type that the declared schema decides, and no other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

import msgspec

from proxy import wire
from proxy.textreader import NoCallError
from proxy.wire import JsonObject

_PREFIXES = ("functions.", "function.", "tools.")
# What is left of harmony's markup where a server dropped its special tokens.
_SUFFIXES = ("json", "commentary")

_ARGUMENTS = ("arguments", "parameters", "args")
_MEMBERS = frozenset({"id", "index", "type", "name", "tool", "function", *_ARGUMENTS})

_raw_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_raw_list = msgspec.json.Decoder(list[msgspec.Raw])

_TYPE_OF: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, Decimal, float),
    "null": (type(None),),
}


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that stood in a text."""

    name: str
    arguments: str
    """The text of a JSON object, as the model wrote it where it wrote JSON."""
    id: str = ""
    """What the model itself called it, if it did."""


class Tools:
    """The functions that the request declared."""

    def __init__(self, schema_by_name: Mapping[str, JsonObject]) -> None:
        self._schema_by_name = schema_by_name

    @property
    def names(self) -> list[str]:
        return list(self._schema_by_name)

    def declared(self, name: str) -> str:
        """Return the declared name that is meant."""
        for prefix in ("", *_PREFIXES):
            if (bare := name.removeprefix(prefix)) in self._schema_by_name:
                return bare
        raise NoCallError

    def unglued(self, name: str) -> str:
        """Return the declared name to which what followed it has stuck."""
        for suffix in ("", *_SUFFIXES):
            try:
                return self.declared(name.removesuffix(suffix))
            except NoCallError:
                continue
        raise NoCallError

    def call(self, name: str, arguments: str, own_id: str = "") -> Call:
        """Make a call with arguments that are the text of a JSON object."""
        if not isinstance(_decoded(arguments), dict):
            raise NoCallError
        return Call(self.declared(name), arguments, own_id.strip())

    def call_of_members(self, name: str, members: Mapping[str, Any]) -> Call:
        """Make a call from members whose values have their types already."""
        return Call(self.declared(name), wire.dumps(members))

    def require(self, name: str, members: Mapping[str, Any]) -> None:
        """Refuse a call that lacks a required member: it may have been cut off."""
        required = self._schema_by_name[self.declared(name)].get("required")
        if isinstance(required, list) and any(
            each not in members for each in cast("list[Any]", required) if isinstance(each, str)
        ):
            raise NoCallError

    def value(self, text: str) -> Any:
        """Read a value that was written as JSON."""
        return _decoded(text)

    def typed(self, name: str, member: str, text: str) -> Any:
        """Give a value written without quotes the type that its schema decides."""
        schema = self._schema_by_name[self.declared(name)]
        types = set(_types(wire.child(wire.child(schema, "properties"), member)))
        if not types or "string" in types:
            return text
        value = _decoded(_json_word(text.strip()))
        if not any(_fits(value, each) for each in types):
            raise NoCallError
        return value

    def only_declared_members(self, call: Call) -> bool:
        """Tell whether every argument is one that the tool declares."""
        known = wire.child(self._schema_by_name[call.name], "properties")
        return not known or set(_decoded(call.arguments)) <= set(known)

    def calls_of_json(self, text: str) -> list[Call]:
        """Read a call, or a list of them, written as JSON."""
        if not text.startswith("["):
            members = _parsed_object(text)
            if set(members) != {"tool_calls"}:
                return [self._call_of_json(members)]
            text = _text(members["tool_calls"])
        return [self._call_of_json(_parsed_object(_text(each))) for each in _parsed_list(text)]

    def _call_of_json(self, members: Mapping[str, msgspec.Raw]) -> Call:
        if not set(members) <= _MEMBERS:
            raise NoCallError
        own_id = _string(members.get("id"))
        function = members.get("function")
        if function is not None and _text(function).startswith("{"):
            members = _parsed_object(_text(function))
        names = [_string(members[each]) for each in ("name", "tool", "function") if each in members]
        arguments = [_text(members[each]) for each in _ARGUMENTS if each in members]
        if len(names) != 1 or len(arguments) != 1:
            raise NoCallError
        return self.call(names[0], _unwrapped(arguments[0]), own_id)


def _unwrapped(arguments: str) -> str:
    """Return arguments that were written as null, or as the text of their JSON."""
    if arguments == "null":
        return "{}"
    if arguments.startswith('"'):
        return cast("str", _decoded(arguments))
    return arguments


def _decoded(text: str) -> Any:
    try:
        return wire.decode(text)
    except ValueError as error:
        raise NoCallError from error


def _parsed_object(text: str) -> dict[str, msgspec.Raw]:
    try:
        return _raw_object.decode(text)
    except (ValueError, RecursionError) as error:
        raise NoCallError from error


def _parsed_list(text: str) -> list[msgspec.Raw]:
    try:
        parsed = _raw_list.decode(text)
    except (ValueError, RecursionError) as error:
        raise NoCallError from error
    if not parsed or any(not _text(each).startswith("{") for each in parsed):
        raise NoCallError
    return parsed


def _text(raw: msgspec.Raw) -> str:
    return bytes(raw).decode("utf-8", "surrogatepass").strip()


def _string(raw: msgspec.Raw | None) -> str:
    value = None if raw is None else _decoded(_text(raw))
    return value if isinstance(value, str) else ""


def _json_word(text: str) -> str:
    # Models that think in Python write its words.
    return {"True": "true", "False": "false", "None": "null"}.get(text, text)


def _types(schema: JsonObject) -> Iterator[str]:
    """Yield the JSON types that a value may have; nothing where the schema does not say."""
    named = schema.get("type")
    if isinstance(named, str):
        yield named
    elif isinstance(named, list):
        yield from (each for each in cast("list[Any]", named) if isinstance(each, str))
    for union in ("anyOf", "oneOf"):
        for option in wire.objects(schema, union):
            yield from _types(option)


def _fits(value: Any, wanted: str) -> bool:
    if isinstance(value, bool):
        return wanted == "boolean"
    return isinstance(value, _TYPE_OF.get(wanted, ()))

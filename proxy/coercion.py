"""Read strings as the values a JSON schema declares, where the schema leaves no choice.

A property that may be a string stays one; so does all that the schema is silent or undecided about.
"""

import re
from collections.abc import Callable
from typing import Any, cast

from proxy import wire
from proxy.wire import JsonObject

_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})")
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d{1,30})?([eE][+-]?\d{1,2})?")
_WORDS = {"true": True, "false": False, "True": True, "False": False}
_MAX_REFERENCES = 8
_MISSING = object()


class Coercion:
    """One reading of a value by a schema; `changes` counts what was not as declared."""

    def __init__(self, schema: JsonObject) -> None:
        self._root = schema
        self.changes = 0

    def read(self, value: JsonObject) -> Any:
        """Return the value as the whole schema declares it."""
        return self._value(value, self._root)

    def may_act(self) -> bool:
        """Tell whether any property of the schema is declared as something else than a string."""
        properties = wire.child(self._resolved(self._root), "properties")
        return any(
            (kinds := self._kinds(wire.child(properties, name))) is not None
            and "string" not in kinds
            for name in properties
        )

    def _value(self, value: Any, schema: JsonObject) -> Any:
        schema = self._resolved(schema)
        if isinstance(value, str):
            return self._text(value, schema)
        branch = self._branch(schema, "array" if isinstance(value, list) else "object")
        if isinstance(value, list):
            items = wire.child(branch, "items")
            return [self._value(item, items) for item in cast("list[Any]", value)]
        if isinstance(value, dict):
            members = cast("JsonObject", value)
            properties = wire.child(branch, "properties")
            rest = wire.child(branch, "additionalProperties")
            return {
                name: self._value(
                    item, wire.child(properties, name) if name in properties else rest
                )
                for name, item in members.items()
            }
        return value

    def _text(self, text: str, schema: JsonObject) -> Any:
        kinds = self._kinds(schema)
        listed = schema.get("enum")
        if kinds is None or "string" in kinds or (isinstance(listed, list) and text in listed):
            return text
        found = [value for kind in kinds if (value := _read_as(kind, text)) is not _MISSING]
        if not found or any(value != found[0] for value in found):
            return text
        self.changes += 1
        return self._value(found[0], schema)

    def _kinds(self, schema: JsonObject, depth: int = 0) -> frozenset[str] | None:
        """Return the types a schema allows, None where it does not say."""
        if depth > _MAX_REFERENCES:
            return None
        schema = self._resolved(schema)
        declared = schema.get("type")
        if isinstance(declared, str):
            return frozenset({declared})
        if isinstance(declared, list):
            return frozenset(each for each in cast("list[Any]", declared) if isinstance(each, str))
        allowed: set[str] = set()
        for branch in _branches(schema):
            kinds = self._kinds(branch, depth + 1)
            if kinds is None:
                return None
            allowed |= kinds
        return frozenset(allowed) or None

    def _branch(self, schema: JsonObject, kind: str) -> JsonObject:
        """Return what the schema says of values of this type."""
        fitting = [
            resolved
            for each in _branches(schema)
            if kind in (self._kinds(resolved := self._resolved(each)) or ())
        ]
        return fitting[0] if len(fitting) == 1 else schema

    def _resolved(self, schema: JsonObject) -> JsonObject:
        for _ in range(_MAX_REFERENCES):
            reference = schema.get("$ref")
            if not isinstance(reference, str) or not reference.startswith("#/"):
                return schema
            schema = self._root
            for step in reference[2:].split("/"):
                schema = wire.child(schema, step)
        return {}


def _branches(schema: JsonObject) -> list[JsonObject]:
    return [*wire.objects(schema, "anyOf"), *wire.objects(schema, "oneOf")]


def _read_as(kind: str, text: str) -> Any:
    reader = _READERS.get(kind)
    return _MISSING if reader is None else reader(text)


def _integer(text: str) -> Any:
    return int(text) if _INTEGER.fullmatch(text) else _MISSING


def _number(text: str) -> Any:
    return _json(text) if _NUMBER.fullmatch(text) else _MISSING


def _object(text: str) -> Any:
    value = wire.decode_object(text)
    return _MISSING if value is None else value


def _array(text: str) -> Any:
    value = _json(text) if text.lstrip().startswith("[") else _MISSING
    return cast("list[Any]", value) if isinstance(value, list) else _MISSING


def _json(text: str) -> Any:
    holder = wire.decode_object('{"value":' + text + "}")
    return holder["value"] if holder is not None and len(holder) == 1 else _MISSING


_READERS: dict[str, Callable[[str], Any]] = {
    "integer": _integer,
    "number": _number,
    "boolean": lambda text: _WORDS.get(text, _MISSING),
    "null": lambda text: None if text == "null" else _MISSING,
    "object": _object,
    "array": _array,
}

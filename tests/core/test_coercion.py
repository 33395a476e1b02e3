from decimal import Decimal
from typing import Any

import pytest

from proxy.coercion import Coercion
from proxy.wire import JsonObject


def read(value: Any, schema: JsonObject, **definitions: JsonObject) -> Any:
    """The value of a property that has this schema."""
    whole = {"type": "object", "properties": {"it": schema}, "$defs": definitions}
    coercion = Coercion(whole)
    result = coercion.read({"it": value})["it"]
    if not coercion.changes:
        assert result == value
    return result


INTEGER = {"type": "integer"}
LIST = {"type": "array", "items": INTEGER}
OBJECT = {"type": "object", "properties": {"n": INTEGER, "s": {"type": "string"}}}


@pytest.mark.parametrize(
    ("text", "schema", "value"),
    [
        ("3", INTEGER, 3),
        ("-12", INTEGER, -12),
        ("1.5", {"type": "number"}, Decimal("1.5")),
        ("3", {"type": "number"}, 3),
        ("true", {"type": "boolean"}, True),
        ("False", {"type": "boolean"}, False),
        ("null", {"type": "null"}, None),
        ("null", {"type": ["integer", "null"]}, None),
        ("3", {"anyOf": [INTEGER, {"type": "null"}]}, 3),
        ("3", {"oneOf": [INTEGER, {"type": "number"}]}, 3),
        ("[1,2]", LIST, [1, 2]),
        ('["1"]', LIST, [1]),
        ('{"n":"1","s":"1"}', OBJECT, {"n": 1, "s": "1"}),
        ('{"n":1}', {"anyOf": [OBJECT, {"type": "null"}]}, {"n": 1}),
        ("3", {"$ref": "#/$defs/count"}, 3),
        ("[]", {"type": ["array", "object"]}, []),
    ],
)
def test_reads_a_string_as_what_the_schema_declares(
    text: str, schema: JsonObject, value: object
) -> None:
    result = read(text, schema, count=INTEGER)
    assert (result, type(result)) == (value, type(value))


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ("3", {"type": "string"}),
        ("3", {"type": ["string", "integer"]}),
        ("3", {"anyOf": [{"type": "string"}, INTEGER]}),
        ("3", {"anyOf": [INTEGER, {}]}),
        ("3", {}),
        ("3", {"enum": ["3", 3], "type": "integer"}),
        ("3", {"$ref": "#/$defs/nowhere"}),
        ("3", {"$ref": "https://example.org/count"}),
        ("3", {"$ref": "#/$defs/loop"}),
        ("3", {"$ref": "#/$defs/nest"}),
        ("3", {"type": "date"}),
        ("03", INTEGER),
        (" 3", INTEGER),
        ("3.0", INTEGER),
        ("1" * 400, INTEGER),
        ("yes", {"type": "boolean"}),
        ("1", {"type": "boolean"}),
        ("NaN", {"type": "number"}),
        ("[1", LIST),
        ('1],"x":[1', LIST),
        ("{}", LIST),
        ("[]", OBJECT),
        (3, {"type": "string"}),
        ([1], OBJECT),
    ],
)
def test_leaves_alone_what_the_schema_does_not_decide(value: Any, schema: JsonObject) -> None:
    loop = {"$ref": "#/$defs/loop"}
    nest = {"anyOf": [{"$ref": "#/$defs/nest"}]}
    assert read(value, schema, loop=loop, nest=nest) == value


def test_reads_what_lies_deeper() -> None:
    value = {"n": "1", "s": "1", "more": "1"}
    assert read([value], {"type": "array", "items": OBJECT}) == [{**value, "n": 1}]
    members = {"type": "object", "additionalProperties": INTEGER}
    assert read({"a": "1", "b": 2}, members) == {"a": 1, "b": 2}


@pytest.mark.parametrize("schema", [{}, {"properties": []}, {"properties": {"a": 5}}, {"$ref": 1}])
def test_knows_a_schema_that_decides_nothing(schema: JsonObject) -> None:
    assert not Coercion(schema).may_act()

"""Tolerant readers of chat-completions JSON: whatever a member holds, reading never raises.

Numbers keep their text: a float is read as a `Decimal` and written back as it came, so that
an event in which one member was mended does not change in another.
"""

import json
import re
from decimal import Decimal
from typing import Any, TypeAlias, cast

import msgspec

JsonObject: TypeAlias = dict[str, Any]

_decoder = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")
_raw_members = msgspec.json.Decoder(dict[str, msgspec.Raw])

LONGEST = 32 * 1024 * 1024
"""Bytes; a longer text is not read."""
_FREELY = 1024 * 1024
"""Bytes that may hold whatever they like: nothing in them takes long."""
_MOST_CONTAINERS = 500_000
"""Each costs more time than a thousand characters of text, and nobody else is served meanwhile."""
_MOST_CHOICES = 128
"""OpenAI's own limit; what is kept of each is looked through for each."""
MOST_CALLS = 512
"""In one choice of one answer."""
_LONGEST_MEMBER = 64 * 1024
_ASKS_FOR_STREAM = re.compile(rb'"stream"\s*:\s*true\b')


class NotJsonError(ValueError):
    """The text is no JSON at all."""


class OpaqueJsonError(ValueError):
    """The text may be JSON, but of a kind that cannot be read without changing it."""


def decode(data: bytes | str) -> Any:
    """Read JSON text; raises `NotJsonError` or `OpaqueJsonError`."""
    if len(data) > _FREELY and _is_too_much(data):
        raise OpaqueJsonError("more than can be read while others wait")
    try:
        return _decoder.decode(data)
    except (ValueError, RecursionError):
        return _decode_exotic(data)


def encode(value: Any) -> bytes:
    """Write JSON without white space; raises `OpaqueJsonError` for what JSON cannot hold."""
    try:
        return _encoder.encode(value)
    except (ValueError, TypeError, RecursionError):
        return _encode_exotic(value)


def decode_object(data: bytes | str) -> JsonObject | None:
    """Read JSON text that holds an object; None for everything else."""
    try:
        value = decode(data)
    except ValueError:
        return None
    return cast("JsonObject", value) if isinstance(value, dict) else None


def decode_chunk(data: bytes | str) -> JsonObject | None:
    """`decode_object`; None also for one that holds more choices or calls than any answer does."""
    chunk = decode_object(data)
    return None if chunk is None or _is_too_wide(chunk) else chunk


def decode_request(data: bytes) -> JsonObject:
    """Read a request: all of it, or where it cannot be read so much as tells what it asks for."""
    whole = decode_object(data)
    if whole is not None:
        return whole
    try:
        members = _raw_members.decode(data)
    except (ValueError, RecursionError):
        return {"stream": True} if _ASKS_FOR_STREAM.search(data) else {}
    short = {name: each for name, each in members.items() if len(bytes(each)) <= _LONGEST_MEMBER}
    return {name: decode_if_possible(bytes(each)) for name, each in short.items()}


def is_broken(data: bytes) -> bool:
    """Tell whether the text is certainly no JSON: neither readable nor merely odd."""
    try:
        decode(data)
    except NotJsonError:
        return True
    except OpaqueJsonError:
        return False
    return False


def decode_string(data: bytes | str) -> str | None:
    """Read JSON text that holds a string; None for everything else."""
    value = decode_if_possible(data)
    return value if isinstance(value, str) else None


def decode_if_possible(data: bytes | str) -> Any:
    """`decode`; None, as for ``null``, where the text cannot be read."""
    try:
        return decode(data)
    except ValueError:
        return None


def encode_if_possible(value: Any) -> bytes | None:
    """`encode`; None for what JSON cannot hold."""
    try:
        return encode(value)
    except ValueError:
        return None


def dumps(value: Any) -> str:
    """`encode`, as text."""
    return encode(value).decode("utf-8")


def choices(chunk: JsonObject) -> list[JsonObject]:
    """Return the choices that are objects."""
    return objects(chunk, "choices")


def objects(holder: JsonObject, name: str) -> list[JsonObject]:
    """Return the objects in the list ``holder[name]``; nothing where it is no list."""
    value: Any = holder.get(name)
    if not value or not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict)]  # pyright: ignore[reportUnknownVariableType]


def child(holder: JsonObject, name: str) -> JsonObject:
    """Return the object ``holder[name]``; a new, unattached one where it is none."""
    value: Any = holder.get(name)
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def delta(choice: JsonObject) -> JsonObject:
    """Return the delta of a choice, or an unattached empty one."""
    return child(choice, "delta")


def tool_calls(choice: JsonObject) -> list[JsonObject]:
    """Return the tool-call entries in the choice's delta."""
    return objects(child(choice, "delta"), "tool_calls")


def function(call: JsonObject) -> JsonObject:
    """Return the function of a tool call, or an unattached empty one."""
    return child(call, "function")


def number(holder: JsonObject, name: str) -> int | None:
    """Return the integer ``holder[name]``; None for all else, booleans included."""
    value = holder.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def index(holder: JsonObject) -> int:
    """Return the index of a choice, 0 where it has none that counts."""
    value = number(holder, "index")
    return 0 if value is None or value < 0 else value


def text(holder: JsonObject, name: str) -> str:
    """Return the string ``holder[name]``, empty for all else."""
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def filled(holder: JsonObject, name: str) -> bool:
    """Tell whether ``holder[name]`` is a string with more than white space in it."""
    return bool(text(holder, name).strip())


def _is_too_wide(chunk: JsonObject) -> bool:
    found = chunk.get("choices")
    if not isinstance(found, list) or not found:
        return False
    if len(cast("list[Any]", found)) > _MOST_CHOICES:
        return True
    return any(
        index(choice) >= _MOST_CHOICES or len(tool_calls(choice)) > MOST_CALLS
        for choice in choices(chunk)
    )


def _is_too_much(data: bytes | str) -> bool:
    if len(data) > LONGEST:
        return True
    if isinstance(data, str):
        return data.count("[") + data.count("{") > _MOST_CONTAINERS
    return data.count(b"[") + data.count(b"{") > _MOST_CONTAINERS


def _decode_exotic(data: bytes | str) -> Any:
    try:
        raw = data.decode("utf-8") if isinstance(data, bytes) else data
        return json.loads(raw, parse_constant=_refuse_constant, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise NotJsonError("no JSON") from error
    except (ValueError, RecursionError) as error:
        # Invalid UTF-8, NaN, thousands of digits, thousands of levels: not ours to judge.
        raise OpaqueJsonError("JSON that cannot be read without loss") from error


def _refuse_constant(name: str) -> Any:
    raise OpaqueJsonError(name)


def _encode_exotic(value: Any) -> bytes:
    try:
        # Lone surrogates survive as escapes; a Decimal only as the nearest float.
        return json.dumps(value, separators=(",", ":"), allow_nan=False, default=_number_of).encode(
            "ascii"
        )
    except (ValueError, TypeError, RecursionError) as error:
        raise OpaqueJsonError("a value that JSON cannot hold") from error


def _number_of(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)

"""Changes single values of a TOML text and leaves every other character as the user wrote it.

Whatever comes out is read again: only if it says exactly what was asked for is it handed over, so
a text in a form that this editor does not expect is refused, never spoilt.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any, TypeAlias, cast

from proxy.errors import ConfigError
from proxy.tomlplaces import Place, Places, Section, places

Value: TypeAlias = str | bool | int | float | Mapping[str, "Value"]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BY_HAND = "this cannot be changed by program, expected a change by hand"


def put(text: str, place: Place, value: Value) -> str:
    """Set one value, where it stands or where it belongs; raises `ConfigError`."""

    def mean(root: dict[str, Any]) -> None:
        _holder(root, place)[place[-1]] = value

    found = places(text)
    if place in found.members:
        member = found.members[place]
        made = text[: member.value] + _rendered(value) + text[member.end :]
    else:
        made = _inserted(text, found, place, value)
    return _checked(text, made, mean, found.line(place))


def put_table(text: str, place: Place, members: Mapping[str, Value]) -> str:
    """Add a table that is not there yet, under a header of its own; raises `ConfigError`."""

    def mean(root: dict[str, Any]) -> None:
        _holder(root, place)[place[-1]] = dict(members)

    found = places(text)
    made = _with_section(text, found, place, _headed(place, members))
    return _checked(text, made, mean, found.line(place[:-1]))


def append(text: str, name: str, members: Mapping[str, Value]) -> str:
    """Add a table to the array of tables of that name; raises `ConfigError`."""

    def mean(root: dict[str, Any]) -> None:
        root.setdefault(name, []).append(dict(members))

    found = places(text)
    array = found.members.get((name,))
    if array is None:
        made = _with_section(text, found, (name, -1), f"[[{name}]]\n{_lines(members)}")
    else:
        end = array.end - 1
        before = text[array.value + 1 : end].rstrip()
        comma = "" if not before or before.endswith(",") else ", "
        made = text[:end] + comma + _rendered(members) + text[end:]
    return _checked(text, made, mean, found.line((name,)))


def remove(text: str, place: Place) -> str:
    """Take a member, a table, or an item of an array away; raises `ConfigError`."""

    def mean(root: dict[str, Any]) -> None:
        del _holder(root, place)[place[-1]]

    found = places(text)
    spans = _spans(text, found, place)
    made = text
    for start, end in sorted(spans, reverse=True):
        made = made[:start] + made[end:]
    return _checked(text, made, mean, found.line(place))


def reorder(text: str, place: Place, names: Sequence[str]) -> str:
    """Bring the tables below a place into another order, each with its comments.

    `names` are all of them. Raises `ConfigError`.
    """
    if text and not text.endswith("\n"):
        text += _newline(text)
    found = places(text)
    spans = {name: sorted(_spans(text, found, (*place, name))) for name in names}
    blocks = {name: "".join(text[start:end] for start, end in spans[name]) for name in names}
    slots = sorted((spans[name][0], name) for name in names if spans[name])
    filled = {
        span: blocks[name].removesuffix(_tail(blocks[name])) + _tail(blocks[former])
        for (span, former), name in zip(slots, names, strict=False)
    }
    made = text
    for start, end in sorted((span for each in spans.values() for span in each), reverse=True):
        made = made[:start] + filled.get((start, end), "") + made[end:]
    made = _checked(text, made, lambda _: None, found.line(place))
    # Two tables with the same members in another order would pass for the same.
    if list(_holder(tomllib.loads(made), (*place, ""))) != list(names):
        raise ConfigError(found.line(place), _BY_HAND)
    return made


def _inserted(text: str, found: Places, place: Place, value: Value) -> str:
    parent = place[:-1]
    line = f"{_key(place[-1:])} = {_rendered(value)}"
    for section in found.sections:
        if section.place == parent and section.place:
            return _with_line(text, section.end, line)
    if parent in found.members:
        return _into_braces(text, found.members[parent].value, line)
    dotted = [each for each in found.members if each[: len(parent)] == parent]
    if dotted:
        return _after_dotted(text, found, dotted[-1], place, value)
    grand = parent[:-1]
    if grand in found.members or (grand and not _below(found, grand)):
        return _inserted(text, found, parent, {str(place[-1]): value})
    return _with_section(text, found, parent, _headed(parent, {str(place[-1]): value}))


def _with_line(text: str, end: int, line: str) -> str:
    """Write one line below the one that ends or goes on at an offset."""
    at = _line_end(text, end)
    newline = _newline(text)
    if at == len(text) and not text.endswith("\n"):
        return f"{text}{newline}{line}{newline}"
    return f"{text[:at]}{line}{newline}{text[at:]}"


def _into_braces(text: str, opening: int, line: str) -> str:
    rest = text[opening + 1 :]
    if rest.lstrip().startswith("}"):
        return f"{text[:opening]}{{ {line} {rest.lstrip()}"
    return f"{text[:opening]}{{ {line}, {rest.lstrip()}"


def _after_dotted(text: str, found: Places, last: Place, place: Place, value: Value) -> str:
    """Write a dotted key below its like, as in ``deepseek.passthrough = true``."""
    start = found.members[last].start
    section = [each for each in found.sections if each.start <= start][-1]
    key = _key(place[len(section.place) :])
    return _with_line(text, found.members[last].end, f"{key} = {_rendered(value)}")


def _with_section(text: str, found: Places, place: Place, block: str) -> str:
    """Write a block with a header of its own below the last section of its kind."""
    newline = _newline(text)
    block = block.replace("\n", newline)
    alike = _below(found, place[:-1])
    at = _line_end(text, alike[-1].end) if alike else len(text)
    before, after = text[:at], text[at:]
    if before and not before.endswith("\n"):
        before += newline
    if before.strip():
        before = before.rstrip("\r\n") + newline * 2
    if after and not after.startswith(("\n", "\r")):
        block += newline
    return before + block + after


def _below(found: Places, place: Place) -> list[Section]:
    return [each for each in found.sections if each.place and each.place[: len(place)] == place]


def _spans(text: str, found: Places, place: Place) -> list[tuple[int, int]]:
    """Return what goes away with a place: whole sections, whole lines, or an item of an array."""
    spans = [_section_span(text, found, each) for each in _below(found, place)]
    inside = [
        member
        for each, member in found.members.items()
        if each[: len(place)] == place and not any(a <= member.start < b for a, b in spans)
    ]
    number = place[-1]
    if isinstance(number, int) and inside:
        return [_item_span(found, place[:-1], number)]
    for member in inside:
        start = text.rfind("\n", 0, member.start) + 1
        if not text[start : member.start].strip():
            spans.append((start, _line_end(text, member.end)))
    return spans


def _section_span(text: str, found: Places, section: Section) -> tuple[int, int]:
    """Return a section with the comment right above its header and the blank line below it."""
    start = section.start
    earlier = max((each.end for each in found.sections if each.start < start), default=0)
    floor = _line_end(text, earlier) if earlier else 0
    while start > floor:
        above = text.rfind("\n", 0, start - 1) + 1
        if not text[above:start].startswith("#"):
            break
        start = above
    end = _line_end(text, section.end)
    blank = re.compile(r"[ \t]*\r?\n").match(text, end)
    return start, blank.end() if blank else end


def _tail(block: str) -> str:
    """Return the blank lines at the end, which stay where they are when blocks change places."""
    return block[len(block.rstrip()) :].removeprefix("\r").removeprefix("\n")


def _item_span(found: Places, array: Place, number: int) -> tuple[int, int]:
    item, following = found.members[*array, number], found.members.get((*array, number + 1))
    if following is not None:
        return item.start, following.start
    former = found.members.get((*array, number - 1))
    return (former.end if former is not None else item.start), item.end


def _checked(old: str, new: str, mean: Callable[[dict[str, Any]], None], line: int) -> str:
    wanted = deepcopy(tomllib.loads(old))
    try:
        mean(wanted)
        if _pruned(tomllib.loads(new)) == _pruned(wanted):
            return new
    except (tomllib.TOMLDecodeError, AttributeError, LookupError, TypeError):
        pass
    raise ConfigError(line, _BY_HAND)


def _pruned(value: Any) -> Any:
    """Return the value without empty tables: a header above nothing means nothing."""
    if not isinstance(value, dict):
        return value
    members = cast("dict[str, Any]", value)
    inside = {name: _pruned(each) for name, each in members.items()}
    return {name: each for name, each in inside.items() if each not in ({}, [])}


def _holder(root: dict[str, Any], place: Place) -> Any:
    holder: Any = root
    for name in place[:-1]:
        holder = holder[name] if isinstance(name, int) else holder.setdefault(name, {})
    return holder


def _headed(place: Place, members: Mapping[str, Value]) -> str:
    """Render a table under its header, and each table in it under one of its own."""
    plain = {name: each for name, each in members.items() if not isinstance(each, Mapping)}
    blocks = [f"[{_key(place)}]\n{_lines(plain)}"] if plain or not members else []
    for name, each in members.items():
        if isinstance(each, Mapping):
            blocks.append(_headed((*place, name), each))
    return "\n".join(blocks)


def _lines(members: Mapping[str, Value]) -> str:
    return "".join(f"{_key((name,))} = {_rendered(each)}\n" for name, each in members.items())


def _rendered(value: Value) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key((name,))} = {_rendered(each)}" for name, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, bool):
        return "true" if value else "false"
    # JSON's texts are TOML's, but for one control character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _key(place: Sequence[str | int]) -> str:
    names = (cast("str", name) for name in place)
    return ".".join(name if _BARE_KEY.fullmatch(name) else _rendered(name) for name in names)


def _line_end(text: str, at: int) -> int:
    """Return the offset behind the line that holds an offset."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"

"""The forms in which models write tool calls into their text, a small grammar each.

What a grammar reads is a call only if nothing but white space and further calls follows up to the
end of the answer. Closing tags may be missing where the arguments are complete; opening ones where
something else as distinct marks the call.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from proxy.textreader import NoCallError, Reader, Step
from proxy.texttools import Call, Tools

Grammar: TypeAlias = Callable[[Reader, Tools, str], Step[list[Call]]]
"""Reads what follows the marker, which is its last argument."""


class Border(Enum):
    """What a marker must stand after, so that it is none inside a sentence."""

    ANYTHING = 0
    NO_LETTER = 1
    LINE_END = 2


@dataclass(frozen=True, slots=True)
class Marker:
    """A text with which a call may begin."""

    text: str
    grammar: Grammar
    border: Border = Border.ANYTHING
    in_reasoning: bool = False
    """Models of this form also write their calls among their thoughts."""


def markers(tools: Tools, *, reasoning: bool) -> Mapping[str, Marker]:
    """Return the markers with which a call of one of the tools may begin, by their text."""
    named = [
        Marker(prefix + name, _named, Border.LINE_END, in_reasoning=bool(prefix))
        for name in tools.names
        for prefix in ("", "functions.")
    ]
    every = {each.text: each for each in (*named, *_MARKERS)}
    return {text: each for text, each in every.items() if each.in_reasoning or not reasoning}


def calls(reader: Reader, tools: Tools, known: Mapping[str, Marker]) -> Step[list[Call]]:
    """Read the calls that make up the rest of the text."""
    found: list[Call] = []
    while True:
        opener = yield from reader.expect(*known)
        found += yield from known[opener].grammar(reader, tools, opener)
        reader.complete = len(found)
        yield from reader.white()
        if (yield from reader.over()):
            return found


def _tag(reader: Reader, tools: Tools, _opener: str) -> Step[list[Call]]:
    """Hermes' JSON, Qwen's XML or GLM's pairs in a ``<tool_call>``."""
    yield from reader.white()
    if (yield from reader.ahead("{", "[")):
        text = yield from reader.json()
        found = tools.calls_of_json(text)
    elif (yield from reader.literal("<function=")):
        found = yield from _function(reader, tools, "<function=")
    else:
        name = yield from reader.name()
        found = yield from _pairs(reader, tools, tools.declared(name))
    yield from _close(reader, "</tool_call>")
    return found


def _close(reader: Reader, *tags: str) -> Step[str]:
    """Take white space and one of the tags, if it is there."""
    yield from reader.white()
    return (yield from reader.literal(*tags))


def _function(reader: Reader, tools: Tools, _opener: str) -> Step[list[Call]]:
    """Llama's ``<function=name>{…}</function>`` and its misspellings, or Qwen's parameters."""
    name = tools.declared((yield from reader.name()))
    yield from reader.white()
    opened = yield from reader.literal(">", "=", ",", "(", "[")
    yield from reader.white()
    if opened == ">" and not (yield from reader.ahead("{")):
        call = yield from _parameters(reader, tools, name)
    else:
        if not (yield from reader.ahead("{")):
            raise NoCallError
        call = tools.call(name, (yield from reader.json()))
        yield from _close(reader, ")", "]")
        yield from _close(reader, ">")
        # Some models repeat the opening tag instead of closing it.
        yield from _close(reader, "</function>", "<function>")
    yield from _close(reader, "</tool_call>")
    return [call]


def _parameters(reader: Reader, tools: Tools, name: str) -> Step[Call]:
    members: dict[str, object] = {}
    while (yield from _close(reader, "<parameter=")):
        member = (yield from reader.until(">")).strip()
        value = yield from reader.until("</parameter>")
        # The form puts a value on lines of its own.
        value = value.removeprefix("\n").removesuffix("\n")
        members[member] = tools.typed(name, member, value)
    if not (yield from reader.literal("</function>")):
        tools.require(name, members)
    return tools.call_of_members(name, members)


def _pairs(reader: Reader, tools: Tools, name: str) -> Step[list[Call]]:
    """GLM's keys and values."""
    members: dict[str, object] = {}
    while (yield from _close(reader, "<arg_key>")):
        member = (yield from reader.until("</arg_key>")).strip()
        yield from reader.white()
        yield from reader.expect("<arg_value>")
        value = yield from reader.until("</arg_value>")
        members[member] = tools.typed(name, member, value)
    if not (yield from reader.ahead("</tool_call>")):
        if not members:
            raise NoCallError
        tools.require(name, members)
    return [tools.call_of_members(name, members)]


def _dsml(reader: Reader, tools: Tools, opener: str) -> Step[list[Call]]:
    """DeepSeek's markup, in a section or without one."""
    closer = opener.replace("<", "</", 1)
    sections = ("function_calls>", "tool_calls>", "calls>")
    section = yield from reader.literal(*sections)
    if section:
        yield from reader.white()
        yield from reader.expect(opener)
    found: list[Call] = []
    while True:
        yield from reader.expect("invoke")
        found.append((yield from _invoke(reader, tools, opener)))
        if not (yield from _close(reader, opener)):
            break
    yield from reader.literal(*(closer + each for each in sections))
    return found


def _invoke(reader: Reader, tools: Tools, opener: str) -> Step[Call]:
    closer = opener.replace("<", "</", 1)
    yield from reader.expect(' name="')
    name = tools.declared((yield from reader.until('"')))
    yield from reader.white()
    members: dict[str, object] = {}
    if (yield from reader.expect(">", "/>")) == "/>":
        return tools.call_of_members(name, members)
    while (yield from _close(reader, opener + "parameter")):
        yield from reader.expect(' name="')
        member = yield from reader.until('"')
        attributes = yield from reader.until(">")
        value = yield from reader.until(closer + "parameter>")
        if 'string="true"' in attributes:
            members[member] = value
        elif 'string="false"' in attributes:
            members[member] = tools.value(value)
        else:
            members[member] = tools.typed(name, member, value)
    if not (yield from reader.literal(closer + "invoke>")):
        tools.require(name, members)
    return tools.call_of_members(name, members)


_KIMI_ARGUMENTS = "<|tool_call_argument_begin|>"


def _kimi(reader: Reader, tools: Tools, opener: str) -> Step[list[Call]]:
    """Kimi's tokens, from the section's first or from a call's."""
    yield from reader.white()
    if opener == _KIMI_SECTION and (yield from reader.literal(_KIMI_CALL)):
        yield from reader.white()
    name = yield from reader.name()
    return (yield from _kimi_call(reader, tools, tools.declared(name)))


def _kimi_call(reader: Reader, tools: Tools, name: str) -> Step[list[Call]]:
    own_id = ""
    if (yield from reader.literal(":")):
        number = yield from reader.name()
        if not number.isdigit():
            raise NoCallError
        # The template that reads the history counts on this very form.
        own_id = f"functions.{name}:{number}"
    yield from reader.white()
    yield from reader.expect(_KIMI_ARGUMENTS)
    yield from reader.white()
    call = tools.call(name, (yield from reader.json()), own_id)
    yield from _close(reader, "<|tool_call_end|>")
    yield from _close(reader, "<|tool_calls_section_end|>")
    return [call]


def _named(reader: Reader, tools: Tools, opener: str) -> Step[list[Call]]:
    """A call whose first tokens were lost: Kimi's, or GLM's, from the name on."""
    name = tools.declared(opener)
    if (yield from reader.ahead(":", _KIMI_ARGUMENTS)):
        return (yield from _kimi_call(reader, tools, name))
    yield from reader.white()
    if not (yield from reader.ahead("<arg_key>")):
        raise NoCallError
    found = yield from _pairs(reader, tools, name)
    yield from _close(reader, "</tool_call>")
    return found


_HARMONY_ROLES = ("<|start|>", "assistant")
_HARMONY_CHANNELS = ("<|channel|>", "commentary", "analysis")
_HARMONY_FORMATS = ("<|constrain|>", "json", "code")
_HARMONY_HEADER = (*_HARMONY_ROLES, *_HARMONY_CHANNELS, *_HARMONY_FORMATS, "to=")
_HARMONY_BODY = "<|message|>"


def _harmony(reader: Reader, tools: Tools, opener: str) -> Step[list[Call]]:
    """A message of gpt-oss to a recipient; the order of its header differs between servers."""
    name = ""
    part = opener
    while part and part != _HARMONY_BODY:
        if "to=" in part:
            name = tools.unglued((yield from reader.name()))
        yield from reader.white()
        part = yield from reader.literal(*_HARMONY_HEADER, _HARMONY_BODY)
    if not name:
        raise NoCallError
    yield from reader.white()
    call = tools.call(name, (yield from reader.json()))
    yield from _close(reader, "<|call|>", "<|end|>")
    return [call]


def _mistral(reader: Reader, tools: Tools, _opener: str) -> Step[list[Call]]:
    """Mistral's control token: a list, or since its newer tokenizers name and arguments."""
    yield from reader.white()
    if (yield from reader.ahead("[", "{")):
        return tools.calls_of_json((yield from reader.json()))
    name = tools.declared((yield from reader.name()))
    own_id = ""
    if (yield from reader.literal("[CALL_ID]")):
        own_id = yield from reader.name()
    yield from reader.literal("[ARGS]")
    yield from reader.white()
    return [tools.call(name, (yield from reader.json()), own_id)]


_CALL_MEMBERS = ("name", "tool", "function", "arguments", "parameters", "args", "id", "type")
_FIRST_MEMBERS = tuple(f'"{each}"' for each in (*_CALL_MEMBERS, "tool_calls"))


def _fence(reader: Reader, tools: Tools, _opener: str) -> Step[list[Call]]:
    """A code fence that is all that is left of the answer, and holds one call."""
    yield from reader.literal("json", "JSON", "tool_call", "tool_calls")
    yield from reader.white()
    begun = yield from reader.expect("{", "[")
    yield from reader.white()
    if begun == "[":
        begun += yield from reader.expect("{")
        yield from reader.white()
    # Any other JSON is let go at its first member, not at its end.
    begun += yield from reader.expect(*_FIRST_MEMBERS)
    found = tools.calls_of_json((yield from reader.json(begun)))
    yield from _close(reader, "```")
    yield from reader.white()
    if len(found) != 1 or not tools.only_declared_members(found[0]):
        raise NoCallError
    if not (yield from reader.over()):
        raise NoCallError
    return found


_KIMI_SECTION = "<|tool_calls_section_begin|>"
_KIMI_CALL = "<|tool_call_begin|>"

# Servers and normalizers write DeepSeek's full-width bars in several ways.
_BARS = ("\uff5c", "|", "\u2016", "\uff5c\uff5c", "||")

_MARKERS = (
    Marker("<tool_call>", _tag),
    Marker("<function=", _function),
    *(Marker(f"<{bars}DSML{bars}", _dsml) for bars in _BARS),
    Marker(_KIMI_SECTION, _kimi, in_reasoning=True),
    Marker(_KIMI_CALL, _kimi, in_reasoning=True),
    Marker("<|start|>", _harmony),
    Marker("<|channel|>", _harmony),
    Marker("assistantcommentary to=", _harmony),
    Marker("commentary to=", _harmony, Border.NO_LETTER),
    Marker("to=functions.", _harmony, Border.LINE_END),
    Marker("[TOOL_CALLS]", _mistral),
    Marker("```", _fence, Border.LINE_END),
)

FENCE = "```"
"""The one marker that also means something where it begins no call."""

"""Borders of the grammars; whole texts are read in test_textsearch."""

import pytest

from proxy.textcalls import Border, markers
from proxy.textsearch import Forms, Search
from proxy.texttools import Tools

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
TOOLS = Tools({"look": SCHEMA, "ls": {}})
TAG = "|DSML|"


def calls(text: str) -> list[tuple[str, str]]:
    search = Search(Forms(TOOLS, reasoning=False))
    search.feed(text)
    return [(call.name, call.arguments) for call in search.end()]


def test_declared_names_begin_calls_only_at_a_line_of_their_own() -> None:
    known = markers(TOOLS, reasoning=False)
    assert known["look"].border is Border.LINE_END
    assert known["<tool_call>"].border is Border.ANYTHING


def test_among_thoughts_only_kimis_tokens_count() -> None:
    assert set(markers(TOOLS, reasoning=True)) == {
        "functions.look",
        "functions.ls",
        "<|tool_calls_section_begin|>",
        "<|tool_call_begin|>",
    }


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>look\n<arg_key>n</arg_key>\n<arg_value>1</arg_value>\n',
        "<function=look>\n<parameter=n>\n1\n</parameter>\n",
        f'<{TAG}invoke name="look">\n<{TAG}parameter name="n">1</{TAG}parameter>\n',
        f'<{TAG}invoke name="look"><{TAG}parameter name="n" string="false">1</{TAG}parameter>'
        f"</{TAG}invoke>",
    ],
)  # fmt: skip
def test_a_closing_tag_may_be_missing_where_the_arguments_are_whole(text: str) -> None:
    assert calls(text) == [("look", '{"n":1}')]


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>look\n<arg_key>x</arg_key>\n<arg_value>1</arg_value>\n',
        "<tool_call>look\n<arg_key>n</arg_key>\n<arg_value>1",
        "<function=look>\n",
        f'<{TAG}invoke name="look">\n',
        f'<{TAG}tool_calls><{TAG}invoke name="ls"></{TAG}invoke><{TAG}invoke name="l',
        f'<{TAG}parameter name="n">',
        "<function=look ?",
        "<function=look> n = 1",
    ],
)  # fmt: skip
def test_what_may_have_been_cut_off_is_no_call(text: str) -> None:
    assert calls(text) == []


def test_kimis_number_may_be_missing() -> None:
    text = "<|tool_call_begin|>functions.ls<|tool_call_argument_begin|>{}"
    search = Search(Forms(TOOLS, reasoning=True))
    search.feed(text)
    [call] = search.end()
    assert (call.name, call.id) == ("ls", "")


def test_calls_of_several_forms_may_follow_each_other() -> None:
    text = f'<tool_call>ls</tool_call>\n<{TAG}invoke name="ls"></{TAG}invoke>\n<function=ls>{{}}'
    assert calls(text) == [("ls", "{}")] * 3


def test_two_invokes_stand_in_one_section() -> None:
    invoke = f'<{TAG}invoke name="ls"></{TAG}invoke>'
    assert calls(f"<{TAG}calls>{invoke}\n{invoke}</{TAG}calls>") == [("ls", "{}")] * 2

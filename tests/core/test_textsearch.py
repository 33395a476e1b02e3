"""Every form of call in a text, each cut at every place, and texts that only look like one."""

import time

import pytest
from hypothesis import given, strategies as st

from proxy.textsearch import Forms, Search
from proxy.texttools import Call, Tools

WEATHER = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "days": {"type": "integer"},
        "exact": {"type": ["boolean", "null"]},
        "where": {"anyOf": [{"type": "object"}, {"type": "array"}]},
    },
    "required": ["city"],
}
TOOLS = Tools({"get_weather": WEATHER, "ls": {}, "read": {}, "read_file": {}})
FORMS = Forms(TOOLS, reasoning=False)
THOUGHTS = Forms(TOOLS, reasoning=True)

PARIS = Call("get_weather", '{"city": "Paris"}')
LS = Call("ls", "{}")
LS_A = Call("ls", '{"a": 1}')
BAR = "\uff5c"


def search(text: str, size: int | None = None, forms: Forms = FORMS) -> tuple[str, list[Call]]:
    """What is left of a text that comes in pieces of this size, and the calls in it."""
    started = Search(forms)
    step = size or max(1, len(text))
    for start in range(0, len(text), step):
        started.feed(text[start : start + step])
    found = started.end()
    return text[: started.cleared], found


def dsml(bars: str, section: str = "function_calls") -> str:
    tag = f"{bars}DSML{bars}"
    return (
        f'<{tag}{section}>\n<{tag}invoke name="get_weather">\n'
        f'<{tag}parameter name="city" string="true">Paris</{tag}parameter>\n'
        f'<{tag}parameter name="days" string="false">3</{tag}parameter>\n'
        f"</{tag}invoke>\n</{tag}{section}>"
    )


CALLED = [
    ('<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>', [PARIS]),
    ('<tool_call>{"name": "get_weather", "arguments": {"city": "Paris"}}', [PARIS]),
    ('<tool_call>{"arguments": {"city": "Paris"}, "name": "get_weather"}</tool_call>\n', [PARIS]),
    ('<tool_call>{"name": "ls", "arguments": null}</tool_call>', [LS]),
    ('<tool_call>{"name": "ls", "arguments": "{\\"a\\": 1}"}</tool_call>', [LS_A]),
    ('<tool_call>[{"name": "ls", "parameters": {"a": 1}}]</tool_call>', [LS_A]),
    ('<tool_call>{"name": "ls", "args": {"a": "]}"}}', [Call("ls", '{"a": "]}"}')]),
    (
        "<tool_call>\n<function=get_weather>\n<parameter=city>\nA\nB\n</parameter>\n"
        "<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>\n"
        "<tool_call>\n<function=ls>\n</function>\n</tool_call>",
        [Call("get_weather", '{"city":"A\\nB","days":3}'), LS],
    ),
    (
        "<function=get_weather>\n<parameter=city>\n12\n</parameter>\n"
        "<parameter=exact>\nTrue\n</parameter>\n<parameter=where>\n[1]\n</parameter>\n</function>",
        [Call("get_weather", '{"city":"12","exact":true,"where":[1]}')],
    ),
    ("<function=get_weather>\n<parameter=city>\nX\n</parameter>\n</tool_call>",
     [Call("get_weather", '{"city":"X"}')]),
    ('<function=get_weather={"city": "Paris"}</function>', [PARIS]),
    ('<function=get_weather>{"city": "Paris"}</function>', [PARIS]),
    ('<function=get_weather>{"city": "Paris"}<function>', [PARIS]),
    ('<function=get_weather,{"city": "Paris"}</function>', [PARIS]),
    ('<function=get_weather({"city": "Paris"})></function>', [PARIS]),
    ('<function=get_weather{"city": "Paris"}</function>', [PARIS]),
    *(
        (dsml(bars, section), [Call("get_weather", '{"city":"Paris","days":3}')])
        for bars in (BAR, "|", BAR * 2, "\u2016")
        for section in ("function_calls", "tool_calls")
    ),
    (f'<{BAR}DSML{BAR}invoke name="ls">\n</{BAR}DSML{BAR}invoke>', [LS]),
    (f'<{BAR}DSML{BAR}invoke name="ls"/>', [LS]),
    (
        "<|tool_calls_section_begin|><|tool_call_begin|>functions.ls:0<|tool_call_argument_begin|>{}"
        "<|tool_call_end|><|tool_call_begin|>functions.ls:1<|tool_call_argument_begin|>{}"
        "<|tool_call_end|><|tool_calls_section_end|>",
        [Call("ls", "{}", "functions.ls:0"), Call("ls", "{}", "functions.ls:1")],
    ),
    ('ls:0<|tool_call_argument_begin|>{"a": 1}<|tool_calls_section_end|>',
     [Call("ls", '{"a": 1}', "functions.ls:0")]),
    ("functions.read_file:2<|tool_call_argument_begin|>{}",
     [Call("read_file", "{}", "functions.read_file:2")]),
    (
        "<|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json"
        '<|message|>{"city": "Paris"}<|call|>',
        [PARIS],
    ),
    ('<|channel|>commentary to=functions.get_weather<|message|>{"city": "Paris"}', [PARIS]),
    (
        "<|start|>assistant to=functions.get_weather<|channel|>commentary json"
        '<|message|>{"city": "Paris"}',
        [PARIS],
    ),
    ('commentary to=functions.get_weather json{"city": "Paris"}', [PARIS]),
    ('assistantcommentary to=functions.get_weatherjson{"city": "Paris"}', [PARIS]),
    ('to=functions.get_weather {"city": "Paris"}', [PARIS]),
    (
        '[TOOL_CALLS][{"name": "ls", "arguments": {}, "id": "abcdefghi"}, '
        '{"name": "ls", "arguments": {}}]',
        [Call("ls", "{}", "abcdefghi"), LS],
    ),
    ('[TOOL_CALLS]get_weather[ARGS]{"city": "Paris"}[TOOL_CALLS]ls{}', [PARIS, LS]),
    ("[TOOL_CALLS]ls[CALL_ID]abc[ARGS]{}", [Call("ls", "{}", "abc")]),
    (
        "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n"
        "<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n</tool_call>",
        [Call("get_weather", '{"city":"Paris","days":3}')],
    ),
    ("<tool_call>ls</tool_call>", [LS]),
    ("get_weather\n<arg_key>city</arg_key><arg_value>Paris</arg_value>\n</tool_call>",
     [Call("get_weather", '{"city":"Paris"}')]),
    ('```json\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n```', [PARIS]),
    (
        '```\n{"tool_calls": [{"id": "x", "type": "function", '
        '"function": {"name": "ls", "arguments": "{}"}}]}\n```',
        [Call("ls", "{}", "x")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "calls"), CALLED)
def test_reads_the_calls_with_which_a_text_ends(text: str, calls: list[Call]) -> None:
    for before in ("", "I look.\n"):
        for size in (None, 1, 4):
            assert search(before + text, size) == (before, calls)


TEXT = [
    "Plain text, and nothing else.",
    '<tool_call>{"name": "launch_rocket", "arguments": {}}</tool_call>',
    '<tool_call>{"name": "ls", "arguments": {}}</tool_call> Done.',
    '<tool_call>{"name": "ls", "arguments": {"a": }}</tool_call>',
    '<tool_call>{"name": "ls", "arguments": {"a": 1}',
    '<tool_call>{"name": "ls", "arguments": [1]}</tool_call>',
    '<tool_call>{"name": "ls"}</tool_call>',
    "<tool_call> is the tag that it writes.",
    "<tool_call>ls",
    "<function=ls> takes <parameter=path>",
    "<function=get_weather>\n<parameter=days>\n3\n</parameter>",
    "<function=get_weather>\n<parameter=city>\nX\n</parameter>\n<parameter=days>\nmany\n</parameter>\n</function>",
    "<function=get_weather>\n<parameter=city>\nX\n</function>",
    f'<{BAR}DSML{BAR}invoke name="launch">\n</{BAR}DSML{BAR}invoke>',
    dsml(BAR).replace("Paris", "").partition("city")[0],
    '<|channel|>commentary<|message|>{"path": "/"}<|end|>',
    "<|channel|>final<|message|>Hello",
    "A commentary to=nobody.",
    "ls: list the files\nread the docs\nget_weather shows the weather",
    "functions.ls:x<|tool_call_argument_begin|>{}",
    "[TOOL_CALLS] is Mistral's token",
    '```json\n{"name": "ls", "arguments": {}}\n```\nThat is how.',
    '```json\n{"name": "get_weather", "parameters": {"type": "object", "properties": {}}}\n```',
    '```json\n[{"name": "ls", "arguments": {}}, {"name": "ls", "arguments": {}}]\n```',
    '```json\n{"city": "Paris", "temperature": 21}\n```',
    '```xml\n<tool_call>\n{"name": "ls", "arguments": {}}\n</tool_call>\n```',
    'Like so:\n```\n<function=ls>{}</function>\n```',
    'First ```inline``` and `<tool_call>{"name": "ls", "arguments": {}}</tool_call>`',
]  # fmt: skip


@pytest.mark.parametrize("text", TEXT)
def test_takes_a_text_for_text(text: str) -> None:
    for size in (None, 1, 4):
        assert search(text, size) == (text, [])


def test_finds_a_call_after_a_fence_with_an_example() -> None:
    example = 'So:\n```\n<tool_call>{"name": "ls", "arguments": {}}</tool_call>\n```\nNow:\n'
    for size in (None, 1, 3):
        assert search(example + CALLED[0][0], size) == (example, [PARIS])


def test_finds_a_call_after_a_tag_that_began_none() -> None:
    before = "The tag <tool_call> comes first. "
    assert search(before + CALLED[0][0], 2) == (before, [PARIS])


def test_takes_no_call_after_one_that_text_followed() -> None:
    text = "<tool_call>ls</tool_call> It returned nothing. <tool_call>ls</tool_call>"
    assert search(text) == (text, [])


@pytest.mark.parametrize(("text", "calls"), [each for each in CALLED if "tool_call_arg" in each[0]])
def test_reads_kimis_calls_among_thoughts(text: str, calls: list[Call]) -> None:
    # A bare name is too little among thoughts.
    called = not text.startswith("ls:")
    left, found = search("Hm.\n" + text, 3, THOUGHTS)
    assert left == "Hm.\n" + ("" if called else text)
    assert found == (calls if called else [])


def test_takes_other_forms_among_thoughts_for_thoughts() -> None:
    for text, _ in CALLED:
        if "tool_call_argument" not in text:
            assert search(text, forms=THOUGHTS) == (text, [])


def test_lets_go_at_once_what_begins_no_marker() -> None:
    started = Search(FORMS)
    started.feed("I look. ")
    assert started.cleared == 8
    started.feed("a < b and <too")
    assert started.cleared == 8 + len("a < b and ")
    started.feed("k it>")
    assert not started.holding


def test_lets_go_as_soon_as_a_marker_leads_nowhere() -> None:
    started = Search(FORMS)
    started.feed("<tool_call> is ")
    assert not started.holding
    started.feed('a tag.\n```json\n{"city": 1')
    assert not started.holding


@given(pieces=st.lists(st.sampled_from(
    ["<tool_call>", "</tool_call>", '{"name": "ls", "arguments": {}}', "```", "\n", "ls",
     "<function=ls>", "[TOOL_CALLS]", " ", "a", "<|channel|>", "to=functions.ls", "{}",
     "<|message|>", "<"]
)))  # fmt: skip
def test_does_not_depend_on_how_the_text_was_cut(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert search(text, 1) == search(text)


@pytest.mark.parametrize(
    "text",
    [
        "<tool_call>" * 20_000,
        '```json\n{"name"' * 15_000,
        '[TOOL_CALLS][{"a":"' + "}" * 200_000,
        "<function=ls><parameter=a>" + "</param" * 30_000,
        "\nls" * 30_000,
    ],
)
def test_takes_time_in_proportion_to_the_text(text: str) -> None:
    started = time.process_time()
    search(text)
    search(text, 8)
    assert time.process_time() - started < 5


def test_holds_no_call_that_never_ends() -> None:
    started = Search(FORMS)
    started.feed("<function=ls><parameter=a>")
    for _ in range(9):
        started.feed("x" * 1024 * 1024)
    assert not started.holding

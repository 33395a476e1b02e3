from typing import Any

import pytest

from proxy.pipeline import Pipeline
from proxy.repair import Context, Repair
from proxy.repairs.scattered_calls import ScatteredCalls
from proxy.wire import JsonObject
from tests.core.repairs import (
    Outcome,
    again,
    answer,
    calls,
    choice_of,
    chunk,
    delta,
    document,
    entry,
    opening,
    stream,
)

REPAIRS: list[type[Repair]] = [ScatteredCalls]
ROLE = delta(role="assistant", content="")
TEXT = delta(content="Let me look. ")
NAME = calls(opening(0, "call_a", "look"))
ARGUMENTS = calls(entry('{"at":1}', index=0))
END = delta(finish="tool_calls")
USAGE = chunk(usage={"total_tokens": 3})
TOOLS = [{"type": "function", "function": {"name": each}} for each in ("look", "look_up")]


def run(*chunks: JsonObject, sentinel: bool = True, clean: bool = True) -> Outcome:
    request = {"tools": TOOLS}
    return stream(REPAIRS, [ROLE, *chunks], request, sentinel=sentinel, clean=clean)


def pieces(*parts: str, index: int = 0) -> list[JsonObject]:
    return [calls(entry(part, index=index)) for part in parts]


def order(outcome: Outcome) -> str:
    """The kinds of what was sent: role, text, name, arguments, finish, usage, error."""
    letters: list[str] = []
    for each in outcome.chunks:
        for choice in each.get("choices", []):
            said = choice["delta"]
            letters += ["r" for _ in [0] if "role" in said]
            letters += ["t" for _ in [0] if said.get("content")]
            letters += ["n" if "id" in call else "a" for call in said.get("tool_calls", [])]
            letters += ["f" for _ in [0] if choice["finish_reason"]]
        letters += ["u" for _ in [0] if each.get("usage")]
        letters += ["e" for _ in [0] if "error" in each]
    return "".join(letters)


WHOLE: dict[str, list[JsonObject]] = {
    "text alone": [TEXT, delta(finish="stop"), USAGE],
    "an empty answer": [delta(finish="stop")],
    "calls in frames": [TEXT, NAME, ARGUMENTS, END, USAGE],
    "two calls in frames": [
        NAME,
        ARGUMENTS,
        calls(opening(1, "call_b", "look")),
        *pieces('{"at":2}', index=1),
        END,
    ],
    "a call without arguments": [NAME, END],
    "a custom tool": [
        calls({"index": 0, "id": "c", "type": "custom", "custom": {"name": "sql", "input": ""}}),
        calls({"index": 0, "custom": {"input": "select"}}),
        END,
    ],
    "a silent chunk at the end": [NAME, ARGUMENTS, END, delta(content="")],
}


@pytest.mark.parametrize("chunks", WHOLE.values(), ids=WHOLE)
def test_leaves_what_is_whole_and_in_order(chunks: list[JsonObject]) -> None:
    assert run(*chunks).untouched


SCATTERED: dict[str, tuple[list[JsonObject], str]] = {
    "fragments": ([NAME, *pieces("{", '"at"', ":1}"), END], "rnaf"),
    "a whole call in one chunk": ([calls(opening(0, "call_a", "look", '{"at":1}')), END], "rnaf"),
    "a role with the call": (
        [delta(role="assistant", tool_calls=[opening(0, "a", "look")]), END],
        "rrnf",
    ),
    "text in mid-call": ([NAME, TEXT, ARGUMENTS, END], "rtnaf"),
    "text after the call": ([NAME, ARGUMENTS, TEXT, END], "rtnaf"),
    "text with the finish": ([NAME, ARGUMENTS, delta(content="a", finish="tool_calls")], "rtnaf"),
    "text and call in one delta": (
        [delta(content="a", tool_calls=[opening(0, "call_a", "look", "{}")]), END],
        "rtnaf",
    ),
    "the finish with the call": (
        [TEXT, calls(opening(0, "call_a", "look", "{}"), finish="tool_calls"), USAGE],
        "rtnafu",
    ),
    "parallel fragments": (
        [
            NAME,
            calls(opening(1, "call_b", "look")),
            *pieces('{"at":', index=1),
            ARGUMENTS,
            *pieces("2}", index=1),
            END,
        ],
        "rnanaf",
    ),
    "a finish before the call": ([delta(finish="tool_calls"), NAME, ARGUMENTS], "rnaf"),
}


@pytest.mark.parametrize(("chunks", "expected"), SCATTERED.values(), ids=SCATTERED)
def test_sends_calls_whole_behind_the_text(chunks: list[JsonObject], expected: str) -> None:
    outcome = run(*chunks)
    assert order(outcome) == expected
    assert set(outcome.fixes) == {"buffer-tool-calls"}
    assert again(REPAIRS, outcome, {"tools": TOOLS}).untouched


def test_loses_nothing_of_the_calls() -> None:
    chunks, _ = SCATTERED["parallel fragments"]
    assert run(*chunks).calls == [("look", '{"at":1}'), ("look", '{"at":2}')]


def test_sends_text_at_once_and_calls_never_before_the_end() -> None:
    pipeline = Pipeline(Context({"stream": True}), REPAIRS)
    pipeline.start(200, "text/event-stream")
    call = b'{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}'
    events = [
        b'data: {"choices":[{"index":0,"delta":%s}]}\n\n' % each
        for each in (call, b'{"content":"a"}')
    ]
    assert [pipeline.feed(each).data for each in events] == [b"", events[1]]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["look", "_up"], "look"),
        (["lo", "ok"], "look"),
        (["lo", "ok", "_up"], "look_up"),
        (["look", "look"], "look"),
        (["other", "wise"], "other"),
    ],
)
def test_joins_names_only_into_declared_ones(names: list[str], expected: str) -> None:
    first, *rest = names
    more = [calls(entry("", name=each, index=0)) for each in rest]
    outcome = run(calls(opening(0, "call_a", first)), *more, ARGUMENTS, END)
    assert outcome.calls == [(expected, '{"at":1}')]


def test_merges_the_metadata_of_a_call() -> None:
    metadata: list[JsonObject] = [
        {"google": {"thought_signature": "s"}},
        {"google": {"x": 1}},
        {},
    ]
    fragments = [calls(entry("", index=0, extra_content=each)) for each in metadata]
    call = run(NAME, *fragments, ARGUMENTS, END).message()["tool_calls"][0]
    assert call["extra_content"] == {"google": {"thought_signature": "s", "x": 1}}


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_drops_half_a_call_and_keeps_the_reason(reason: str) -> None:
    half = calls(opening(1, "call_b", "look", '{"at"'))
    outcome = run(NAME, ARGUMENTS, half, delta(finish=reason))
    assert outcome.finish == reason
    assert outcome.calls == [("look", '{"at":1}')]


def test_drops_a_call_whose_arguments_never_began_where_the_answer_was_cut_short() -> None:
    assert run(TEXT, NAME, delta(finish="length")).calls == []


@pytest.mark.parametrize("ending", [[], [END], [delta(finish="stop")]])
def test_makes_an_error_of_half_a_call_that_claims_to_be_whole(ending: list[JsonObject]) -> None:
    outcome = run(TEXT, NAME, *pieces('{"at"'), *ending)
    assert order(outcome) == "rte"


@pytest.mark.parametrize("chunks", [[NAME, ARGUMENTS], [NAME, *pieces('{"at"')]])
def test_sends_no_part_of_a_call_when_the_connection_broke(chunks: list[JsonObject]) -> None:
    assert order(run(TEXT, *chunks, sentinel=False, clean=False)) == "rte"


def test_sends_what_was_over_before_the_connection_broke() -> None:
    assert order(run(TEXT, NAME, ARGUMENTS, END, sentinel=False, clean=False)) == "rtnaf"


def test_keeps_choices_apart() -> None:
    other: Any = opening(0, "call_b", "look", "{}")
    outcome = run(NAME, calls(other, choice=1), ARGUMENTS, END, delta(1, finish="tool_calls"))
    choices = outcome.completion["choices"]
    arguments = [choice["message"]["tool_calls"][0]["function"]["arguments"] for choice in choices]
    assert arguments == ['{"at":1}', "{}"]


def test_leaves_plain_answers() -> None:
    call = entry('{"at":1}', name="look", id="call_a", type="function")
    assert document(REPAIRS, answer(choice_of(call))).untouched

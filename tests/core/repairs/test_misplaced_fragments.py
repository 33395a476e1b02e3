import json
import string
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from proxy.repairs.misplaced_fragments import IndexRepair
from proxy.wire import JsonObject
from tests.core.repairs import (
    ABSENT,
    Outcome,
    again,
    answer,
    calls,
    choice_of,
    delta,
    document,
    entry,
    opening,
    stream,
)

REPAIRS = [IndexRepair]
END = delta(finish="tool_calls")
TOOLS: JsonObject = {
    "tools": [{"type": "function", "function": {"name": "get_weather", "parameters": {}}}]
}


def run(*chunks: JsonObject, **request: Any) -> Outcome:
    return stream(REPAIRS, [*chunks, END], request)


def one(*entries: JsonObject, **request: Any) -> Outcome:
    """Each entry in a chunk of its own."""
    return run(*(calls(each) for each in entries), **request)


def is_clean(outcome: Outcome) -> bool:
    """Every call is numbered from 0 and named once, and a second run finds nothing."""
    opened: list[int] = []
    for each in outcome.entries:
        if each["index"] not in opened:
            if not (each["id"] and each["type"] == "function" and each["function"]["name"]):
                return False
            opened.append(each["index"])
        elif {"id", "type"} & each.keys() or "name" in each["function"]:
            return False
    unique = len(set(outcome.ids)) == len(outcome.ids)
    return unique and opened == [*range(len(opened))] and again(REPAIRS, outcome, {}).untouched


HEALTHY = {
    "one call": [
        calls(opening(0, "call_a", "f")),
        calls(entry('{"a":', index=0)),
        calls(entry("1}", index=0)),
    ],
    "interleaved parallel calls": [
        calls(opening(0, "call_a", "f")),
        calls(opening(1, "call_b", "f")),
        calls(entry('{"a":', index=0)),
        calls(entry('{"b":', index=1)),
        calls(entry("1}", index=0)),
        calls(entry("2}", index=1)),
    ],
    "whole calls side by side": [
        calls(opening(0, "call_a", "f", "{}"), opening(1, "call_b", "f", "{}"))
    ],
    "fragments of two calls in one chunk": [
        calls(opening(0, "call_a", "f"), opening(1, "call_b", "g")),
        calls(entry("{}", index=0), entry("{}", index=1)),
    ],
    "a custom tool": [
        calls({"index": 0, "id": "c", "type": "custom", "custom": {"name": "sql", "input": ""}}),
        calls({"index": 0, "custom": {"input": "select"}}),
        calls(opening(1, "call_b", "g", "{}")),
    ],
    "nulls in later entries": [
        calls(opening(0, "call_a", "f")),
        calls(entry("{}", name=None, index=0, id=None)),
    ],
    "arguments that parse early": [
        calls(opening(0, "call_a", "f", "{}")),
        calls(entry(" ", index=0)),
    ],
    "text before the call": [delta(content="Hi."), calls(opening(0, "call_a", "f", "{}"))],
    "metadata of a call": [
        calls({**opening(0, "call_a", "f", "{}"), "extra_content": {"google": {"s": "x"}}})
    ],
    "the same function twice": [
        calls(opening(0, "call_a", "f", "{}")),
        calls(opening(1, "call_b", "f", "{}")),
    ],
}


@pytest.mark.parametrize("chunks", HEALTHY.values(), ids=HEALTHY)
def test_leaves_healthy_streams_alone(chunks: list[JsonObject]) -> None:
    assert run(*chunks).untouched


def test_leaves_a_healthy_plain_answer_alone() -> None:
    call = {"id": "call_a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    assert document(REPAIRS, answer(choice_of(call))).untouched


def test_takes_a_null_type_away_from_the_rest_of_a_call() -> None:
    opening = calls(entry("", name="f", index=0, id="a", type="function"))
    outcome = run(opening, calls(entry("{}", index=0, id=None, type=None)), END)
    rest = outcome.chunks[1]["choices"][0]["delta"]["tool_calls"]
    assert rest == [entry("{}", index=0, id=None)]
    assert outcome.fixes == ["index-repair"]


@pytest.mark.parametrize("index", [ABSENT, None, "0", "", -1, 7, 1.5, True, [], {}])
def test_numbers_a_call_whatever_its_index_is(index: Any) -> None:
    place = {} if index is ABSENT else {"index": index}
    outcome = one(
        {**entry("", name="f", id="call_a", type="function"), **place},
        {**entry('{"a":'), **place},
        {**entry("1}"), **place},
    )
    assert outcome.calls == [("f", '{"a":1}')]
    assert is_clean(outcome)


def test_reads_indexes_that_are_strings() -> None:
    outcome = one(
        entry("", name="f", index="0", id="a", type="function"),
        entry("", name="g", index="1", id="b", type="function"),
        entry('{"f":1}', index="0"),
        entry('{"g":1}', index="1"),
    )
    assert outcome.calls == [("f", '{"f":1}'), ("g", '{"g":1}')]
    assert is_clean(outcome)


@pytest.mark.parametrize("shift", [1, 3])
def test_counts_from_zero(shift: int) -> None:
    outcome = one(
        opening(shift, "a", "f"),
        opening(shift + 2, "b", "g"),
        entry("{}", index=shift),
        entry('{"b":1}', index=shift + 2),
    )
    assert outcome.calls == [("f", "{}"), ("g", '{"b":1}')]
    assert is_clean(outcome)


@pytest.mark.parametrize("index", [0, None])
def test_tells_whole_calls_in_one_chunk_apart_though_they_share_an_id(index: int | None) -> None:
    entries = [
        entry(json.dumps({"city": city}), name="f", index=index, id="same", type="function")
        for city in ("Bonn", "Rome", "Oslo")
    ]
    outcome = run(calls(*entries))
    assert [json.loads(each)["city"] for _, each in outcome.calls] == ["Bonn", "Rome", "Oslo"]
    assert is_clean(outcome)


def test_gives_calls_that_share_an_id_one_each() -> None:
    outcome = one(
        opening(0, "same", "f"),
        entry('{"a":1}', index=0, id="same"),
        opening(1, "same", "g"),
        entry('{"b":', index=1, id="same"),
        entry("1}", index=1),
    )
    assert outcome.calls == [("f", '{"a":1}'), ("g", '{"b":1}')]
    assert outcome.ids[0] == "same"
    assert is_clean(outcome)


def test_never_gives_one_function_the_arguments_of_another() -> None:
    outcome = one(opening(0, "same", "list_files"), opening(0, "same", "delete", '{"all":true}'))
    assert outcome.calls == [("list_files", ""), ("delete", '{"all":true}')]


@pytest.mark.parametrize("call_id", [ABSENT, None, "", " ", False, []])
def test_makes_an_id_that_every_provider_accepts(call_id: Any) -> None:
    first = entry("{}", name="f", index=0, type="function")
    outcome = one(first if call_id is ABSENT else {**first, "id": call_id})
    if call_id is False or call_id == []:
        assert outcome.untouched
        return
    assert len(outcome.ids[0]) == 9
    assert set(outcome.ids[0]) <= {*string.ascii_letters, *string.digits}
    assert is_clean(outcome)


def test_renews_an_id_that_the_history_holds() -> None:
    history = [{"role": "assistant", "tool_calls": [{"id": "call_0"}]}]
    outcome = one(opening(0, "call_0", "f", "{}"), messages=history)
    assert outcome.ids != ["call_0"]
    assert outcome.calls == [("f", "{}")]
    assert one(opening(0, "call_1", "f", "{}"), messages=history).untouched


def test_follows_a_fresh_id_on_every_fragment() -> None:
    outcome = one(
        opening(0, "a1", "f"),
        entry('{"a"', index=0, id="a2", type="function"),
        entry(":1}", index=0, id="a3", type="function"),
        opening(1, "b1", "g"),
        entry("{}", index=1, id="b2", type="function"),
    )
    assert (outcome.calls, outcome.ids) == ([("f", '{"a":1}'), ("g", "{}")], ["a1", "b1"])
    assert is_clean(outcome)


def test_follows_a_fresh_id_without_an_index_while_one_call_is_open() -> None:
    outcome = one(entry("", name="f", id="a1"), entry('{"a"', id="a2"), entry(":1}", id="a3"))
    assert (outcome.calls, outcome.ids) == ([("f", '{"a":1}')], ["a1"])


def test_follows_a_call_over_several_indexes() -> None:
    by_id = one(
        opening(0, "a", "f"),
        entry('{"a"', index=1, id="a"),
        entry(":", index=2, id="a"),
        entry("1}", index=2),
    )
    without = one(opening(0, "a", "f"), entry('{"a"', index=1), entry(":1}", index=2))
    assert by_id.calls == without.calls == [("f", '{"a":1}')]
    assert is_clean(by_id)
    assert is_clean(without)


def test_follows_a_name_that_every_fragment_repeats() -> None:
    outcome = one(
        entry("", name="f", index=0, id="a"),
        entry('{"a"', name="f", index=0, id="a"),
        entry(":1}", name="f", index=0, id="a"),
    )
    bare = one(entry('{"a"', name="f"), entry(":1}", name="f"), entry("", name="f"))
    assert outcome.calls == bare.calls == [("f", '{"a":1}')]
    assert is_clean(outcome)
    assert is_clean(bare)


def test_tells_calls_of_the_same_name_apart_without_ids() -> None:
    outcome = one(
        entry('{"p":0}', name="read", index=0),
        entry('{"p":', name="read", index=0),
        entry("1}", name="read", index=0),
        entry('{"p":2}', name="write", index=0),
    )
    assert outcome.calls == [("read", '{"p":0}'), ("read", '{"p":1}'), ("write", '{"p":2}')]
    assert is_clean(outcome)


def test_does_not_call_twice_what_is_sent_once_more_at_the_end() -> None:
    outcome = one(
        entry('{"p":', name="read", index=0),
        entry("1}", index=0),
        entry('{"p":1}', name="read", index=0),
    )
    assert len(outcome.calls) == 1


def test_waits_for_a_name_that_is_late() -> None:
    outcome = one(
        entry("", index=0, id="a", type="function"),
        entry('{"a":', index=0),
        opening(1, "b", "g", "{}"),
        entry("", name="f", index=0),
        entry("1}", index=0),
    )
    assert (outcome.calls, outcome.ids) == ([("f", '{"a":1}'), ("g", "{}")], ["a", "b"])
    assert is_clean(outcome)


def test_lets_text_pass_a_call_without_a_name() -> None:
    nameless = calls(entry("", index=0, id="a"))
    nameless["choices"][0]["delta"]["content"] = "Let me"
    outcome = run(nameless, delta(content=" see."), calls(entry("{}", name="f", index=0)))
    assert [each["choices"][0]["delta"].get("content") for each in outcome.chunks[:2]] == [
        "Let me",
        " see.",
    ]
    assert outcome.calls == [("f", "{}")]
    assert is_clean(outcome)


def test_releases_a_call_that_never_gets_a_name_as_it_came() -> None:
    nameless = [calls(entry('{"a":', index=0, id="a")), calls(entry("1}", index=0))]
    assert run(*nameless).untouched
    assert stream(REPAIRS, nameless, sentinel=False).untouched


def test_joins_the_entries_of_one_call_in_one_chunk() -> None:
    first = {**opening(0, "a", "f"), "extra_content": {"s": 1}}
    outcome = run(calls(first, entry('{"a":', index=0), entry("1}", index=0, id="a")))
    assert len(outcome.entries) == 1
    assert outcome.entries[0]["extra_content"] == {"s": 1}
    assert outcome.calls == [("f", '{"a":1}')]
    assert is_clean(outcome)


@pytest.mark.parametrize("later", [{"a": 1}, '{"a":1}'])
def test_joins_no_snapshots_and_no_objects(later: Any) -> None:
    first = opening(0, "a", "f", '{"a"')
    outcome = run(calls(first, entry(later, index=0)))
    assert outcome.untouched


def test_joins_an_entry_that_says_nothing_about_the_function() -> None:
    extra: JsonObject = {"index": 0, "extra_content": {"s": 1}}
    outcome = run(calls(opening(0, "a", "f", "{}"), extra))
    assert outcome.entries == [{**opening(0, "a", "f", "{}"), "extra_content": {"s": 1}}]


def test_joins_what_has_no_arguments_yet() -> None:
    bare = entry(name="f", index=0, id="a", type="function")
    outcome = run(calls(bare, entry(name="f", index=0)))
    assert outcome.entries == [bare]


@pytest.mark.parametrize("kind", [ABSENT, None, "", " "])
def test_says_that_a_function_is_one(kind: Any) -> None:
    first = entry("{}", name="f", index=0, id="a")
    outcome = one(first if kind is ABSENT else {**first, "type": kind})
    assert outcome.fixes == ["index-repair"]
    assert is_clean(outcome)


def test_forwards_unchanged_what_could_belong_to_several_calls() -> None:
    opened = [opening(0, "a", "f"), opening(1, "b", "g")]
    assert one(*opened, entry('{"x":1}')).untouched
    assert one(*opened, entry('{"x":1}', index=5)).untouched
    assert one(*opened, entry("{}", index=0), entry("{}", index=1), entry("{}")).untouched


def test_gives_the_only_open_call_what_has_no_index() -> None:
    outcome = one(opening(0, "a", "f", "{}"), opening(1, "b", "g"), entry('{"x":'), entry("1}"))
    assert outcome.calls == [("f", "{}"), ("g", '{"x":1}')]
    assert is_clean(outcome)


def test_leaves_a_name_in_parts_to_who_can_join_it() -> None:
    parts = [opening(0, "a", "get_"), entry("", name="weather", index=0), entry("{}", index=0)]
    assert one(*parts, **TOOLS).untouched
    assert [name for name, _ in one(*parts).calls] == ["get_", "weather"]


def test_keeps_the_choices_apart() -> None:
    outcome = run(
        calls(opening(0, "a", "f")),
        calls(opening(0, "b", "g"), choice=1),
        calls(entry('{"a":1}'), choice=0),
        calls(entry('{"b":1}'), choice=1),
        delta(1, "tool_calls"),
        n=2,
    )
    found = [outcome.message(each)["tool_calls"][0]["function"] for each in (0, 1)]
    assert [each["arguments"] for each in found] == ['{"a":1}', '{"b":1}']


def test_mends_the_ids_of_a_plain_answer() -> None:
    call: JsonObject = {"id": 7, "function": {"name": "f", "arguments": "{}"}}
    outcome = document(REPAIRS, answer(choice_of(call, call, {**call, "id": ""})))
    assert outcome.ids[0] == "7"
    assert len(set(outcome.ids)) == 3
    assert all("index" not in each for each in outcome.message()["tool_calls"])
    assert again(REPAIRS, outcome, {}).untouched


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["index", "id", "type", "function", "name", "arguments", "custom"]),
            inner,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(entries=st.lists(anything, max_size=5), other=anything)
def test_survives_any_json(entries: list[Any], other: Any) -> None:
    outcome = run(calls(*entries), calls(*entries), delta(tool_calls=other), delta(content=other))
    assert not outcome.failed
    assert again(REPAIRS, outcome, {}).untouched

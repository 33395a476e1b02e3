import json
from typing import Any

import pytest

from proxy.repairs.text_tool_calls import TextToolCalls
from proxy.wire import JsonObject
from tests.core.repairs import (
    Outcome,
    again,
    answer,
    calls,
    chunk,
    delta,
    document,
    opening,
    stream,
)

REPAIRS = [TextToolCalls]
REQUEST: JsonObject = {
    "stream": True,
    "messages": [{"role": "user", "content": "w?"}],
    "tools": [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}],
}
CALL = '<tool_call>\n{"name": "look", "arguments": {"at": "the sky"}}\n</tool_call>'
LOOK = [("look", '{"at": "the sky"}')]


def spoken(*texts: str, finish: str | None = "stop", **how: Any) -> Outcome:
    """What becomes of an answer whose content comes in these pieces."""
    chunks = [delta(role="assistant", content=""), *(delta(content=each) for each in texts)]
    return stream(REPAIRS, [*chunks, *([delta(finish=finish)] if finish else [])], REQUEST, **how)


def in_pieces(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


@pytest.mark.parametrize("size", [1, 3, 10, 1000])
@pytest.mark.parametrize("before", ["", "I look. ", "It is 1 < 2.\n\n"])
def test_makes_a_tool_call_of_one_that_stands_in_the_text(before: str, size: int) -> None:
    outcome = spoken(*in_pieces(before + CALL, size))
    assert outcome.calls == LOOK
    assert outcome.message()["content"] == (before or None)
    assert outcome.finish == "tool_calls"
    assert set(outcome.fixes) == {"text-tool-calls"}
    assert len(outcome.ids[0]) == 9
    assert outcome.ids[0].isalnum()
    assert again(REPAIRS, outcome, REQUEST).untouched


def test_sends_name_and_arguments_apart_and_the_finish_last() -> None:
    outcome = spoken(CALL)
    deltas = [each["choices"][0]["delta"] for each in outcome.chunks]
    named = {"name": "look", "arguments": ""}
    assert deltas == [
        {"role": "assistant", "content": ""},
        {"tool_calls": [opening(0, outcome.ids[0], "look") | {"function": named}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": LOOK[0][1]}}]},
        {},
    ]
    assert [each["choices"][0]["finish_reason"] for each in outcome.chunks[:-1]] == [None] * 3


def test_numbers_parallel_calls_and_gives_each_an_id() -> None:
    outcome = spoken(CALL, "\n", CALL)
    assert outcome.calls == LOOK * 2
    assert len(set(outcome.ids)) == 2
    assert {each["index"] for each in outcome.entries} == {0, 1}


def test_gives_the_next_turn_other_ids() -> None:
    first = spoken(CALL)
    message = {"role": "assistant", "content": None, "tool_calls": first.message()["tool_calls"]}
    request = {**REQUEST, "messages": [*REQUEST["messages"], message]}
    second = stream(REPAIRS, [delta(content=CALL), delta(finish="stop")], request)
    assert second.ids != first.ids


def test_takes_text_and_call_that_come_with_the_finish_reason() -> None:
    whole = delta(finish="stop", role="assistant", content="I look. " + CALL)
    outcome = stream(REPAIRS, [whole], REQUEST)
    assert outcome.message()["content"] == "I look. "
    assert outcome.calls == LOOK
    assert outcome.chunks[-1]["choices"][0] == {
        "index": 0, "delta": {}, "finish_reason": "tool_calls",
    }  # fmt: skip


def test_finds_a_call_in_a_plain_answer() -> None:
    message = {"role": "assistant", "content": "I look. " + CALL}
    body = answer({"index": 0, "message": message, "finish_reason": "stop"})
    outcome = document(REPAIRS, body, {**REQUEST, "stream": False})
    assert outcome.message()["content"] == "I look. "
    assert outcome.calls == LOOK
    assert outcome.finish == "tool_calls"


KIMI = "<|tool_call_begin|>functions.look:0<|tool_call_argument_begin|>{}<|tool_call_end|>"


def thought(member: str, text: str) -> JsonObject:
    return chunk({"index": 0, "delta": {member: text}, "finish_reason": None})


@pytest.mark.parametrize("member", ["reasoning_content", "reasoning"])
def test_finds_kimis_call_among_thoughts(member: str) -> None:
    chunks = [thought(member, "Hm. "), thought(member, KIMI), delta(finish="stop")]
    outcome = stream(REPAIRS, chunks, REQUEST)
    assert outcome.message()[member] == "Hm. "
    assert outcome.calls == [("look", "{}")]
    assert outcome.ids == ["functions.look:0"]


def test_takes_a_thought_under_two_names_for_one() -> None:
    chunks = [delta(reasoning=KIMI, reasoning_content=KIMI), delta(finish="stop")]
    assert stream(REPAIRS, chunks, REQUEST).calls == [("look", "{}")]


def test_leaves_a_call_among_thoughts_that_an_answer_follows() -> None:
    chunks = [delta(reasoning_content=KIMI), delta(content="Done."), delta(finish="stop")]
    assert stream(REPAIRS, chunks, REQUEST).untouched


def test_finds_the_call_although_only_the_sentinel_ends_the_answer() -> None:
    assert spoken(CALL, finish=None).calls == LOOK


@pytest.mark.parametrize("finish", ["length", "content_filter", "error", "abort"])
def test_leaves_a_call_of_an_answer_that_was_cut_off(finish: str) -> None:
    assert spoken(*in_pieces(CALL, 5), finish=finish).untouched


def test_leaves_a_call_of_a_stream_that_nobody_ended() -> None:
    cut = spoken(CALL, finish=None, sentinel=False)
    assert cut.sent.startswith(cut.received)
    broken = spoken(CALL, finish=None, sentinel=False, clean=False)
    assert broken.sent.startswith(broken.received)
    assert not cut.fixes
    assert not broken.fixes


@pytest.mark.parametrize(
    "text",
    [
        "Nothing of the kind.",
        "I use <tool_call> for that.",
        CALL.replace("look", "launch"),
        CALL + " Done.",
        "```\n" + CALL + "\n```",
        CALL.replace("}}", ""),
        "<tool",
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_sends_the_very_chunks_that_came_where_there_is_no_call(text: str, size: int) -> None:
    assert spoken(*in_pieces(text, size)).untouched


@pytest.mark.parametrize("change", [{"tools": []}, {"tool_choice": "none"}])
def test_leaves_text_where_no_tool_may_be_called(change: JsonObject) -> None:
    chunks = [delta(content=CALL), delta(finish="stop")]
    assert stream(REPAIRS, chunks, {**REQUEST, **change}).untouched


def test_leaves_text_beside_proper_calls() -> None:
    proper = calls(opening(0, "call_a", "look", "{}"))
    end = delta(finish="tool_calls")
    assert stream(REPAIRS, [delta(content=CALL), proper, end], REQUEST).untouched
    assert stream(REPAIRS, [proper, delta(content=CALL), end], REQUEST).untouched


def test_leaves_text_that_comes_after_the_finish_reason() -> None:
    chunks = [delta(content="a"), delta(finish="stop"), delta(content=CALL)]
    assert stream(REPAIRS, chunks, REQUEST).untouched
    chunks = [delta(content=CALL), delta(finish="stop"), delta(content=CALL)]
    outcome = stream(REPAIRS, chunks, REQUEST)
    assert outcome.calls == LOOK
    assert outcome.message()["content"] == CALL


def test_keeps_choices_apart() -> None:
    chunks = [
        delta(0, content=CALL[:20]),
        delta(1, content="plain"),
        delta(0, content=CALL[20:]),
        delta(1, finish="stop"),
        delta(0, finish="stop"),
    ]
    outcome = stream(REPAIRS, chunks, {**REQUEST, "n": 2})
    assert outcome.calls == LOOK
    assert outcome.message(1) == {"role": "assistant", "content": "plain"}


def test_keeps_usage_that_rides_on_a_chunk_it_empties() -> None:
    usage = {"total_tokens": 7}
    chunks = [{**delta(content=CALL), "usage": usage}, delta(finish="stop")]
    assert stream(REPAIRS, chunks, REQUEST).completion["usage"] == usage


def test_takes_log_probabilities_off_a_text_that_changed() -> None:
    spelled = delta(content="Sure. " + CALL)
    spelled["choices"][0]["logprobs"] = {"content": [{"token": "Sure"}]}
    outcome = stream(REPAIRS, [spelled, delta(finish="stop")], REQUEST)
    assert "logprobs" not in json.dumps(outcome.chunks)

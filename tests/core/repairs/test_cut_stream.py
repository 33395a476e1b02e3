import pytest

from proxy.repair import Repair
from proxy.repairs.cut_stream import CutStream
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

REPAIRS: list[type[Repair]] = [CutStream]
ROLE = delta(role="assistant", content="")
TEXT = delta(content="hi")
CALL = calls(opening(0, "call_a", "look", "{}"))
HALF_CALL = calls(opening(0, "call_a", "look", '{"at"'))
END = delta(finish="stop")
USAGE = chunk(usage={"total_tokens": 3})


def run(*chunks: JsonObject, sentinel: bool) -> Outcome:
    return stream(REPAIRS, chunks, sentinel=sentinel)


def code(outcome: Outcome) -> str | None:
    last = outcome.chunks[-1] if outcome.chunks else {}
    return last.get("error", {}).get("code")


@pytest.mark.parametrize("sentinel", [True, False])
@pytest.mark.parametrize(
    "chunks",
    [[ROLE, TEXT, END], [ROLE, CALL, delta(finish="tool_calls")], [ROLE, END], [HALF_CALL, END]],
    ids=["text", "a call", "an empty answer", "half a call that says how it ended"],
)
def test_leaves_an_answer_with_its_end(chunks: list[JsonObject], sentinel: bool) -> None:
    assert run(*chunks, sentinel=sentinel).untouched


@pytest.mark.parametrize("chunks", [[ROLE, TEXT], [ROLE, CALL]], ids=["text", "a call"])
def test_leaves_to_others_what_only_lacks_the_reason(chunks: list[JsonObject]) -> None:
    assert run(*chunks, sentinel=True).untouched


@pytest.mark.parametrize(
    "chunks",
    [[ROLE], [ROLE, TEXT], [ROLE, HALF_CALL], [ROLE, TEXT, HALF_CALL], [USAGE]],
    ids=["a role", "text", "half a call", "text and half a call", "usage alone"],
)
def test_says_that_a_stream_was_cut(chunks: list[JsonObject]) -> None:
    outcome = run(*chunks, sentinel=False)
    assert code(outcome) == "stream_incomplete"
    assert outcome.fixes == ["errors"]
    assert b"[DONE]" not in outcome.sent


@pytest.mark.parametrize(
    "chunks",
    [[], [ROLE], [ROLE, HALF_CALL], [ROLE, TEXT, HALF_CALL], [USAGE]],
    ids=["nothing", "a role", "half a call", "text and half a call", "usage alone"],
)
def test_does_not_believe_a_sentinel_after_half_an_answer(chunks: list[JsonObject]) -> None:
    outcome = run(*chunks, sentinel=True)
    assert code(outcome) == "stream_incomplete"
    assert b"[DONE]" not in outcome.sent


def test_sends_what_came_whole_before_the_error() -> None:
    outcome = run(ROLE, TEXT, sentinel=False)
    assert outcome.sent.startswith(outcome.received)


def test_has_nothing_to_say_of_plain_answers() -> None:
    message = {"role": "assistant", "content": ""}
    body = answer({"index": 0, "message": message, "finish_reason": None})
    assert document(REPAIRS, body).untouched


def test_tolerates_a_choice_that_said_nothing_beside_one_that_ended() -> None:
    outcome = run(ROLE, TEXT, END, delta(1, role="assistant"), sentinel=True)
    assert outcome.untouched
    assert again(REPAIRS, outcome, {}).untouched

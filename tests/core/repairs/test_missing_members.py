from typing import Any

import pytest

from proxy.repair import Repair
from proxy.repairs.missing_members import MissingMembers
from proxy.wire import JsonObject
from tests.core.repairs import Outcome, again, chunk, delta, document, stream

REPAIRS: list[type[Repair]] = [MissingMembers]
TEXT = delta(content="hi")


def run(*chunks: JsonObject) -> Outcome:
    return stream(REPAIRS, chunks, {"model": "asked"})


def without(whole: JsonObject, *names: str) -> JsonObject:
    return {name: value for name, value in whole.items() if name not in names}


HEALTHY: dict[str, JsonObject] = {
    "openai": TEXT,
    "usage": chunk(usage={"total_tokens": 1}),
    "azure's first": {
        "id": "",
        "object": "",
        "created": 0,
        "model": "",
        "choices": [],
        "prompt_filter_results": [],
    },
    "created at zero": {**TEXT, "created": 0},
    "an error": {"error": {"message": "x"}},
    "other members": {**TEXT, "provider": "x", "system_fingerprint": None},
}


@pytest.mark.parametrize("whole", HEALTHY.values(), ids=HEALTHY)
def test_leaves_whole_chunks(whole: JsonObject) -> None:
    assert run(whole).untouched


@pytest.mark.parametrize("name", ["id", "object", "created", "model", "choices"])
@pytest.mark.parametrize("null", [True, False])
def test_fills_in_what_is_missing(name: str, null: bool) -> None:
    broken = {**TEXT, name: None} if null else without(TEXT, name)
    outcome = run(broken)
    assert outcome.chunks[0][name] is not None
    assert outcome.fixes == ["chunk-shape"]
    assert again(REPAIRS, outcome, {}).untouched


def test_takes_what_earlier_chunks_said() -> None:
    last = run(TEXT, without(TEXT, "id", "model", "created")).chunks[1]
    assert (last["id"], last["model"], last["created"]) == ("chatcmpl-1", "m", 1)


def test_takes_the_model_from_the_request_and_one_id_for_all() -> None:
    chunks = run(without(TEXT, "id", "model"), without(TEXT, "id", "model")).chunks
    assert chunks[0]["model"] == "asked"
    assert chunks[0]["id"].startswith("chatcmpl-")
    assert chunks[0]["id"] == chunks[1]["id"]


def test_keeps_the_rest_of_a_bare_chunk() -> None:
    assert run(TEXT, {"choices": [], "cost": "0.1"}).chunks[1]["cost"] == "0.1"


@pytest.mark.parametrize(("index", "expected"), [(None, 0), ("2", 2), ("x", 0)])
def test_numbers_choices(index: Any, expected: int) -> None:
    outcome = run({**TEXT, "choices": [{"index": index, "delta": {"content": "a"}}]})
    assert outcome.chunks[0]["choices"][0]["index"] == expected


def test_leaves_out_nulls_among_the_choices() -> None:
    choice = {"index": 0, "delta": {"content": "a"}}
    outcome = run({**TEXT, "choices": [None, choice]}, {**TEXT, "choices": [None]})
    assert [each["choices"] for each in outcome.chunks] == [[choice], []]


def test_lists_a_choice_that_stands_alone() -> None:
    choice = {"index": 0, "delta": {"content": "a"}}
    assert run({**TEXT, "choices": choice}).chunks[0]["choices"] == [choice]


def test_numbers_choices_by_their_place() -> None:
    outcome = run({**TEXT, "choices": [{"delta": {"content": each}} for each in "ab"]})
    assert [choice["index"] for choice in outcome.chunks[0]["choices"]] == [0, 1]


def test_fills_in_plain_answers() -> None:
    message = {"role": "assistant", "content": "hi"}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    completion = document(REPAIRS, body, {"model": "asked"}).completion
    assert completion["model"] == "asked"
    assert completion["object"] == "chat.completion"
    assert completion["choices"] == body["choices"]

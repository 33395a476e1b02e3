from typing import Any

import pytest

from proxy.repair import Repair
from proxy.repairs.usage_chunk import UsageChunk
from proxy.wire import JsonObject
from tests.core.repairs import Outcome, again, answer, chunk, delta, document, stream

REPAIRS: list[type[Repair]] = [UsageChunk]
TEXT = delta(role="assistant", content="hi")
END = delta(finish="stop")
USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
FILTER = {
    "id": "",
    "object": "",
    "created": 0,
    "model": "",
    "choices": [],
    "prompt_filter_results": [1],
}


def run(*chunks: JsonObject) -> Outcome:
    return stream(REPAIRS, chunks)


def with_usage(whole: JsonObject, usage: Any = USAGE) -> JsonObject:
    return {**whole, "usage": usage}


HEALTHY: dict[str, list[JsonObject]] = {
    "no usage": [TEXT, END],
    "usage on the finish": [TEXT, with_usage(END)],
    "null usage": [with_usage(TEXT, None), with_usage(END, None)],
    "a cut stream": [TEXT],
    "two choices": [TEXT, delta(1, content="b"), END, delta(1, finish="stop")],
    "an error without choices": [TEXT, {"choices": [], "error": {"message": "x"}}],
    "usage without a finish": [TEXT, chunk(usage=USAGE)],
}


@pytest.mark.parametrize("chunks", HEALTHY.values(), ids=HEALTHY)
def test_leaves_what_strict_clients_read(chunks: list[JsonObject]) -> None:
    assert run(*chunks).untouched


def usages(outcome: Outcome) -> list[Any]:
    return [each["usage"] for each in outcome.chunks if each.get("usage")]


FOLDED: dict[str, list[JsonObject]] = {
    "openai's usage chunk": [TEXT, END, chunk(usage=USAGE)],
    "azure's first": [FILTER, TEXT, with_usage(END)],
    "usage on every chunk": [with_usage(TEXT), with_usage(END)],
    "usage before the finish": [with_usage(TEXT), END],
    "usage twice": [TEXT, with_usage(END, {"total_tokens": 1}), chunk(usage=USAGE)],
    "usage after two choices": [TEXT, END, delta(1, finish="stop"), chunk(usage=USAGE)],
}


@pytest.mark.parametrize("chunks", FOLDED.values(), ids=FOLDED)
def test_sends_usage_once_and_with_the_finish(chunks: list[JsonObject]) -> None:
    outcome = run(*chunks)
    assert usages(outcome) == [USAGE]
    assert all(each["choices"] for each in outcome.chunks)
    assert outcome.chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert set(outcome.fixes) == {"usage-compat"}
    assert again(REPAIRS, outcome, {}).untouched


def test_keeps_what_else_a_chunk_without_choices_says() -> None:
    assert run(TEXT, END, chunk(cost="0.1")).chunks[-1]["cost"] == "0.1"


def test_leaves_plain_answers() -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "a"}, "finish_reason": "stop"}
    assert document(REPAIRS, {**answer(choice), "usage": USAGE}).untouched

from typing import Any

import pytest

from proxy.pipeline import Pipeline
from proxy.repair import Context, Repair
from proxy.repairs.misplaced_usage import MisplacedUsage
from proxy.wire import JsonObject
from tests.core.repairs import Outcome, again, answer, chunk, delta, document, stream

REPAIRS: list[type[Repair]] = [MisplacedUsage]
WHOLE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


class AsksForUsage(Repair):
    """Stands for whatever asks upstream for usage on its own."""

    name = "asks"

    def request(self, body: JsonObject) -> Any:
        self.usage_added = True
        body["stream_options"] = {"include_usage": True}
        return iter(())


def run(*chunks: JsonObject) -> Outcome:
    return stream(REPAIRS, [delta(role="assistant", content="hi"), *chunks])


def ending(usage: Any) -> JsonObject:
    return {**delta(finish="stop"), "usage": usage}


HEALTHY: dict[str, list[JsonObject]] = {
    "a chunk of its own": [delta(finish="stop"), chunk(usage=WHOLE)],
    "on the finish": [ending(WHOLE)],
    "null until the end": [{**delta(content="a"), "usage": None}, ending(WHOLE)],
    "with the text": [{**delta(content="a", finish="stop"), "usage": WHOLE}],
    "with details": [ending({**WHOLE, "prompt_tokens_details": {"cached_tokens": 3}})],
    "inside the choice too": [
        {**chunk({"index": 0, "delta": {}, "usage": WHOLE}), "usage": WHOLE},
    ],
    "none": [delta(finish="stop")],
    "broken numbers": [ending({**WHOLE, "total_tokens": 2.5})],
    "text that is no count": [ending({**WHOLE, "unit": "1"})],
    "zeros": [ending({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0})],
}


@pytest.mark.parametrize("chunks", HEALTHY.values(), ids=HEALTHY)
def test_leaves_usage_in_its_place(chunks: list[JsonObject]) -> None:
    assert run(*chunks).untouched


def test_lifts_usage_out_of_a_choice_and_keeps_the_copy() -> None:
    choice = {"index": 0, "delta": {}, "finish_reason": "stop", "usage": WHOLE}
    outcome = run(chunk(choice))
    assert outcome.chunks[-1]["usage"] == WHOLE
    assert outcome.chunks[-1]["choices"] == [choice]
    assert again(REPAIRS, outcome, {}).untouched


def test_moves_the_usage_out_of_a_plain_answers_choice() -> None:
    message = {"role": "assistant", "content": "hi"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    outcome = document(REPAIRS, answer({**choice, "usage": WHOLE}))
    assert outcome.completion == {**answer(choice), "usage": WHOLE}
    assert again(REPAIRS, outcome, {}).untouched


@pytest.mark.parametrize(
    "usage",
    [{}, {"prompt_tokens_details": {"cached_tokens": 0}}, dict.fromkeys(WHOLE)],
    ids=["empty", "details alone", "nulls"],
)
def test_takes_usage_away_that_counts_nothing(usage: JsonObject) -> None:
    outcome = run(ending(usage))
    assert "usage" not in outcome.chunks[-1]
    assert outcome.fixes == ["usage"]


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 10, "completion_tokens": 5}, (10, 5, 15)),
        ({"prompt_tokens": 10, "total_tokens": 15}, (10, 5, 15)),
        ({"completion_tokens": 5, "total_tokens": 15}, (10, 5, 15)),
        ({"prompt_tokens": 10}, (10, 0, 10)),
        ({"prompt_tokens": 10, "completion_tokens": None, "total_tokens": 15}, (10, 5, 15)),
        ({"input_tokens": 10, "output_tokens": 5}, (10, 5, 15)),
        ({"prompt_tokens": 20, "total_tokens": 15}, (20, 0, 15)),
    ],
)
def test_completes_partial_usage(usage: JsonObject, expected: tuple[int, int, int]) -> None:
    outcome = run(ending(usage))
    assert tuple(outcome.chunks[-1]["usage"][name] for name in WHOLE) == expected
    assert outcome.fixes == ["usage"]
    assert again(REPAIRS, outcome, {}).untouched


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({name: str(count) for name, count in WHOLE.items()}, WHOLE),
        ({**WHOLE, "prompt_tokens": "10"}, WHOLE),
        (
            {"input_tokens": "10", "output_tokens": "5"},
            {**WHOLE, "input_tokens": 10, "output_tokens": 5},
        ),
        ({**WHOLE, "total_tokens": "many"}, WHOLE),
        (
            {**WHOLE, "prompt_tokens_details": {"cached_tokens": "3", "kind": "7"}},
            {**WHOLE, "prompt_tokens_details": {"cached_tokens": 3, "kind": "7"}},
        ),
    ],
)
def test_counts_that_are_text_become_numbers(usage: JsonObject, expected: JsonObject) -> None:
    outcome = run(ending(usage))
    assert outcome.chunks[-1]["usage"] == expected
    assert outcome.fixes == ["usage"]
    assert again(REPAIRS, outcome, {}).untouched


def test_usage_whose_counts_are_mere_words_goes() -> None:
    assert "usage" not in run(ending(dict.fromkeys(WHOLE, "unknown"))).chunks[-1]


def test_completes_the_usage_of_plain_answers() -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "a"}, "finish_reason": "stop"}
    body = {**answer(choice), "usage": {"prompt_tokens": 1, "completion_tokens": 2}}
    assert document(REPAIRS, body).completion["usage"]["total_tokens"] == 3


def asked(request: bytes, received: bytes) -> tuple[bytes, list[bool]]:
    """What the agent gets of a stream for which usage was asked behind its back."""
    pipeline = Pipeline(Context({"stream": b"true" in request}), [AsksForUsage, MisplacedUsage])
    pipeline.request(request)
    pipeline.start(200, "text/event-stream")
    steps = [pipeline.feed(received), pipeline.finish()]
    marks = [mark for step in steps for mark in step.marks]
    return b"".join(step.data for step in steps), [mark.routine for mark in marks]


RECEIVED = (
    b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}\n\n'
    b'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}\n\n'
    b"data: [DONE]\n\n"
)


def test_takes_away_what_only_we_asked_for() -> None:
    sent, routine = asked(b'{"stream":true}', RECEIVED)
    assert b"usage" not in sent
    assert sent.count(b"data: ") == 2
    assert routine == [True, True]


def test_leaves_what_upstream_sends_unasked() -> None:
    assert run(delta(finish="stop"), chunk(usage=WHOLE)).untouched

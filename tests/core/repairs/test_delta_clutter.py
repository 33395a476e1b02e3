import pytest

from proxy.repair import Repair
from proxy.repairs.delta_clutter import DeltaClutter
from proxy.wire import JsonObject
from tests.core.repairs import Outcome, again, answer, chunk, delta, document, entry, stream

REPAIRS: list[type[Repair]] = [DeltaClutter]
ROLE = delta(role="assistant", content="")
CALL = entry("{}", name="f", index=0, id="a")


def run(*chunks: JsonObject) -> Outcome:
    return stream(REPAIRS, chunks)


def deltas(outcome: Outcome) -> list[JsonObject]:
    return [choice["delta"] for each in outcome.chunks for choice in each["choices"]]


HEALTHY: dict[str, list[JsonObject]] = {
    "openai": [
        delta(role="assistant", content="", refusal=None),
        delta(content="hi"),
        delta(finish="stop"),
    ],
    "openai's call": [delta(role="assistant", content=None, tool_calls=[CALL], refusal=None)],
    "deepseek": [
        delta(role="assistant", content=None, reasoning_content=""),
        delta(content=None, reasoning_content="hm"),
        delta(content="hi", reasoning_content=None),
    ],
    "a finish without a role": [delta(finish="stop")],
    "logprobs null": [ROLE, chunk({"index": 0, "delta": {"content": "a"}, "logprobs": None})],
    "two choices": [ROLE, delta(1, role="assistant"), delta(content="a"), delta(1, content="b")],
    "another role": [delta(role="tool", content="x")],
}


@pytest.mark.parametrize("chunks", HEALTHY.values(), ids=HEALTHY)
def test_leaves_healthy_deltas(chunks: list[JsonObject]) -> None:
    assert run(*chunks).untouched


CLUTTERED: dict[str, tuple[list[JsonObject], list[JsonObject]]] = {
    "no role": ([delta(content="a")], [{"role": "assistant", "content": "a"}]),
    "an empty role": ([delta(role="", content="a")], [{"role": "assistant", "content": "a"}]),
    "a role of another type": (
        [delta(role=[], content="a")],
        [{"role": "assistant", "content": "a"}],
    ),
    "a null role": ([delta(role=None, content="a")], [{"role": "assistant", "content": "a"}]),
    "a role again": ([ROLE, delta(role="assistant", content="a")], [{"content": "a"}]),
    "an empty role later": ([ROLE, delta(role="", content="a")], [{"content": "a"}]),
    "no calls": ([ROLE, delta(content="a", tool_calls=[])], [{"content": "a"}]),
    "nulls everywhere": (
        [ROLE, delta(role=None, content="a", tool_calls=None, refusal=None, function_call=None)],
        [{"content": "a"}],
    ),
    "null content stays": ([ROLE, delta(content=None, tool_calls=None)], [{"content": None}]),
    "a null delta": ([ROLE, chunk({"index": 0, "delta": None})], [{}]),
    "no delta": ([ROLE, chunk({"index": 0, "finish_reason": None})], [{}]),
    "a message for a delta": (
        [chunk({"index": 0, "message": {"role": "assistant", "content": "a"}})],
        [{"role": "assistant", "content": "a"}],
    ),
    "a message after a greeting": (
        [ROLE, chunk({"index": 0, "message": {"role": "assistant", "tool_calls": [CALL]}})],
        [{"tool_calls": [CALL]}],
    ),
    "a message that repeats": (
        [
            ROLE,
            delta(content="a"),
            chunk({"index": 0, "message": {"role": "assistant", "content": "a"}}),
        ],
        [{}],
    ),
    "text for a delta": ([ROLE, chunk({"index": 0, "delta": "a"})], [{"content": "a"}]),
    "text beside it": ([ROLE, chunk({"index": 0, "text": "a"})], [{"content": "a"}]),
}


@pytest.mark.parametrize(("chunks", "expected"), CLUTTERED.values(), ids=CLUTTERED)
def test_mends_cluttered_deltas(chunks: list[JsonObject], expected: list[JsonObject]) -> None:
    outcome = run(*chunks)
    assert deltas(outcome)[-len(expected) :] == expected
    assert set(outcome.fixes) == {"chunk-shape"}
    assert again(REPAIRS, outcome, {}).untouched


def test_adds_the_role_where_something_is_said_first() -> None:
    outcome = run(chunk({"index": 0, "delta": {}}), delta(content="a"), delta(content="b"))
    assert ["role" in each for each in deltas(outcome)] == [False, True, False]


def test_gives_each_choice_its_own_role() -> None:
    outcome = run(delta(0, content="a"), delta(1, content="b"), delta(0, content="c"))
    assert ["role" in each for each in deltas(outcome)] == [True, True, False]


def test_leaves_plain_answers() -> None:
    message: JsonObject = {"content": "hi", "tool_calls": [], "refusal": None}
    said = {"role": "assistant", **message}
    body = answer({"index": 0, "message": said, "finish_reason": "stop"})
    assert document(REPAIRS, body).untouched


def spoken(content: object, finish: str | None = None, **members: object) -> JsonObject:
    return chunk({"index": 0, "message": {"content": content, **members}, "finish_reason": finish})


SPOKEN: dict[str, tuple[list[JsonObject], str]] = {
    "piece by piece": ([spoken("I "), spoken("will "), spoken("go.", "stop")], "I will go."),
    "all of it anew": (
        [spoken("I "), spoken("I will "), spoken("I will go.", "stop")],
        "I will go.",
    ),
    "anew, and once more": (
        [spoken("I "), spoken("I will"), spoken("I will"), spoken("I will", "stop")],
        "I will",
    ),
    "in pieces, then whole": ([spoken("I "), spoken("will"), spoken("I will", "stop")], "I will"),
    "the same piece twice": ([spoken("ha"), spoken("ha"), spoken("!", "stop")], "haha!"),
    "whole, then whole again": ([spoken("I will"), spoken("I will", "stop")], "I will"),
    "no text at the end": ([spoken("I"), spoken(None, "stop")], "I"),
    "a piece that begins like the rest": ([spoken("a"), spoken("b"), spoken("abc")], "ababc"),
}


@pytest.mark.parametrize(("chunks", "text"), SPOKEN.values(), ids=SPOKEN)
def test_messages_in_place_of_deltas_say_everything_once(
    chunks: list[JsonObject], text: str
) -> None:
    outcome = run(*chunks)
    assert "".join(each.get("content") or "" for each in deltas(outcome)) == text
    assert all("message" not in choice for each in outcome.chunks for choice in each["choices"])


def test_the_fragments_of_a_call_in_messages_all_arrive() -> None:
    first, second = entry("{", name="f", index=0, id="a"), entry("}", index=0)
    outcome = run(spoken("I "), spoken(None, tool_calls=[first]), spoken(None, tool_calls=[second]))
    assert [each.get("tool_calls") for each in deltas(outcome)] == [None, [first], [second]]


def test_text_in_messages_is_told_apart_from_thoughts_in_them() -> None:
    outcome = run(spoken(None, reasoning_content="hm"), spoken("hm"), spoken("!", "stop"))
    assert "".join(each.get("content") or "" for each in deltas(outcome)) == "hm!"

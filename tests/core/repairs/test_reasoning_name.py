import pytest

from proxy.repair import Repair
from proxy.repairs.reasoning_name import ReasoningName
from proxy.wire import JsonObject
from tests.core.repairs import again, answer, delta, document, stream

REPAIRS: list[type[Repair]] = [ReasoningName]
BOTH = {"reasoning": "hm", "reasoning_content": "hm"}


@pytest.mark.parametrize(
    "members",
    [
        {"content": "hi"},
        BOTH,
        {"reasoning": ""},
        {"reasoning": None, "reasoning_content": None},
        {"reasoning": {"effort": "low"}},
        {"reasoning": "a", "reasoning_content": "b"},
    ],
)
def test_leaves_what_has_both_names_or_none(members: JsonObject) -> None:
    assert stream(REPAIRS, [delta(**members)]).untouched


@pytest.mark.parametrize(
    "members",
    [
        {"reasoning": "hm"},
        {"reasoning_content": "hm"},
        {"reasoning": "hm", "reasoning_content": None},
    ],
)
def test_gives_reasoning_both_names(members: JsonObject) -> None:
    outcome = stream(REPAIRS, [delta(**members)])
    assert outcome.chunks[0]["choices"][0]["delta"] == BOTH
    assert outcome.fixes == ["reasoning-field"]
    assert again(REPAIRS, outcome, {}).untouched


def test_names_the_reasoning_of_plain_answers_once() -> None:
    message = {"role": "assistant", "content": "42", "reasoning": "hm"}
    outcome = document(REPAIRS, answer({"index": 0, "message": message, "finish_reason": "stop"}))
    assert outcome.message() == {**message, **BOTH}
    assert again(REPAIRS, outcome, {}).untouched

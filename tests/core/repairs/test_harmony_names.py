import pytest

from proxy.repairs.harmony_names import HarmonyNames
from proxy.wire import JsonObject
from tests.core.repairs import again, answer, calls, choice_of, delta, document, opening, stream

REPAIRS = [HarmonyNames]
LOOK: JsonObject = {"type": "function", "function": {"name": "look"}}
REQUEST: JsonObject = {"stream": True, "tools": [LOOK]}
END = delta(finish="tool_calls")


@pytest.mark.parametrize(
    "name",
    [
        "look<|channel|>commentary",
        "look<|constrain|>json",
        "functions.look<|channel|>commentary",
        "look <|channel|>analysis",
    ],
)
def test_cuts_markup_off_a_declared_name(name: str) -> None:
    outcome = stream(REPAIRS, [calls(opening(0, "a", name, "{}")), END], REQUEST)
    assert outcome.calls == [("look", "{}")]
    assert outcome.fixes == ["text-tool-calls"]
    assert again(REPAIRS, outcome, REQUEST).untouched


def test_cuts_markup_off_in_a_plain_answer() -> None:
    call = {"id": "a", **opening(0, "a", "look<|channel|>commentary", "{}")}
    outcome = document(REPAIRS, answer(choice_of(call)), REQUEST)
    assert outcome.calls == [("look", "{}")]


@pytest.mark.parametrize("name", ["look", "launch<|channel|>commentary", "<|channel|>look", ""])
def test_leaves_every_other_name(name: str) -> None:
    assert stream(REPAIRS, [calls(opening(0, "a", name, "{}")), END], REQUEST).untouched


def test_leaves_a_tool_that_is_declared_with_such_a_name() -> None:
    odd = {"type": "function", "function": {"name": "look<|x"}}
    request = {"stream": True, "tools": [LOOK, odd]}
    assert stream(REPAIRS, [calls(opening(0, "a", "look<|x", "{}")), END], request).untouched

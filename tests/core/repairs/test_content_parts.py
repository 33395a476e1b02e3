from typing import Any

import pytest

from proxy.repair import Repair
from proxy.repairs.content_parts import ContentParts
from tests.core.repairs import again, answer, delta, document, stream

REPAIRS: list[type[Repair]] = [ContentParts]
THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
TEXT = {"type": "text", "text": "42"}
IMAGE = {"type": "image_url", "image_url": {"url": "x"}}


@pytest.mark.parametrize("content", ["hi", "", None, '[{"type":"text"}]'])
def test_leaves_content_that_is_no_list(content: Any) -> None:
    assert stream(REPAIRS, [delta(content=content)]).untouched


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (42, {"content": "42"}),
        (4.5, {"content": "4.5"}),
        (True, {"content": "true"}),
        (False, {"content": ""}),
        ([TEXT], {"content": "42"}),
        ([TEXT, TEXT], {"content": "4242"}),
        ([THOUGHT], {"content": "", "reasoning_content": "hm"}),
        ([THOUGHT, TEXT], {"content": "42", "reasoning_content": "hm"}),
        ([{"type": "thinking", "thinking": "hm"}], {"content": "", "reasoning_content": "hm"}),
        (["a", "b"], {"content": "ab"}),
        (TEXT, {"content": "42"}),
        ([], {"content": ""}),
        ([{"type": "text", "text": ""}], {"content": ""}),
        ([TEXT, IMAGE], {"content": "42", "content_parts": [IMAGE]}),
    ],
)
def test_makes_text_of_parts(content: Any, expected: dict[str, Any]) -> None:
    outcome = stream(REPAIRS, [delta(content=content)])
    assert outcome.chunks[0]["choices"][0]["delta"] == expected
    assert outcome.fixes == ["chunk-shape"]
    assert again(REPAIRS, outcome, {}).untouched


def test_makes_text_of_plain_answers() -> None:
    message = {"role": "assistant", "content": [THOUGHT, TEXT]}
    outcome = document(REPAIRS, answer({"index": 0, "message": message, "finish_reason": "stop"}))
    expected = {"role": "assistant", "content": "42", "reasoning_content": "hm"}
    assert outcome.message() == expected


def test_keeps_reasoning_that_was_there() -> None:
    outcome = stream(REPAIRS, [delta(content=[THOUGHT], reasoning_content="oh ")])
    assert outcome.chunks[0]["choices"][0]["delta"]["reasoning_content"] == "oh hm"

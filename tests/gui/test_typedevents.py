from typing import Any, get_args

from openai.types.responses import ResponseOutputItem, ResponseStreamEvent

from app.models.typedevents import KIND_BY_DELTA, MEMBER_BY_CALL
from proxy.dialects.responses import ENDS

# What the answer tab has no place for: sound, and what the provider's own tools print.
_LEFT_OUT = {"response.audio.delta", "response.shell_call_output_content.delta"}


def members_by_type(union: Any) -> dict[str, Any]:
    """Return what OpenAI's own client knows of a kind of thing, each with its members."""
    members = [each.model_fields for each in get_args(union)]
    return {get_args(each["type"].annotation)[0]: each for each in members}


EVENTS = members_by_type(get_args(ResponseStreamEvent)[0])


def test_knows_every_documented_event_that_brings_a_piece() -> None:
    deltas = {name for name in EVENTS if name.endswith(".delta")}
    assert deltas - set(KIND_BY_DELTA) == _LEFT_OUT


def test_knows_every_documented_event_that_ends_a_response() -> None:
    whole = {name for name, members in EVENTS.items() if "response" in members}
    assert whole - ENDS == {"response.created", "response.queued", "response.in_progress"}


def test_knows_where_every_documented_call_keeps_what_its_tool_is_given() -> None:
    items = members_by_type(get_args(ResponseOutputItem)[0])
    calls = {name: members for name, members in items.items() if name.endswith("_call")}
    assert set(calls) == set(MEMBER_BY_CALL)
    assert all(MEMBER_BY_CALL[name] in members for name, members in calls.items())

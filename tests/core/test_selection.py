"""What is known of a set of repairs holds in every exchange."""

import copy
from typing import Any

import pytest
from hypothesis import given, strategies as st

from proxy import wire
from proxy.pipeline import Pipeline
from proxy.repair import Context, Output, Repair
from proxy.repairs import REGISTRY, selected
from proxy.selection import selection
from proxy.trails import Trails
from proxy.wire import JsonObject
from tests.corpus import cases

TOOLS = [{"type": "function", "function": {"name": "look"}}]
SPOILT: list[Any] = [None, "", "{}", "{", {}, [], 3, "null", "[1]"]
ARGUMENTS = st.sampled_from(SPOILT)
OPTIONAL: dict[str, list[Any]] = {
    "stream": [True, False, None, 1],
    "stream_options": [{}, None, {"include_usage": True}],
    "tools": [[], TOOLS, None],
    "functions": [[], [{"name": "f"}], None],
}


@st.composite
def requests(draw: st.DrawFn) -> JsonObject:
    optional = {name: st.sampled_from(values) for name, values in OPTIONAL.items()}
    members: JsonObject = draw(st.fixed_dictionaries({}, optional=optional))
    function: JsonObject = {"name": "look", "arguments": draw(ARGUMENTS)}
    call: JsonObject = {"role": "assistant", "tool_calls": [{"id": "a", "function": function}]}
    legacy = {"role": draw(st.sampled_from(["assistant", "user"])), "function_call": function}
    histories: list[list[JsonObject]] = [[], [call], [legacy], [legacy, call]]
    return {**members, "messages": draw(st.sampled_from(histories))}


@given(request=requests(), kind=st.sampled_from(REGISTRY))
def test_a_repair_finds_nothing_in_a_request_that_does_not_concern_it(
    request: JsonObject, kind: type[Repair]
) -> None:
    before = copy.deepcopy(request)
    if not kind.concerns(request):
        assert [*kind(Context(request)).request(copy.deepcopy(request))] == []
    assert request == before


def test_knows_a_set_of_repairs_again() -> None:
    assert selection(selected({})) is selection([*selected({})])
    assert selection(selected({})) is not selection(selected({"think-tags": True}))


def test_makes_those_that_apply() -> None:
    everything = selection(REGISTRY)
    for case in cases():
        context = Context(case.request)
        made = [type(repair) for repair in everything.chain(context).repairs]
        assert made == [kind for kind in REGISTRY if kind.applies(context)]
        assert {*everything.applying(context)} <= {*made}
        assert everything.reads_text(context) == any(kind.reads_text for kind in made)


@pytest.mark.parametrize("name", ["stream-framing", "index-repair"])
def test_knows_which_fixes_are_on(name: str) -> None:
    assert selection(selected({})).have(name)
    assert not selection(selected({name: False})).have(name)


class Counted(Repair):
    """Counts how often it is made."""

    name = "counted"
    made = 0

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        Counted.made += 1

    def chunk(self, chunk: JsonObject) -> Output:
        yield chunk


def made_for(request: JsonObject, body: bytes, trails: Trails) -> int:
    """Return how many repairs of the kind an exchange needed."""
    Counted.made = 0
    kind = "text/event-stream" if request.get("stream") else "application/json"
    pipeline = Pipeline(Context(request), (*selected({}), Counted), trails)
    assert pipeline.request(wire.encode(request)).marks == ()
    pipeline.start(200, kind)
    assert pipeline.feed(body).data + pipeline.finish().data == body
    return Counted.made


PLAIN = (
    b'{"id":"c","created":1,"model":"m","object":"chat.completion",'
    b'"choices":[{"index":0,"message":'
    b'{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}'
)
STREAMED = (
    b'data: {"id":"c","created":1,"model":"m","object":"chat.completion.chunk",'
    b'"choices":[{"index":0,"delta":'
    b'{"role":"assistant","content":"hi"},"finish_reason":null}]}\n\n'
    b'data: {"id":"c","created":1,"model":"m","object":"chat.completion.chunk",'
    b'"choices":[{"index":0,"delta":{},'
    b'"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)


@pytest.mark.parametrize(("stream", "body"), [(False, PLAIN), (True, STREAMED)])
def test_a_healthy_exchange_like_an_earlier_one_makes_no_repair(stream: bool, body: bytes) -> None:
    request: JsonObject = {"stream": stream, "messages": []}
    trails = Trails()
    assert made_for(request, body, trails) == 1
    assert made_for(request, body, trails) == 0

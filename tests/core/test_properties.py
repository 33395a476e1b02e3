"""What holds for every repair and every case: new ones of either multiply the others."""

import itertools
import json
from typing import Any, cast

import pytest
from hypothesis import given, strategies as st

from proxy import sse, wire
from proxy.pipeline import Pipeline
from proxy.repair import Context
from proxy.repairs import REGISTRY, selected
from proxy.wire import JsonObject
from tests.core.playing import Played, answer, everything_but, play
from tests.core.strict import read
from tests.corpus import Case, cases

CHAT = [each for each in cases() if "messages" in each.request and each.status < 300]
OPT_IN = sorted({repair.name for repair in REGISTRY if not repair.default})

# They add to healthy answers as well.
ADDING = ("buffer-tool-calls", "reasoning-field", "usage-compat")

# They ask for another form than the agent did: what comes then is not what the case recorded.
FORCED = ("force-stream", "force-non-stream")

each_case = pytest.mark.parametrize("case", CHAT, ids=str)
some_case = st.sampled_from(CHAT)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**70) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def again(case: Case, fixes: dict[str, bool], played: Played) -> Played:
    """Play what the agent got once more."""
    kind = "text/event-stream" if case.request.get("stream") else "application/json"
    return answer(case.request, selected(fixes), [played.body], (played.status, kind))


@each_case
@pytest.mark.parametrize("extra", [None, *OPT_IN])
def test_leaves_nothing_to_mend(case: Case, extra: str | None) -> None:
    fixes = {**case.fixes, **({} if extra is None else {extra: True})}
    played = play(case, fixes)
    assert not played.broken
    if played.status >= 400:
        return
    second = again(case, fixes, played)
    assert not second.fixes
    assert second.body == played.body


@each_case
@pytest.mark.parametrize("extra", [each for each in OPT_IN if each not in FORCED])
def test_an_opt_in_fix_keeps_the_answer_readable(case: Case, extra: str) -> None:
    if case.fix is None or case.obstacle:
        pytest.skip(case.obstacle or "a control may be one that nobody can read")
    played = play(case, {**case.fixes, extra: True})
    read(played.body, stream=case.request.get("stream") is True)


@pytest.mark.parametrize("case", [each for each in CHAT if each.fix is None], ids=str)
def test_no_fix_touches_what_only_looks_like_a_defect(case: Case) -> None:
    played = play(case, everything_but(*FORCED, *ADDING))
    assert played.body == case.body
    assert not played.marks


@given(case=some_case, pair=st.sampled_from([*itertools.combinations(OPT_IN, 2)]))
def test_two_opt_in_fixes_leave_nothing_to_mend(case: Case, pair: tuple[str, str]) -> None:
    fixes = {**case.fixes, pair[0]: True, pair[1]: True}
    played = play(case, fixes)
    assert not played.broken
    assert played.status >= 400 or not again(case, fixes, played).fixes


@given(case=some_case, draw=st.data(), everything=st.booleans())
def test_does_not_depend_on_how_the_answer_was_cut(
    case: Case, draw: st.DataObject, everything: bool
) -> None:
    fixes = everything_but(*FORCED) if everything else case.fixes
    body = case.body
    places = st.lists(st.integers(0, len(body)), max_size=6)
    cuts = [0, *sorted(draw.draw(places)), len(body)]
    pieces = [body[start:end] for start, end in itertools.pairwise(cuts)]
    assert play(case, fixes, pieces) == play(case, fixes)


@each_case
def test_forwards_every_byte_where_no_fix_is_on(case: Case) -> None:
    pipeline = Pipeline(Context(case.request), ())
    pipeline.start(case.status, case.content_type)
    steps = [pipeline.feed(case.body), pipeline.finish()]
    # Without fixes nobody is told that a stream had no end.
    assert b"".join(step.data for step in steps) == case.body
    assert not any(step.marks for step in steps)


@given(data=st.binary(), stream=st.booleans())
def test_no_bytes_make_a_fix_raise(data: bytes, stream: bool) -> None:
    repairs = selected(everything_but())
    assert not answer({"stream": stream, "messages": []}, repairs, [data]).broken


@given(case=some_case, draw=st.data())
def test_no_json_in_any_place_makes_a_fix_raise(case: Case, draw: st.DataObject) -> None:
    read_all = map(_object, _events(case.body))
    bodies = [body for body in read_all if body is not None]
    if not bodies:
        return
    chunk = draw.draw(st.sampled_from(bodies))
    holder, place = draw.draw(st.sampled_from([*_places(chunk)]))
    holder[place] = draw.draw(ANYTHING)
    raw = b"".join(sse.encode(wire.encode(each)) for each in bodies) + b"data: [DONE]\n\n"
    fixes = everything_but(*FORCED)
    assert not answer(case.request, selected(fixes), [raw]).broken
    assert not answer({**case.request, "stream": False}, selected(fixes), [raw]).broken


@given(case=some_case, draw=st.data())
def test_no_json_in_any_place_of_a_request_makes_a_fix_raise(
    case: Case, draw: st.DataObject
) -> None:
    request = json.loads(json.dumps(case.request))
    holder, place = draw.draw(st.sampled_from([*_places(request)]))
    holder[place] = draw.draw(ANYTHING)
    assert not answer(request, selected(everything_but()), [case.body]).broken


# A tag in the text is what some of the fixes are for: it makes an answer no longer healthy.
texts = st.lists(st.text(max_size=12).filter(lambda text: text and "<" not in text), max_size=4)


@given(
    said=texts,
    thought=texts,
    calls=st.integers(0, 3),
    usage=st.booleans(),
    choices=st.integers(1, 2),
)
def test_a_healthy_answer_is_not_touched(
    said: list[str], thought: list[str], calls: int, usage: bool, choices: int
) -> None:
    chunks = [chunk for index in range(choices) for chunk in _healthy(index, said, thought, calls)]
    if usage:
        counts = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
        chunks.append({**_chunk(), "choices": [], "usage": counts})
    raw = b"".join(sse.encode(json.dumps(each).encode()) for each in chunks)
    tools = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
    request: JsonObject = {"stream": True, "messages": [], "tools": tools, "n": choices}
    request["stream_options"] = {"include_usage": usage}
    fixes = {"text-tool-calls": True, "think-tags": True}
    played = answer(
        request, selected(fixes), [raw + b"data: [DONE]\n\n"], (200, "text/event-stream")
    )
    assert played.body == raw + b"data: [DONE]\n\n"
    assert not played.marks


def _healthy(index: int, said: list[str], thought: list[str], calls: int) -> list[JsonObject]:
    deltas: list[JsonObject] = [{"role": "assistant", "content": ""}]
    deltas += [{"reasoning_content": each} for each in thought]
    deltas += [{"content": each} for each in said]
    for number in range(calls):
        function = {"name": "look", "arguments": ""}
        head = {"index": number, "id": f"call_{index}{number}", "type": "function"}
        deltas.append({"tool_calls": [{**head, "function": function}]})
        for piece in ('{"at": ', '"the sky"', "}"):
            deltas.append({"tool_calls": [{"index": number, "function": {"arguments": piece}}]})
    chunks = [_chunk(index, delta) for delta in deltas]
    return [*chunks, _chunk(index, {}, "tool_calls" if calls else "stop")]


def _chunk(
    index: int = 0, delta: JsonObject | None = None, finish: str | None = None
) -> JsonObject:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return {**head, "choices": [{"index": index, "delta": delta or {}, "finish_reason": finish}]}


def _events(body: bytes) -> list[sse.Event]:
    if body.lstrip().startswith(b"{"):
        return [sse.event(body)]
    decoder = sse.Decoder()
    return [*decoder.feed(body), *decoder.flush()]


def _object(event: sse.Event) -> JsonObject | None:
    return None if event.data is None else wire.decode_object(event.data)


def _places(value: Any) -> Any:
    """Yield every place in a JSON value at which another may be put."""
    if isinstance(value, dict):
        members = cast("JsonObject", value)
        for name, item in members.items():
            yield members, name
            yield from _places(item)
    elif isinstance(value, list):
        items = cast("list[Any]", value)
        for number, item in enumerate(items):
            yield items, number
            yield from _places(item)

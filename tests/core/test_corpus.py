"""Every recorded defect: mended by its fix, whole, byte by byte and cut anywhere."""

import random
import re
from typing import Any

import pytest

from proxy import wire
from proxy.pipeline import Pipeline
from proxy.repair import Context
from proxy.repairs import selected
from proxy.wire import JsonObject
from tests.core.playing import play
from tests.core.strict import Reply, read
from tests.corpus import Case, cases

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def playable(case: Case) -> Any:
    skip = pytest.mark.skip(reason=case.obstacle)
    return pytest.param(case, id=case.name, marks=skip if case.obstacle else ())


ALL = [playable(case) for case in cases()]
REQUESTS = [playable(case) for case in cases() if "upstream_request_patch" in case.expect]
ANSWERS = [playable(case) for case in cases() if "upstream_request_patch" not in case.expect]
MENDED = [playable(case) for case in cases() if case.fix and not case.expect.get("remembered")]

each_case = pytest.mark.parametrize("case", ALL)


def seen(case: Case) -> Reply:
    """What the strict client makes of a case with the defaults and its own fix."""
    played = play(case, case.fixes)
    return read(played.body, stream=case.request.get("stream") is True)


def normal(message: JsonObject) -> JsonObject:
    """A message in which an empty text beside calls is none."""
    calls = message.get("tool_calls")
    return {**message, "content": message.get("content") or (None if calls else "")}


def with_ids_of(expected: JsonObject, message: JsonObject) -> JsonObject:
    """Take over ids that the case leaves open."""
    pairs = zip(expected.get("tool_calls", []), message.get("tool_calls", []), strict=False)
    for wanted, call in pairs:
        if wanted["id"] == "<generated>":
            wanted["id"] = call["id"]
    return expected


@pytest.mark.parametrize("case", ANSWERS)
def test_gives_the_agent_what_the_model_meant(case: Case) -> None:
    reply = seen(case)
    if case.final is None:
        assert (reply.error is not None) == (case.fix is not None)
        return
    expected = normal(wire.decode(wire.encode(case.final["message"])))
    assert reply.error is None
    assert reply.message == with_ids_of(expected, reply.message)
    assert reply.finish_reason == case.final["finish_reason"]


@pytest.mark.parametrize("case", [each for each in cases() if "usage" in each.expect], ids=str)
def test_gives_the_agent_the_usage(case: Case) -> None:
    assert seen(case).usage == case.expect["usage"]


@pytest.mark.parametrize("case", [each for each in cases() if each.fix is None], ids=str)
def test_sends_healthy_answers_as_they_came(case: Case) -> None:
    played = play(case, {})
    assert played.body == case.body
    assert not played.marks


@pytest.mark.parametrize("case", ANSWERS)
def test_names_the_fix_that_acted(case: Case) -> None:
    played = play(case, case.fixes)
    assert not played.broken
    # A connection that broke is no repair's discovery.
    if case.fix is not None and played.body != case.body and case.ending != "eof":
        assert case.fix in {mark.fix for mark in played.marks}


@pytest.mark.parametrize("case", REQUESTS)
def test_sends_the_provider_a_request_that_it_accepts(case: Case) -> None:
    pipeline = Pipeline(Context(case.request), selected(case.fixes))
    mended = wire.decode(pipeline.request(wire.encode(case.request)).data)
    patch: JsonObject = case.expect["upstream_request_patch"]
    assert {path: _at(mended, path) for path in patch} == patch


def _at(value: Any, path: str) -> Any:
    for name, number in _STEP.findall(path):
        value = value[int(number)] if number else value.get(name)
    return value


@each_case
def test_does_not_depend_on_how_the_answer_was_cut(case: Case) -> None:
    body = case.body
    whole = play(case, case.fixes)
    single = [body[place : place + 1] for place in range(len(body))]
    assert play(case, case.fixes, single) == whole
    if "content-encoding" not in case.headers:
        assert play(case, case.fixes, case.pieces) == whole
    dice = random.Random(case.name)
    for _ in range(8):
        cuts = sorted(dice.choices(range(len(body) + 1), k=dice.randint(1, 12)))
        pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
        assert play(case, case.fixes, pieces) == whole

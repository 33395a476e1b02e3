"""Z08: after any fault an official SDK ends in success exactly when the protocol said so."""

import itertools
import os
from collections.abc import Generator

import openai
import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from tests.fakes.upstream import CLOSE, LAST, RESET, SSE_HEAD, FakeUpstream, Request, Step, framed
from tests.faults.families import CHAT, RESPONSES, Spoken
from tests.server.conversing import openai_sdk
from tests.server.running import proxy

LONG = 60 * int(os.environ.get("WIREMEND_FUZZ", "1"))
ENDS = ("last", "close", "reset", "half", "stays")
CONTENT = ("text", "text", "arguments", "comment")
TAILS: tuple[list[str], ...] = (
    [],
    ["error"],
    ["stop"],
    ["terminal"],
    ["stop", "terminal"],
    ["stop", "comment", "terminal", "text"],
    ["error", "stop", "terminal"],
)


class Stage:
    """A proxy before an upstream that plays, for each request, the script that it asks for."""

    def __init__(self, client: openai.OpenAI, scripts: dict[str, list[Step]]) -> None:
        self.client = client
        self._scripts = scripts
        self._numbers = itertools.count()

    def name_for(self, script: list[Step]) -> str:
        """Return the model that plays this script."""
        name = f"m{next(self._numbers)}"
        self._scripts[name] = script
        return name


@pytest.fixture(scope="module")
def stage() -> Generator[Stage]:
    scripts: dict[str, list[Step]] = {}

    def script(request: Request) -> list[Step]:
        return scripts[request.body.partition(b'"model":"')[2].partition(b'"')[0].decode()]

    with (
        FakeUpstream(script) as up,
        proxy(up.url) as running,
        openai_sdk(f"{running.url}/v1", running.key) as client,
    ):
        yield Stage(client, scripts)


def part(spoken: Spoken, name: str) -> bytes:
    return b": still here\n\n" if name == "comment" else getattr(spoken, name)


def script_of(spoken: Spoken, parts: list[str], end: str, size: int) -> list[Step]:
    body = spoken.start + b"".join(part(spoken, each) for each in parts)
    if end == "half":
        body += spoken.text[:-9]
    cuts: list[Step] = [framed(body[place : place + size]) for place in range(0, len(body), size)]
    # What a reset overtakes never arrives, on a machine that is busy.
    ends: dict[str, list[Step]] = {
        "last": [LAST],
        "half": [LAST],
        "close": [CLOSE],
        "reset": [0.02, RESET],
        "stays": [0.3, CLOSE],
    }
    return [SSE_HEAD, *cuts, *ends[end]]


def said_so(parts: list[str], ending: tuple[str, ...]) -> bool:
    """Tell whether upstream said, before anything else, that the answer is complete."""
    first = next((each for each in parts if each in ("error", *ending)), "")
    return first in ending


some_parts = st.tuples(st.lists(st.sampled_from(CONTENT), max_size=5), st.sampled_from(TAILS)).map(
    lambda both: [*both[0], *both[1]]
)
patient = settings(
    max_examples=max(10, settings.default.max_examples // 4),  # type: ignore[union-attr]
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.timeout(LONG)
@given(parts=some_parts, end=st.sampled_from(ENDS), size=st.sampled_from([7, 200, 10_000]))
@example(["text", "stop", "terminal"], "stays", 10_000)
@example(["text", "stop"], "last", 10_000)
@example(["text"], "close", 10_000)
@example(["text", "error", "stop", "terminal"], "last", 10_000)
@patient
def test_z08_chat_ends_in_success_exactly_where_upstream_finished(
    stage: Stage, parts: list[str], end: str, size: int
) -> None:
    name = stage.name_for(script_of(CHAT, parts, end, size))
    finished = False
    try:
        stream = stage.client.chat.completions.create(
            model=name, messages=[{"role": "user", "content": "hi"}], stream=True
        )
        for chunk in stream:
            finished = finished or any(choice.finish_reason for choice in chunk.choices)
        success = True
    except openai.APIError:
        success = False
    expected = said_so(parts, ("stop",)) or _whole_text(parts)
    assert success is finished
    assert success is expected or (end == "reset" and expected)


def _whole_text(parts: list[str]) -> bool:
    """A sentinel without a finish: the fixes supply the finish of an answer that is whole."""
    if "terminal" not in parts or "error" in parts[: parts.index("terminal")]:
        return False
    return "arguments" not in parts[: parts.index("terminal")]


@pytest.mark.timeout(LONG)
@given(parts=some_parts, end=st.sampled_from(ENDS), size=st.sampled_from([7, 200, 10_000]))
@example(["text", "stop", "terminal"], "reset", 10_000)
@example(["text", "stop"], "last", 10_000)
@patient
def test_z08_a_response_ends_in_success_exactly_where_upstream_completed_it(
    stage: Stage, parts: list[str], end: str, size: int
) -> None:
    name = stage.name_for(script_of(RESPONSES, parts, end, size))
    kinds: list[str] = []
    try:
        stream = stage.client.responses.create(model=name, input="hi", stream=True)
        kinds += [event.type for event in stream]
    except openai.APIError:
        kinds.append("error")
    completed, expected = "response.completed" in kinds, said_so(parts, ("terminal",))
    assert completed is expected or (end == "reset" and expected)
    assert ("error" in kinds or "response.failed" in kinds) is not completed

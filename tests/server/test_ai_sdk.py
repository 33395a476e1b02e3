"""Conversations that the AI SDK holds through a real proxy: what opencode and others are built on.

It needs Node and what `packaging/bootstrap.py test` installs for it.
"""

import json
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from proxy import wire
from tests.corpus import Case, case as case_named
from tests.fakes.upstream import FakeUpstream
from tests.server.conversing import (
    CASES,
    DEMO_FIXES,
    DEMO_HEARD,
    QUICK,
    Heard,
    Script,
    Talk,
    demo_talk,
    meant,
    quick_demo,
    same_ids,
    talk_of,
)
from tests.server.running import proxy

CLIENTS = Path(__file__).parent.parent / "clients"
LONGEST_SECONDS = 20

# What it cannot read as it came, one case of each kind.
HURTING = [
    "args-cumulative-snapshots",
    "args-double-encoded",
    "args-empty-object-prefix",
    "args-null",
    "args-object-nonstream",
    "finish-missing-with-tools",
    "id-integer",
    "idx-string",
    "mode-json-for-stream",
    "mode-sse-for-nonstream-mislabelled",
    "name-split",
    "split-choices-nonstream",
    "sse-comment-as-data",
    "text-hermes-json",
]


class AiSdk:
    """One Node process that holds one conversation after the other."""

    def __init__(self, node: str) -> None:
        self._process = subprocess.Popen(
            [node, str(CLIENTS / "conversation.js")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def hold(self, talk: Talk) -> Heard:
        """Hold one conversation."""
        assert self._process.stdin is not None
        tools = [wire.function(each) for each in talk.tools]
        self._process.stdin.write(json.dumps({**asdict(talk), "tools": tools}) + "\n")
        self._process.stdin.flush()
        heard = json.loads(self._lines.get(timeout=LONGEST_SECONDS))
        calls = [(each["name"], each["input"]) for each in heard["calls"]]
        return Heard(calls, heard.get("text", ""), "error" in heard)

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(LONGEST_SECONDS)
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)


@pytest.fixture(scope="module")
def sdk() -> Iterator[AiSdk]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    if not (CLIENTS / "node_modules" / "ai").is_dir():
        pytest.skip("the packages of tests/clients are not installed")
    running = AiSdk(node)
    yield running
    running.close()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_ai_sdk_hears_what_the_model_meant(sdk: AiSdk, case: Case) -> None:
    script = Script(case)
    with FakeUpstream(script) as up, proxy(up.url, limits=QUICK, fixes=case.fixes) as running:
        heard = sdk.hold(talk_of(case, running))
    assert heard == meant(case)
    assert not heard.calls or same_ids(script, case)


@pytest.mark.parametrize("name", HURTING)
def test_the_ai_sdk_hears_something_else_without_the_fix(sdk: AiSdk, name: str) -> None:
    case = case_named(name)
    with FakeUpstream(Script(case)) as up, proxy(up.url, passthrough=True) as running:
        heard = sdk.hold(talk_of(case, running))
    assert heard != meant(case)


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
@pytest.mark.parametrize("scenario", DEMO_HEARD)
def test_the_ai_sdk_talks_to_the_demo(
    sdk: AiSdk, scenario: str, stream: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_demo(monkeypatch)
    with proxy(fixes=DEMO_FIXES) as running:
        heard = sdk.hold(demo_talk(running, scenario, stream=stream))
    assert heard == DEMO_HEARD[scenario]


def test_an_error_inside_a_200_fails_for_the_ai_sdk(sdk: AiSdk) -> None:
    with proxy() as running:
        talk = demo_talk(running, "error-inside", stream=True)
        assert sdk.hold(talk).failed
        [over] = running.finished()
    assert (over.status, over.outcome) == (429, "upstream_error")

"""A whole proxy with two scripted providers, and every invariant checked when the test is over.

Everything secret is a canary. A test asks through the rig and says how the exchange ends; what it
does not have to say is that no key got anywhere, nothing is left open, the end was told truthfully,
the stream beside it noticed nothing, and no error or log line holds what is not its business.
"""

import gc
import json
import re
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from proxy import localkey
from proxy.config import Agent, Provider, Settings
from proxy.limits import Limits
from proxy.tap import Finished, Passed, Received, Record, Sent, Started
from tests.fakes.upstream import FakeUpstream, Script, streamed
from tests.faults import leaks
from tests.faults.canaries import canary, exposures
from tests.faults.capture import Captured
from tests.faults.ending import own_errors, told
from tests.faults.parts import HEALTHY, PROMPT, CanaryKeys, HeardSocket, quick
from tests.faults.probe import Listener, Probe, ticking
from tests.server.running import (
    Answer,
    Running,
    chat,
    connect,
    free_port,
    post,
    proxy,
    read,
    serving,
)

GONE_SECONDS = 0.5
"""How soon upstream must see its connection closed when the agent has left."""
_NOISE_SECONDS = 1.0
"""What a busy machine may add to that."""

_MACHINE = re.compile(
    rb"""File "|Traceback|site-packages|\b[\w/]+\.py\b|(?:/[\w.-]+){3,}|[A-Z]:\\\\Users"""
)
_URL_CREDENTIAL = re.compile(rb"\w+://[^/\s@\"]+@")


@dataclass
class Asked:
    """One exchange of a test, and how it is to end."""

    peer: HeardSocket
    ends: str | None
    """The outcome; None where no exchange begins."""
    answer: Answer | None = None
    left: bool = False


@dataclass
class Rig:
    """A proxy under test, with everything around it."""

    running: Running
    a: FakeUpstream
    b: FakeUpstream
    keys: CanaryKeys
    local_keys: dict[str, str]
    proxy_password: str
    captured: Captured
    folder: Path
    asked: list[Asked] = field(default_factory=list[Asked])
    more_places: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])
    """What a test captured itself, to be swept too."""
    probe: Probe | None = None

    def body(self, *, stream: bool = True, **members: Any) -> bytes:
        """Return the body of a Chat request that holds the prompt."""
        messages = [{"role": "user", "content": PROMPT}]
        request = {"model": "m", "stream": stream, "messages": messages, **members}
        return json.dumps(request).encode()

    def open(
        self,
        body: bytes | None = None,
        path: str = "/v1/chat/completions",
        *,
        ends: str | None = "done",
        **headers: str,
    ) -> Asked:
        """Send a request and return without its answer."""
        peer = connect(self.running, self.body() if body is None else body, path, **headers)
        asked = Asked(HeardSocket.over(peer), ends)
        self.asked.append(asked)
        return asked

    def ask(
        self,
        body: bytes | None = None,
        path: str = "/v1/chat/completions",
        *,
        ends: str | None = "done",
        **headers: str,
    ) -> Answer:
        """Send a request and read its answer."""
        return self.read(self.open(body, path, ends=ends, **headers))

    def read(self, asked: Asked) -> Answer:
        """Read an answer to its end."""
        with asked.peer:
            asked.answer = read(asked.peer)
        return asked.answer

    def leave(self, asked: Asked, upstream: FakeUpstream | None = None) -> None:
        """Let the agent go; upstream must see its connection closed soon after."""
        asked.left = True
        left_at = time.monotonic()
        asked.peer.close()
        where = upstream or self.a
        gone = where.wait_for_peer_to_close(GONE_SECONDS + _NOISE_SECONDS)
        assert gone, f"upstream was still there {time.monotonic() - left_at:.2f} s later"

    def request(self) -> dict[str, Any]:
        """Return the last request that provider a got, as the object that it is."""
        return json.loads(self.a.requests[-1].body)

    @property
    def canaries(self) -> dict[str, str]:
        """Every secret there is, by a name that can be shown."""
        keys = {f"the key of {name}": key for name, key in self.keys.by_provider.items()}
        agents = {f"the local key of {name}": key for name, key in self.local_keys.items()}
        return {**keys, **agents, "the outgoing proxy's password": self.proxy_password}

    def finished(self) -> list[Finished]:
        """Return how the exchanges of the test ended, without the stream beside them."""
        return [each for each in self._records() if isinstance(each, Finished)]

    def over(self) -> Finished:
        """Wait for the one exchange of the test to be over; return how it ended."""
        limit = time.monotonic() + leaks.SECONDS + _NOISE_SECONDS
        while time.monotonic() < limit and not self.finished():
            time.sleep(0.005)
        [over] = self.finished()
        return over

    def settle(self) -> list[str]:
        """Wait for every exchange to end; say which invariants do not hold."""
        for asked in self.asked:
            asked.peer.close()
        complaints = self.probe.complaints() if self.probe is not None else []
        complaints += self._await_ends()
        return complaints + self._untruthful() + self._echoes()

    def sweep(self) -> list[str]:
        """Say where which secret was found, beside the one place where it belongs."""
        return exposures(self.canaries, [*self._places(), *self.more_places])

    def _records(self) -> list[Record]:
        ours = [each for each in self.running.records if isinstance(each, Started)]
        beside = {each.exchange_id for each in ours if each.provider == "probe"}
        return [each for each in self.running.records if each.exchange_id not in beside]

    def _await_ends(self) -> list[str]:
        expected = Counter(asked.ends for asked in self.asked if asked.ends is not None)
        limit = time.monotonic() + leaks.SECONDS + _NOISE_SECONDS
        while time.monotonic() < limit and len(self.finished()) < expected.total():
            time.sleep(0.005)
        found = Counter(each.outcome for each in self.finished())
        return [] if found == expected else [f"the outcomes are {found}, expected {expected}"]

    def _untruthful(self) -> list[str]:
        complaints: list[str] = []
        outcomes = {each.exchange_id: each.outcome for each in self.finished()}
        for asked in self.asked:
            if asked.answer is None or asked.left:
                continue
            says = told(asked.answer)
            named = asked.answer.header("x-wiremend-exchange")
            outcome = outcomes.get(named[0], "") if named else ""
            should = "success" if outcome == "done" else "failure"
            if says != should:
                complaints.append(f"the answer tells {says}, but it ended as {outcome or '?'}")
        return complaints

    def _echoes(self) -> list[str]:
        places = [("the log", self.captured.log)]
        for asked in self.asked:
            if asked.answer is not None:
                errors = own_errors(asked.answer)
                places.append(("an error of ours", json.dumps(errors).encode()))
        return [
            f"{what} in {where}"
            for where, text in places
            for what, there in (
                ("the prompt", PROMPT.encode() in text),
                ("something of this machine", _MACHINE.search(text)),
                ("a credential in a URL", _URL_CREDENTIAL.search(text)),
            )
            if there
        ]

    def _places(self) -> list[tuple[str, bytes]]:
        places = [
            (f"what client {number} got", bytes(asked.peer.heard))
            for number, asked in enumerate(self.asked)
        ]
        for name, upstream in (("a", self.a), ("b", self.b)):
            places.append((f"what {name} got", self._without_intended(name, upstream)))
        if self.probe is not None:
            places.append(("the parallel stream", bytes(self.probe.through.received)))
        return [*places, *self.captured.places(), *_recorded(self.running.records)]

    def _without_intended(self, name: str, upstream: FakeUpstream) -> bytes:
        key = self.keys.by_provider.get(name, "").encode()
        if not key:
            return bytes(upstream.received)
        # The one place: a line of its own, in the header's spelling.
        line = (
            rb"\r\n(authorization: Bearer |x-api-key: |api-key: )" + re.escape(key) + rb"(?=\r\n)"
        )
        return re.sub(line, b"", bytes(upstream.received))


@contextmanager
def rig(
    a: Script | FakeUpstream = (),
    b: Script = (),
    *,
    limits: Limits | None = None,
    probe: bool = True,
    keyless: Sequence[str] = (),
    **members: Any,
) -> Generator[Rig]:
    """Run a proxy whose default provider is ``a``, with these members; check all at the end."""
    _warm_up()
    # What a failed test left in a traceback would be missed at the end of this one.
    gc.collect()
    before = leaks.held_by_process()
    complaints: list[str] = []
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rig")))
            captured = Captured(folder)
            with captured.listening():
                made = _started(stack, a, b, captured, (limits, keyless, members))
                resting = leaks.held_by_exchanges()
                if probe:
                    _start_probe(made, stack)
                yield made
                complaints += made.settle() + leaks.growth(leaks.held_by_exchanges, resting)
                made.running.server.stop(0.2)
            complaints += made.sweep()
    finally:
        # Waited for even where the test has failed: the next one counts from here.
        complaints += leaks.growth(leaks.held_by_process, before)
    assert not complaints, "; ".join(complaints)


@cache
def _warm_up() -> None:
    """Let libraries open what they keep for the life of the process."""
    with FakeUpstream(streamed(*HEALTHY)) as upstream, proxy(upstream.url) as running:
        post(running, chat())


def _started(
    stack: ExitStack,
    a: Script | FakeUpstream,
    b: Script,
    captured: Captured,
    chosen: tuple[Limits | None, Sequence[str], dict[str, Any]],
) -> Rig:
    limits, keyless, members = chosen
    healthy = [*streamed(*HEALTHY)]
    first = stack.enter_context(a if isinstance(a, FakeUpstream) else FakeUpstream(a or healthy))
    second = stack.enter_context(FakeUpstream(b or healthy))
    beside = stack.enter_context(FakeUpstream(ticking()))
    keys = CanaryKeys([each for each in ("a", "b", "probe") if each not in keyless])
    agents = {name: localkey.new_key().reveal() for name in ("one", "two", "three")}
    password = canary()
    port = free_port()
    members = {"base_url": first.url, "timeouts": quick(), **members}
    filled: dict[str, Any] = {
        name: _fill(each, port=port, password=password) if isinstance(each, str) else each
        for name, each in members.items()
    }
    providers = {
        "a": Provider(id="a", **filled),
        "b": Provider(id="b", base_url=second.url, timeouts=quick()),
        "probe": Provider(id="probe", base_url=beside.url),
    }
    settings = Settings(
        port=port,
        default_provider="a",
        agents=tuple(Agent(name, localkey.digest(key)) for name, key in agents.items()),
        providers=providers,
    )
    running = stack.enter_context(serving(settings, keys, agents["one"], limits))
    return Rig(running, first, second, keys, agents, password, captured, captured.folder)


def _fill(text: str, **values: object) -> str:
    """Put in what is known only once the rig stands: ``<port>``, ``<password>``."""
    for name, value in values.items():
        text = text.replace(f"<{name}>", str(value))
    return text


def _start_probe(made: Rig, stack: ExitStack) -> None:
    providers = made.running.settings.providers
    body = json.dumps({"model": "m", "stream": True, "messages": []}).encode()
    through = connect(made.running, body, "/probe/v1/chat/completions")
    direct = replace(
        made.running, port=int(providers["probe"].base_url.split(":")[2].split("/")[0])
    )
    past = connect(direct, body)
    stack.callback(through.close)
    stack.callback(past.close)
    made.probe = Probe(Listener(through), Listener(past))
    made.probe.wait_for_first()


def _recorded(records: Sequence[Record]) -> list[tuple[str, bytes]]:
    """Return what the inspector got; bodies joined, since a key may lie across two pieces."""
    bodies: dict[tuple[str, str], bytearray] = {}
    places: list[tuple[str, bytes]] = []
    for record in records:
        if isinstance(record, (Passed, Received, Sent)):
            ways = ("received", "sent") if isinstance(record, Passed) else (type(record).__name__,)
            for way in ways:
                bodies.setdefault((record.exchange_id, way.lower()), bytearray()).extend(
                    record.data
                )
        else:
            places.append((f"a record {type(record).__name__}", repr(record).encode()))
    return [
        *places,
        *((f"the recorded bytes {way}", bytes(all_)) for (_, way), all_ in bodies.items()),
    ]

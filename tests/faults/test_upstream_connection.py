"""A provider that cannot be reached, does not answer, or closes before it has: F01 to F09, F19."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from proxy.limits import Limits
from proxy.tap import Asked, Started
from tests.fakes.upstream import CLOSE, STALL, FakeUpstream, Step, document, streamed
from tests.faults.faultlink import Break, FaultLink, Weather
from tests.faults.parts import HEALTHY, quick
from tests.faults.rig import Rig, rig
from tests.server.running import Answer, chat, free_port, post, proxy

MANY = 20 * 1024 * 1024
_NOISE = 1.0


def _refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["error"]["code"]


def test_f01_a_closed_port_is_told_at_once() -> None:
    with rig(base_url=f"http://127.0.0.1:{free_port()}/v1") as fault:
        began = time.monotonic()
        assert _refusal(fault.ask(ends="upstream_error")) == (502, "upstream_connect_failed")
        assert time.monotonic() - began < 0.2 + _NOISE


@contextmanager
def _full_backlog() -> Generator[int]:
    """A port whose queue is full: the system answers nobody any more."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.mark.skipif(sys.platform != "linux", reason="F02: a full queue answers elsewhere")
def test_f02_a_connection_that_is_never_accepted_ends_in_time() -> None:
    with (
        _full_backlog() as port,
        rig(base_url=f"http://127.0.0.1:{port}/v1", timeouts=quick(connect=0.7)) as fault,
    ):
        began = time.monotonic()
        assert _refusal(fault.ask(ends="timeout")) == (504, "upstream_connect_timeout")
        assert 0.65 < time.monotonic() - began < 0.7 + _NOISE


@pytest.mark.skipif(sys.platform != "linux", reason="F02: a full queue answers elsewhere")
def test_f02_i7_an_agent_that_leaves_while_we_connect_leaves_nothing_behind() -> None:
    with (
        _full_backlog() as port,
        rig(base_url=f"http://127.0.0.1:{port}/v1", timeouts=quick(connect=30)) as fault,
    ):
        asked = fault.open(ends="client_gone")
        time.sleep(0.1)
        asked.peer.close()


@pytest.mark.parametrize(
    "name", ["no-such-provider.invalid", f"{'a' * 64}.example", "no..such.example"]
)
def test_f03_a_name_that_does_not_resolve_is_told_and_named_to_the_inspector(name: str) -> None:
    with rig(base_url=f"https://{name}/v1") as fault:
        assert _refusal(fault.ask(ends="upstream_error")) == (502, "upstream_dns_failed")
        fault.over()
        asked = [each.url for each in fault.running.records if isinstance(each, Asked)]
        assert f"https://{name}/v1/chat/completions" in asked


def test_f06_a_provider_that_never_answers_is_waited_for_with_signs_of_life() -> None:
    limits = Limits(first_keep_alive=0.2, keep_alive=0.3)
    with rig([STALL], limits=limits, timeouts=quick(first_byte=1.2)) as fault:
        began = time.monotonic()
        answer = fault.ask(ends="timeout")
        assert 1.1 < time.monotonic() - began < 1.2 + _NOISE
        # At 0.2, 0.5, 0.8 and 1.1 s; a busy machine may lose some, none may come on top.
        assert 2 <= answer.body.count(b": keep-alive") <= 4
        assert b"upstream_first_byte_timeout" in answer.pieces[-1]
        assert answer.whole


def test_f07_a_fresh_connection_that_closes_is_not_retried() -> None:
    with rig([CLOSE]) as fault:
        assert _refusal(fault.ask(ends="upstream_error")) == (502, "upstream_closed_early")
        assert (fault.a.connections, len(fault.a.requests)) == (1, 1)


_AT_ONCE = b"".join(each for each in streamed(*HEALTHY) if isinstance(each, bytes))


class _Stale:
    """Answers the first request; then closes at the next one, so often."""

    def __init__(self, closes: int, last_words: bytes = b"") -> None:
        self.left = closes
        self.served = 0
        self.last_words = last_words

    def __call__(self, request: object) -> list[Step]:
        del request
        self.served += 1
        if self.served > 1 and self.left:
            self.left -= 1
            return [self.last_words, CLOSE]
        # In one piece: a connection is free again only when the very last byte has come.
        return [_AT_ONCE]


def test_f08_a_reused_connection_that_closes_is_tried_once_more() -> None:
    with rig(_Stale(closes=1)) as fault:
        fault.ask()
        assert fault.ask().body.endswith(b"[DONE]\n\n")
        assert (fault.a.connections, len(fault.a.requests)) == (2, 3)


def test_f08_it_is_tried_no_more_than_once() -> None:
    with rig(_Stale(closes=5)) as fault:
        fault.ask()
        assert _refusal(fault.ask(ends="upstream_error")) == (502, "upstream_closed_early")
        assert (fault.a.connections, len(fault.a.requests)) == (2, 3)


def test_f08_one_byte_of_an_answer_is_no_reason_to_ask_again() -> None:
    with rig(_Stale(closes=1, last_words=b"H")) as fault:
        fault.ask()
        assert _refusal(fault.ask(ends="upstream_error")) == (502, "upstream_closed_early")
        assert (fault.a.connections, len(fault.a.requests)) == (1, 2)


def test_f09_a_reset_while_much_is_being_sent_is_told() -> None:
    there = Weather(limit=MANY // 8, then=Break.RESET)
    with (
        FakeUpstream([STALL]) as upstream,
        FaultLink(upstream.port, there=there) as link,
        rig(base_url=link.url) as fault,
    ):
        answer = fault.ask(fault.body(user="x" * MANY), ends="upstream_error")
        assert answer.status == 502
        assert answer.json["error"]["code"] in ("upstream_reset", "upstream_closed_early")
        assert link.connections == 1


def test_f09_a_provider_that_takes_no_more_of_the_request_is_given_up() -> None:
    there = Weather(limit=MANY // 8, then=Break.HANG)
    with (
        FakeUpstream([STALL]) as upstream,
        FaultLink(upstream.port, there=there) as link,
        # Without the rig: it would miss what the link holds on to.
        proxy(link.url, limits=Limits(unwritten=0.3)) as running,
    ):
        assert _refusal(post(running, chat(user="x" * MANY))) == (502, "upstream_reset")
        assert link.connections == 1


@pytest.mark.parametrize("status", ["413 Content Too Large", "401 Unauthorized"])
def test_f09_an_answer_that_comes_while_much_is_being_sent_is_delivered(status: str) -> None:
    said = b'{"error":{"message":"no further, please","type":"x"}}'
    upstream = FakeUpstream([*document(said, status), 5.0], early=True)
    with rig(upstream) as fault:
        answer = fault.ask(fault.body(user="x" * MANY), ends="upstream_error")
        assert (answer.status, answer.body) == (int(status[:3]), said)
        assert len(upstream.received) < MANY


def test_f19_our_own_address_as_a_provider_is_met_at_the_first_turn() -> None:
    with rig(base_url="http://127.0.0.1:<port>/v1") as fault:
        assert _refusal(fault.ask(ends="upstream_error")) == (502, "loop_detected")
        assert len([each for each in fault.running.records if isinstance(each, Started)]) == 2


def test_f19_a_loop_through_a_second_instance_is_met_at_its_first_turn() -> None:
    other = free_port()
    with rig(base_url=f"http://127.0.0.1:{other}/v1") as fault, _second_instance(other, fault):
        assert _refusal(fault.ask(ends="upstream_error")) == (502, "loop_detected")
        # Ours and the stream beside it: what came back never became an exchange.
        assert len([each for each in fault.running.records if isinstance(each, Started)]) == 2


@contextmanager
def _second_instance(port: int, fault: Rig) -> Generator[None]:
    command = [sys.executable, "-m", "tests.faults.second", str(port), str(fault.running.port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ}) as second:
        try:
            assert second.stdout is not None
            assert second.stdout.readline().strip() == b"ready"
            yield
        finally:
            second.terminate()

"""The rig's own checks: each of them fails where its invariant is broken."""

import base64
import gzip
import logging
import os
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from tests.fakes.upstream import LAST, SSE_HEAD, STALL, framed, streamed
from tests.faults import leaks, rig as rigs
from tests.faults.parts import HEALTHY, PROMPT, event
from tests.faults.rig import Rig, rig


def test_a_healthy_exchange_passes_every_check() -> None:
    with rig() as fault:
        answer = fault.ask()
        assert answer.status == 200
        assert fault.a.requests


def test_i1_a_key_in_the_wrong_providers_request_is_noticed() -> None:
    with (
        pytest.raises(AssertionError, match="the key of b as plain text in what a got"),
        rig() as fault,
    ):
        fault.ask(fault.body(user=fault.keys.by_provider["b"]), ends="done")


def test_i1_a_key_in_an_answer_is_noticed() -> None:
    with pytest.raises(AssertionError, match="the key of b as base64 at offset 1"), rig() as fault:
        _answer_with_the_key_of_b(fault)


def _answer_with_the_key_of_b(fault: Rig) -> None:
    leaked = base64.b64encode(b"x" + fault.keys.by_provider["b"].encode()).decode()
    fault.a.script = streamed(event({"content": leaked}), *HEALTHY)
    fault.ask()


@pytest.mark.parametrize("way", ["log", "stdout", "descriptor 2", "file"])
def test_i1_a_key_that_is_logged_printed_or_left_is_noticed(way: str) -> None:
    with pytest.raises(AssertionError, match="the local key of two"), rig() as fault:
        _leak(way, fault.local_keys["two"])


def _leak(way: str, key: str) -> None:
    if way == "log":
        logging.getLogger("somewhere.deep").debug("key %s", key)
    elif way == "stdout":
        sys.stdout.write(key)
    elif way == "descriptor 2":
        os.write(2, key.encode())
    else:
        place = Path(tempfile.mkdtemp()) / "left"
        place.write_bytes(gzip.compress(key.encode()))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a short time only for what is never going to happen."""
    monkeypatch.setattr(leaks, "SECONDS", 0.3)
    monkeypatch.setattr(rigs, "GONE_SECONDS", 0.1)
    monkeypatch.setattr(rigs, "_NOISE_SECONDS", 0.2)


@pytest.mark.usefixtures("impatient")
def test_i3_a_socket_left_open_is_noticed() -> None:
    left: list[socket.socket] = []
    try:
        with pytest.raises(AssertionError, match="1 descriptors too many"), rig():
            left.append(socket.socket())
    finally:
        left[0].close()


@pytest.mark.usefixtures("impatient")
def test_i3_a_thread_left_running_is_noticed() -> None:
    over = threading.Event()
    with pytest.raises(AssertionError, match="1 threads too many"), rig():
        threading.Thread(target=over.wait, daemon=True).start()
    over.set()


def test_i4_an_outcome_nobody_expected_is_noticed() -> None:
    with pytest.raises(AssertionError, match="the outcomes are"), rig() as fault:
        fault.ask(ends="cut_off")


def test_i4_a_failure_told_as_a_success_is_noticed() -> None:
    with pytest.raises(AssertionError, match="the answer tells failure"), rig() as fault:
        fault.ask().whole = False


def test_i5_a_stream_that_is_held_up_is_noticed() -> None:
    with pytest.raises(AssertionError, match="the parallel stream waited"), rig():
        _block_the_loop(0.8)


def _block_the_loop(seconds: float) -> None:
    """Do what a repair would that takes a large event apart where the others wait for it."""
    leaks.busy_loops().pop().call_soon_threadsafe(time.sleep, seconds)
    time.sleep(seconds + 0.2)


@pytest.mark.usefixtures("impatient")
def test_i7_an_upstream_that_is_kept_is_noticed() -> None:
    with rig([SSE_HEAD, framed(event({"content": "x"})), STALL]) as fault:
        asked = fault.open(ends="client_gone")
        with pytest.raises(AssertionError, match="upstream was still there"):
            fault.leave(asked, upstream=fault.b)


def test_i8_a_prompt_in_the_log_is_noticed() -> None:
    with pytest.raises(AssertionError, match="the prompt in the log"), rig():
        logging.getLogger("x").warning("cannot read %s", PROMPT)


@pytest.mark.parametrize(
    "text", ['File "x.py", line 3', "https://me:pass@host/", "/usr/lib/python3/x"]
)
def test_i8_what_is_nobodys_business_in_the_log_is_noticed(text: str) -> None:
    with pytest.raises(AssertionError, match="in the log"), rig():
        logging.getLogger("x").warning(text)


def test_a_stream_that_merely_stops_is_told_as_a_failure() -> None:
    with rig([SSE_HEAD, framed(event({"content": "x"})), LAST]) as fault:
        assert b"stream_incomplete" in fault.ask(ends="cut_off").body

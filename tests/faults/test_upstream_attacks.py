"""What an agent, a configuration or a provider tries on the way upstream: S12, S22 to S29."""

import json
import time
import zlib
from pathlib import Path
from typing import Any

import pytest

from proxy.scrubbing import MARK
from tests.fakes.upstream import FakeUpstream, Step, document, streamed
from tests.faults.parts import HEALTHY, event
from tests.faults.rig import Rig, rig
from tests.server.running import PROVIDER_KEY, Answer, chat, free_port, post, proxy

_RELAYING = {
    "x_forwarded_for": "203.0.113.9",
    "x_forwarded_host": "evil.example",
    "x_forwarded_proto": "https",
    "forwarded": "for=203.0.113.9;host=evil.example",
}
_HOP_BY_HOP = {
    "connection": "keep-alive, authorization, content-type, x-named-by-it",
    "x_named_by_it": "1",
    "keep_alive": "timeout=5",
    "proxy_authorization": "Basic eHh4",
    "proxy_connection": "keep-alive",
    "te": "trailers",
    "trailer": "x-late",
    "cookie": "session=1",
}


def _code(answer: Answer) -> str:
    return answer.json["error"]["code"]


def _ask_with(fault: Rig, headers: dict[str, str]) -> int:
    return fault.ask(None, "/v1/chat/completions", ends="done", **headers).status


def _goes_to_a(fault: Rig) -> None:
    (sent,) = fault.a.requests
    key = fault.keys.by_provider["a"]
    assert sent.header("authorization") == [f"Bearer {key}"]
    assert sent.header("content-type") == ["application/json"]
    assert sent.header("host") == [f"127.0.0.1:{fault.a.port}"]
    assert sent.target == "/v1/chat/completions"
    assert not fault.b.connections


def test_s12_headers_of_relays_are_not_forwarded() -> None:
    with rig() as fault:
        assert _ask_with(fault, _RELAYING) == 200
        _goes_to_a(fault)
        assert all(not fault.a.requests[0].header(name.replace("_", "-")) for name in _RELAYING)


def test_s22_what_belongs_to_one_connection_stays_on_it() -> None:
    with rig() as fault:
        assert _ask_with(fault, _HOP_BY_HOP) == 200
        _goes_to_a(fault)
        assert all(not fault.a.requests[0].header(name.replace("_", "-")) for name in _HOP_BY_HOP)


def test_s22_nothing_is_upgraded() -> None:
    with rig() as fault:
        fault.ask(connection="upgrade", upgrade="h2c")
        _goes_to_a(fault)
        assert not fault.a.requests[0].header("upgrade")


def _zeros(megabytes: int) -> bytes:
    """Return what unpacks to so many of zeros; made of one block, repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    block = b"\0" * (1 << 20)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    second = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + second * (megabytes - 1)


def _nested(times: int) -> bytes:
    packed = _zeros(200)
    for _ in range(times - 1):
        packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        packed = packer.compress(packed) + packer.flush()
    return packed


_BOMBS = {"200 MB": (200, 1), "20 GB": (20_000, 1), "nested five times": (200, 5)}
_STATUS = Path("/proc/self/status")
_PEAK = Path("/proc/self/clear_refs")
_MEMORY_MB = 8 + 2 * 32
"""What the row allows, beside an event of the largest size."""


@pytest.mark.skipif(not _PEAK.exists(), reason="S23: nowhere else is a peak of memory told anew")
@pytest.mark.parametrize("bomb", _BOMBS)
@pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
def test_s23_a_bomb_is_stopped_before_it_needs_memory(bomb: str, kind: str) -> None:
    size, layers = _BOMBS[bomb]
    packed = _nested(layers) if layers > 1 else _zeros(size)
    script = document(packed, content_type=kind, content_encoding="gzip")
    with rig(script, probe=False) as fault:
        _PEAK.write_text("5", "ascii")
        before = _peak_megabytes()
        asked = fault.open(fault.body(stream="event" in kind), ends=None)
        answer = fault.read(asked)
        fault.asked.clear()
        if layers == 1:
            assert answer.status == 502 or b"upstream_invalid" in answer.body or not answer.whole
        assert len(answer.body) < 4 << 20
        assert _peak_megabytes() - before < _MEMORY_MB
        _ends_in_failure(fault)


def _ends_in_failure(fault: Rig) -> None:
    # Its outcome differs by the phase it is met in; the rig is told by name which one it was.
    over = fault.over()
    fault.running.records.remove(over)


def _peak_megabytes() -> float:
    (line,) = [each for each in _STATUS.read_text("ascii").splitlines() if "VmHWM" in each]
    return int(line.split()[1]) / 1024


_MEMBERS: dict[str, Any] = {
    "api_base": "http://127.0.0.1:<b>/v1",
    "base_url": "http://127.0.0.1:<b>/v1",
    "api_key": "sk-of-the-agent",
    "extra_headers": {"authorization": "Bearer other", "host": "evil.example"},
    "user_config": {"base_url": "http://127.0.0.1:<b>/v1"},
    "model": "http://127.0.0.1:<b>/v1/x",
    "provider": "b",
}


@pytest.mark.parametrize("member", _MEMBERS)
def test_s24_no_member_of_a_request_chooses_where_it_goes(member: str) -> None:
    with rig() as fault:
        text = json.dumps(_MEMBERS[member]).replace("<b>", str(fault.b.port))
        assert fault.ask(fault.body(**{member: json.loads(text)})).status == 200
        _goes_to_a(fault)


_TARGETS = [
    *("//127.0.0.1:<b>/v1/chat/completions", "/v1/@127.0.0.1:<b>/chat/completions"),
    *("@127.0.0.1:<b>/v1/chat/completions", "/v1/../../chat/completions"),
    *("/v1/%2e%2e/%2e%2e/chat/completions", "/v1%2fchat%2fcompletions"),
    *("/v1/chat/completions%00", "/v1\\chat\\completions", "/v1/chat/completions;a=b"),
    *("/v1/chat/completions%0d%0aX:1", "/v1/chat/completions#x", "/v1//chat/completions"),
    "http://127.0.0.1:<b>/v1/chat/completions",
]


@pytest.mark.parametrize("target", _TARGETS)
def test_s25_no_path_is_joined_to_another_address(target: str) -> None:
    with rig(probe=False) as fault:
        answer = fault.ask(path=target.replace("<b>", str(fault.b.port)), ends=None)
        assert answer.status in (400, 404)
        assert (fault.a.connections, fault.b.connections) == (0, 0)


@pytest.mark.parametrize(
    "host",
    ["9.9.9.9", "0x9.0x9.0x909", "151587081", "[2620:fe::9]", "169.254.169.254"],
    ids=["public", "known once resolved", "known once resolved too", "IPv6", "link-local"],
)
def test_s26_nothing_goes_unencrypted_to_where_a_name_leads(host: str) -> None:
    with rig(base_url=f"http://{host}:{free_port()}/v1") as fault:
        began = time.monotonic()
        answer = fault.ask(ends="upstream_error")
        assert (answer.status, _code(answer)) == (502, "upstream_connect_failed")
        # Refused, not tried: a connection to these would only time out.
        assert time.monotonic() - began < 2
        over = fault.over()
        assert "address refused" in over.reason


def test_s27_a_missing_key_is_never_replaced_by_the_agents() -> None:
    with rig(keyless=["a"]) as fault:
        answer = fault.ask(ends=None, authorization="Bearer sk-real-B")
        assert (answer.status, _code(answer)) == (401, "local_key_wrong")
        answer = fault.ask(ends="refused")
        assert (answer.status, _code(answer)) == (503, "provider_key_unavailable")
        assert answer.header("x-should-retry") == ["false"]
        assert (fault.a.connections, fault.b.connections) == (0, 0)


def test_s27_with_an_agents_key_of_another_provider_beside_ours_it_is_refused() -> None:
    with rig(keyless=["a"]) as fault:
        answer = fault.ask(ends=None, x_api_key="sk-real-B")
        assert answer.status == 401
        assert (fault.a.connections, fault.b.connections) == (0, 0)


def _quoting(fault: Rig) -> dict[str, list[Step]]:
    key = fault.keys.by_provider["a"]
    said = json.dumps({"error": {"message": f"Incorrect API key provided: {key}.", "code": "x"}})
    return {
        "an error": document(said.encode(), "401 Unauthorized"),
        "an error of HTML": document(f"<h1>{key}</h1>".encode(), "500 Oh"),
        "a header": document(b'{"error":{"message":"no"}}', "400 No", x_key=key),
        "the challenge": document(b'{"error":{"message":"no"}}', "401 No", www_authenticate=key),
    }


@pytest.mark.parametrize("where", ["an error", "an error of HTML", "a header", "the challenge"])
@pytest.mark.parametrize("stream", [True, False])
def test_s28_a_key_that_an_error_quotes_reaches_nobody(where: str, stream: bool) -> None:
    with rig() as fault:
        fault.a.script = _quoting(fault)[where]
        # The rig looks for the key in the answer, the log and the inspector's records.
        assert fault.ask(fault.body(stream=stream), ends="upstream_error").status >= 400


def _unlikely(key: str) -> list[str]:
    escaped = "".join(f"%{ord(each):02x}" for each in key)
    return [key.upper(), key.lower(), key.encode().hex(), escaped, f"sk-...{key[-8:]}"]


def test_s28_not_even_in_a_spelling_that_only_malice_has() -> None:
    with rig() as fault:
        for spelling in _unlikely(fault.keys.by_provider["a"]):
            said = b'{"error":{"message":"no %s","code":"x"}}' % spelling.encode()
            fault.a.script = document(said, "401 No", x_key=spelling)
            assert fault.ask(ends="upstream_error").status == 401
            fault.a.script = streamed(*HEALTHY[:1], 0.02, b"data: " + said + b"\n\n")
            assert b"error" in fault.ask(ends="upstream_error").body


@pytest.mark.parametrize("path", ["/v1/responses", "/v1/messages", "/v1/embeddings"])
def test_s28_nor_in_an_error_that_claims_success(path: str) -> None:
    with rig() as fault:
        key = fault.keys.by_provider["a"].encode()
        said = b'{"error":{"message":"no %s"}}' % key
        fault.a.script = document(said)
        assert MARK in fault.ask(fault.body(stream=False), path, ends="upstream_error").body
        fault.a.script = streamed(b"data: " + said + b"\n\n")
        errs = "upstream_error" if path == "/v1/embeddings" else "cut_off"
        assert MARK in fault.ask(path=path, ends=errs).body


def test_s28_a_healthy_answer_is_searched_for_no_unlikely_spelling() -> None:
    said = event({"content": PROVIDER_KEY.upper()})
    stream = streamed(said, event({}, "stop"), b"data: [DONE]\n\n")
    with FakeUpstream(stream) as up, proxy(up.url) as running:
        assert post(running, chat()).status == 200
        running.finished()
        # It costs a hundred times the time, and a long answer would hold up all others.
        assert PROVIDER_KEY.upper() in repr(running.records)


def test_s29_what_tells_of_the_agents_past_is_not_forwarded() -> None:
    with rig() as fault:
        assert fault.ask(referer="http://127.0.0.1/secret", cookie="a=b").status == 200
        _goes_to_a(fault)
        assert not fault.a.requests[0].header("referer")
        assert not fault.a.requests[0].header("cookie")
        assert fault.ask(origin="http://127.0.0.1", ends=None).status == 403
        assert len(fault.a.requests) == 1


def test_an_answer_wider_than_any_is_passed_on_as_it_came_and_at_once() -> None:
    wide = [{"index": each, "delta": {"content": "a"}} for each in range(30_000)]
    said = b"data: " + json.dumps({"choices": wide}).encode() + b"\n\n"
    stream = streamed(HEALTHY[0], said, *HEALTHY[1:])
    with FakeUpstream(stream) as up, proxy(up.url) as running:
        began = time.monotonic()
        assert said in post(running, chat()).body
        # Each choice was compared with all others: it took a minute, and nobody else was served.
        assert time.monotonic() - began < 10


def test_calls_without_end_are_all_passed_on() -> None:
    calls = [{"id": f"call_{each}", "function": {"name": "f"}} for each in range(1200)]
    events = [event({"tool_calls": [each]}) for each in calls]
    stream = streamed(*events, event({}, "tool_calls"), b"data: [DONE]\n\n")
    with FakeUpstream(stream) as up, proxy(up.url) as running:
        body = post(running, chat()).body
        assert all(f'"call_{each}"'.encode() in body for each in range(1200))

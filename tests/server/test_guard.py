"""The attacks that end at the guard, each with its number; nothing of them may reach upstream."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from proxy import localkey
from proxy.limits import Limits
from tests.server.live import (
    BODY,
    KEY,
    OTHER_KEY,
    Live,
    QuietUpstream,
    Reply,
    drain,
    request,
    without_key,
)

MISTYPED = ("b" if KEY[10] == "a" else "a").join((KEY[:10], KEY[11:]))
UNKNOWN = localkey.new_key().reveal()


@pytest.fixture(scope="module")
def upstream() -> Iterator[QuietUpstream]:
    quiet = QuietUpstream()
    yield quiet
    quiet.close()


@pytest.fixture(scope="module")
def live(upstream: QuietUpstream) -> Iterator[Live]:
    running = Live(upstream)
    yield running
    running.close()


def attack(name: str, status: int, code: str | None, **parts: Any) -> Any:
    return pytest.param(status, code, parts, id=name)


ATTACKS = [
    attack("S01-no-key", 401, "local_key_missing", headers=without_key()),
    attack(
        "S02-foreign-key", 401, "local_key_wrong", headers={"Authorization": f"Bearer {UNKNOWN}"}
    ),
    attack("S02-mistyped", 401, "local_key_wrong", headers={"Authorization": f"Bearer {MISTYPED}"}),
    attack("S02-empty-bearer", 401, "local_key_wrong", headers={"Authorization": "Bearer "}),
    attack("S02-another-scheme", 401, "local_key_wrong", headers={"Authorization": f"Basic {KEY}"}),
    attack("S02-no-scheme", 401, "local_key_wrong", headers={"Authorization": KEY}),
    attack(
        "S02-key-and-more", 401, "local_key_wrong", headers={"Authorization": f"Bearer {KEY} x"}
    ),
    attack("S02-two-keys", 401, "local_key_wrong", headers={"x-api-key": OTHER_KEY}),
    attack("S02-one-of-two-is-empty", 401, "local_key_wrong", headers={"api-key": ""}),
    attack(
        "S02-the-same-header-twice",
        401,
        "local_key_wrong",
        headers={"Authorization": [f"Bearer {KEY}", "Bearer sk-real"]},
    ),
    attack("S03-host", 421, "host_refused", headers={"Host": "evil.example:PORT"}),
    attack("S03-host-without-port", 421, "host_refused", headers={"Host": "127.0.0.1"}),
    attack("S03-host-with-a-dot", 421, "host_refused", headers={"Host": "localhost.:PORT"}),
    attack("S03-host-as-a-number", 421, "host_refused", headers={"Host": "2130706433:PORT"}),
    attack(
        "S04-good-then-evil",
        421,
        "host_refused",
        headers={"Host": ["127.0.0.1:PORT", "evil.example:PORT"]},
    ),
    attack(
        "S04-evil-then-good",
        421,
        "host_refused",
        headers={"Host": ["evil.example:PORT", "127.0.0.1:PORT"]},
    ),
    attack("S04-twice", 421, "host_refused", headers={"Host": ["127.0.0.1:PORT"] * 2}),
    attack("S04-none", 421, "host_refused", headers={"Host": None}),
    attack("S04-empty", 421, "host_refused", headers={"Host": ""}),
    attack("S04-path-in-host", 421, "host_refused", headers={"Host": "localhost/admin?x=:PORT"}),
    attack("S05-absolute", 400, None, target="http://127.0.0.1:PORT/v1/chat/completions"),
    attack("S05-authority", 400, None, target="127.0.0.1:PORT"),
    attack("S05-asterisk", 400, None, target="*"),
    attack("S05-asterisk-options", 404, "unknown_endpoint", target="*", method="OPTIONS"),
    attack("S06-origin", 403, "origin_refused", headers={"Origin": "https://evil.example"}),
    attack("S06-origin-null", 403, "origin_refused", headers={"Origin": "null"}),
    attack("S06-own-origin", 403, "origin_refused", headers={"Origin": "http://127.0.0.1:PORT"}),
    attack("S07-cross-site", 403, "origin_refused", headers={"Sec-Fetch-Site": "cross-site"}),
    attack("S07-upper-case", 403, "origin_refused", headers={"Sec-Fetch-Site": "CROSS-SITE"}),
    attack("S07-same-site", 403, "origin_refused", headers={"Sec-Fetch-Site": "same-site"}),
    attack("S07-twice", 403, "origin_refused", headers={"Sec-Fetch-Site": ["none", "cross-site"]}),
    attack("S08-text-with-key", 415, "not_json", headers={"Content-Type": "text/plain"}),
    attack(
        "S08-text-without-key",
        401,
        "local_key_missing",
        headers=without_key(Content_Type="text/plain"),
    ),
    attack("S08-no-type", 415, "not_json", headers={"Content-Type": None}),
    attack("S08-two-types", 415, "not_json", headers={"Content-Type": ["application/json"] * 2}),
    attack("S08-json-seq", 415, "not_json", headers={"Content-Type": "application/json-seq"}),
    attack("S08-gzip", 415, "not_json", headers={"Content-Encoding": "gzip"}),
    attack(
        "S09-preflight",
        403,
        "origin_refused",
        method="OPTIONS",
        headers=without_key(
            Origin="https://evil.example",
            Access_Control_Request_Method="POST",
            Access_Control_Request_Private_Network="true",
        ),
    ),
    attack(
        "S10-rebinding",
        421,
        "host_refused",
        headers={"Host": "rebind.example:PORT", "Origin": "http://rebind.example:PORT"},
    ),
    attack(
        "S11-key-in-query",
        401,
        "local_key_missing",
        target=f"/v1/chat/completions?key={KEY}",
        headers=without_key(),
    ),
    attack(
        "S11-api-key-in-query",
        401,
        "local_key_missing",
        target=f"/v1/chat/completions?api_key={KEY}",
        headers=without_key(),
    ),
    *(
        attack(
            f"S15-{name}",
            401,
            "local_key_wrong",
            headers={"Authorization": f"Bearer {name}"},
        )
        for name in ("sk-1234", "dummy", "ollama", "lm-studio", "none", "x" * 500)
    ),
    *(
        attack(f"S20-{method}", 404, "unknown_endpoint", method=method)
        for method in ("TRACE", "PROPFIND", "PUT", "DELETE", "OPTIONS", "GET", "SEND")
    ),
    *(attack(f"S20-{method}", 400, None, method=method) for method in ("CONNECT", "__CLASS__")),
    *(
        attack(f"S25-{number}", status, code, target=target)
        for number, (target, status, code) in enumerate(
            [
                ("//evil/v1", 400, None),
                ("/v1/@evil", 404, "unknown_endpoint"),
                ("@evil/v1", 400, None),
                ("/v1/../../x", 400, None),
                ("/v1/%2e%2e%2fx", 400, None),
                ("/v1/chat%2fcompletions", 400, None),
                ("/v1/chat/completions%00", 400, None),
                ("/v1\\chat\\completions", 400, None),
                ("/v1/chat/completions;x", 404, "unknown_endpoint"),
                ("/v1/chat/completions#x", 400, None),
                ("/v1/chat/completions%0d%0aX:1", 400, None),
                ("/v1/chat/completions?%0d%0aX:1", 400, None),
            ]
        )
    ),
    attack(
        "S27-real-key-for-another-provider",
        401,
        "local_key_wrong",
        target="/keyed/v1/chat/completions",
        headers={"Authorization": "Bearer sk-real-B"},
    ),
    attack("unknown-provider", 404, "unknown_provider", target="/nobody/v1/chat/completions"),
    attack(
        "unknown-provider-without-key",
        401,
        "local_key_missing",
        target="/nobody/v1/chat/completions",
        headers=without_key(),
    ),
    attack(
        "key-of-the-wrong-header-where-the-agent-brings-its-own",
        401,
        "local_key_missing",
        target="/brought/v1/chat/completions",
    ),
    attack("too-large", 413, "too_large", headers={"Content-Length": str(64 * 1024 * 1024 + 1)}),
]


def refused(live: Live, parts: dict[str, Any]) -> tuple[Reply, float]:
    """Send a request; return the answer, and after how many seconds it began."""
    began = time.monotonic()
    with live.connect() as connection:
        parts = {**parts, "headers": {"Connection": "keep-alive", **parts.get("headers", {})}}
        connection.sendall(request(**parts).replace(b"PORT", str(live.port).encode()))
        first = connection.recv(65536)
        seconds = time.monotonic() - began
        return Reply(first + drain(connection).raw), seconds


@pytest.mark.parametrize(("status", "code", "parts"), ATTACKS)
def test_is_refused_at_once_and_never_reaches_upstream(
    live: Live, status: int, code: str | None, parts: dict[str, Any]
) -> None:
    before = len(live.upstream.requests)
    reply, seconds = refused(live, parts)
    assert (reply.status, reply.code) == (status, code)
    # Twice the promised 50 ms, and once more where others share the machine.
    assert seconds < 0.1 or min(refused(live, parts)[1] for _ in range(5)) < 0.1
    assert b"connection: close" in reply.head
    assert b"access-control" not in reply.head
    for header in (b"nosniff", b"default-src 'none'", b"x-frame-options", b"no-store"):
        assert header in reply.head
    assert len(live.upstream.requests) == before


def test_says_of_a_mistyped_key_that_it_is_mistyped(live: Live) -> None:
    message = live.send(headers={"x-api-key": MISTYPED, "Authorization": None}).error["message"]
    assert "typing error" in message
    assert MISTYPED not in message


@pytest.mark.parametrize("name", ["sk-1234", "ollama"])
def test_s15_tells_whoever_sends_a_placeholder_where_keys_come_from(live: Live, name: str) -> None:
    reply = live.send(headers={"Authorization": f"Bearer {name}"})
    assert "wiremend agent add" in reply.error["message"]


@pytest.mark.parametrize(
    ("target", "outer"),
    [
        ("/v1/chat/completions", {"error"}),
        ("/v1/responses", {"error"}),
        ("/v1/messages", {"type", "error"}),
        ("/brought/v1/messages/count_tokens", {"type", "error"}),
    ],
)
def test_s01_answers_in_the_shape_of_the_endpoints_family(
    live: Live, target: str, outer: set[str]
) -> None:
    reply = live.send(target, without_key())
    answer = json.loads(reply.body)
    assert reply.status == 401
    assert set(answer) == outer
    assert answer["error"]["type"] == "authentication_error"


def test_s27_with_a_local_key_says_that_the_providers_own_is_missing(live: Live) -> None:
    before = len(live.upstream.requests)
    reply = live.send("/keyed/v1/chat/completions")
    assert (reply.status, reply.code) == (503, "provider_key_unavailable")
    assert b"x-should-retry: false" in reply.head
    assert len(live.upstream.requests) == before


def test_a_wrong_key_never_locks_the_right_one_out(live: Live) -> None:
    for _ in range(30):
        live.send(headers={"Authorization": f"Bearer {UNKNOWN}"})
    assert live.send().status == 200


def test_says_that_it_lives_to_everybody_on_this_machine(live: Live) -> None:
    reply = live.send("/healthz", without_key(), method="GET", body=b"")
    assert (reply.status, reply.body) == (200, b'{"status":"ok"}')
    assert b"no-store" in reply.head


@pytest.mark.parametrize(
    ("headers", "status"), [({"Host": "evil:PORT"}, 421), ({"Origin": "http://evil"}, 403)]
)
def test_says_it_to_no_browser(live: Live, headers: dict[str, str], status: int) -> None:
    assert live.send("/healthz", {**without_key(), **headers}, method="GET").status == status


def test_counts_a_body_of_unknown_length(upstream: QuietUpstream) -> None:
    live = Live(upstream, Limits(body_bytes=1000))
    headers: dict[str, str | list[str] | None] = {
        "Content-Length": None,
        "Transfer-Encoding": "chunked",
    }

    def chunked(size: int) -> Reply:
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (size, b" " * (size - len(BODY)) + BODY)
        return live.send(headers=headers, body=body)

    try:
        before = len(upstream.requests)
        assert chunked(1000).status == 200
        assert (chunked(1001).code, len(upstream.requests)) == ("too_large", before + 1)
    finally:
        live.close()


def test_a_client_that_still_sends_can_read_why_it_was_refused(live: Live) -> None:
    reply = live.send(headers=without_key(), body=b" " * 8_000_000)
    assert (reply.code, reply.reset) == ("local_key_missing", False)


def test_more_exchanges_than_allowed_are_told_to_come_back(upstream: QuietUpstream) -> None:
    live = Live(upstream, Limits(exchanges=1))
    upstream.gate.clear()
    try:
        with live.connect() as first:
            first.sendall(request().replace(b"PORT", str(live.port).encode()))
            while not live.server.streaming:
                time.sleep(0.01)
            second = live.send()
            upstream.gate.set()
            assert drain(first).status == 200
        assert (second.status, second.code) == (503, "busy")
        assert b"retry-after: 1" in second.head
        assert live.send().status == 200
    finally:
        upstream.gate.set()
        live.close()


def test_tells_which_refusals_there_were(upstream: QuietUpstream) -> None:
    live = Live(upstream)
    try:
        live.send(headers=without_key())
        live.send(headers={"Origin": "null"})
        live.send("//x")
        assert live.refused == ["local_key_missing", "origin_refused", "400"]
    finally:
        live.close()


def test_i8_no_refusal_repeats_what_was_sent(live: Live) -> None:
    canary = "sk-CANARY-0123456789"
    for headers in ({"Authorization": f"Bearer {canary}"}, {"Host": canary}, {"Origin": canary}):
        assert canary.encode() not in live.send(f"/v1/{canary}", headers).raw
        assert canary.encode() not in live.send(headers=headers).raw

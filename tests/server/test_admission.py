"""Whom the guard lets in, with a key and, where access is open, without one."""

from collections.abc import Iterator

import pytest

from proxy.tap import Started
from tests.server.live import KEY, Live, QuietUpstream, without_key


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


@pytest.fixture(scope="module")
def opened(upstream: QuietUpstream) -> Iterator[Live]:
    running = Live(upstream, access="open")
    yield running
    running.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {KEY}"},
        {"Authorization": f"bearer  {KEY}"},
        {"Authorization": None, "x-api-key": KEY},
        {"Authorization": None, "api-key": KEY},
        {"x-api-key": KEY, "api-key": KEY},
        {"Host": "LOCALHOST:PORT"},
        {"Host": "[::1]:PORT"},
        {"Sec-Fetch-Site": "Same-Origin"},
        {"Sec-Fetch-Site": "none"},
        # As Node's own fetch has it.
        {"Sec-Fetch-Mode": "cors", "Accept-Language": "*"},
        {"Content-Type": "Application/JSON; charset=utf-8"},
        {"X-Forwarded-For": "1.2.3.4", "Forwarded": "for=1.2.3.4", "ngrok-trace-id": "1"},
        {"Upgrade": "websocket", "Connection": "upgrade, close"},
    ],
    ids=str,
)
def test_lets_in_whoever_shows_a_key(
    live: Live, headers: dict[str, str | list[str] | None]
) -> None:
    before = len(live.upstream.requests)
    assert live.send(headers=headers).status == 200
    assert len(live.upstream.requests) == before + 1


def test_takes_only_the_keys_own_header_where_the_agent_brings_a_credential(live: Live) -> None:
    reply = live.send(
        "/brought/v1/chat/completions",
        {"Authorization": "Bearer sk-of-the-agent", "x-wiremend-key": KEY},
    )
    assert reply.status == 200
    assert live.upstream.requests[-1][2]["authorization"] == "Bearer sk-of-the-agent"


def test_who_only_asks_whether_anybody_is_there_is_nothing_to_tell_the_user(live: Live) -> None:
    live.refused.clear()
    # As Claude Code does whenever it starts.
    assert live.send("/", {"Authorization": None}, method="HEAD", body=b"").status == 404
    assert live.refused == []
    assert live.send("/", {"Authorization": None}, method="GET", body=b"").status == 404
    assert live.refused == ["unknown_endpoint"]


def test_open_access_needs_no_key(opened: Live) -> None:
    headers = without_key(User_Agent="opencode/1.2 linux")
    assert opened.send(headers=headers).status == 200
    assert [each.agent for each in opened.records if isinstance(each, Started)] == ["opencode/1.2"]


def test_open_access_takes_a_placeholder_for_no_key(opened: Live) -> None:
    assert opened.send(headers={"Authorization": "Bearer dummy"}).status == 200


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("X-Forwarded-For", "1.2.3.4", 401),
        ("Forwarded", "for=1.2.3.4", 401),
        ("Cf-Connecting-Ip", "1.2.3.4", 401),
        ("ngrok-trace-id", "1", 401),
        ("Via", "1.1 x", 401),
        ("X-Real-IP", "1.2.3.4", 401),
        ("Sec-Fetch-Mode", "cors", 401),
        ("Sec-Fetch-Site", "same-origin", 401),
        ("Origin", "http://127.0.0.1:PORT", 403),
        ("Host", "evil.example:PORT", 421),
    ],
)
def test_s12_open_access_ends_where_a_request_was_relayed(
    opened: Live, name: str, value: str, status: int
) -> None:
    assert opened.send(headers=without_key(**{name: value})).status == status


def test_s12_a_key_opens_all_the_same(opened: Live) -> None:
    assert opened.send(headers={"X-Forwarded-For": "1.2.3.4"}).status == 200

import pytest

from proxy import headers as rules
from proxy.config import DEMO_URL, Provider
from proxy.headers import HeaderList
from proxy.secret import Secret

KEY = Secret("sk-provider-0123456789")
AGENT: HeaderList = [
    (b"user-agent", b"Cline/3"),
    (b"authorization", b"Bearer lk_agent"),
    (b"x-api-key", b"lk_agent"),
    (b"content-type", b"application/json"),
    (b"accept-encoding", b"gzip, br"),
    (b"connection", b"keep-alive, x-hop, authorization, content-type"),
    (b"x-hop", b"1"),
    (b"cookie", b"a=b"),
    (b"origin", b"https://evil.example"),
    (b"x-forwarded-for", b"10.0.0.1"),
    (b"x-wiremend-key", b"lk_agent"),
    (b"x-run-id", b"7"),
]


def sent(provider: Provider, key: Secret | None = KEY, *, raw: bool = False) -> dict[bytes, bytes]:
    headers = rules.request_headers(AGENT, provider, raw=raw)
    return dict(headers if key is None else rules.with_credential(headers, provider, key))


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://a.example", "https://a.example/chat/completions"),
        ("https://a.example/v1", "https://a.example/v1/chat/completions"),
        ("https://a.example/v1/", "https://a.example/v1/chat/completions"),
        ("https://a.example/api/v4", "https://a.example/api/v4/chat/completions"),
        ("https://a.example/v1/chat/completions", "https://a.example/v1/chat/completions"),
        ("https://a.example/v1/chat/completions/", "https://a.example/v1/chat/completions"),
        (DEMO_URL, "http://demo.invalid/v1/chat/completions"),
    ],
)
def test_each_form_of_a_base_url_gives_one_correct_address(base: str, url: str) -> None:
    assert rules.url_of(Provider("p", base), "chat/completions", None) == url


def test_a_models_id_is_one_segment_whatever_it_holds() -> None:
    url = rules.url_of(Provider("p", "https://a.example/v1"), "models/{id}", "../x?y#z/ü")
    assert url == "https://a.example/v1/models/..%2Fx%3Fy%23z%2F%C3%BC"


def test_s22_s29_only_end_to_end_headers_go_upstream_and_no_credential_of_the_agent() -> None:
    assert sent(Provider("p", "https://a.example")) == {
        b"user-agent": b"Cline/3",
        b"x-run-id": b"7",
        b"accept-encoding": b"identity",
        b"content-type": b"application/json",
        b"authorization": b"Bearer sk-provider-0123456789",
    }


@pytest.mark.parametrize("auth", ["x-api-key", "api-key"])
def test_the_key_goes_where_the_provider_wants_it(auth: str) -> None:
    headers = sent(Provider("p", "https://a.example", auth=auth))
    assert headers[auth.encode()] == b"sk-provider-0123456789"
    assert b"authorization" not in headers


def test_an_agent_that_brings_its_own_key_keeps_it_but_not_ours() -> None:
    kept = [pair for pair in AGENT if pair[0] != b"connection"]
    provider = Provider("p", "https://a.example", key="client")
    headers = dict(rules.request_headers(kept, provider, raw=False))
    assert headers[b"authorization"] == b"Bearer lk_agent"
    assert b"x-wiremend-key" not in headers


def test_passthrough_keeps_the_agents_encodings() -> None:
    assert sent(Provider("p", "https://a.example"), raw=True)[b"accept-encoding"] == b"gzip, br"


def test_configured_headers_replace_the_agents_or_copy_them() -> None:
    added = {"User-Agent": "mine", "X-Trace": "$X-Run-Id", "X-None": "$X-Absent"}
    headers = sent(Provider("p", "https://a.example", headers=added))
    assert (headers[b"user-agent"], headers[b"x-trace"]) == (b"mine", b"7")
    assert b"x-none" not in headers


def test_neither_cookies_nor_permissions_for_web_pages_come_back() -> None:
    upstream: HeaderList = [
        (b"retry-after", b"3"),
        (b"x-ratelimit-remaining", b"1"),
        (b"set-cookie", b"a=b"),
        (b"access-control-allow-origin", b"*"),
        (b"connection", b"x-hop"),
        (b"x-hop", b"1"),
        (b"transfer-encoding", b"chunked"),
        (b"content-length", b"3"),
    ]
    back = rules.response_headers(upstream)
    assert back == [(b"retry-after", b"3"), (b"x-ratelimit-remaining", b"1")]


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        ([(b"a", b"b\tc")], True),
        ([(b"a", b"b\x00c")], False),
        ([(b"a", b"b")] * 201, False),
        ([(b"a", b"b" * 70_000)], False),
    ],
)
def test_headers_beyond_the_limits_are_not_accepted(headers: HeaderList, accepted: bool) -> None:
    assert rules.acceptable(headers) is accepted


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.example/v1", "https://a.example:443"),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000"),
        ("http://[::1]/v1", "http://[::1]:80"),
    ],
)
def test_a_key_is_bound_to_scheme_host_and_port(url: str, origin: str) -> None:
    assert rules.origin_of(url) == origin

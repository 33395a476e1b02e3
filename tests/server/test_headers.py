"""Which headers pass in which direction, and one correct URL for each kind of base URL."""

import pytest

from proxy import headers as rules, localkey
from proxy.config import Provider
from proxy.secret import Secret

KEY = Secret("sk-0123456789")


def sent(agent: rules.HeaderList, *, raw: bool = False, **members: object) -> dict[bytes, bytes]:
    provider = Provider(id="p", base_url="https://a.example/v1", **members)  # type: ignore[arg-type]
    key = KEY if provider.key == "keyring" else None
    pairs = rules.request_headers(agent, provider, raw=raw)
    pairs = pairs if key is None else rules.with_credential(pairs, provider, key)
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


@pytest.mark.parametrize(
    "name",
    [
        *(b"connection", b"keep-alive", b"te", b"trailer", b"upgrade", b"proxy-connection"),
        *(b"transfer-encoding", b"content-length", b"host", b"expect", b"cookie", b"origin"),
        *(b"referer", b"forwarded", b"x-forwarded-for", b"x-wiremend-key", b"x-api-key"),
        *(b"proxy-authorization", b"api-key", b"x-goog-api-key"),
    ],
)
def test_never_goes_upstream(name: bytes) -> None:
    assert name not in sent([(name, b"x")])


def test_a_local_key_goes_nowhere_whatever_holds_it() -> None:
    local = localkey.new_key().reveal().encode()
    agent = [(b"x-key", local), (b"x-note", b"mine is " + local + b"!"), (b"x-else", b"lk_short")]
    assert b"x-key" not in sent(agent)
    assert b"x-note" not in sent(agent)
    assert sent(agent)[b"x-else"] == b"lk_short"
    assert b"x-copy" not in sent(agent, headers={"X-Copy": "$x-key"})
    # Where the agent brings the provider's key, it may have taken ours for it.
    assert b"authorization" not in sent([(b"authorization", b"Bearer " + local)], key="client")


@pytest.mark.parametrize(
    ("query", "left"),
    [
        (b"", b""),
        (b"a=1&b=%20", b"a=1&b=%20"),
        (b"key=KEY", b""),
        (b"a=1&key=KEY&b", b"a=1&b"),
        (b"a=1&key=%6ck%5fREST", b"a=1"),
    ],
)
def test_a_query_loses_nothing_but_a_local_key(query: bytes, left: bytes) -> None:
    local = localkey.new_key().reveal().encode()
    query = query.replace(b"KEY", local).replace(b"REST", local[3:])
    assert rules.query_upstream(query) == left


def test_replaces_the_agents_credential() -> None:
    assert sent([(b"authorization", b"Bearer local")])[b"authorization"] == b"Bearer sk-0123456789"
    assert sent([], auth="x-api-key")[b"x-api-key"] == b"sk-0123456789"


def test_keeps_the_agents_credential_only_where_it_is_its_own() -> None:
    assert sent([(b"authorization", b"Bearer mine")], key="client") == {
        b"authorization": b"Bearer mine",
        b"accept-encoding": b"identity",
    }
    assert b"authorization" not in sent([(b"authorization", b"Bearer local")], key="none")


def test_drops_what_the_connection_names_but_not_what_we_set() -> None:
    agent = [
        (b"connection", b"authorization, content-type, x-gone"),
        (b"content-type", b"application/json"),
        (b"x-gone", b"1"),
        (b"x-kept", b"2"),
    ]
    assert sent(agent) == {
        b"authorization": b"Bearer sk-0123456789",
        b"content-type": b"application/json",
        b"accept-encoding": b"identity",
        b"x-kept": b"2",
    }


def test_adds_configured_headers_and_copies_named_ones() -> None:
    headers = {"X-Title": "mine", "X-Copy": "$user-agent", "X-None": "$absent"}
    got = sent([(b"user-agent", b"cline"), (b"x-title", b"theirs")], headers=headers)
    assert got[b"x-title"] == b"mine"
    assert got[b"x-copy"] == b"cline"
    assert b"x-none" not in got


def test_asks_for_no_compression_unless_nothing_may_be_touched() -> None:
    agent = [(b"accept-encoding", b"br")]
    assert sent(agent)[b"accept-encoding"] == b"identity"
    assert sent(agent, raw=True)[b"accept-encoding"] == b"br"


def test_brings_back_what_is_meant_for_the_agent() -> None:
    upstream = [
        (b"retry-after", b"7"),
        (b"x-request-id", b"r"),
        (b"connection", b"x-hop"),
        (b"x-hop", b"1"),
        (b"set-cookie", b"a"),
        (b"access-control-allow-origin", b"*"),
        (b"transfer-encoding", b"chunked"),
        (b"content-length", b"1"),
    ]
    assert rules.response_headers(upstream) == [(b"retry-after", b"7"), (b"x-request-id", b"r")]


@pytest.mark.parametrize(
    ("headers", "good"),
    [
        ([(b"a", b"b\tc")], True),
        ([(b"a", b"b\rc")], False),
        ([(b"a", b"\x00")], False),
        ([(b"a", b"b")] * 201, False),
        ([(b"a", b"b" * 70_000)], False),
    ],
)
def test_judges_upstreams_headers(headers: rules.HeaderList, good: bool) -> None:
    assert rules.acceptable(headers) is good


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://a.example", "https://a.example/chat/completions"),
        ("https://a.example/v1", "https://a.example/v1/chat/completions"),
        ("https://a.example/v1/", "https://a.example/v1/chat/completions"),
        ("https://a.example/api/paas/v4", "https://a.example/api/paas/v4/chat/completions"),
        ("https://a.example/v1/chat/completions", "https://a.example/v1/chat/completions"),
        ("https://a.example/v1/chat/completions/", "https://a.example/v1/chat/completions"),
    ],
)
def test_builds_one_correct_url(base: str, url: str) -> None:
    assert rules.url_of(Provider(id="p", base_url=base), "chat/completions", None) == url


def test_escapes_a_models_name() -> None:
    provider = Provider(id="p", base_url="https://a.example/v1/chat/completions")
    url = rules.url_of(provider, "models/{id}", "a/b?c")
    assert url == "https://a.example/v1/models/a%2Fb%3Fc"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://a.example/v1", "https://a.example:443"),
        ("http://localhost:1/v1", "http://localhost:1"),
        ("http://[::1]/v1", "http://[::1]:80"),
    ],
)
def test_a_key_belongs_to_an_origin(url: str, origin: str) -> None:
    assert rules.origin_of(url) == origin

import pytest

from proxy import configrules as rules


@pytest.mark.parametrize(
    "text",
    [
        "demo:",
        "https://api.deepseek.com",
        "https://api.deepseek.com/v1/",
        "https://open.bigmodel.cn/api/paas/v4",
        "https://api.example.com:8443/v1/chat/completions",
        "http://127.0.0.1:11434/v1",
        "http://[::1]:8000",
        "http://192.168.1.20:1234/v1",
        "http://[fd00::1]/v1",
        "http://localhost:1234/v1",
        "http://gpu-box:8000/v1",
        "http://gpu.lan/v1",
        "http://no-such-host.invalid/v1",
    ],
)
def test_a_base_url_may_be(text: str) -> None:
    assert rules.base_url_fault(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.deepseek.com",
        "ftp://api.example.com",
        "file:///etc/passwd",
        "https://",
        "https:///v1",
        "https://user:password@api.example.com",
        "https://@api.example.com",
        "https://api.example.com/v1?key=x",
        "https://api.example.com/v1#x",
        "https://api.example.com/v1?",
        "https://api.example.com:99999",
        "https://api.example.com:0",
        "https://[::1",
        "https://exämple.com",
        "https://api.example.com/a b",
        "https://api.example.com\\@evil.example",
        "https://api.example.com/\r\nx",
    ],
)
def test_a_base_url_is_scheme_host_port_and_path_and_nothing_else(text: str) -> None:
    assert "expected" in rules.base_url_fault(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://api.deepseek.com/v1",
        "http://8.8.8.8/v1",
        "http://[2001:4860:4860::8888]/v1",
        "http://[::ffff:8.8.8.8]/v1",
        "http://localhost.evil.com/v1",
    ],
)
def test_s26_nothing_goes_to_a_public_host_unencrypted(text: str) -> None:
    assert "https://" in rules.base_url_fault(text)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.1.1]"])
def test_link_local_addresses_are_never_used(scheme: str, host: str) -> None:
    assert "link-local" in rules.base_url_fault(f"{scheme}://{host}/v1")


@pytest.mark.parametrize("text", ["127.0.0.1", "127.1.2.3", "::1"])
def test_it_listens_on_loopback(text: str) -> None:
    assert rules.host_fault(text) == ""


@pytest.mark.parametrize("text", ["0.0.0.0", "::", "10.0.0.1", "localhost", "", "127.1"])  # noqa: S104
def test_it_listens_nowhere_else(text: str) -> None:
    assert "loopback" in rules.host_fault(text)


@pytest.mark.parametrize("text", ["", "http://proxy.example:3128", "socks5://me:secret@10.0.0.1:1"])
def test_an_outgoing_proxy_may_be(text: str) -> None:
    assert rules.proxy_fault(text) == ""


@pytest.mark.parametrize("text", ["proxy:3128", "ftp://me:hidden@x", "socks5://", "http:// x"])
def test_an_outgoing_proxy_may_not_be_and_is_not_repeated(text: str) -> None:
    assert "socks5://host:port" in rules.proxy_fault(text)
    assert "hidden" not in rules.proxy_fault(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-Title", "my laptop"), ("HTTP-Referer", "https://x.example"), ("X-Run", "$X-Run-Id")],
)
def test_a_header_may_be(name: str, value: str) -> None:
    assert rules.header_fault(name, value) == ""


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("", "x", "name"),
        ("X Title", "x", "name"),
        ("X-Title", "x\r\nY: z", "ASCII"),
        ("X-Title", "é", "ASCII"),
        ("Host", "evil.example", "cannot be set"),
        ("content-length", "1", "cannot be set"),
        ("Transfer-Encoding", "chunked", "cannot be set"),
        ("Authorization", "Bearer 0123456789", "plaintext"),
        ("X-API-Key", "0123456789", "plaintext"),
        ("X-Auth-Token", "0123456789", "plaintext"),
        ("My-Access-Token", "0123456789", "plaintext"),
        ("X-Copy", "$Authorization", "agent's own key"),
        ("X-Copy", "$x-wiremend-key", "agent's own key"),
        ("X-Copy", "$X Y", "copies"),
    ],
)
def test_a_header_may_not_be(name: str, value: str, words: str) -> None:
    assert words in rules.header_fault(name, value)
    assert "0123456789" not in rules.header_fault(name, value)


@pytest.mark.parametrize("text", ["keyring", "client", "none", "env:OPENAI_API_KEY"])
def test_a_key_is_found_in(text: str) -> None:
    assert rules.key_fault(text, "p") == ""


@pytest.mark.parametrize("text", ["", "env:", "env:A B", "env:1A", "Keyring"])
def test_a_key_is_found_nowhere_else(text: str) -> None:
    assert "env:NAME" in rules.key_fault(text, "p")

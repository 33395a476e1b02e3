"""Certificates nobody vouches for, authorities few know, proxies on the way: F04, F05, F18."""

import base64
import ssl
from pathlib import Path

import pytest

from tests.fakes.upstream import CLOSE, RESET, STALL, FakeUpstream, Step, streamed
from tests.faults import certificates
from tests.faults.certificates import Certificates
from tests.faults.faultlink import FaultLink
from tests.faults.parts import HEALTHY, quick
from tests.faults.rig import rig
from tests.faults.served import provider, served
from tests.faults.tunnel import Tunnel
from tests.server.running import Answer, chat, free_port

needs_openssl = pytest.mark.skipif(
    not certificates.available(), reason="F04, F05: there is no openssl program"
)
SCRIPT = streamed(*HEALTHY)
OWNER = "http://me:<password>@127.0.0.1"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates.make(tmp_path_factory.mktemp("certificates"))


def _refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["error"]["code"]


@needs_openssl
@pytest.mark.parametrize(
    ("which", "why"),
    [
        ("self_signed", "self-signed"),
        ("signed", "unable to get local issuer"),
        ("for_another_name", "unable to get local issuer"),
    ],
)
def test_f04_a_certificate_nobody_vouches_for_gets_no_byte(
    which: str, why: str, made: Certificates
) -> None:
    context: ssl.SSLContext = getattr(made, which)
    upstream = FakeUpstream(SCRIPT, tls=context)
    with rig(upstream) as fault:
        assert _refusal(fault.ask(ends="upstream_error")) == (502, "upstream_tls_untrusted")
        assert (upstream.connections, upstream.received) == (1, b"")
        over = fault.over()
        assert why in over.reason


@needs_openssl
def test_f04_a_certificate_for_another_name_gets_no_byte(made: Certificates) -> None:
    upstream = FakeUpstream(SCRIPT, tls=made.for_another_name)
    with rig(upstream, tls_ca=str(made.authority)) as fault:
        assert _refusal(fault.ask(ends="upstream_error")) == (502, "upstream_tls_untrusted")
        assert (upstream.connections, upstream.received) == (1, b"")


def test_f04_a_tls_handshake_that_breaks_off_is_no_answer() -> None:
    with FaultLink(free_port()) as link, rig(base_url=f"https://127.0.0.1:{link.port}") as fault:
        assert _refusal(fault.ask(ends="upstream_error")) == (502, "upstream_connect_failed")
        assert link.connections == 1


@needs_openssl
def test_f05_an_authority_of_a_company_is_trusted_by_tls_ca_alone(made: Certificates) -> None:
    upstream = FakeUpstream(SCRIPT, tls=made.signed)
    with rig(upstream, tls_ca=str(made.authority)) as fault:
        assert fault.ask().status == 200
        assert upstream.requests


@needs_openssl
def test_f05_an_authority_of_a_company_is_trusted_by_the_systems_store_alone(
    made: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where OpenSSL's store is cannot be said otherwise without being root.
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    upstream = FakeUpstream(SCRIPT, tls=made.signed)
    with rig(upstream) as fault:
        assert fault.ask().status == 200
        assert upstream.requests


@needs_openssl
def test_f05_an_authority_that_only_the_environment_names_is_not_trusted(
    made: Certificates, tmp_path: Path
) -> None:
    named = {"SSL_CERT_FILE": str(made.authority), "SSLKEYLOGFILE": str(tmp_path / "keys")}
    with (
        FakeUpstream(SCRIPT, tls=made.signed) as up,
        served(tmp_path, provider(up.url, key="none"), **named) as process,
    ):
        assert _refusal(process.ask(chat())) == (502, "upstream_tls_untrusted")
        assert not (tmp_path / "keys").exists()


_ENDS: dict[str, list[Step]] = {
    "407": [b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"],
    "closes": [CLOSE],
    "resets": [RESET],
    "half a head": [b"HTTP/1.1 200 Conn", CLOSE],
    "502": [b"HTTP/1.1 502 No\r\n\r\n", CLOSE],
    "no TLS behind it": [b"HTTP/1.1 200 Connection established\r\n\r\n", CLOSE],
    "no HTTP": [b"220 mail.example ESMTP\r\n\r\n", CLOSE],
}


@pytest.mark.parametrize("end", _ENDS)
def test_f18_an_outgoing_proxy_that_refuses_or_dies_in_mid_connect_is_told(end: str) -> None:
    with (
        FakeUpstream(_ENDS[end]) as between,
        rig(base_url="https://127.0.0.1:9/v1", outgoing_proxy=f"{OWNER}:{between.port}") as fault,
    ):
        assert _refusal(fault.ask(ends="upstream_error")) == (502, "upstream_connect_failed")
        (connect,) = between.requests
        assert connect.head.startswith(b"CONNECT 127.0.0.1:9 HTTP/1.1")
        assert b"POST" not in between.received
        assert connect.header("proxy-authorization") == [_basic(fault.proxy_password)]


def test_f18_an_outgoing_proxy_that_hangs_in_mid_connect_is_given_up_in_time() -> None:
    with (
        FakeUpstream([STALL]) as between,
        rig(
            base_url="https://127.0.0.1:9/v1",
            outgoing_proxy=f"{OWNER}:{between.port}",
            timeouts=quick(connect=0.3),
        ) as fault,
    ):
        assert _refusal(fault.ask(ends="timeout")) == (504, "upstream_connect_timeout")


def test_f18_an_outgoing_proxy_that_refuses_a_plain_request_is_told() -> None:
    with (
        FakeUpstream(_ENDS["407"]) as between,
        rig(outgoing_proxy=f"{OWNER}:{between.port}") as fault,
    ):
        assert _refusal(fault.ask(ends="upstream_error")) == (502, "upstream_connect_failed")


@needs_openssl
def test_f18_what_goes_through_an_outgoing_proxy_is_sealed(made: Certificates) -> None:
    upstream = FakeUpstream(SCRIPT, tls=made.signed)
    with (
        Tunnel() as between,
        rig(
            upstream,
            tls_ca=str(made.authority),
            outgoing_proxy=f"{OWNER}:{between.port}",
        ) as fault,
    ):
        between.target = upstream.port
        for _ in range(2):
            assert fault.ask().body.endswith(b"[DONE]\n\n")
        # Its password is for it alone; our request is for none but the provider.
        assert _basic(fault.proxy_password).encode() in between.heads[0]
        assert b"proxy-authorization" not in upstream.received.lower()
        assert b"PROMPT" not in between.carried


def test_f18_an_outgoing_proxy_serves_only_the_provider_that_names_it() -> None:
    with (
        FakeUpstream([CLOSE]) as between,
        rig(outgoing_proxy=f"{OWNER}:{between.port}") as fault,
    ):
        assert fault.ask(path="/b/v1/chat/completions").status == 200
        assert not between.connections


def _basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"me:{password}".encode()).decode()

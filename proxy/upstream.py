"""One request to a provider: where it goes, with which headers and key, and how it can fail.

Destination and credential come from the configuration alone; nothing in the agent's request
chooses either. The transports are called themselves, without httpx's client: its redirects, cookies
and environment are what a proxy must not have. Every failure leaves as a `ProxyError`.
"""

import asyncio
import contextlib
import os
import secrets
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import msgspec
import truststore

from proxy import credential, headers as rules
from proxy.config import Provider
from proxy.demo import DemoTransport
from proxy.dialects import Endpoint
from proxy.errors import KeyUnavailableError, ProxyError, problem
from proxy.framing import Memory
from proxy.gate import Gate
from proxy.limits import Limits
from proxy.secret import KeySource, Secret
from proxy.transport import (
    AddressRefusedError,
    Answer,
    Borrowed,
    LeanTransport,
    Order,
    Taker,
    Transport,
    is_private,
)
from proxy.unpack import CODINGS, UnpackError, unpacked

INSTANCE = secrets.token_hex(8).encode("ascii")
"""Names this process in requests to private addresses, so that a loop is seen at its first turn."""
HOP_HEADER = b"x-wiremend-hop"

_KEY_FRESH_SECONDS = 0.5
"""How long a key is not asked for again: a keyring takes some 10 ms each time."""
_REDIRECTS = range(300, 400)
_NO_ANSWERS = (204, 205, 206, 304)


class Ask(msgspec.Struct, frozen=True):
    """What is to be asked of a provider."""

    provider: Provider
    endpoint: Endpoint
    model_id: str | None
    query: bytes
    headers: rules.HeaderList
    body: bytes
    raw: bool
    """Passthrough: the agent's own accepted encodings, nothing unpacked."""
    streams: bool
    """A stream was asked of upstream: its slot is free again at its headers."""
    memory: Memory
    """Of the agent's headers."""


class Asking(msgspec.Struct, frozen=True):
    """The request as it goes out; ``headers`` hold the credential."""

    url: str
    headers: rules.HeaderList
    key: Secret | None


class Opened:
    """An answer whose head is here."""

    def __init__(self, answer: Answer, ask: Ask, release: Callable[[], None]) -> None:
        self.status = answer.status
        self.headers: rules.HeaderList = answer.headers
        self.content_type = rules.value(self.headers, b"content-type").decode("latin-1")
        self.took_to_connect = answer.took_to_connect
        self._answer = answer
        self._release = release
        codings = () if ask.raw else rules.codings(self.headers)
        self.readable = len(codings) <= 1 and CODINGS.issuperset(codings)
        """Nobody asked for compression; what came all the same can be taken off."""
        self._unpacked: AsyncIterator[bytes] | None = None
        if codings and self.readable:
            self._unpacked = unpacked(answer.receive, codings[0])
        if ask.streams:
            release()

    @property
    def unpacks(self) -> bool:
        """The body is unpacked on its way: its length and coding are no longer true."""
        return self._unpacked is not None

    async def receive(self, at_once: Taker | None = None) -> bytes | None:
        """Return the next piece of the body, None at its end. Raises `ProxyError`.

        A piece that comes while this waits is offered to ``at_once`` first.
        """
        try:
            if self._unpacked is not None:
                return await anext(self._unpacked, None)
            return await self._answer.receive(at_once)
        except UnpackError as error:
            raise ProxyError(problem("upstream_invalid"), "a bomb, or no compression") from error
        except httpx.ReadTimeout as error:
            raise ProxyError(problem("upstream_idle_timeout")) from error
        except httpx.TransportError as error:
            raise ProxyError(problem("upstream_reset"), type(error).__name__) from error

    async def close(self) -> None:
        """Let upstream go."""
        self._release()
        await self._answer.close()


class Upstreams:
    """Every provider's transport, gate and key; belongs to one event loop."""

    def __init__(self, keys: KeySource, limits: Limits) -> None:
        self._keys = keys
        self._limits = limits
        self._transports: dict[tuple[object, ...], Transport] = {}
        self._gates: dict[str, Gate] = {}
        self._known_keys: dict[tuple[str, str], tuple[float, Secret]] = {}

    async def prepare(self, ask: Ask) -> Asking:
        """Decide where the request goes and with which headers. Raises `ProxyError`."""
        provider = ask.provider
        url, sent = ask.memory.recall("asking", provider, lambda: _asking(ask))
        key = await self._key(provider) if _has_key(provider) else None
        if key is not None:
            # Never remembered: a locked key is to be gone.
            sent = rules.with_credential(sent, provider, key)
        return Asking(url, sent, key)

    async def open(self, ask: Ask, asking: Asking) -> Opened:
        """Send the request and wait for the answer's head. Raises `ProxyError`."""
        release = await self._gate(ask.provider.id).enter(ask.provider.max_concurrent)
        try:
            answer = await self._send(ask, asking)
        except BaseException:
            release()
            raise
        opened = Opened(answer, ask, release)
        try:
            _check(opened)
        except BaseException:
            await opened.close()
            raise
        return opened

    async def close(self) -> None:
        """Close every connection."""
        transports, self._transports = self._transports, {}
        for transport in transports.values():
            await transport.aclose()

    async def _send(self, ask: Ask, asking: Asking) -> Answer:
        order = Order(
            ask.endpoint.method,
            asking.url,
            asking.headers,
            ask.body,
            # A timeout of 0 means none, as everywhere in the configuration.
            ask.provider.timeouts.connect or None,
            self._limits.unwritten,
        )
        try:
            return await self._transport(ask.provider).send(order)
        except (httpx.TransportError, httpx.InvalidURL, OSError) as error:
            raise failure_of(error) from error

    def _gate(self, provider_id: str) -> Gate:
        gate = self._gates.get(provider_id)
        if gate is None:
            gate = self._gates[provider_id] = Gate(self._limits.turn)
        return gate

    def _transport(self, provider: Provider) -> Transport:
        relevant = (provider.id, provider.base_url, provider.tls_ca, provider.outgoing_proxy)
        transport = self._transports.get(relevant)
        if transport is None:
            transport = self._transports[relevant] = _make_transport(provider)
        return transport

    async def _key(self, provider: Provider) -> Secret:
        if provider.key.startswith("env:"):
            text = os.environ.get(provider.key.removeprefix("env:"), "")
            return _checked(Secret(text.strip()))
        return await self._stored_key(provider)

    async def _stored_key(self, provider: Provider) -> Secret:
        origin = rules.origin_of(provider.base_url)
        now = asyncio.get_running_loop().time()
        known = self._known_keys.get((provider.id, origin))
        if known is not None and now - known[0] < _KEY_FRESH_SECONDS:
            return known[1]
        try:
            async with asyncio.timeout(self._limits.keyring):
                key = await _in_thread(lambda: self._keys.key(provider.id, origin))
        except (TimeoutError, KeyUnavailableError) as error:
            self._known_keys.pop((provider.id, origin), None)
            reason = error.reason if isinstance(error, KeyUnavailableError) else "no answer"
            raise ProxyError(problem("provider_key_unavailable"), reason) from error
        self._known_keys[provider.id, origin] = (now, key)
        # Locked keys are to be gone from memory, not only out of use.
        asyncio.get_running_loop().call_later(
            _KEY_FRESH_SECONDS, self._known_keys.pop, (provider.id, origin), None
        )
        return _checked(key)


def _has_key(provider: Provider) -> bool:
    return provider.key not in ("none", "client") and not provider.demo


def _asking(ask: Ask) -> tuple[str, rules.HeaderList]:
    """Return the URL, and the headers but for the credential."""
    provider = ask.provider
    url = rules.url_of(provider, ask.endpoint.path, ask.model_id)
    if query := rules.query_upstream(ask.query):
        url += "?" + query.decode("latin-1")
    sent = rules.request_headers(ask.headers, provider, raw=ask.raw)
    if provider.base_url.startswith("http:"):
        # Only what stays on this machine or its network can lead back to us.
        hops = [*rules.values(ask.headers, HOP_HEADER), INSTANCE]
        sent.append((HOP_HEADER, b",".join(hops)))
    return url, sent


def _checked(key: Secret) -> Secret:
    reason = credential.fault(key.reveal())
    if reason:
        raise ProxyError(problem("provider_key_unavailable"), reason)
    return key


def _check(opened: Opened) -> None:
    if opened.status in _NO_ANSWERS or not 200 <= opened.status < 600:  # noqa: PLR2004
        raise ProxyError(problem("upstream_invalid"), f"status {opened.status}")
    if opened.status in _REDIRECTS:
        raise ProxyError(problem("upstream_redirect_refused"), f"status {opened.status}")
    if not opened.readable:
        raise ProxyError(problem("upstream_invalid"), "a compression that nobody asked for")
    if not rules.acceptable(opened.headers):
        raise ProxyError(problem("upstream_invalid"), "headers beyond the limits")


async def _in_thread(work: Callable[[], Secret]) -> Secret:
    """Run on a thread of its own, which may hang without keeping the process alive."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Secret] = loop.create_future()

    def settle(value: Secret | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        elif value is not None:
            future.set_result(value)

    def run() -> None:
        value, error = None, None
        try:
            value = work()
        except KeyUnavailableError as known:
            error = known
        except Exception as unknown:  # noqa: BLE001  a keyring's own text may hold anything
            error = KeyUnavailableError(type(unknown).__name__)
        with contextlib.suppress(RuntimeError):
            # The loop may be gone by now.
            loop.call_soon_threadsafe(settle, value, error)

    threading.Thread(target=run, daemon=True, name="wiremend-key").start()
    return await future


def _make_transport(provider: Provider) -> Transport:
    if provider.demo:
        return Borrowed(DemoTransport())
    context = _trust(provider.tls_ca) if provider.base_url.startswith("https:") else None
    if provider.outgoing_proxy:
        lent = httpx.AsyncHTTPTransport(
            # Not the default one, which writes a key log where the environment says so.
            verify=context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            proxy=provider.outgoing_proxy,
            trust_env=False,
            limits=httpx.Limits(max_connections=None, keepalive_expiry=20),
        )
        return Borrowed(lent)
    return LeanTransport(context, _admit)


def _admit(scheme: str, address: str) -> bool:
    if scheme == "http":
        return is_private(address)
    return not address.lower().startswith(("169.254.", "fe80:"))


def _trust(extra: str) -> ssl.SSLContext:
    context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_alpn_protocols(["http/1.1"])
    if extra:
        try:
            context.load_verify_locations(str(Path(extra).expanduser()))
        except (OSError, ssl.SSLError) as error:
            raise ProxyError(problem("upstream_tls_untrusted"), "the extra CA file") from error
    return context


def failure_of(error: BaseException) -> ProxyError:
    """Say by type and phase what went wrong before the answer's head; never by an error's text."""
    causes = [*_chain(error)]
    code = "upstream_closed_early"
    if isinstance(error, (httpx.ConnectTimeout, httpx.PoolTimeout)):
        code = "upstream_connect_timeout"
    elif any(isinstance(cause, (socket.gaierror, UnicodeError)) for cause in causes):
        code = "upstream_dns_failed"
    elif any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        code = "upstream_tls_untrusted"
    elif isinstance(error, (httpx.ConnectError, httpx.ProxyError, httpx.InvalidURL, OSError)):
        code = "upstream_connect_failed"
    elif isinstance(error, (httpx.WriteError, httpx.WriteTimeout)):
        code = "upstream_reset"
    elif isinstance(error, httpx.ReadTimeout):
        code = "upstream_first_byte_timeout"
    elif isinstance(error, httpx.ProtocolError) and "without sending" not in str(error):
        code = "upstream_invalid"
    return ProxyError(problem(code), _detail(error, causes))


def _detail(error: BaseException, causes: list[BaseException]) -> str:
    """Return what the inspector is told beside the code."""
    if isinstance(error, AddressRefusedError):
        return "address refused"
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            # One of the verifier's own sentences, such as "self-signed certificate".
            return cause.verify_message
    return type(error).__name__


def _chain(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain

"""Who may come in: outermost, on the raw scope, refusing by default.

The order of the checks is part of what is promised: a browser is sent away before it learns which
endpoints there are, and nobody without a key learns the providers' names. A refusal is answered at
once and closes the connection; nothing of it reaches upstream.
"""

import asyncio
import ipaddress
import itertools
import logging
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache

from proxy import localkey
from proxy.asgi import (
    CLOSE,
    MEMORY,
    Application,
    HeaderList,
    Message,
    Receive,
    Scope,
    Send,
    own_headers,
)
from proxy.config import Agent, Provider, Settings
from proxy.errors import Problem, ProxyError, problem
from proxy.framing import Memory
from proxy.limits import Limits
from proxy.relay import Admission
from proxy.routes import HEALTH_PATH, Route, check_query, family_of, resolve
from proxy.upstream import HOP_HEADER, INSTANCE

log = logging.getLogger(__name__)

_MISTYPED = replace(
    problem("local_key_wrong"),
    message="The local key has a typing error or was cut off: its checksum does not fit. "
    "Copy it again, or make one with `wiremend agent add NAME`.",
)
_OWN_FAULT = Problem(None, 503, "Wiremend met a fault of its own.")

# Names of exchanges are unique, and no secret.
_RUN = secrets.token_hex(4)
_numbers = itertools.count(1)

_KEY_HEADERS = (b"authorization", b"x-api-key", b"api-key")
_CLIENT_KEY_HEADERS = (b"x-wiremend-key",)
_BEARER = re.compile(r"bearer +(\S+)", re.IGNORECASE)
_JSON = re.compile(rb"application/json[ \t]*(;.*)?", re.IGNORECASE)
_AGENT_NAME = re.compile(r"[!-~]{1,64}")
_SAME_SITE = {b"none", b"same-origin"}
# What browsers, reverse proxies and tunnels add: not the sign of a program on this machine.
_RELAYED = re.compile(
    rb"sec-fetch-.*|forwarded|via|x-forwarded-.*|x-original-.*|x-real-ip|x-client-ip|x-envoy-.*"
    rb"|x-cluster-client-ip|true-client-ip|cf-.*|cdn-loop|ngrok-.*|tailscale-.*|fly-.*|x-azure-.*"
    rb"|x-arr-.*|x-tunnel-.*"
)


@dataclass(slots=True)
class _Head:
    """What the checks look at."""

    method: str
    path: str
    query: bytes
    headers: HeaderList
    server: tuple[str, int]
    client: str
    _by_name: dict[bytes, list[bytes]] = field(default_factory=dict[bytes, list[bytes]])

    def __post_init__(self) -> None:
        for name, value in self.headers:
            self._by_name.setdefault(name, []).append(value)

    def values(self, name: bytes) -> list[bytes]:
        return self._by_name.get(name, [])


class Guard:
    """Lets admitted requests through to the application, and counts them."""

    def __init__(
        self,
        application: Application,
        snapshot: Callable[[], Settings],
        limits: Limits = Limits(),  # noqa: B008 - immutable
        on_refused: Callable[[str], None] | None = None,
    ) -> None:
        self._application = application
        self._snapshot = snapshot
        self._limits = limits
        self._on_refused = on_refused
        self._on_quiet: Callable[[], None] | None = None
        self.running = 0
        """How many exchanges are under way."""

    def shut(self, on_quiet: Callable[[], None]) -> None:
        """Refuse whatever comes from now on; call back once no exchange is under way."""
        self._on_quiet = on_quiet
        self._tell_if_quiet()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = _Body(receive, self._limits)
        try:
            admission = self._check(scope)
            if admission is not None:
                scope["wiremend"] = admission
            self.running += 1
            try:
                await self._application(scope, body.receive, send)
            finally:
                self.running -= 1
                self._tell_if_quiet()
            if body.excessive:
                await self._refuse(scope, body, send, problem("too_large"))
        except ProxyError as refusal:
            await self._refuse(scope, body, send, refusal.problem)
        except Exception as error:  # noqa: BLE001 - whatever it is, its text may hold a key
            log.error("a request failed inside the proxy: %s", type(error).__name__)  # noqa: TRY400
            await self._refuse(scope, body, send, _OWN_FAULT)

    def _check(self, scope: Scope) -> Admission | None:
        settings = self._snapshot()
        memory: Memory = scope.get(MEMORY) or Memory()
        judgement = memory.recall("judgement", settings, lambda: _judge(_head_of(scope), settings))
        if judgement is None:
            return None
        # What can differ between two requests with the same header.
        _check_length(scope["headers"], self._limits.body_bytes)
        self._check_room()
        return Admission(
            settings=settings,
            provider=judgement.provider,
            endpoint=judgement.route.endpoint,
            model_id=judgement.route.model_id,
            agent=judgement.agent,
            exchange_id=f"{_RUN}{next(_numbers):08x}",
        )

    def _check_room(self) -> None:
        if self._on_quiet is not None:
            raise ProxyError(problem("proxy_shutdown"))
        if self.running >= self._limits.exchanges:
            raise ProxyError(problem("busy"))

    def _tell_if_quiet(self) -> None:
        if self._on_quiet is not None and not self.running:
            self._on_quiet()

    async def _refuse(self, scope: Scope, body: "_Body", send: Send, why: Problem) -> None:
        # Some agents ask with a HEAD whether anybody is there, and any answer will do.
        if self._on_refused is not None and scope["method"] != "HEAD":
            self._on_refused(why.code or str(why.status))
        text = family_of(scope["path"]).error_body(why)
        headers = [*own_headers(text, why.headers), CLOSE]
        await send({"type": "http.response.start", "status": why.status, "headers": headers})
        await send({"type": "http.response.body", "body": text, "more_body": True})
        await body.read_out()
        await send({"type": "http.response.body", "body": b""})


class _Body:
    """The request's body on its way in, counted."""

    def __init__(self, receive: Receive, limits: Limits) -> None:
        self._receive = receive
        self._left = limits.body_bytes
        self._linger = limits.linger
        self._complete = False

    @property
    def excessive(self) -> bool:
        """More came than is allowed."""
        return self._left < 0

    async def receive(self) -> Message:
        """Pass on the next piece; past the limit the application is told that nobody is there."""
        message = await self._receive()
        self._complete = not message.get("more_body", False)
        self._left -= len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.excessive else message

    async def read_out(self) -> None:
        """Take what still comes: a connection closed with bytes unread is reset, and the answer
        lost with it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._linger):
                while not self._complete:
                    self._complete = not (await self._receive()).get("more_body", False)


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What the header of a request that may come in says."""

    provider: Provider
    route: Route
    agent: str


def _judge(head: _Head, settings: Settings) -> _Judgement | None:
    """Judge by the header alone; None for the sign of life. Raises `ProxyError`."""
    route = resolve(head.method, head.path)
    check_query(head.query)
    _check_host(head)
    _check_origin(head)
    _check_loop(head)
    if route is None:
        if (head.method, head.path) == ("GET", HEALTH_PATH):
            return None
        raise ProxyError(problem("unknown_endpoint"))
    provider = settings.providers.get(route.provider_id or settings.default_provider)
    agent = _agent_of(head, settings, provider)
    if provider is None:
        raise ProxyError(problem("unknown_provider"))
    _check_type(head)
    if agent.passthrough is not None:
        provider = replace(provider, passthrough=agent.passthrough)
    return _Judgement(provider, route, agent.name)


def _head_of(scope: Scope) -> _Head:
    client = scope["client"]
    return _Head(
        method=scope["method"],
        path=scope["raw_path"].decode("ascii"),
        query=scope["query_string"],
        headers=scope["headers"],
        server=scope["server"],
        client=client[0] if client else "",
    )


def _check_host(head: _Head) -> None:
    hosts = head.values(b"host")
    if len(hosts) != 1 or hosts[0].lower() not in _own_hosts(*head.server):
        raise ProxyError(problem("host_refused"))


@lru_cache(maxsize=16)
def _own_hosts(address: str, port: int) -> frozenset[bytes]:
    literal = f"[{address}]" if ":" in address else address
    names = ("127.0.0.1", "localhost", "[::1]", literal)
    return frozenset(f"{name}:{port}".encode("ascii") for name in names)


def _check_origin(head: _Head) -> None:
    sites = {value.lower() for value in head.values(b"sec-fetch-site")}
    if not sites <= _SAME_SITE or head.values(b"origin"):
        raise ProxyError(problem("origin_refused"))


def _check_loop(head: _Head) -> None:
    # Before the key: our own request comes back without one that we would accept.
    if any(INSTANCE in value for value in head.values(HOP_HEADER)):
        raise ProxyError(problem("loop_detected"))


def _agent_of(head: _Head, settings: Settings, provider: Provider | None) -> Agent:
    """Return whoever holds the key, or calls without one where that is allowed."""
    brings_own = provider is not None and provider.key == "client"
    try:
        return _key_owner(head, settings, _CLIENT_KEY_HEADERS if brings_own else _KEY_HEADERS)
    except ProxyError:
        if settings.access == "open" and _local(head):
            return Agent(_name_in_user_agent(head), "")
        raise


def _key_owner(head: _Head, settings: Settings, names: tuple[bytes, ...]) -> Agent:
    shown = {_key_in(name, value) for name in names for value in head.values(name)}
    if not shown:
        raise ProxyError(problem("local_key_missing"))
    key = shown.pop()
    found = localkey.owner(key, settings.agents)
    if found is None and key.startswith(localkey.PREFIX) and not localkey.well_formed(key):
        raise ProxyError(_MISTYPED)
    if found is None or shown:
        raise ProxyError(problem("local_key_wrong"))
    return found


def _key_in(name: bytes, value: bytes) -> str:
    text = value.decode("latin-1")
    if name != b"authorization":
        return text
    match = _BEARER.fullmatch(text)
    return match[1] if match else ""


def _local(head: _Head) -> bool:
    relayed = any(_RELAYED.fullmatch(name) for name, _ in head.headers)
    return not relayed and ipaddress.ip_address(head.client).is_loopback


def _name_in_user_agent(head: _Head) -> str:
    words = b" ".join(head.values(b"user-agent")).decode("latin-1").split()
    match = _AGENT_NAME.match(words[0]) if words else None
    return match[0] if match else "unknown"


def _check_type(head: _Head) -> None:
    if head.method == "POST":
        types = head.values(b"content-type")
        if len(types) != 1 or not _JSON.fullmatch(types[0]) or head.values(b"content-encoding"):
            raise ProxyError(problem("not_json"))


def _check_length(headers: HeaderList, most: int) -> None:
    for name, each in headers:
        if name == b"content-length" and int(each) > most:
            raise ProxyError(problem("too_large"))

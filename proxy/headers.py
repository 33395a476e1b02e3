"""Which headers go upstream and which come back, and where a request goes.

End-to-end headers pass, hop-by-hop ones and everything the other side must not see does not
(RFC 9110, section 7.6.1). Names are compared in lower case; the lists are raw, as ASGI has them.
"""

import re
from collections.abc import Iterable
from typing import TypeAlias
from urllib.parse import quote, unquote_to_bytes, urlsplit

from proxy import localkey
from proxy.config import DEMO_HOST, Provider
from proxy.secret import Secret

HeaderList: TypeAlias = list[tuple[bytes, bytes]]

MAX_HEADERS = 200
MAX_HEAD_SIZE = 64 * 1024

_HOP_BY_HOP = frozenset(
    (
        *(b"connection", b"keep-alive", b"proxy-connection", b"proxy-authenticate"),
        *(b"proxy-authorization", b"te", b"trailer", b"transfer-encoding", b"upgrade"),
    )
)
_CREDENTIALS = frozenset((b"authorization", b"x-api-key", b"api-key", b"x-goog-api-key"))
_NOT_UPSTREAM = (
    _HOP_BY_HOP
    | {b"host", b"content-length", b"expect", b"cookie", b"origin", b"referer", b"forwarded"}
    | {b"accept-encoding", b"content-type", b"x-wiremend-key", b"x-wiremend-hop"}
)
_NOT_BACK = _HOP_BY_HOP | {b"set-cookie", b"set-cookie2", b"content-length", b"x-wiremend-exchange"}

_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f]")
_CHAT_PATH = "/chat/completions"


def value(headers: HeaderList, name: bytes) -> bytes:
    """Return the first value of a header, empty where there is none."""
    for known, each in headers:
        if known == name:
            return each
    return b""


def values(headers: HeaderList, name: bytes) -> list[bytes]:
    """Return every value of a header."""
    return [each for known, each in headers if known == name]


def codings(headers: HeaderList) -> tuple[bytes, ...]:
    """Return the codings that were put on a body, in their order."""
    found = values(headers, b"content-encoding")
    if not found:
        return ()
    listed = b",".join(found).lower().split(b",")
    return tuple(each.strip() for each in listed if each.strip() not in (b"", b"identity"))


def request_headers(agent: HeaderList, provider: Provider, *, raw: bool) -> HeaderList:
    """Return what goes upstream: the agent's end-to-end headers and those of the configuration.

    A local key is nobody's business but ours, whichever header an agent puts it into.
    """
    agent = [pair for pair in agent if not localkey.within(pair[1])]
    dropped = _NOT_UPSTREAM | _named_by_connection(agent)
    if provider.key != "client":
        dropped |= _CREDENTIALS
    own = _configured(provider, agent)
    dropped |= {name for name, _ in own}
    kept = [
        (name, each)
        for name, each in agent
        if name not in dropped and not name.startswith((b"x-forwarded-", b"x-wiremend-"))
    ]
    coding = value(agent, b"accept-encoding") if raw else b"identity"
    if coding:
        kept.append((b"accept-encoding", coding))
    if value(agent, b"content-type"):
        kept.append((b"content-type", value(agent, b"content-type")))
    return [*kept, *own]


def query_upstream(query: bytes) -> bytes:
    """Return the query as it came, but for members with a local key in them."""
    members = query.split(b"&") if query else []
    return b"&".join(each for each in members if not localkey.within(unquote_to_bytes(each)))


def with_credential(headers: HeaderList, provider: Provider, key: Secret) -> HeaderList:
    """Return the headers with the provider's credential, and no other."""
    sent = [pair for pair in headers if pair[0] not in _CREDENTIALS]
    return [*sent, _credential(provider.auth, key)]


def response_headers(upstream: HeaderList, *, dropped: Iterable[bytes] = ()) -> HeaderList:
    """Return what comes back to the agent; framing is the server's own."""
    more = {*dropped, *_named_by_connection(upstream)}
    return [
        (name, each)
        for name, each in upstream
        if name not in _NOT_BACK and name not in more and not name.startswith(b"access-control-")
    ]


def acceptable(headers: HeaderList) -> bool:
    """Tell whether upstream's headers keep the limits and hold no control characters."""
    joined = b"\t".join([each for pair in headers for each in pair])
    size = len(joined) - 2 * len(headers) + 1
    clean = _CONTROL.search(joined) is None
    return clean and size <= MAX_HEAD_SIZE and len(headers) <= MAX_HEADERS


def origin_of(base_url: str) -> str:
    """Return scheme, host and port of a base URL: what a key in the keyring is bound to."""
    parts = urlsplit(base_url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    return f"{parts.scheme}://{host}:{port}"


def url_of(provider: Provider, path: str, model_id: str | None) -> str:
    """Build the URL from the base URL and the endpoint; no version part is ever guessed."""
    if provider.demo:
        base = f"http://{DEMO_HOST}/v1"
    else:
        base = provider.base_url.rstrip("/").removesuffix(_CHAT_PATH)
    if model_id is not None:
        path = path.replace("{id}", quote(model_id, safe=""))
    return f"{base}/{path}"


def _named_by_connection(headers: HeaderList) -> set[bytes]:
    listed = b",".join(values(headers, b"connection"))
    if not listed:
        return set()
    return {name.strip().lower() for name in listed.split(b",") if name.strip()}


def _configured(provider: Provider, agent: HeaderList) -> HeaderList:
    own: HeaderList = []
    for name, text in provider.headers.items():
        wanted = name.lower().encode("ascii")
        if text.startswith("$"):
            own += [(wanted, each) for each in values(agent, text[1:].lower().encode("ascii"))]
        else:
            own.append((wanted, text.encode("latin-1", "replace")))
    return own


def _credential(auth: str, key: Secret) -> tuple[bytes, bytes]:
    text = key.reveal().encode("ascii")
    if auth == "bearer":
        return b"authorization", b"Bearer " + text
    return auth.encode("ascii"), text

"""Which provider and endpoint a request's path names, and who answers it.

The path is judged as it stands on the wire and decoded once, segment by segment; what upstream is
asked for is built from the route, never from the path.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from starlette.routing import Route as Path, Router

from proxy.asgi import Application, Receive, Scope, Send, answer, own_headers
from proxy.dialects import ENDPOINTS, Endpoint, Family
from proxy.errors import ProxyError
from proxy.framing import MALFORMED

HEALTH_PATH = "/healthz"
_HEALTHY = b'{"status":"ok"}'

_VERSION = "v1"
_ID = "/{id}"
_ENDPOINT_BY_CALL = {(each.method, each.path): each for each in ENDPOINTS}
_FAMILY_BY_START = {each.path.partition("/")[0]: each.family for each in ENDPOINTS}

_PROVIDER_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")
_FORBIDDEN_IN_QUERY = re.compile(rb"[\x00\r\n]")


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes."""

    provider_id: str | None
    """None: the default provider."""
    endpoint: Endpoint
    model_id: str | None = None
    """Decoded; the last segment of ``models/{id}``."""


@lru_cache(maxsize=64)
def resolve(method: str, path: str) -> Route | None:
    """Return the route of a path as it stood on the wire; None where there is no such endpoint.

    Raises `ProxyError` where the path may not even be looked at.
    """
    provider_id, segments = _split(_segments(path))
    rest = "/".join(segments)
    endpoint = _ENDPOINT_BY_CALL.get((method, rest))
    if endpoint is not None and not rest.endswith(_ID):
        return Route(provider_id, endpoint)
    match segments:
        case (collection, model_id) if endpoint := _ENDPOINT_BY_CALL.get(
            (method, collection + _ID)
        ):
            return Route(provider_id, endpoint, model_id)
        case _:
            return None


def family_of(path: str) -> Family:
    """Return the family whose shape an error on that path has, whatever the path is."""
    start = re.search(r"/v1/([a-z]+)", path)
    chat = _FAMILY_BY_START["chat"]
    return chat if start is None else _FAMILY_BY_START.get(start[1], chat)


def check_query(query: bytes) -> None:
    """Refuse what could end a line wherever the query is written."""
    if query and _FORBIDDEN_IN_QUERY.search(unquote_to_bytes(query)):
        raise ProxyError(MALFORMED, "a line end in the query")


def application(relay: Application) -> Application:
    """Return the innermost application: the relay, and the sign of life."""
    # Whatever else there is the guard has turned away: no path is redirected or guessed here.
    others = Router([Path(HEALTH_PATH, _Health())], redirect_slashes=False)

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        # What the guard has admitted has its route already.
        await (relay if "wiremend" in scope else others)(scope, receive, send)

    return dispatch


class _Health:
    """Answers that the proxy lives, and says nothing else."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await answer(send, 200, own_headers(_HEALTHY), _HEALTHY)


def _segments(path: str) -> tuple[str, ...]:
    if path == "/":
        return ()
    if not path.startswith("/") or _BROKEN_ESCAPE.search(path):
        raise ProxyError(MALFORMED, "a path that is none")
    segments = tuple(_decoded(each) for each in path[1:].split("/"))
    for number, segment in enumerate(segments):
        _check_segment(segment, names_model=number > 0 and segments[number - 1] == "models")
    return segments


def _decoded(segment: str) -> str:
    try:
        return unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProxyError(MALFORMED, "a path that is not UTF-8") from error


def _check_segment(segment: str, *, names_model: bool) -> None:
    # Models of some providers have a slash in their name; nothing else may hide one.
    parts = segment.split("/") if names_model else [segment]
    if _FORBIDDEN.search(segment) or any(part in {"", ".", ".."} or "/" in part for part in parts):
        raise ProxyError(MALFORMED, "a segment that is not allowed in a path")


def _split(segments: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    match segments:
        case (version, *rest) if version == _VERSION:
            return None, tuple(rest)
        case (provider_id, version, *rest) if version == _VERSION and _PROVIDER_ID.fullmatch(
            provider_id
        ):
            return provider_id, tuple(rest)
        case _:
            return None, ()

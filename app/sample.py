"""Requests of our own to our own proxy, as an agent would send them: to see the fixes at work."""

import json
import time
from dataclasses import dataclass
from math import inf
from typing import Any

from proxy import wire
from proxy.errors import FIRST_ERROR, WiremendError
from proxy.secret import Secret
from proxy.tap import Started

_SECONDS = 300
"""Of silence: a model may think for long."""
LIST_SECONDS = 20
"""For all of a list: nobody has to think about it, and somebody waits for it."""
_LONGEST_LIST = 4 * 1024 * 1024
_ID = "x-wiremend-exchange"
_KEPT_HEADERS = ("anthropic-", "openai-")
_PATH = "/demo/v1/chat/completions"
_QUESTION = {
    "model": "missing-index",
    "stream": True,
    "messages": [{"role": "user", "content": "What is the weather in Oslo and in Lima?"}],
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "get_weather",
                "description": "Tell the weather of a city.",
                "parameters": {
                    "type": "object",
                    "properties": {"city": {"type": "string"}},
                    "required": ["city"],
                },
            },
        }
    ],
}


@dataclass(frozen=True, slots=True)
class _Asked:
    path: str
    body: bytes
    headers: dict[str, str]
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class _Answer:
    exchange_id: str
    status: int
    body: bytes = b""


def send_sample(url: str, key: Secret) -> str:
    """Ask the demo provider, and read its answer to the end; blocks.

    Returns the exchange's id. Raises `WiremendError`.
    """
    asked = _Asked(_PATH, json.dumps(_QUESTION).encode(), _headers(key))
    return _send(url, asked).exchange_id


def send_again(url: str, started: Started, key: Secret) -> str:
    """Send what an agent has sent to the same provider, read the answer to its end; blocks.

    Returns the new exchange's id. Raises `WiremendError`.
    """
    named = {
        name: value
        for name, value in started.headers
        if name.lower().startswith(_KEPT_HEADERS) and value.isascii()
    }
    here = started.path.startswith(f"/{started.provider}/")
    path = started.path if here else f"/{started.provider}{started.path}"
    asked = _Asked(path, started.body, {**named, **_headers(key)}, started.method)
    return _send(url, asked).exchange_id


def list_models(url: str, provider: str, key: Secret) -> list[str]:
    """Ask a provider which models it has; blocks. Raises `WiremendError`."""
    asked = _Asked(f"/{provider}/v1/models", b"", _headers(key), "GET")
    answer = _send(url, asked, LIST_SECONDS, time.monotonic() + LIST_SECONDS)
    if answer.status >= FIRST_ERROR:
        raise WiremendError(f"the request was refused: {answer.status}")
    listed = wire.decode_object(answer.body) or {}
    named = (wire.text(each, "id") for each in wire.objects(listed, "data"))
    return [name for name in named if name]


def _headers(key: Secret) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {key.reveal()}",
        "Content-Type": "application/json",
        "User-Agent": "Wiremend-sample",
    }


def _send(url: str, asked: _Asked, silence: float = _SECONDS, until: float = inf) -> _Answer:
    if not url.startswith("http://"):
        raise WiremendError("the proxy is not running")
    # Not before somebody asks: a window need not wait for TLS, which comes with it.
    import urllib.error  # noqa: PLC0415
    import urllib.request  # noqa: PLC0415
    from http.client import HTTPException  # noqa: PLC0415

    request = urllib.request.Request(  # noqa: S310 - the scheme has just been looked at
        f"{url}{asked.path}",
        data=asked.body or None,
        headers=asked.headers,
        method=asked.method,
    )
    # The environment's proxies would be shown the key.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=silence) as answer:
            body = _read(answer, until)
            return _Answer(answer.headers.get(_ID, ""), answer.status, body)
    except urllib.error.HTTPError as error:
        with error:
            if (exchange_id := error.headers.get(_ID)) is not None:
                # The provider's refusal is an answer too, and stands in the list.
                return _Answer(exchange_id, error.code)
            raise WiremendError(f"the request was refused: {error}") from None
    except (OSError, HTTPException) as error:
        raise WiremendError(f"the request failed: {error}") from None


def _read(answer: Any, until: float) -> bytes:
    """Read an answer to its end; return as much of it as a list may have."""
    kept = bytearray()
    # What has come, not as much as was asked for: a trickle would take its time.
    while piece := answer.read1(65_536):
        kept += piece[: _LONGEST_LIST - len(kept)]
        if time.monotonic() > until:
            raise TimeoutError("timed out")
    return bytes(kept)

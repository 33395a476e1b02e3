"""A sample request to our own proxy, as an agent would send it: to see the fixes at work."""

import json
import urllib.request

from proxy.errors import WiremendError
from proxy.secret import Secret
from proxy.tap import Started

_SECONDS = 20
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


def send_sample(url: str, key: Secret) -> None:
    """Ask the demo provider, and read its answer to the end; blocks. Raises `WiremendError`."""
    _post(f"{url}{_PATH}", json.dumps(_QUESTION).encode(), key)


def send_again(url: str, started: Started, key: Secret) -> None:
    """Send what an agent has sent, and read the answer to its end; blocks."""
    _post(f"{url}{started.path}", started.body, key)


def _post(url: str, body: bytes, key: Secret) -> None:
    if not url.startswith("http://"):
        raise WiremendError("the proxy is not running")
    request = urllib.request.Request(  # noqa: S310 - the scheme has just been looked at
        url,
        data=body,
        headers={
            "Authorization": f"Bearer {key.reveal()}",
            "Content-Type": "application/json",
            "User-Agent": "Wiremend-sample",
        },
    )
    # The environment's proxies would be shown the key.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=_SECONDS) as answer:
            while answer.read(65_536):
                pass
    except OSError as error:
        raise WiremendError(f"the sample request failed: {error}") from None

import asyncio
from typing import Any

from proxy.asgi import answer, own_headers


def test_an_answer_of_our_own_is_nothing_that_a_browser_would_show() -> None:
    headers = dict(own_headers(b"{}", (("retry-after", "1"),)))
    assert headers[b"content-length"] == b"2"
    assert headers[b"retry-after"] == b"1"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"content-security-policy"] == b"default-src 'none'; frame-ancestors 'none'"
    assert headers[b"x-frame-options"] == b"DENY"
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"content-type"] == b"application/json"


def test_a_whole_answer_is_two_messages() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    asyncio.run(answer(send, 200, own_headers(b"{}"), b"{}"))
    assert [each["type"] for each in sent] == ["http.response.start", "http.response.body"]
    assert sent[1].get("more_body", False) is False

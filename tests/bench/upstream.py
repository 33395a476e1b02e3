"""An upstream that is never the bottleneck: answers are made beforehand and written as they are.

The request body says what to send, so that it survives every proxy:
``bench:events=200;pause_us=20000;index=1``.
Each event carries the monotonic time of its sending between two ``@``.
"""

import asyncio
import contextlib
import re
import sys
import time
from typing import cast

_DIRECTIVE = re.compile(rb"bench:events=(\d+);pause_us=(\d+);index=(\d)")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)
_CHUNK = (
    b'{"id":"chatcmpl-Bench0123456789","object":"chat.completion.chunk","created":1750000000,'
    b'"model":"bench","service_tier":"default","system_fingerprint":"fp_bench",'
    b'"choices":[{"index":0,"delta":%s,"logprobs":null,"finish_reason":%s}]}'
)
_BODY = (
    b'{"id":"chatcmpl-Bench0123456789","object":"chat.completion","created":1750000000,'
    b'"model":"bench","choices":[{"index":0,"message":{"role":"assistant","content":"pong"},'
    b'"logprobs":null,"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}}'
)
_PLAIN = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
    len(_BODY),
    _BODY,
)
_PADDING = b"lorem ipsum dolor sit am"


def _framed(delta: bytes, finish: bytes = b"null") -> bytes:
    event = b"data: " + _CHUNK % (delta, finish) + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(event), event)


def _text() -> bytes:
    return _framed(b'{"content":"@%019d@%s"}' % (time.monotonic_ns(), _PADDING))


def _call() -> bytes:
    """A fragment without an index: the repair has work to do."""
    arguments = b'"@%019d@%s"' % (time.monotonic_ns(), _PADDING)
    return _framed(b'{"tool_calls":[{"function":{"arguments":%s}}]}' % arguments)


class Upstream(asyncio.Protocol):
    """One connection; answers each request as its body says."""

    def __init__(self) -> None:
        self._buffer = b""
        self._tasks: set[asyncio.Task[None]] = set()
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no instances of asyncio's, but have all they have.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._writable.set()
        for task in self._tasks:
            task.cancel()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not found or length is None or len(body) < int(length.group(1)):
            return
        self._buffer = b""
        directive = _DIRECTIVE.search(body)
        if directive is None:
            self._transport.write(_PLAIN)
            return
        events, pause_us, index = map(int, directive.groups())
        task = asyncio.ensure_future(self._stream(events, pause_us / 1e6, broken=not index))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _stream(self, events: int, pause: float, *, broken: bool) -> None:
        entry = b'{"id":"call_a","type":"function","function":{"name":"f","arguments":"{\\"a\\":"}}'
        opening = b'{"role":"assistant","tool_calls":[%s]}' % entry
        plain = b'{"role":"assistant","content":""}'
        self._transport.write(_HEAD + _framed(opening if broken else plain))
        due = time.monotonic()
        for number in range(events):
            if pause:
                due += pause
                await asyncio.sleep(max(0.0, due - time.monotonic()))
            elif number % 64 == 0:
                await asyncio.sleep(0)
            await self._writable.wait()
            self._transport.write(_call() if broken and number % 10 == 0 else _text())
        finish = b'"tool_calls"' if broken else b'"stop"'
        done = b"data: [DONE]\n\n"
        end = b"%x\r\n%s\r\n0\r\n\r\n" % (len(done), done)
        self._transport.write(_framed(b"{}", finish) + end)


async def serve(port: int) -> None:
    """Listen on loopback until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def _run() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        if sys.platform != "win32":
            import uvloop  # noqa: PLC0415

            uvloop.run(serve(int(sys.argv[1])))
        else:
            asyncio.run(serve(int(sys.argv[1])))


if __name__ == "__main__":
    _run()

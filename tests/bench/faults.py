"""The faults of the soak: what upstream or the client does, and how the answer must then end."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.fakes.upstream import (
    CLOSE,
    LAST,
    RESET,
    SSE_HEAD,
    STALL,
    Request,
    Step,
    document,
    framed,
    streamed,
)

_CHUNK = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m",'
    b'"choices":[{"index":0,"delta":%s,"finish_reason":%s}]}\n\n'
)
_TEXT = _CHUNK % (b'{"content":"text "}', b"null")
_CALL = _CHUNK % (
    b'{"tool_calls":[{"index":0,"id":"a","type":"function",'
    b'"function":{"name":"f","arguments":"{\\"path\\": \\"src"}}]}',
    b"null",
)
_LARGE = _TEXT.replace(b"text ", b"x" * 1_000_000)
_FINISH = _CHUNK % (b"{}", b'"stop"')
_DONE = b"data: [DONE]\n\n"
_WHOLE = json.dumps(
    {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "text"},
                "finish_reason": "stop",
            }
        ],
    }
).encode()

_DOCUMENT = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
    len(_WHOLE),
    _WHOLE,
)

Judge = Callable[[bytes], bool]


def _succeeds(answer: bytes) -> bool:
    plain = b"finish_reason" in answer and b"chat.completion" in answer
    return answer.startswith(b"HTTP/1.1 200") and (_DONE in answer or plain) and not _fails(answer)


def _fails(answer: bytes) -> bool:
    status = int(answer[9:12] or b"0")
    return status >= 400 or (b'"error":' in answer and _DONE not in answer)


def _answers(status: int) -> Judge:
    return lambda answer: answer.startswith(b"HTTP/1.1 %d" % status)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong."""

    name: str
    steps: Sequence[Step] | Callable[[str], Sequence[Step]]
    """What upstream does; a function of its key where it quotes it."""
    ends_truly: Judge = _fails
    streams: bool = True
    leaves_after: float | None = None
    """The client leaves after so many seconds."""
    ours: bool = True
    """The error is our own, and must not repeat anything."""

    def script(self, request: Request, key: str) -> list[Step]:
        """Return what upstream does about that request."""
        del request
        return list(self.steps(key) if callable(self.steps) else self.steps)

    def complete(self, answer: bytes) -> bool:
        """Tell whether the answer has come to its end by HTTP's rules."""
        head, found, body = answer.partition(b"\r\n\r\n")
        if not found:
            return False
        lower = head.lower()
        if b"content-length:" in lower:
            length = lower.split(b"content-length:")[1].split(b"\r\n")[0]
            return len(body) >= int(length)
        return body.endswith(LAST)


FAULTS = (
    Fault("healthy", streamed(_TEXT, 0.02, _TEXT, _FINISH, _DONE), _succeeds),
    Fault("healthy, in one", document(_WHOLE), _succeeds, streams=False),
    Fault("a document for a stream", document(_WHOLE), _succeeds),
    Fault("a stream for a document", streamed(_TEXT, _FINISH, _DONE), _succeeds, streams=False),
    Fault("closed at once", [CLOSE]),
    Fault("reset at once", [RESET]),
    Fault("reset in the stream", [SSE_HEAD, framed(_TEXT * 5), 0.05, RESET]),
    Fault("a clean end without a terminal", streamed(_TEXT, 0.02, _TEXT)),
    Fault("a clean end in the arguments", streamed(_TEXT, _CALL)),
    Fault("half an event", streamed(_TEXT, _TEXT[:40])),
    Fault("a chunk without a size", [SSE_HEAD, framed(_TEXT), b"ZZ\r\n", CLOSE]),
    Fault("shorter than it says", [_DOCUMENT[:-9], CLOSE], streams=False),
    Fault("no HTTP", [b"hello\r\n\r\n", CLOSE]),
    Fault("no content", [b"HTTP/1.1 204 No Content\r\n\r\n"], _answers(502)),
    Fault(
        "a redirect",
        [b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n"],
        _answers(502),
    ),
    Fault(
        "too many requests",
        document(b'{"error":{"message":"slow down"}}', "429 Too Many Requests", retry_after="1"),
        _answers(429),
        ours=False,
    ),
    Fault(
        "a key quoted",
        lambda key: document(
            json.dumps({"error": {"message": f"bad key {key}"}}).encode(), "401 Unauthorized"
        ),
        _answers(401),
        ours=False,
    ),
    Fault("an error in the stream", streamed(_TEXT, b'data: {"error":{"message":"x"}}\n\n')),
    Fault("an error first", streamed(b'data: {"error":{"message":"x","code":503}}\n\n')),
    Fault("a terminal, then silence", [SSE_HEAD, framed(_TEXT + _FINISH + _DONE), 8.0], _succeeds),
    Fault("a large event", streamed(_LARGE, _FINISH, _DONE), _succeeds),
    Fault("the client leaves early", [STALL], leaves_after=0.2),
    Fault("the client leaves in the stream", [SSE_HEAD, framed(_TEXT), STALL], leaves_after=0.3),
)

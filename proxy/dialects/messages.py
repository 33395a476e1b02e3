"""Anthropic's Messages API.

See: https://docs.anthropic.com/en/docs/build-with-claude/streaming
"""

from proxy import sse, wire
from proxy.dialects.explode import message_events
from proxy.dialects.family import Family, Watch, named
from proxy.errors import UPSTREAM_ERROR, Problem
from proxy.sse import Event
from proxy.wire import JsonObject

_TYPE_BY_STATUS = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    502: "api_error",
    503: "overloaded_error",
    504: "timeout_error",
}
_PING = b'event: ping\ndata: {"type":"ping"}\n\n'


class MessagesWatch(Watch):
    """Over with ``message_stop`` or an error; a stop reason makes the end honest."""

    def __init__(self) -> None:
        super().__init__()
        self._started = False

    def see(self, event: Event) -> None:
        data = event.data or b""
        if b'"content_block_' in data[:64]:
            return
        body = named(event)
        kind = wire.text(body, "type")
        self._started = self._started or kind == "message_start"
        self.failed = kind == "error"
        self.over = self.failed or kind == "message_stop"
        self.troubled = self.troubled or (not kind and bool(body.get("error")))
        stopped = kind == "message_delta" and wire.child(body, "delta").get("stop_reason")
        self.finished = self.finished or bool(stopped)

    def error_event(self, problem: Problem) -> bytes:
        return sse.encode(wire.encode(_error(problem)), b"error")

    def keep_alive(self) -> bytes:
        return _PING if self._started else super().keep_alive()


class Messages:
    """Anthropic's shapes."""

    name = "messages"

    def error_body(self, problem: Problem) -> bytes:
        return wire.encode(_error(problem))

    def watch(self) -> Watch:
        return MessagesWatch()

    def error_as_event(self, error: JsonObject) -> bytes:
        return sse.encode(self.error_as_body(error), b"error")

    def error_as_body(self, error: JsonObject) -> bytes:
        kind = error.get("type")
        if kind in (None, "", UPSTREAM_ERROR):
            kind = "api_error"
        return wire.encode({"type": "error", "error": {**error, "type": kind}})

    def answer_as_events(self, answer: JsonObject) -> bytes:
        return message_events(answer)


FAMILY: Family = Messages()


class _Blocks:
    """The content of a message as its events build it up."""

    def __init__(self) -> None:
        self._blocks: dict[int, JsonObject] = {}
        self._inputs: dict[int, list[str]] = {}

    def begin(self, event: JsonObject) -> None:
        self._blocks[wire.index(event)] = {**wire.child(event, "content_block")}

    def add(self, event: JsonObject) -> None:
        number, delta = wire.index(event), wire.child(event, "delta")
        block = self._blocks.setdefault(number, {})
        for name, value in delta.items():
            if name == "partial_json" and isinstance(value, str):
                self._inputs.setdefault(number, []).append(value)
            elif name == "citation":
                block["citations"] = [*(block.get("citations") or []), value]
            elif name != "type" and isinstance(value, str):
                block[name] = wire.text(block, name) + value

    def content(self) -> list[JsonObject] | None:
        """Return the blocks in order; None where a tool's input cannot be read."""
        for number, parts in self._inputs.items():
            if said := "".join(parts).strip():
                given = wire.decode_object(said)
                if given is None:
                    return None
                self._blocks[number]["input"] = given
        return [self._blocks[number] for number in sorted(self._blocks)]


def fold(stream: bytes) -> JsonObject | None:
    """Return the message that a stream builds up, or the error it ends in; None if it was cut."""
    message: JsonObject = {}
    blocks, decoder = _Blocks(), sse.Decoder()
    for event in [*decoder.feed(stream), *decoder.flush()]:
        body = named(event)
        match wire.text(body, "type"):
            case "message_start":
                message = {**wire.child(body, "message")}
            case "content_block_start":
                blocks.begin(body)
            case "content_block_delta":
                blocks.add(body)
            case "message_delta":
                usage = {**wire.child(message, "usage"), **wire.child(body, "usage")}
                message |= {**wire.child(body, "delta"), "usage": usage}
            case "message_stop":
                content = blocks.content()
                return {**message, "content": content} if message and content is not None else None
            case "error":
                return body
            case _:
                pass
    return None


def _error(problem: Problem) -> JsonObject:
    kind = _TYPE_BY_STATUS.get(problem.status, "invalid_request_error")
    return {"type": "error", "error": {"type": kind, "message": problem.message}}

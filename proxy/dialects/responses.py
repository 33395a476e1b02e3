"""The Responses API.

A failure after the first event is ``response.failed`` with the response as created: Codex takes
nothing else for an end (openai/codex#43140), and comments do not reset its idle timer
(openai/codex#31539), so the sign of life is an event too.

See: https://platform.openai.com/docs/api-reference/responses-streaming
"""

from typing import Any

from proxy import sse, wire
from proxy.dialects.explode import response_events
from proxy.dialects.family import Family, Watch, named, openai_error
from proxy.errors import Problem
from proxy.sse import Event
from proxy.wire import JsonObject

ENDS = frozenset(
    {"response.completed", "response.incomplete", "response.failed", "response.cancelled"}
)
"""The events that end a stream, each with the response as it is then."""
_FAILURES = frozenset({"response.failed", "error"})
_TERMINALS = ENDS | _FAILURES


class ResponsesWatch(Watch):
    """Keeps the response as it was created and the last sequence number."""

    def __init__(self) -> None:
        super().__init__()
        self._created: JsonObject = {}
        self._number = -1

    def see(self, event: Event) -> None:
        body = named(event)
        self._number = wire.number(body, "sequence_number") or self._number
        kind = wire.text(body, "type")
        self.failed = kind in _FAILURES
        self.over = kind in _TERMINALS
        self.troubled = self.troubled or (not kind and bool(body.get("error")))
        if kind == "response.created":
            self._created = wire.child(body, "response")

    def error_event(self, problem: Problem) -> bytes:
        if not self._created:
            error: dict[str, Any] = {"type": "error", "code": problem.code}
            error |= {"message": problem.message, "param": None, "sequence_number": 0}
            return sse.encode(wire.encode(error), b"error")
        failed = {
            **self._created,
            "status": "failed",
            "error": {"code": "server_error", "message": problem.message},
        }
        return self._event("response.failed", self._number + 1, failed)

    def keep_alive(self) -> bytes:
        if not self._created:
            return super().keep_alive()
        return self._event("response.in_progress", max(self._number, 0), self._created)

    def _event(self, kind: str, number: int, response: JsonObject) -> bytes:
        body = {"type": kind, "sequence_number": number, "response": response}
        return sse.encode(wire.encode(body), kind.encode("ascii"))


class Responses:
    """OpenAI's error shape before the first event."""

    name = "responses"

    def error_body(self, problem: Problem) -> bytes:
        return wire.encode({"error": openai_error(problem)})

    def watch(self) -> Watch:
        return ResponsesWatch()

    def error_as_event(self, error: JsonObject) -> bytes:
        told = {name: error.get(name) for name in ("code", "message", "param")}
        return sse.encode(wire.encode({"type": "error", **told, "sequence_number": 0}), b"error")

    def error_as_body(self, error: JsonObject) -> bytes:
        return wire.encode({"error": error})

    def answer_as_events(self, answer: JsonObject) -> bytes:
        return response_events(answer)


FAMILY: Family = Responses()


def fold(stream: bytes) -> JsonObject | None:
    """Return the response that a stream's terminal event carries; None where it was cut."""
    decoder = sse.Decoder()
    for event in [*decoder.feed(stream), *decoder.flush()]:
        body = named(event)
        if wire.text(body, "type") in _TERMINALS and isinstance(body.get("response"), dict):
            return wire.child(body, "response")
    return None

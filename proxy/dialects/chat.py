"""Chat completions, completions, embeddings and models: OpenAI's first API.

See: https://platform.openai.com/docs/api-reference/chat-streaming
"""

import re

from proxy import aggregate, sse, wire
from proxy.dialects.family import Family, Watch, openai_error
from proxy.errors import SERVER_ERROR, UPSTREAM_ERROR, Problem
from proxy.sse import SENTINEL, Event
from proxy.wire import JsonObject

# Cheap signs, so that most events need not be read: what is found is then judged as JSON.
_MAY_END = re.compile(rb'"(?:finish_reason|error)"\s*:\s*["{]')


class ChatWatch(Watch):
    """Over with the sentinel or an error; a finish reason makes the end honest."""

    def see(self, event: Event) -> None:
        data = event.data or b""
        if data.strip() == SENTINEL:
            self.over = True
        elif _MAY_END.search(data):
            chunk = wire.decode_object(data) or {}
            self.failed = bool(chunk.get("error"))
            self.over = self.failed
            self.finished = self.finished or any(
                choice.get("finish_reason") for choice in wire.choices(chunk)
            )

    def error_event(self, problem: Problem) -> bytes:
        error = openai_error(problem)
        if error["type"] == UPSTREAM_ERROR:
            error["type"] = SERVER_ERROR
        return sse.encode(wire.encode({"error": error}))


class Chat:
    """OpenAI's shapes."""

    name = "chat"

    def error_body(self, problem: Problem) -> bytes:
        return wire.encode({"error": openai_error(problem)})

    def watch(self) -> Watch:
        return ChatWatch()

    def error_as_event(self, error: JsonObject) -> bytes:
        return sse.encode(wire.encode({"error": error}))

    def error_as_body(self, error: JsonObject) -> bytes:
        return wire.encode({"error": error})

    def answer_as_events(self, answer: JsonObject) -> bytes:
        completion = wire.text(answer, "object") == "chat.completion"
        chunks = aggregate.explode(answer, usage=True) if completion else [answer]
        return b"".join(sse.encode(wire.encode(chunk)) for chunk in chunks) + sse.encode(SENTINEL)


FAMILY: Family = Chat()

"""Show a provider's error as an error, in the one shape that clients read.

Providers put errors inside a 200 (fox1245/NeoGraph#124, QuantumNous/new-api#6643,
diegosouzapw/OmniRoute#8210, RooCodeInc/Roo-Code#9105), name the event instead of the content
(SamSaffron/term-llm#487), or send strings, arrays (securo-finance/securo#884), FastAPI's ``detail``
(openai/openai-agents-python#442) and web pages (beekeeper-studio/beekeeper-studio#4188): agents
then show an empty answer or "400 (no body)". An error that has OpenAI's shape and a status of its
own is not touched. The sentence is always the provider's own.
"""

import html
import re
from collections.abc import Iterator
from typing import Any, cast

from proxy import sse, wire
from proxy.errors import FIRST_REDIRECT, UPSTREAM_ERROR, problem
from proxy.repair import DocumentOutput, EventOutput, Failure, Finding, Group, Repair, failure
from proxy.sse import Event
from proxy.wire import JsonObject

MAX_SENTENCE = 2048
"""Bytes of a provider's sentence that are passed on; some quote the whole request."""

# Only what has one of these members can be an error: all else is not read here at all.
_SUSPECT = re.compile(rb'"(?:errors?|success|detail|message|msg|base_resp)"')
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_SENTENCES = (
    "message", "msg", "status_msg", "detail", "error_description", "error_msg", "errors", "error",
    "reason", "title", "description",
)  # fmt: skip
_NUMBERS = ("code", "status", "status_code", "http_code")
_FAILED = ("error", "failed", "failure")
_ERRORS = range(400, 600)
_SERVER_ERRORS = 500
_DIGITS = 5
"""No status is longer, and whoever sends thousands of digits wants to be slow."""
_DEEPEST = 4
"""How far a sentence may be wrapped in objects and lists."""

_STATUS_BY_WORD = (
    (401, re.compile(r"authentication|unauthori[sz]ed|unauthenticated|api_?key")),
    (403, re.compile(r"permission|forbidden|access_?denied")),
    (404, re.compile(r"not_?found")),
    (429, re.compile(r"rate_?limit|quota|too_?many|resource_?exhausted|throttl")),
    (400, re.compile(r"invalid_?request|invalid_?argument|bad_?request")),
)
_TYPE_BY_STATUS = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


class ProviderErrors(Repair):
    """Turn what a provider means as an error into a status, or an error event."""

    name = "errors"
    title = "Show errors as errors"
    group = Group.ANSWERS
    default = True
    speaks = True
    symptom = "The agent takes an error, half an answer or none at all for a whole one."
    remedy = "A real status and the provider's own sentence; an error event once the answer runs."

    _begun = False

    def event(self, event: Event) -> EventOutput:
        error = self._error_event(event)
        if error is None:
            self._begun = True
            yield event
            return
        ours = sse.encode(wire.encode({"error": error.error}))
        if not self._begun or event.raw != ours:
            yield Finding(self.name, "the stream held an error in a form of its own; made an error")
        yield error

    def document(self, data: bytes) -> DocumentOutput:
        if self.status >= _ERRORS.start:
            error = _refusal(data, self.status)
        else:
            error = self._unfit(data) if self.status < FIRST_REDIRECT else None
        if error is None:
            yield data
            return
        yield Finding(self.name, "the answer was an error in a form of its own; made an error")
        yield error

    def _unfit(self, data: bytes) -> Failure | None:
        found = hidden(data)
        broken = sse.decoded(data) is None and wire.is_broken(data)
        if found is None and self.context.streaming and broken:
            # Who waits for events finds none in it, and takes that for the end.
            return failure(problem("upstream_invalid"))
        return found

    def _error_event(self, event: Event) -> Failure | None:
        if event.data is None:
            return None
        named = event.name == b"error"
        if not named and _SUSPECT.search(event.data) is None:
            return None
        value = _parsed(event.data)
        if named:
            return _failure(value if value is not None else _text(event.data), None)
        return _failure(value, None) if _is_error(value) else None


def hidden(data: bytes) -> Failure | None:
    """Find the error in the body of an answer that claims success; None where it is none."""
    if not data.strip():
        return failure(problem("stream_incomplete"))
    if (title := _page_title(data)) is not None:
        named = f" (“{title}”)" if title else ""
        sentence = f"The provider answered with a web page{named} instead of JSON."
        return _failure(f"{sentence} Check the base URL: is /v1 missing?", None)
    data = data.removeprefix(sse.BOM)
    if (stream := sse.decoded(data)) is not None:
        # Chunks that came without their framing, and perhaps an error among them.
        events = map(_parsed, stream)
        return next((_failure(each, None) for each in events if _is_error(each)), None)
    value = _parsed(data)
    if value is None:
        prose = data.lstrip()[:1] not in (b"{", b"[", b'"') and _is_prose(data)
        return _failure(_text(data), None) if prose else None
    return _failure(value, None) if isinstance(value, str) or _is_error(value) else None


def _refusal(data: bytes, status: int) -> Failure | None:
    """Read the body of an answer that has an error's status; None where its shape is right."""
    value = _parsed(data)
    if isinstance(value, dict) and wire.filled(
        wire.child(cast("JsonObject", value), "error"), "message"
    ):
        return None
    if value is None and data.lstrip()[:5] in (b"data:", b"event"):
        value = _first_event(data)
    if value is None:
        page = _page_title(data)
        value = _text(data) if page is None else page or "The provider answered with a web page."
    return _failure(value, status)


def _is_error(value: Any) -> bool:
    if isinstance(value, list):
        first = next(iter(cast("list[Any]", value)), None)
        return isinstance(first, dict) and _is_error(first)
    if not isinstance(value, dict):
        return False
    body = cast("JsonObject", value)
    if body.get("choices"):
        errors = [body.get("error"), *(each.get("error") for each in wire.choices(body))]
        return any(_explains(error) for error in errors)
    return (
        bool(body.get("error"))
        or body.get("success") is False
        or "error" in (body.get("object"), body.get("type"))
        or wire.text(body, "status").lower() in _FAILED
        or bool(wire.number(wire.child(body, "base_resp"), "status_code"))
        or bool(body.get("detail"))
        or (_number_status(body) is not None and bool(_sentence(body)))
    )


def _explains(error: Any) -> bool:
    """Tell whether a member beside choices is an error, and not the empty form of one."""
    if isinstance(error, str):
        return bool(error.strip())
    if not isinstance(error, dict):
        return False
    return bool(_sentence(error)) or bool(cast("JsonObject", error).get("code"))


def _failure(value: Any, status: int | None) -> Failure:
    layers = list(_layers(value))
    if status is None:
        status = next(_statuses(layers), 502)
    sentence = next(filter(None, (_sentence(layer) for layer in layers)), "") or _sentence(value)
    if not sentence:
        said = wire.dumps(value) if value else "nothing more"
        sentence = f"The provider answered with an error and said: {said}"
    error: JsonObject = {
        "message": _clipped(sentence),
        "type": _word(layers, "type") or _type_of(status),
        "param": _word(layers, "param"),
        "code": _word(layers, "code") or _word(layers, "status"),
    }
    return Failure(status, error)


def _layers(value: Any) -> Iterator[JsonObject]:
    """Yield the objects that describe the error, the innermost first."""
    if isinstance(value, list):
        yield from _layers(next(iter(cast("list[Any]", value)), None))
    elif isinstance(value, dict):
        body = cast("JsonObject", value)
        inner = [wire.child(body, "error"), *wire.objects(body, "errors")]
        inner.append(wire.child(body, "base_resp"))
        inner += [wire.child(choice, "error") for choice in wire.choices(body)]
        yield from (each for each in inner if each)
        yield body


def _statuses(layers: list[JsonObject]) -> Iterator[int]:
    """Yield the statuses that the error claims: numbers first, then what its words stand for."""
    for layer in layers:
        if (number := _number_status(layer)) is not None:
            yield number
    for layer in layers:
        for name in ("type", "code", "status"):
            word = wire.text(layer, name).lower().replace("-", "_").replace(" ", "_")
            yield from (status for status, words in _STATUS_BY_WORD if words.search(word))


def _number_status(layer: JsonObject) -> int | None:
    for name in _NUMBERS:
        text = str(layer.get(name))[:_DIGITS]
        if text.isascii() and text.isdecimal() and int(text) in _ERRORS:
            return int(text)
    return None


def _sentence(value: Any, depth: int = 0) -> str:
    """Return the provider's words, however deep they are wrapped."""
    if isinstance(value, str):
        return value.strip()
    if depth >= _DEEPEST:
        return ""
    if isinstance(value, list):
        each = (_sentence(item, depth + 1) for item in cast("list[Any]", value)[:8])
        return "; ".join(filter(None, each))
    if not isinstance(value, dict):
        return ""
    body = cast("JsonObject", value)
    found = (_sentence(body.get(name), depth + 1) for name in _SENTENCES)
    sentence = next(filter(None, found), "")
    place = body.get("loc")
    if sentence and isinstance(place, list):
        return f"{'.'.join(str(step) for step in cast('list[Any]', place)[:8])}: {sentence}"
    return sentence


def _word(layers: list[JsonObject], name: str) -> str | None:
    words = (wire.text(layer, name).strip() for layer in layers)
    # A type of "error" says no more than that this is one.
    return next((word for word in words if word and (name, word) != ("type", "error")), None)


def _type_of(status: int) -> str:
    if status in _TYPE_BY_STATUS:
        return _TYPE_BY_STATUS[status]
    return "invalid_request_error" if status < _SERVER_ERRORS else UPSTREAM_ERROR


def _clipped(sentence: str) -> str:
    raw = sentence.encode("utf-8", "replace")
    return sentence if len(raw) <= MAX_SENTENCE else raw[:MAX_SENTENCE].decode("utf-8", "ignore")


def _parsed(data: bytes) -> Any:
    try:
        return wire.decode(data)
    except ValueError:
        return None


def _first_event(data: bytes) -> Any:
    decoder = sse.Decoder()
    events = [*decoder.feed(data), *decoder.flush()]
    return next((_parsed(event.data) for event in events if event.data is not None), None)


def _page_title(data: bytes) -> str | None:
    """Return a web page's title, empty where it has none; None where this is no page."""
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"<"):
        return None
    match = _TITLE.search(_text(start[: 64 * 1024]))
    return "" if match is None else " ".join(html.unescape(match.group(1)).split())[:200]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").strip()


def _is_prose(data: bytes) -> bool:
    return "\ufffd" not in _text(data[:MAX_SENTENCE]) and b"\0" not in data

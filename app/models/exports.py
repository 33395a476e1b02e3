"""What leaves the inspector as a text or a file; never with a key in it.

Reads its own way through the exchange: a large one takes seconds, on a thread that may wait.
"""

import json
import shlex
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from app.about import version
from app.models.exchange import Exchange
from app.models.plaintext import decoded, one_line
from app.models.reading import EventLog, Reading
from app.newcase import Recording, case_of, text_of
from app.redaction import Redaction
from app.replay import marks_of
from proxy.config import DEMO_HOST
from proxy.repairs import fixes
from proxy.tap import Headers, Mark, Started

_AROUND = 10
_MOST_MARKS = 50
_WIDTH = 600
_SLICE_SECONDS = 0.05
_LONGEST_ARGUMENT = 100_000
"""Linux takes 128 KiB for one word of a command; a longer body is given on standard input."""
# curl makes these itself, or they belong to our connection.
_NOT_FOR_CURL = frozenset(
    {
        *("host", "content-length", "connection", "transfer-encoding", "accept-encoding"),
        "x-wiremend-hop",
    }
)
_KEY_HEADERS = frozenset({"authorization", "x-api-key", "api-key", "x-wiremend-key"})
_MASK = "‹key"
_REQUEST_NAMES = frozenset({"x-request-id", "request-id", "cf-ray", "x-amzn-requestid"})


class Exported(NamedTuple):
    """What leaves, and how many values had to be taken out of it."""

    text: str
    removed: int


def answer_of(exchange: Exchange) -> Exported:
    """Return the text of the answer, as it was."""
    return Exported("".join(_read(exchange).answer.text), 0)


def curl_of(exchange: Exchange) -> Exported:
    """Return a shell command that asks the same again, with the key as ``$KEY``."""
    redaction = Redaction()
    asked, started = exchange.asked, exchange.started
    url, headers, body = _local_url(started), started.headers, started.body
    # Nobody but the proxy can ask the built-in provider.
    if asked is not None and urlsplit(asked.url).hostname != DEMO_HOST:
        url, headers, body = asked.url, asked.headers, asked.body
    lines = [f"curl -sS -N -X {shlex.quote(started.method)} {shlex.quote(redaction.text(url))}"]
    for name, value in headers:
        lines += _curl_header(name, value, redaction)
    if exchange.dropped:
        # Without its body it would ask for something else.
        return Exported("", 0)
    if body:
        lines.append(_curl_body(redaction.text(decoded(body))))
    return Exported(" \\\n  ".join(lines), redaction.count)


def har_of(exchange: Exchange) -> Exported:
    """Return the exchange as an HTTP archive, redacted."""
    redaction, reading = Redaction(), _read(exchange)
    asked, started, answered = exchange.asked, exchange.started, exchange.answered
    url = asked.url if asked is not None else _local_url(started)
    first = (exchange.first_byte_seconds or 0) * 1e3
    whole = (exchange.duration or 0) * 1e3
    body = decoded(asked.body if asked is not None else started.body)
    received = _answer_bytes(reading.received)
    entry = {
        "startedDateTime": datetime.fromtimestamp(started.wall, UTC).isoformat(),
        "time": whole,
        "request": {
            "method": started.method,
            "url": redaction.text(url),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _har_headers(asked.headers if asked else started.headers, redaction),
            "queryString": _har_query(url, redaction),
            **_har_body(redaction.text(body)),
            "headersSize": -1,
            "bodySize": len(body.encode("utf-8", "replace")),
        },
        "response": {
            "status": exchange.status or 0,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _har_headers(answered.headers if answered else (), redaction),
            "content": {
                "size": len(received),
                "mimeType": content_type(exchange),
                "text": redaction.text(decoded(received)),
            },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": exchange.received.size,
        },
        "cache": {},
        "timings": {"send": 0, "wait": first, "receive": max(0.0, whole - first)},
    }
    creator = {"name": "Wiremend", "version": version()}
    note = " ".join([*_gap(exchange), _removed(redaction)])
    archive = {"log": {"version": "1.2", "creator": creator, "entries": [entry], "comment": note}}
    return Exported(json.dumps(archive, ensure_ascii=True, indent=1), redaction.count)


def case_text(exchange: Exchange) -> Exported:
    """Return the exchange as a case of the corpus, redacted. Raises `ValueError`."""
    answered, finished = exchange.answered, exchange.finished
    if answered is None or exchange.dropped:
        raise ValueError("there is no answer to make a case of")
    reading = _read(exchange)
    cut = finished is not None and finished.outcome == "cut_off"
    recording = Recording(
        f"{exchange.started.provider}-{exchange.id}",
        exchange.started.body,
        answered.status,
        answered.headers,
        _answer_bytes(reading.received),
        "eof" if cut else "done",
    )
    case = case_of(recording, redaction := Redaction())
    return Exported(text_of(case), redaction.count)


def bug_report(exchange: Exchange) -> Exported:
    """Return a short text for a provider or an agent's maintainer: the defect and its place."""
    redaction, reading = Redaction(), _read(exchange)
    started = exchange.started
    finished = exchange.finished
    lines = [
        f"Reported by: Wiremend {version()}",
        f"Time: {datetime.fromtimestamp(started.wall, UTC):%Y-%m-%d %H:%M:%S} UTC",
        f"Provider: {started.provider}",
        f"Endpoint: {started.method} {started.endpoint}",
        f"Model: {one_line(started.model, _WIDTH)}",
        f"Agent: {one_line(started.agent, _WIDTH)}",
        f"Stream asked for: {'yes' if started.streaming else 'no'}",
        f"Status: {exchange.status or '–'}",
        *_named_by_provider(exchange),
    ]
    if finished is not None:
        reason = f" ({one_line(finished.reason, _WIDTH)})" if finished.reason else ""
        lines.append(f"Ended: {finished.outcome}{reason}")
        lines += [f"Would be mended by {fix}: {n}" for fix, n in finished.would_mend.items()]
    done = list(exchange.defects())
    marks = done or _missed(exchange, reading.received)
    lines += ["", "What was wrong:" if marks else "No fix acted on this request."]
    lines += _symptoms(marks)
    lines += [f"- {_place(mark)}{mark.fix}: {_message(mark, done)}" for mark in marks[:_MOST_MARKS]]
    places = [mark.received for mark in marks if mark.received is not None]
    place = places[0] if places else len(reading.received.events)
    lines += ["", "The events around it, as they were received:"]
    lines += _fenced(_around(reading.received, place))
    report = redaction.text("\n".join([*lines, *_gap(exchange)]))
    return Exported(f"{report}\n\n{_removed(redaction)}\n", redaction.count)


def content_type(exchange: Exchange) -> str:
    """Return what upstream said the answer is."""
    headers = exchange.answered.headers if exchange.answered is not None else ()
    return next((value for name, value in headers if name.lower() == "content-type"), "")


def redacted_headers(headers: Headers) -> list[tuple[str, str]]:
    """Return headers as they may be shown: once more without what looks like a key."""
    redaction = Redaction()
    return [
        (name, value if _MASK in value else redaction.header(name, value))
        for name, value in headers
    ]


def _read(exchange: Exchange) -> Reading:
    reading = Reading(exchange)
    while reading.advance(_SLICE_SECONDS):
        pass
    return reading


def _gap(exchange: Exchange) -> list[str]:
    if exchange.dropped:
        return ["The contents of this request were no longer kept."]
    return [f"{exchange.lost} bytes of it were not kept."] if exchange.lost else []


def _local_url(started: Started) -> str:
    """Return where the agent sent it."""
    host = next((value for name, value in started.headers if name.lower() == "host"), "127.0.0.1")
    return f"http://{host}{started.path}"


def _removed(redaction: Redaction) -> str:
    if redaction.count == 1:
        return "1 value that looked like a secret was removed."
    return f"{redaction.count} values that looked like secrets were removed."


def _named_by_provider(exchange: Exchange) -> list[str]:
    """Tell under which name the provider's own log has the request, where it says so."""
    headers = exchange.answered.headers if exchange.answered is not None else ()
    return [
        f"{name}: {one_line(value, _WIDTH)}"
        for name, value in headers
        if name.lower() in _REQUEST_NAMES
    ]


def _answer_bytes(log: EventLog) -> bytes:
    return b"".join(log.events.raws)


def _curl_header(name: str, value: str, redaction: Redaction) -> Iterable[str]:
    lower = name.lower()
    if lower in _NOT_FOR_CURL:
        return
    if lower in _KEY_HEADERS or _MASK in value:
        scheme = "Bearer " if lower == "authorization" else ""
        # Double quotes: the shell is to put the key in. A header's name needs no escape there.
        safe = "".join(each for each in name if each.isalnum() or each in "-_")
        yield f'-H "{safe}: {scheme}$KEY"'
        return
    yield f"-H {shlex.quote(f'{name}: {redaction.header(name, value)}')}"


def _curl_body(body: str) -> str:
    quoted = shlex.quote(body)
    if len(quoted.encode("utf-8", "replace")) <= _LONGEST_ARGUMENT:
        # Whatever it begins with: the other ways to give a body read files.
        return f"--data-raw {quoted}"
    end = "BODY"
    while end in body:
        end += "_"
    return f"--data-binary @- <<'{end}'\n{body}\n{end}"


def _har_headers(headers: Headers, redaction: Redaction) -> list[dict[str, str]]:
    return [{"name": name, "value": redaction.header(name, value)} for name, value in headers]


def _har_body(text: str) -> dict[str, Any]:
    return {"postData": {"mimeType": "application/json", "text": text}} if text else {}


def _har_query(url: str, redaction: Redaction) -> list[dict[str, Any]]:
    pairs: Sequence[tuple[str, str]] = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    return [{"name": name, "value": redaction.header(name, value)} for name, value in pairs]


def _place(mark: Mark) -> str:
    return "" if mark.received is None else f"event {mark.received}: "


def _symptoms(marks: Iterable[Mark]) -> list[str]:
    """Tell whom it hurts; the reasons alone say only what was done about it."""
    met = {mark.fix for mark in marks}
    return [f"{fix.title}: {fix.symptom}" for fix in fixes() if fix.name in met]


def _missed(exchange: Exchange, log: EventLog) -> list[Mark]:
    """Find where the fixes that are off would have acted: only how often was counted."""
    finished = exchange.finished
    if finished is None or not finished.would_mend:
        return []
    body, status, kind = exchange.started.body, exchange.status or 0, content_type(exchange)
    marks = marks_of(finished.would_mend, body, status, kind, _answer_bytes(log))
    return [mark for mark in marks if not mark.routine]


def _message(mark: Mark, done: Collection[Mark]) -> str:
    message = one_line(mark.message, _WIDTH)
    return message if mark in done else f"{message} (not done: the fix is off)"


def _fenced(lines: list[str]) -> list[str]:
    """Mark the lines as code, for the places where reports are pasted."""
    fence = "```"
    while any(fence in line for line in lines):
        fence += "`"
    return [fence, *lines, fence]


def _around(log: EventLog, number: int) -> list[str]:
    first = max(0, min(number - _AROUND // 2, len(log.events) - _AROUND))
    return [
        f"#{place}  {one_line(decoded(log.events.raws[place][: 4 * _WIDTH]).strip(), _WIDTH)}"
        for place in range(first, min(first + _AROUND, len(log.events)))
    ]

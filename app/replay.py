"""Plays recorded answers through the fixes, offline, and says what each of them changed.

A case is a file of the corpus: a request, an answer as it came, and what an agent should make of
it. Files come from strangers too: whatever they hold, they are refused in one line or played.
"""

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.cases import Case, CaseError, load
from proxy import sse, wire
from proxy.pipeline import Pipeline
from proxy.repair import Context, Failure, Form, Repair
from proxy.repairs import REGISTRY, RESERVED, selected
from proxy.sink import Step
from proxy.sniff import Sniffer
from proxy.tap import Mark
from proxy.wire import JsonObject

Writer = Callable[[str], Any]

# Longer events are cut in what is printed, never in what is played.
_WIDTH = 400
_WRONG_USAGE = 2


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a fix changed."""

    fix: str
    message: str
    received: str | None
    """The event in which it was found; None for the request or the whole answer."""
    sent: str | None
    """The event that left in its place; None where one was dropped."""
    routine: bool
    """The fix did its work although nothing was broken."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a case."""

    case: Case
    status: int
    sent: bytes
    changes: list[Change]
    failure: Failure | None

    @property
    def findings(self) -> dict[str, int]:
        return dict(Counter(change.fix for change in self.changes))


def replay(
    paths: Iterable[str | Path],
    fixes: Sequence[str] = (),
    all_fixes: bool = False,
    as_json: bool = False,
    write: Writer | None = None,
    complain: Writer | None = None,
) -> int:
    """Play each file, write what changed, return the exit status.

    Without a choice the fixes are those that are on by default, and the case's own.
    """
    say: Writer = write or sys.stdout.write
    object_to: Writer = complain or sys.stderr.write
    unknown = sorted(set(fixes) - {repair.name for repair in REGISTRY})
    if unknown:
        object_to(f"there is no fix named {_printable(unknown[0])}\n")
        return _WRONG_USAGE
    status = 0
    for path in paths:
        try:
            case = load(Path(path))
        except CaseError as error:
            object_to(f"{_printable(str(path))}: {_printable(str(error))}\n")
            status = 1
            continue
        replayed = play(case, _chosen(case, fixes, every=all_fixes))
        say(_as_json(replayed) if as_json else _as_text(replayed))
    return status


def play(case: Case, repairs: Sequence[type[Repair]]) -> Replayed:
    """Play one case through these repairs."""
    if not case.chat:
        return Replayed(case, case.status, case.body, [], None)
    pipeline = Pipeline(Context(case.request), repairs)
    asked = pipeline.request(wire.encode(case.request))
    pipeline.start(case.status, case.content_type)
    steps = [pipeline.feed(case.body)]
    steps.append(pipeline.finish(clean=case.ending != "eof" or pipeline.done))
    sent = b"".join(step.data for step in steps)
    failure = pipeline.failure
    status = case.status if pipeline.status is None else pipeline.status
    if failure is not None and sent in (b"", _event_of(failure)):
        status, sent = failure.status, wire.encode({"error": failure.error})
    return Replayed(case, status, sent, _changes(case, sent, asked.marks, steps), failure)


def streams(data: bytes) -> bool:
    """Tell whether the bytes of an answer are a stream's."""
    return Sniffer().feed(data).form is Form.STREAM


def marks_of(
    fixes: Collection[str], request: bytes, status: int, content_type: str, received: bytes
) -> list[Mark]:
    """Say what these fixes would do to a whole answer, and where."""
    repairs = [each for each in REGISTRY if each.name in fixes]
    pipeline = Pipeline(Context(wire.decode_object(request) or {}, shadow=True), repairs)
    pipeline.start(status, content_type)
    steps = (pipeline.feed(received), pipeline.finish(clean=True))
    return [mark for step in steps for mark in step.marks]


def _chosen(case: Case, fixes: Sequence[str], *, every: bool) -> tuple[type[Repair], ...]:
    if every:
        return REGISTRY
    if fixes:
        return tuple(repair for repair in REGISTRY if repair.name in fixes)
    return selected({case.fix: True} if case.fix else {})


def _event_of(failure: Failure) -> bytes:
    return sse.encode(wire.encode({"error": failure.in_stream}))


def _changes(case: Case, sent: bytes, asked: Sequence[Mark], steps: Sequence[Step]) -> list[Change]:
    received_events, sent_events = _events(case.body), _events(sent)
    answered = [mark for step in steps for mark in step.marks]
    return [
        Change(
            mark.fix,
            mark.message,
            _numbered(received_events, mark.received),
            _numbered(sent_events, mark.sent),
            mark.routine,
        )
        for mark in (*asked, *answered)
    ]


def _events(data: bytes) -> list[str]:
    """Cut an answer into what the marks number: a plain one is a single event."""
    if not streams(data):
        return [_shown(data)]
    decoder = sse.Decoder(len(data) + 1)
    return [_shown(event.raw) for event in (*decoder.feed(data), *decoder.flush())]


def _numbered(events: list[str], number: int | None) -> str | None:
    if number is None:
        return None
    return f"#{number} {events[number]}" if number < len(events) else f"#{number}"


def _shown(raw: bytes) -> str:
    text = raw[: 2 * _WIDTH].decode("utf-8", "replace").strip()
    return _printable(text)


def _printable(text: str) -> str:
    """Show a text on one line, without anything that a terminal would obey."""
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
    return shown if len(shown) <= _WIDTH else f"{shown[:_WIDTH]}…"


def _as_text(replayed: Replayed) -> str:
    name = _printable(replayed.case.name)
    lines = [f"{name}: {_summary(replayed)}"]
    for change in replayed.changes:
        lines.append(f"  {change.fix}: {_printable(change.message)}")
        lines += [
            f"    {side} {event}"
            for side, event in (("received", change.received), ("sent    ", change.sent))
            if event is not None
        ]
    return "\n".join(lines) + "\n"


def _summary(replayed: Replayed) -> str:
    case = replayed.case
    if not case.chat:
        return "no chat completion; relayed as it came"
    counted = [f"{fix} ({count})" for fix, count in replayed.findings.items()]
    said = ", ".join(counted) if counted else "nothing was changed"
    if replayed.failure is not None:
        message = _printable(str(replayed.failure.error.get("message")))
        said += f"; ended with an error: {message}"
    if case.fix in RESERVED:
        said += f"; {case.fix} comes with a later version"
    return said


def _as_json(replayed: Replayed) -> str:
    failure = replayed.failure
    line: JsonObject = {
        "case": replayed.case.name,
        "status": replayed.status,
        "error": None if failure is None else failure.error,
        "findings": replayed.findings,
        "changes": [
            {
                "fix": each.fix,
                "message": each.message,
                "received": each.received,
                "sent": each.sent,
            }
            for each in replayed.changes
        ],
        "sent": replayed.sent.decode("utf-8", "replace"),
    }
    return wire.dumps(line) + "\n"

"""Makes a case of an exchange that was seen, redacted; what it says is to be read, not believed.

What such a case expects is what the fixes make of the answer today.
"""

import base64
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from app.cases import parse
from app.redaction import Redaction
from app.replay import Replayed, play, streams
from proxy import sse, wire
from proxy.aggregate import Fold
from proxy.errors import FIRST_ERROR
from proxy.repair import Group
from proxy.repairs import REGISTRY, selected
from proxy.wire import JsonObject

# The others also add to answers in which nothing is broken.
_LIKELY = tuple(each for each in REGISTRY if each.default or each.group is Group.GUESSES)
_MEANT = ("content", "tool_calls", "reasoning_content")


@dataclass(frozen=True, slots=True)
class Recording:
    """What was seen of one exchange."""

    name: str
    """What the case will be called."""
    request: bytes
    status: int
    headers: Iterable[tuple[str, str]]
    """Upstream's."""
    received: bytes
    """The whole body, uncompressed."""
    ending: str = "done"
    """As a case has it."""


def case_of(recording: Recording, redaction: Redaction) -> JsonObject:
    """Make a case of it; ``redaction`` then knows how many values were taken out.

    Raises `ValueError` where the request is nested too deeply to be gone through.
    """
    asked = _asked(recording.request, redaction)
    upstream = _upstream(recording, redaction)
    draft: JsonObject = {
        "name": recording.name, "fix": None, "request": asked, "upstream": upstream,
    }  # fmt: skip
    case = parse(wire.encode(draft))
    played = play(case, _LIKELY)
    found = Counter(each.fix for each in played.changes if not each.routine)
    fix = next((each for each, _ in found.most_common()), None)
    final = _final(play(case, selected({fix: True} if fix else {})))
    return {
        "name": recording.name,
        "family": "recorded",
        "source": "",
        "evidence": "recorded",
        "request": asked,
        "upstream": upstream,
        "breaks": "",
        "policy": "never" if fix is None else "auto",
        "detect": "; ".join(sorted({each.message for each in played.changes if each.fix == fix})),
        "expect": {"repair": fix or "none", "stream": "", "final": final},
        "fix": fix,
        "note": f"{redaction.count} values were removed",
    }


def text_of(case: JsonObject) -> str:
    """Return the text of a case's file."""
    text = json.dumps(case, ensure_ascii=False, indent=1, default=float) + "\n"
    # Half a surrogate pair has no UTF-8, but JSON can spell it.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _asked(request: bytes, redaction: Redaction) -> JsonObject:
    try:
        return cast("JsonObject", redaction.value(wire.decode_object(request) or {}))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _upstream(recording: Recording, redaction: Redaction) -> JsonObject:
    named = (value for each, value in recording.headers if each.lower() == "content-type")
    kind = redaction.text(next(named, ""))
    upstream: JsonObject = {"status": recording.status, "headers": {"content-type": kind}}
    upstream |= _body(recording.received, redaction)
    if recording.ending != "done":
        upstream["ending"] = recording.ending
    return upstream


def _body(received: bytes, redaction: Redaction) -> JsonObject:
    try:
        text = redaction.text(received.decode("utf-8"))
    except UnicodeDecodeError:
        clean = redaction.text(received.decode("latin-1")).encode("latin-1")
        return {"chunks_b64": [base64.b64encode(clean).decode("ascii")]}
    if not streams(received):
        return {"body": text}
    raw = text.encode()
    decoder = sse.Decoder(len(raw) + 1)
    return {"chunks": [event.raw.decode() for event in (*decoder.feed(raw), *decoder.flush())]}


def _final(replayed: Replayed) -> JsonObject | None:
    """Return message and finish reason of what the agent got; None where it got an error."""
    if replayed.failure is not None or replayed.status >= FIRST_ERROR:
        return None
    if streams(replayed.sent):
        fold = Fold()
        decoder = sse.Decoder(len(replayed.sent) + 1)
        for event in decoder.feed(replayed.sent):
            fold.add(wire.decode_object(event.data or b"") or {})
        completion = fold.completion()
    else:
        completion = wire.decode_object(replayed.sent) or {}
    for choice in wire.choices(completion):
        message = wire.child(choice, "message")
        kept = {name: message[name] for name in _MEANT if message.get(name) is not None}
        return {
            "message": {"role": "assistant", "content": None, **kept},
            "finish_reason": choice.get("finish_reason"),
        }
    return None

"""What the inspector and the log learn of an exchange: records without a credential."""

import time
from collections.abc import Generator, Iterable
from typing import Any, Protocol

from proxy import headers as rules, redacting, shadow
from proxy.config import Provider
from proxy.errors import FIRST_ERROR, Problem
from proxy.forwarding import COMPLETE
from proxy.outgoing import Mended
from proxy.repairs import selected_names
from proxy.scrubbing import Scrubbed, Scrubber, packed
from proxy.tap import (
    Answered,
    Asked,
    Finished,
    Headers,
    Mark,
    Marked,
    Passed,
    Received,
    Sent,
    Started,
    Tap,
)
from proxy.trails import Trails
from proxy.unpack import Shown
from proxy.upstream import Asking, Opened
from proxy.wire import JsonObject, text

SHADOW_LIMIT = 1024 * 1024
"""Bytes of an answer beyond which the fixes that are off are not tried on it."""

_OUTCOMES = {
    "client_gone": "client_gone",
    "proxy_shutdown": "shutdown",
    "stream_incomplete": "cut_off",
    "upstream_reset": "cut_off",
    "event_too_large": "cut_off",
    "upstream_connect_timeout": "timeout",
    "upstream_first_byte_timeout": "timeout",
    "upstream_idle_timeout": "timeout",
    "busy": "refused",
    "provider_key_unavailable": "refused",
    "loop_detected": "refused",
    "too_large": "refused",
}
_NOTHING = Scrubber()


class Admitted(Protocol):
    """What the guard found out, as far as it is recorded."""

    @property
    def provider(self) -> Provider: ...
    @property
    def endpoint(self) -> Any: ...
    @property
    def agent(self) -> str: ...
    @property
    def exchange_id(self) -> str: ...


class Recorder:
    """Turns one exchange into records, and keeps count of it."""

    def __init__(
        self, admitted: Admitted, method: str, path: str, tap: Tap, trails: Trails
    ) -> None:
        self._admitted = admitted
        self.exchange_id = self._id = admitted.exchange_id
        self._method, self._path = method, path
        self._tap = tap
        self._trails = trails
        self._at = time.monotonic()
        self._asked: JsonObject = {}
        self._body = b""
        self._status = 0
        self._content_type = ""
        self._piece: bytes | None = None
        self._kept: list[bytes] | None = []
        self._first_byte: float | None = None
        self._found: dict[str, int] = {}
        self._over = COMPLETE, 0, self._at
        self._request: tuple[rules.HeaderList, float] | None = None
        self._asking: tuple[Asking, Mended, float] | None = None
        self._head: tuple[Opened, float] | None = None
        self._plainly = self._known = _NOTHING
        self._came, self._left = Scrubbed(_NOTHING), Scrubbed(_NOTHING)
        self._packed: Shown | None = None
        self.bytes_in = self.bytes_out = 0
        self.events = 0
        self.detail = ""
        """What is known of a failure beyond its code, for the inspector."""

    def started(self, headers: rules.HeaderList, body: bytes, asked: JsonObject) -> None:
        """The request is here; recorded as soon as it is known which key it must not hold."""
        self._asked, self._body = asked, body
        self._request = headers, time.time()

    def asked(self, asking: Asking, mended: Mended) -> None:
        """The request goes upstream; recorded at `note`, or with what comes next."""
        self._asking = asking, mended, time.monotonic()

    def note(self) -> None:
        """Record what was asked and what upstream's head said: work for a time of waiting."""
        self._note_request()
        if self._head is not None:
            (opened, at), self._head = self._head, None
            codings = () if opened.unpacks else rules.codings(opened.headers)
            self._packed = Shown(codings) if codings else None
            headers = self._redacted(opened.headers)
            self._tap(Answered(self._id, at, opened.status, headers, opened.took_to_connect))

    def _note_request(self) -> None:
        if self._asking is None:
            return
        asking, mended, at = self._asking
        body = self._announce()
        if mended.data is not self._body:
            body = self._plainly.scrub(mended.data)
        self._count_fixes(mended.marks)
        headers = self._redacted(asking.headers)
        url = asking.url.partition("?")[0]
        self._asking = None
        self._tap(Asked(self._id, at, url, headers, body, mended.marks))

    def answered(self, opened: Opened) -> None:
        """Upstream's head is here; recorded with what comes next."""
        self._head = opened, time.monotonic()
        self._status = opened.status
        self._content_type = opened.content_type
        if opened.status >= FIRST_ERROR:
            self._suspect()

    def received(self, piece: bytes) -> None:
        """A piece of the answer came; recorded when it is known whether it left as it came."""
        self._flush()
        self._piece = piece
        self._count(piece)

    def catch_up(self) -> None:
        """Record what has come although none of it has left."""
        self.note()
        self._flush()

    def sent(self, data: bytes) -> None:
        """Bytes have left for the agent."""
        if self._head is not None:
            self.note()
        if data and data == self._piece:
            self._piece = None
            if self._came.held == self._left.held or self._packed is not None:
                self._pass(data)
                return
            self._piece = data
        self._flush()
        if data and (clean := self._left.feed(data)):
            self._tap(Sent(self._id, time.monotonic(), clean))

    def passed(self, piece: bytes) -> None:
        """A piece came, and has left as it was."""
        self.bytes_out += len(piece)
        if self._piece is None and self._head is None and self._came.held == self._left.held:
            self._count(piece)
            self._pass(piece)
        else:
            self.received(piece)
            self.sent(piece)

    def marked(self, marks: Iterable[Mark]) -> None:
        """Fixes acted."""
        found = tuple(marks)
        if found:
            self.note()
            self._flush()
            self._count_fixes(found)
            self._tap(Marked(self._id, time.monotonic(), found))

    def scrubbed(self) -> Scrubbed:
        """Return what takes the exchange's credentials out of an error that comes in pieces."""
        self._suspect()
        return Scrubbed(self._known)

    def scrub(self, data: bytes) -> bytes:
        """Take the exchange's credentials out of an error that is whole."""
        self._suspect()
        return self._known.scrub(data)

    def scrub_values(self, headers: rules.HeaderList) -> rules.HeaderList:
        """Take the exchange's credentials out of what headers say."""
        self.learn()
        if not self._known.finds(b"\n".join([each for _, each in headers])):
            return headers
        return [(name, self._known.scrub(each)) for name, each in headers]

    def over(self, why: Problem, status: int) -> None:
        """The answer is over; what it takes to say so waits until there is time."""
        self._over = why, status, time.monotonic()

    def finished(self, would_mend: dict[str, int]) -> None:
        """The answer is over, and what the fixes that are off would have found is known."""
        why, status, at = self._over
        self.note()
        # Where it never came to a credential of upstream's.
        self._announce()
        self._flush()
        self._release()
        first = None if self._first_byte is None else (self._first_byte - self._at) * 1e3
        self._tap(
            Finished(
                exchange_id=self._id,
                at=at,
                status=status,
                outcome=outcome_of(why),
                reason=self._reason(why),
                bytes_in=self.bytes_in,
                bytes_out=self.bytes_out,
                first_byte_ms=first,
                duration_ms=(at - self._at) * 1e3,
                findings=self._found,
                would_mend=would_mend,
            )
        )

    def would_mend(self) -> Generator[None, None, dict[str, int]]:
        """Ask the fixes that are off, in slices; only of an answer that is all there."""
        provider = self._admitted.provider
        whole = outcome_of(self._over[0]) in ("done", "upstream_error", "cut_off")
        if not self._admitted.endpoint.mended or not whole or not self._kept:
            return {}
        on = () if provider.passthrough else selected_names(provider.fixes)
        received = b"".join(self._kept)
        return (
            yield from shadow.would_mend(
                self._asked, self._status, self._content_type, received, on, self._trails
            )
        )

    def _reason(self, why: Problem) -> str:
        if why is COMPLETE:
            return ""
        reason = self.scrub(why.message.encode()).decode("utf-8", "replace")
        # Events that nobody had to read were not counted.
        events = f"{self.events} events, " if self.events else ""
        came = f"after {events}{self.bytes_in} bytes" if self.bytes_in else ""
        more = "; ".join(filter(None, (self.detail, came if _broke(why) else "")))
        return f"{reason} ({more})" if more else reason

    def _announce(self) -> bytes:
        """Record the request, once; return its body as it may be shown."""
        if self._request is None:
            return b""
        self.learn()
        (headers, wall), self._request = self._request, None
        provider = self._admitted.provider
        body = self._plainly.scrub(self._body)
        model = text(self._asked, "model")
        if body is not self._body:
            # A careless agent may have taken its key for the model's name.
            name = self._plainly.scrub(model.encode("utf-8", "surrogatepass"))
            model = name.decode("utf-8", "surrogatepass")
        self._tap(
            Started(
                exchange_id=self._id,
                at=self._at,
                wall=wall,
                provider=provider.id,
                endpoint=self._admitted.endpoint.path,
                agent=self._admitted.agent,
                model=model,
                streaming=self._asked.get("stream") is True,
                method=self._method,
                path=self._path,
                headers=redacting.redacted(headers, "agent"),
                body=body,
                passthrough=provider.passthrough,
                fixes=() if provider.passthrough else selected_names(provider.fixes),
            )
        )
        return body

    def learn(self) -> None:
        """Find out, once, what must not be shown: work for a time of waiting."""
        if self._known is not _NOTHING or self._request is None:
            return
        credentials = _credentials(self._asking[0]) if self._asking is not None else []
        known = [*credentials, redacting.local_key(self._request[0])]
        self._plainly = Scrubber(known)
        self._known = Scrubber(known, [text for each in credentials for text in packed(each)])
        self._came, self._left = Scrubbed(self._known), Scrubbed(self._known)

    def _suspect(self) -> None:
        """An error has come, and errors quote keys."""
        self.learn()
        self._known.widen()

    def _redacted(self, headers: rules.HeaderList) -> Headers:
        owner = self._admitted.provider.id
        if self._known.finds(b"\n".join([each for _, each in headers])):
            headers = [(name, self._shown(name, each)) for name, each in headers]
        return redacting.redacted(headers, owner)

    def _shown(self, name: bytes, value: bytes) -> bytes:
        # What is marked must stay what it was, or the mark would not compare.
        return value if redacting.is_secret(name) else self._known.scrub(value)

    def _count_fixes(self, marks: Iterable[Mark]) -> None:
        for mark in marks:
            self._found[mark.fix] = self._found.get(mark.fix, 0) + 1

    def _count(self, piece: bytes) -> None:
        self.bytes_in += len(piece)
        if self._first_byte is None:
            self._first_byte = time.monotonic()
        if self._kept is not None:
            self._kept.append(piece)
            if self.bytes_in > SHADOW_LIMIT:
                self._kept = None

    def _pass(self, data: bytes) -> None:
        if self._packed is not None:
            data = self._packed.feed(data)
        clean = self._came.feed(data)
        self._left.held = self._came.held
        if clean:
            self._tap(Passed(self._id, time.monotonic(), clean))

    def _flush(self) -> None:
        piece, self._piece = self._piece, None
        if piece and self._head is not None:
            self.note()
        if piece and self._packed is not None:
            piece = self._packed.feed(piece)
        if piece and (clean := self._came.feed(piece)):
            self._tap(Received(self._id, time.monotonic(), clean))

    def _release(self) -> None:
        came, left = self._came.flush(), self._left.flush()
        now = time.monotonic()
        if came and came == left:
            self._tap(Passed(self._id, now, came))
            return
        if came:
            self._tap(Received(self._id, now, came))
        if left:
            self._tap(Sent(self._id, now, left))


def outcome_of(why: Problem) -> str:
    """Return the word of the log for how an exchange ended."""
    if why is COMPLETE or (why.code is None and why.status < FIRST_ERROR):
        return "done"
    return _OUTCOMES.get(why.code or "", "upstream_error")


def _broke(why: Problem) -> bool:
    return outcome_of(why) in ("cut_off", "timeout", "shutdown", "client_gone")


def _credentials(asking: Asking) -> list[bytes]:
    """Return what goes upstream as a key: the provider's, or the one that the agent brought."""
    if asking.key is not None:
        return [asking.key.reveal().encode("ascii")]
    return redacting.brought(asking.headers)

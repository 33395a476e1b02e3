"""What a repair is: one defect of the wire, mended in passing.

A repair lives for one exchange. Each of its hooks takes one value and yields what goes on in its
place; a finding stands *before* the value it changed, or alone where a value was dropped. A value
yielded without a finding must be untouched: its own bytes go on.

The hooks, in the order in which an exchange meets them:

    request(body)       the agent's request, once
    answer(answer)      upstream's form is known: stream or document; once
    event(event)        one block of a stream, before it is read as JSON
    document(data)      the whole body of a plain answer, before it is read as JSON
    chunk(chunk)        one chunk, from a stream or of an exploded plain answer
    flush()             no more chunks will come: release what is held back
    end(ending)         all repairs have flushed: what the stream still lacks
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, ClassVar, TypeAlias

import msgspec

from proxy import wire
from proxy.errors import SERVER_ERROR, UPSTREAM_ERROR, Problem
from proxy.glance import Glance
from proxy.sse import Event
from proxy.wire import JsonObject

CALLS = re.compile(rb'"tool_calls"')
"""What wakes a repair that only concerns tool calls."""


class Group(Enum):
    """Under which heading a fix is shown."""

    TOOL_CALLS = "Tool calls"
    STREAM = "Stream"
    ANSWERS = "Answers and errors"
    REQUESTS = "Requests"
    GUESSES = "Guesses"


class Form(Enum):
    """In which form an answer comes or is asked for."""

    STREAM = "stream"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Finding:
    """One occurrence that a repair met and mended."""

    fix: str
    """The name of the repair, which is its key in the configuration."""
    message: str
    """What was wrong and what was done, in one sentence without text of the exchange."""
    routine: bool = False
    """The fix did its work although nothing was broken: not counted in the shadow."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The answer is an error: nothing may follow it."""

    status: int
    """The status that is due where the client has no byte yet."""
    error: JsonObject
    """In OpenAI's shape: ``message``, ``type``, ``param``, ``code``."""
    ours: bool = False
    """It is our conclusion, and not what upstream said."""

    @property
    def in_stream(self) -> JsonObject:
        """The error as it is told inside a stream."""
        return {**self.error, "type": SERVER_ERROR} if self.ours else self.error


def failure(problem: Problem) -> Failure:
    """Show a problem of our own as a failure in the stream."""
    error: JsonObject = {
        "message": problem.message, "type": UPSTREAM_ERROR, "param": None, "code": problem.code,
    }  # fmt: skip
    return Failure(problem.status, error, ours=True)


@dataclass(slots=True)
class Answer:
    """What came back and what is sent on; a repair may change ``sent``."""

    asked: Form
    """What the agent asked for."""
    came: Form
    """What upstream sent, judged by its bytes."""
    declared: Form | None
    """What upstream's content type says; None where it says neither."""
    sent: Form
    """What the agent gets; as it came unless a repair says otherwise."""
    content_type: str | None = None
    """What the agent is told instead of upstream's content type."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a stream ended, told when everything held back has been released."""

    clean: bool
    """Upstream ended its answer by HTTP's rules; False where the connection broke."""
    sentinel: bool
    """Upstream sent ``[DONE]``."""
    finished: bool
    """A finish reason of every started choice has gone to the agent."""
    empty: bool
    """Not a single chunk came."""


class Context(msgspec.Struct, frozen=True):
    """What a repair may know of its exchange before the first chunk."""

    request: JsonObject = msgspec.field(default_factory=dict[str, Any])
    """The agent's request as it came. Not to be changed."""
    shadow: bool = False
    """The pipeline only looks: nothing it yields is sent."""
    now: int = 0
    """Seconds since the epoch when the exchange began: the core has no clock of its own."""

    @property
    def streaming(self) -> bool:
        """The agent asked for a stream."""
        return self.request.get("stream") is True

    @property
    def asked(self) -> Form:
        """The form of answer that the agent asked for."""
        return Form.STREAM if self.streaming else Form.DOCUMENT

    @property
    def usage_asked(self) -> bool:
        """The agent asked for usage at the end of its stream."""
        return wire.child(self.request, "stream_options").get("include_usage") is True

    @property
    def several_choices(self) -> bool:
        """The agent asked for more than one choice."""
        return (wire.number(self.request, "n") or 1) > 1

    @property
    def facts(self) -> tuple[bool, ...]:
        """What decides, beside the answer itself, whether an answer without calls is healthy."""
        request = self.request
        return (
            self.shadow,
            self.streaming,
            "stream_options" in request and self.usage_asked,
            "n" in request and self.several_choices,
            "tool_choice" in request and self.forced_tool,
            request.get("tool_choice") == "none",
            "tools" in request and any(wire.objects(request, "tools")),
            "tools" in request and self.names_tools,
            "functions" in request and any(wire.objects(request, "functions")),
        )

    @property
    def names_tools(self) -> bool:
        """At least one declared tool has a name."""
        tools = wire.objects(self.request, "tools")
        return any(wire.filled(wire.function(tool), "name") for tool in tools)

    @property
    def schema_by_tool(self) -> dict[str, JsonObject]:
        """The declared functions' parameter schemas, by name."""
        functions = [wire.function(tool) for tool in wire.objects(self.request, "tools")]
        functions += wire.objects(self.request, "functions")
        return {
            wire.text(each, "name"): wire.child(each, "parameters")
            for each in functions
            if wire.filled(each, "name")
        }

    @property
    def forced_tool(self) -> bool:
        """``tool_choice`` names a function; OpenAI itself then finishes with ``stop``."""
        choice = wire.child(self.request, "tool_choice")
        holders = (choice, wire.function(choice), wire.child(choice, "custom"))
        return any(wire.filled(holder, "name") for holder in holders)


Output: TypeAlias = Iterator[JsonObject | Finding | Failure]
EventOutput: TypeAlias = Iterator[Event | Finding | Failure]
DocumentOutput: TypeAlias = Iterator[bytes | Finding | Failure]


class Repair:
    """One defect and its remedy, for the length of one exchange.

    `held` keeps the chunks that are held back, in order, as they should leave if this repair
    fails: the pipeline releases them when the repair raises. Empty means nothing is waiting.
    """

    name: ClassVar[str]
    """The key in the configuration."""
    title: ClassVar[str]
    """The label a user sees."""
    group: ClassVar[Group]
    default: ClassVar[bool]
    """On unless the configuration says otherwise."""
    symptom: ClassVar[str]
    """One sentence: what breaks, and for whom."""
    remedy: ClassVar[str]
    """One sentence: what is sent instead."""
    price: ClassVar[str] = "None"
    """One sentence: what it costs to have it on."""
    speaks: ClassVar[bool] = False
    """Where several repairs share a name, one of them describes what they do together."""
    streams_only: ClassVar[bool] = False
    """A plain answer cannot hold the defect."""
    wakes_on: ClassVar[re.Pattern[bytes] | None] = None
    """Until an answer's bytes match this, or another repair has changed something, it cannot hold
    the defect: the repair is not asked. None: it is asked from the beginning."""
    signs: ClassVar[re.Pattern[bytes] | None] = None
    """A whole answer in which this does not occur cannot hold the defect. None: nobody can tell."""
    reads_text: ClassVar[bool] = False
    """Every piece of text matters to it; otherwise repeated plain text may pass it by unseen."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.held: list[JsonObject] = []
        self.failed = False
        """It raised once, and is not asked any more."""
        self.dormant = self.wakes_on is not None
        self.status = 200
        """Upstream's status; the pipeline sets it before the first hook of the answer.

        `document` may change it, where what was sent as an error turns out to be an answer."""
        self.usage_added = False
        """A request hook asked upstream for usage that the agent did not ask for."""
        self.sentinel = False
        """``[DONE]`` has come; set before `flush`."""
        self.clean = True
        """Upstream ended by HTTP's rules; False where the connection broke. Set before `flush`."""

    @classmethod
    def may_find(cls, answer: Glance) -> bool:
        """Tell whether a whole answer could hold the defect, by a glance at it."""
        sign = cls.signs or cls.wakes_on
        return _reads_answers(cls) and (sign is None or answer.shows(sign))

    @classmethod
    def applies(cls, context: Context) -> bool:
        """Tell whether this exchange can hold the defect at all."""
        return True

    @classmethod
    def concerns(cls, request: JsonObject) -> bool:
        """Tell whether `request` has anything to do with this request; not to be changed here."""
        return True

    def request(self, body: JsonObject) -> Iterator[Finding]:
        """Mend the request in place, before it goes upstream."""
        return iter(())

    def answer(self, answer: Answer) -> Iterator[Finding]:
        """Decide in which form the answer goes on."""
        return iter(())

    def event(self, event: Event) -> EventOutput:
        """Mend one block of the stream."""
        yield event

    def document(self, data: bytes) -> DocumentOutput:
        """Mend the body of a plain answer; it may be no JSON at all."""
        yield data

    def chunk(self, chunk: JsonObject) -> Output:
        """Mend one chunk; the same object, changed in place, counts as the chunk that came."""
        yield chunk

    def flush(self) -> Output:
        """Release what is held back: no more chunks will come."""
        held, self.held = self.held, []
        yield from held

    def end(self, ending: Ending) -> EventOutput:
        """Add what the stream lacks at its end."""
        return iter(())


@cache
def _reads_answers(kind: type[Repair]) -> bool:
    hooks = ("event", "document", "chunk", "flush", "end")
    return any(getattr(kind, hook) is not getattr(Repair, hook) for hook in hooks)

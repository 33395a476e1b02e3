"""Say so where a stream was cut before its end.

Agents report success with half a call or no answer at all (CommandCodeAI/command-code#785,
2389-research/tracker#544, preloop/preloop#117). Never is a finish made up for such a stream. An
answer that is empty but has a finish reason is honest and stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from proxy import wire
from proxy.errors import problem
from proxy.repair import (
    Context,
    Ending,
    EventOutput,
    Failure,
    Finding,
    Group,
    Output,
    Repair,
    failure,
)
from proxy.scan import CallScans
from proxy.wire import JsonObject


@dataclass(slots=True)
class _Choice:
    finished: bool = False
    text: bool = False
    calls: CallScans = field(default_factory=CallScans)

    @property
    def whole(self) -> bool:
        """It could be told how this choice ended, had anybody said so."""
        return self.calls.complete if self.calls.seen else self.text


class CutStream(Repair):
    """End a stream that lacks its end with an error, never with silence."""

    name = "errors"
    title = "Show errors as errors"
    group = Group.ANSWERS
    default = True
    streams_only = True
    symptom = "The agent takes half an answer, or none, for a whole one."
    remedy = "An error that says that the provider ended the stream too early."

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._choices: dict[int, _Choice] = {}

    def chunk(self, chunk: JsonObject) -> Output:
        for choice in wire.choices(chunk):
            state = self._choices.setdefault(wire.index(choice), _Choice())
            delta = wire.delta(choice)
            state.finished = state.finished or bool(choice.get("finish_reason"))
            state.text = state.text or any(
                delta.get(name) for name in ("content", "refusal", "audio")
            )
            state.calls.feed(delta)
        yield chunk

    def flush(self) -> Output:
        # Without a sentinel `end` judges, when every repair has let go what it held.
        if self.clean and self.sentinel and self._cut:
            yield from self._incomplete()

    def end(self, ending: Ending) -> EventOutput:
        if not ending.sentinel and (ending.empty or not ending.finished):
            yield from self._incomplete()

    @property
    def _cut(self) -> bool:
        if not any(state.finished or state.whole for state in self._choices.values()):
            return True
        return any(
            state.calls.seen and not state.finished and not state.whole
            for state in self._choices.values()
        )

    def _incomplete(self) -> Iterator[Finding | Failure]:
        yield Finding(self.name, "the stream ended before the answer was complete")
        yield failure(problem("stream_incomplete"))

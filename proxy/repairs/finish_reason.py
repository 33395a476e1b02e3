"""Say truly how each choice ended: once, and at its end.

Agents run tools only after ``tool_calls`` (Blaizzy/mlx-vlm#990, BerriAI/litellm#12862), stop
reading at the first reason (BerriAI/litellm#27139), keep the last of two (ai-dynamo/dynamo#4153),
lose what comes with it (vllm-project/vllm-ascend#8327), and wait for calls that never come
(openai/openai-agents-python#3506). ``length`` and ``content_filter`` stay: they are true, and the
arguments of such a call are cut off. After a named ``tool_choice`` OpenAI itself says ``stop``
(vllm-project/vllm#25054).

Text never waits: only chunks that finish a choice, and silent ones after them, are held back.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from proxy import wire
from proxy.errors import UPSTREAM_ERROR
from proxy.repair import Answer, Context, Failure, Finding, Form, Group, Output, Repair
from proxy.scan import CallScans
from proxy.wire import JsonObject

_TEXTS = ("content", "refusal", "audio")
_CUT_SHORT = ("length", "content_filter")
_ENVELOPE = ("id", "object", "created", "model", "system_fingerprint", "service_tier")


@dataclass(slots=True)
class _Choice:
    """What has been seen of one choice."""

    calls: CallScans = field(default_factory=CallScans)
    text: bool = False
    function_call: bool = False
    """A call in the form that came before tool calls."""
    finished: bool = False
    """A reason is held back, or has gone."""
    late: bool = False
    """More came after the reason."""
    cut_short: str = ""
    """What the reason turned out to be after more had come."""

    def see(self, delta: JsonObject) -> None:
        self.calls.feed(delta)
        self.text = self.text or any(delta.get(name) for name in _TEXTS)
        self.function_call = self.function_call or bool(delta.get("function_call"))


class FinishReason(Repair):
    """Correct finish reasons; move, split off, add or drop them."""

    name = "finish-reason"
    title = "Finish-reason repair"
    group = Group.TOOL_CALLS
    default = True
    speaks = True
    symptom = (
        "A tool call ends with `stop`: the agent takes the turn for finished and runs nothing."
    )
    remedy = "One finish reason for each choice, at its end, in OpenAI's words."

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._choices: dict[int, _Choice] = {}
        self._last: JsonObject = {}
        self._counted = False
        self._whole = False

    def answer(self, answer: Answer) -> Iterator[Finding]:
        # A document that can be read is whole: as good as a sentinel.
        self._whole = answer.came is Form.DOCUMENT
        return iter(())

    def chunk(self, chunk: JsonObject) -> Output:
        choices = [*wire.choices(chunk)]
        finishing = [choice for choice in choices if choice.get("finish_reason")]
        speaking = self._see(choices)
        self._counted = self._counted or bool(wire.child(chunk, "usage"))
        if choices:
            self._last = chunk
        if finishing and len(finishing) == len(choices):
            yield from self._finish(chunk, finishing, speaking)
        elif speaking or finishing:
            yield from self._release(speaking)
            yield from self._mixed(chunk, finishing)
        elif self._waits(chunk, choices):
            self.held.append(chunk)
        else:
            yield from self._release(())
            yield chunk

    def flush(self) -> Output:
        if self.clean:
            yield from self._missing()
        held, self.held = self.held, []
        for chunk in held:
            if any(self._premature(choice) for choice in wire.choices(chunk)):
                yield self._finding("a reason came before the stream was cut; dropped")
            else:
                yield from self._judged(chunk)

    def _see(self, choices: list[JsonObject]) -> set[int]:
        """Take note of the deltas; return the choices that have something to say."""
        speaking: set[int] = set()
        for choice in choices:
            index = wire.index(choice)
            delta = wire.delta(choice)
            self._choices.setdefault(index, _Choice()).see(delta)
            if any(value for name, value in delta.items() if name != "role"):
                speaking.add(index)
        return speaking

    def _state(self, choice: JsonObject) -> _Choice:
        return self._choices[wire.index(choice)]

    def _waits(self, chunk: JsonObject, choices: list[JsonObject]) -> bool:
        """Tell whether a silent chunk must wait behind a reason, held or still to be added."""
        if choices or not wire.child(chunk, "usage"):
            return bool(self.held)
        return any(not state.finished for state in self._choices.values())

    # Reasons that come

    def _finish(self, chunk: JsonObject, finishing: list[JsonObject], speaking: set[int]) -> Output:
        new: list[JsonObject] = []
        again: list[JsonObject] = []
        for choice in finishing:
            state = self._state(choice)
            (again if state.finished else new).append(choice)
            state.finished = True
        for choice in again:
            self._heed(choice, speaking)
        if speaking:
            yield from self._release(speaking)
            ending = _split(chunk, finishing, new)
            yield self._finding("a finish reason came with data; given a chunk of its own")
            yield chunk
        elif again:
            yield self._finding("a second finish reason came; dropped")
            ending = _split(chunk, finishing, new)
        else:
            ending = chunk
        if wire.child(ending, "usage") or ending.get("choices"):
            self.held.append(ending)

    def _heed(self, choice: JsonObject, speaking: Collection[int]) -> None:
        """A second reason counts only where it says that what followed the first was cut off."""
        state = self._state(choice)
        state.late = state.late or wire.index(choice) in speaking
        reason = wire.text(choice, "finish_reason")
        if state.late and reason in _CUT_SHORT:
            state.cut_short = reason

    def _mixed(self, chunk: JsonObject, finishing: list[JsonObject]) -> Output:
        """Let a chunk go at once in which some choices end and others go on."""
        for choice in finishing:
            state = self._state(choice)
            if state.finished:
                choice["finish_reason"] = None
                yield self._finding("a second finish reason came; removed")
            state.finished = True
        yield from self._judged(chunk)

    # Reasons that leave

    def _release(self, speaking: Collection[int]) -> Output:
        """Let go what is held back, but not the reasons of choices that go on speaking."""
        held, self.held = self.held, []
        leaving: list[JsonObject | Finding] = []
        for chunk in held:
            ends = [each for each in wire.choices(chunk) if each.get("finish_reason")]
            if any(wire.index(each) in speaking or self._unheard(each) for each in ends):
                leaving += self._keep(chunk, ends)
            else:
                leaving.append(chunk)
        for item in leaving:
            if isinstance(item, Finding):
                yield item
            else:
                yield from self._judged(item)

    def _unheard(self, end: JsonObject) -> bool:
        """Tell whether a choice is said to have called tools, and has not even begun."""
        return self._verdict(self._state(end), end["finish_reason"]) is None

    def _keep(self, chunk: JsonObject, ends: list[JsonObject]) -> list[JsonObject | Finding]:
        """Hold a reason back although more has come; return what must leave without it."""
        for each in ends:
            self._state(each).late = True
        if not any(wire.filled(wire.delta(each), "role") for each in ends):
            self.held.append(chunk)
            return []
        # The role belongs before what is said now, whenever the reason leaves.
        self.held.append(_split(chunk, ends, ends))
        return [self._finding("a finish reason came with the role; given its own chunk"), chunk]

    def _judged(self, chunk: JsonObject) -> Output:
        for choice in wire.choices(chunk):
            reason = choice.get("finish_reason")
            if not reason:
                continue
            state = self._state(choice)
            verdict = self._verdict(state, reason)
            if verdict is None:
                yield self._finding("the finish reason was tool_calls, but nothing came; an error")
                yield _callless()
                return
            if verdict != reason:
                choice["finish_reason"] = verdict
                yield self._finding(f"the finish reason was untrue; now {verdict}")
            elif state.late:
                yield self._finding("a finish reason came before more deltas; moved to the end")
        yield chunk

    def _verdict(self, state: _Choice, reason: Any) -> Any:
        """Return the true reason; None where the answer is an error."""
        if state.cut_short:
            return state.cut_short
        exempt = reason == "stop" and self.context.forced_tool
        if reason in ("stop", "function_call") and state.calls.complete and not exempt:
            return "tool_calls"
        if reason == "tool_calls" and not state.calls.seen and not state.function_call:
            return "stop" if state.text else None
        return reason

    def _premature(self, choice: JsonObject) -> bool:
        """Tell whether a reason came before more deltas, and they were cut off."""
        state = self._choices.get(wire.index(choice))
        if not choice.get("finish_reason") or state is None or not state.late or state.cut_short:
            return False
        half = state.calls.seen and not state.calls.complete
        return not self.clean or (half and not self.sentinel)

    # Reasons that never came

    def _missing(self) -> Output:
        for index, state in self._choices.items():
            if state.finished or not (reason := self._likely(state)):
                continue
            state.finished = True
            envelope = {name: self._last[name] for name in _ENVELOPE if name in self._last}
            ending: JsonObject = {"index": index, "delta": {}, "finish_reason": reason}
            yield self._finding(f"a choice ended without a finish reason; added {reason}")
            yield {**envelope, "choices": [ending]}

    def _likely(self, state: _Choice) -> str:
        """Return the reason that follows from what came, empty where the choice was cut."""
        if state.calls.seen:
            return "tool_calls" if state.calls.complete else ""
        over = self.sentinel or self._counted or self._whole
        return "stop" if state.text and over and not state.function_call else ""

    def _finding(self, message: str) -> Finding:
        return Finding(self.name, message)


def _callless() -> Failure:
    error: JsonObject = {
        "message": "The provider announced a tool call and sent none.",
        "type": UPSTREAM_ERROR,
        "param": None,
        "code": "tool_call_missing",
    }
    return Failure(502, error, ours=True)


def _split(chunk: JsonObject, finishing: list[JsonObject], new: list[JsonObject]) -> JsonObject:
    """Take the reasons, and the usage with them, out of a chunk; return the chunk that ends it."""
    ending: JsonObject = {name: chunk[name] for name in _ENVELOPE if name in chunk}
    parts: list[JsonObject] = []
    if wire.child(chunk, "usage"):
        ending["usage"] = chunk.pop("usage")
    for choice in finishing:
        reason, choice["finish_reason"] = choice["finish_reason"], None
        if any(choice is each for each in new):
            index = {"index": choice["index"]} if "index" in choice else {}
            part: JsonObject = {**index, "delta": {}, "finish_reason": reason}
            if "usage" in choice:
                part["usage"] = choice.pop("usage")
            parts.append(part)
    return {**ending, "choices": parts}

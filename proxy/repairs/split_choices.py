"""Move tool calls into the first choice where a provider put them into one of their own.

Claude behind Copilot answers with the text in choice 0 and the calls in choice 1, although one
choice was asked for (aaif-goose/goose#2177); clients read the first alone. Nothing is moved where
several choices were asked for, or where choice 0 calls tools itself.

The finish of choice 0 waits until the stream says whether a choice follows: what comes between a
finish and the end of a stream is its usage at most.
"""

from collections.abc import Iterator
from typing import Any, cast

from proxy import wire
from proxy.repair import Answer, Context, Finding, Form, Group, Output, Repair
from proxy.wire import JsonObject

_TRUE_ENDS = frozenset({"stop", "tool_calls", "function_call"})
"""Reasons that any other outweighs: the answer is cut, and that must be said."""


class SplitChoices(Repair):
    """One choice and one finish, where one choice was asked for."""

    name = "split-choices"
    title = "Join split choices"
    group = Group.TOOL_CALLS
    default = True
    symptom = "The tool call sits in a second choice, which agents do not read."
    remedy = "The call is sent in the first choice, with one finish reason."

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._has_time = any(wire.objects(context.request, "tools"))
        """Any finish may wait: calls can follow it, or everything has come anyway."""
        self._calls_itself = False
        self._greeted = False
        """The first choice has begun."""
        self._moved: set[int] = set()
        self._number_by_call: dict[tuple[int, int], int] = {}
        self._ends: list[tuple[JsonObject, str]] = []
        """Chunks that finish a joined choice, and their reasons."""

    @classmethod
    def applies(cls, context: Context) -> bool:
        return not context.several_choices

    def answer(self, answer: Answer) -> Iterator[Finding]:
        self._has_time = self._has_time or answer.came is Form.DOCUMENT
        return iter(())

    def chunk(self, chunk: JsonObject) -> Output:
        first = [choice for choice in wire.choices(chunk) if wire.index(choice) == 0]
        calling = {wire.index(each) for each in wire.choices(chunk) if any(wire.tool_calls(each))}
        if not self._moved and 0 in calling:
            self._calls_itself = True
        if self._calls_itself:
            yield from super().flush()
            yield chunk
        elif calling or self._moved:
            self._moved |= calling - {0}
            held, self.held = self.held, []
            for each in [*held, chunk]:
                yield from self._join(each)
        elif self._must_wait(chunk, first):
            self.held.append(chunk)
        else:
            yield from super().flush()
            self._greeted = self._greeted or bool(first)
            yield chunk

    def flush(self) -> Output:
        yield from super().flush()
        yield from self._finish()

    def _must_wait(self, chunk: JsonObject, first: list[JsonObject]) -> bool:
        """Tell whether a chunk may have to be changed by what follows."""
        if any(self._may_be_early(choice) for choice in first):
            return True
        later = [choice for choice in wire.choices(chunk) if wire.index(choice)]
        if later and not self._greeted:
            # Without a first choice this one may be all there is: its text must not wait.
            return not any(_says(choice) for choice in later)
        said = any(_says(choice) for choice in first)
        return bool(later) or (bool(self.held) and not said)

    def _may_be_early(self, choice: JsonObject) -> bool:
        """Tell whether a choice that finishes without calls may be followed by their choice."""
        reason = choice.get("finish_reason")
        return reason == "tool_calls" or (bool(reason) and self._has_time)

    # Joining

    def _join(self, chunk: JsonObject) -> Output:
        """Bring a chunk's choices together; hold its finish back."""
        choices = [*wire.choices(chunk)]
        joined = [each for each in choices if wire.index(each) in {0, *self._moved}]
        if not choices:
            yield from self._finish()
        changed = False
        parts: list[JsonObject] = []
        for choice in joined:
            changed = self._move(choice) or changed
            reason = choice.get("finish_reason")
            if isinstance(reason, str) and reason:
                choice["finish_reason"] = None
                self._ends.append(({**chunk, "choices": [{**choice, "delta": {}}]}, reason))
                chunk.pop("usage", None)
                changed = True
            if any(value not in (None, "") for value in wire.delta(choice).values()):
                parts.append(choice)
        if not changed:
            yield chunk
            return
        yield Finding(self.name, "joined a choice that was split off with the first")
        others = [each for each in choices if each not in joined]
        yield from _with_choices(chunk, [*parts, *others])

    def _move(self, choice: JsonObject) -> bool:
        """Write a choice as part of the first; tell whether that changed it."""
        index = wire.index(choice)
        delta = wire.delta(choice)
        before = index, delta.get("role")
        if index:
            choice["index"] = 0
            if self._greeted:
                delta.pop("role", None)
        self._greeted = True
        renumbered = False
        for entry in wire.tool_calls(choice):
            number = wire.number(entry, "index")
            if number is not None:
                key = index, number
                entry["index"] = self._number_by_call.setdefault(key, len(self._number_by_call))
                renumbered = renumbered or entry["index"] != number
        return renumbered or before != (0, delta.get("role"))

    def _finish(self) -> Output:
        """Finish the joined choice, once."""
        ends, self._ends = self._ends, []
        if not ends:
            return
        reasons = [reason for _, reason in ends]
        cut = [reason for reason in reasons if reason not in _TRUE_ENDS]
        reason = (cut or [each for each in reasons if each == "tool_calls"] or reasons)[0]
        merged: JsonObject = {}
        for chunk, _ in ends:
            merged.update({name: value for name, value in chunk.items() if value is not None})
        last = cast("list[Any]", merged["choices"])[0]
        yield Finding(self.name, "finished the joined choice once")
        yield {**merged, "choices": [{**last, "finish_reason": reason}]}


def _with_choices(chunk: JsonObject, parts: list[JsonObject]) -> Output:
    """Yield the chunk with these choices, each index once in a chunk."""
    seen: set[int] = set()
    own: list[JsonObject] = []
    rest: list[JsonObject] = []
    for part in parts:
        (rest if wire.index(part) in seen else own).append(part)
        seen.add(wire.index(part))
    if own:
        chunk["choices"] = own
        yield chunk
    if rest:
        head = {name: value for name, value in chunk.items() if name != "usage"}
        yield from _with_choices({**head}, rest)


def _says(choice: JsonObject) -> bool:
    return any(value for name, value in wire.delta(choice).items() if name != "role")

"""Send no chunk without choices: their usage goes with the finish, and only once.

Clients that read ``chunk.choices[0]`` unasked crash on the usage chunk that OpenAI itself sends
(cline/cline#8384, Portkey-AI/gateway#1627) and on Azure's first, which holds filter results only
(microsoft/semantic-kernel#3650); clients that add up every usage count too much where it comes on
each chunk.
"""

import re
from collections.abc import Iterator
from typing import Any

from proxy import wire
from proxy.glance import Glance
from proxy.repair import Answer, Context, Finding, Form, Group, Output, Repair
from proxy.wire import JsonObject

_COUNTS = re.compile(rb'"usage"\s*:\s*\{')
_NO_CHOICES = re.compile(rb'"choices"\s*:\s*\[\s*\]')
_FINISH = re.compile(rb'"finish_reason"\s*:\s*"(?:stop|tool_calls|length)"')
_ENVELOPE = frozenset({"id", "object", "created", "model", "choices"})


class UsageChunk(Repair):
    """Fold chunks without choices into the finish chunk."""

    name = "usage-compat"
    title = "Usage for strict clients"
    group = Group.ANSWERS
    default = False
    streams_only = True
    symptom = "The agent crashes on the last chunk, or counts tokens several times."
    remedy = "Usage once, on the chunk with the finish reason."
    price = "The finish waits for the chunk after it; not how OpenAI does it."

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._usage: Any = None
        self._findings: list[Finding] = []
        self._streams = True

    def answer(self, answer: Answer) -> Iterator[Finding]:
        # A plain answer has its usage in the one place there is.
        self._streams = answer.sent is Form.STREAM
        return iter(())

    @classmethod
    def may_find(cls, answer: Glance) -> bool:
        counts = [found.start() for found in _COUNTS.finditer(answer.raw)]
        if len(counts) != 1:
            return bool(counts)
        chunk = answer.line_at(counts[0])
        match len(_NO_CHOICES.findall(answer.raw)):
            case 0:
                return chunk.count(b'"delta"') != 1 or _FINISH.search(chunk) is None
            case 1:
                # Where OpenAI puts it, folding it away is routine.
                return _NO_CHOICES.search(chunk) is None
            case _:
                return True

    def chunk(self, chunk: JsonObject) -> Output:
        if not self._streams:
            yield chunk
            return
        if chunk.get("choices") == [] and not chunk.get("error"):
            yield from self._without_choices(chunk)
            return
        yield from self.flush()
        if any(choice.get("finish_reason") for choice in wire.choices(chunk)):
            self.held.append(chunk)
            return
        if wire.child(chunk, "usage"):
            self._usage = chunk.pop("usage")
            yield Finding(self.name, "usage came before the finish; kept for it")
        yield chunk

    def flush(self) -> Output:
        held, self.held = self.held, []
        for chunk in held:
            if self._usage is not None:
                if not wire.child(chunk, "usage"):
                    chunk["usage"] = self._usage
                    moved = "usage came before the finish; moved there"
                    self._findings.append(Finding(self.name, moved))
                self._usage = None
            yield from self._findings
            self._findings = []
            yield chunk

    def _without_choices(self, chunk: JsonObject) -> Output:
        if self.held:
            finish = self.held[-1]
            routine = not wire.child(finish, "usage")
            finish.update(
                {name: value for name, value in chunk.items() if value and name not in _ENVELOPE}
            )
            message = "a chunk had no choices; folded into the finish"
            self._findings.append(Finding(self.name, message, routine))
        elif wire.child(chunk, "usage"):
            yield chunk
        else:
            yield Finding(self.name, "a chunk had neither choices nor usage; dropped", routine=True)

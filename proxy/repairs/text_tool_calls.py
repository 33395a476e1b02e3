"""Make tool calls of the calls that a model wrote into its text.

Servers whose parser is missing, or does not know the model, send the call as prose: agents show it
and stop (continuedev/continue#13057, cline/cline#13348, typeclaw/typeclaw#344). Kimi writes calls
among its thoughts as well (vllm-project/vllm#34955).

A guess, so it is off unless it was switched on. It acts only where the request declared the tool,
the arguments parse completely, nothing but white space follows, the call stands in no code fence,
and the answer was not cut off. Everything else goes on as it came, chunk by chunk.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from proxy import wire
from proxy.call_ids import CallIds
from proxy.glance import Glance
from proxy.repair import Context, Finding, Group, Output, Repair
from proxy.textqueue import Piece, TextQueue, Waiting, says_nothing, sibling
from proxy.textsearch import Forms, Search
from proxy.texttools import Call, Tools
from proxy.wire import JsonObject

# The words with which providers say that the model itself ended its answer.
_FINISHED = frozenset(
    {"stop", "tool_calls", "function_call", "tool_use", "end_turn", "eos", "eos_token"}
)
_THOUGHTS = ("reasoning_content", "reasoning", "thinking")


@dataclass(slots=True)
class _Choice:
    search_by_member: dict[str, Search] = field(default_factory=dict[str, Search])
    over: bool = False
    """It finished, or called tools in the proper way."""
    calls: list[Call] = field(default_factory=list[Call])
    """Calls that were found and not sent yet."""

    def give_up(self) -> None:
        """Take all its text for text."""
        self.over = True
        for search in self.search_by_member.values():
            search.give_up()

    def end(self) -> None:
        """Its text is over: see whether calls stand at the end."""
        self.over = True
        for search in self.search_by_member.values():
            found = search.end()
            # The same thought may come under two names.
            self.calls = self.calls or found


class TextToolCalls(Repair):
    """Promote tool calls that stand at the end of a choice's text."""

    name = "text-tool-calls"
    title = "Find tool calls in the text"
    group = Group.GUESSES
    default = False
    reads_text = True
    speaks = True
    symptom = "The agent shows markup such as <tool_call> as its answer, and runs no tool."
    remedy = "Real tool calls in place of the text, or of the error, that describes them."
    price = "Text that may begin such a call waits until it is clear that it does not."

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._tools = Tools(context.schema_by_tool)
        self._forms: dict[bool, Forms] = {}
        self._queue = TextQueue(self.held)
        self._choices: dict[int, _Choice] = {}
        self._ids = CallIds(context, self.name)
        self._used: set[str] = set()

    @classmethod
    def applies(cls, context: Context) -> bool:
        refused = context.request.get("tool_choice") == "none"
        return not refused and any(wire.objects(context.request, "tools"))

    @classmethod
    def may_find(cls, answer: Glance) -> bool:
        texts = answer.text_by_member
        if texts is None:
            return True
        tools = Tools(Context(answer.request).schema_by_tool)
        return any(_ends_with_calls(text, tools, name) for name, text in texts.items())

    def chunk(self, chunk: JsonObject) -> Output:
        for piece in self._queue.add(chunk):
            self._feed(self._choice(piece.index), piece)
        for choice in wire.choices(chunk):
            self._observe(choice)
        yield from self._release()

    def flush(self) -> Output:
        whole = self.clean and self.sentinel
        last = self.held[-1] if self.held else {}
        for state in self._choices.values():
            if not state.over and whole:
                state.end()
            elif not state.over:
                # Nobody said that the text is whole, so neither is a call at its end.
                state.give_up()
        yield from self._release()
        for index in self._choices:
            yield from self._sent_calls(last, index)

    def _choice(self, index: int) -> _Choice:
        return self._choices.setdefault(index, _Choice())

    def _search(self, state: _Choice, member: str) -> Search:
        if member not in state.search_by_member:
            reasoning = member != "content"
            if reasoning not in self._forms:
                self._forms[reasoning] = Forms(self._tools, reasoning=reasoning)
            state.search_by_member[member] = Search(self._forms[reasoning])
        return state.search_by_member[member]

    def _feed(self, state: _Choice, piece: Piece) -> None:
        if state.over:
            return
        if piece.text.strip():
            # A call ends the answer, thoughts included: text of the other kind follows none.
            thinking = piece.member != "content"
            for member, search in state.search_by_member.items():
                if (member != "content") != thinking and search.holding:
                    search.give_up()
        self._search(state, piece.member).feed(piece.text)

    def _observe(self, choice: JsonObject) -> None:
        state = self._choice(wire.index(choice))
        if state.over:
            return
        if any(wire.tool_calls(choice)) or wire.child(wire.delta(choice), "function_call"):
            state.give_up()
        elif finish := choice.get("finish_reason"):
            if isinstance(finish, str) and finish.lower() in _FINISHED:
                state.end()
            else:
                state.give_up()

    def _settled(self, piece: Piece) -> bool:
        state = self._choices[piece.index]
        return state.over or state.search_by_member[piece.member].cleared >= piece.end

    def _release(self) -> Output:
        for waiting in self._queue.take(self._settled):
            yield from self._mended(waiting)

    def _mended(self, waiting: Waiting) -> Output:
        chunk = waiting.chunk
        cut = False
        for piece in waiting.pieces:
            search = self._choices[piece.index].search_by_member.get(piece.member)
            if search is not None and (kept := search.kept(piece.start, piece.text)) != piece.text:
                piece.replace(kept)
                cut = True
        if cut and says_nothing(chunk):
            # The finding that stands before the call speaks of this as well.
            return
        if cut:
            yield Finding(self.name, "a tool call stood in the text; taken out")
        for choice in wire.choices(chunk):
            yield from self._calls_before_finish(chunk, choice)
        yield chunk

    def _calls_before_finish(self, chunk: JsonObject, choice: JsonObject) -> Output:
        index = wire.index(choice)
        if not choice.get("finish_reason") or not self._choices[index].calls:
            return
        delta = wire.delta(choice)
        if any(delta.values()):
            # Text that came with the finish reason still belongs before the calls.
            choice["delta"] = {}
            yield Finding(self.name, "text came together with the finish reason; set apart")
            yield sibling(chunk, index, delta)
        yield from self._sent_calls(chunk, index)
        if choice["finish_reason"] != "tool_calls":
            choice["finish_reason"] = "tool_calls"
            yield Finding(self.name, "the finish reason did not speak of the calls; corrected")

    def _sent_calls(self, chunk: JsonObject, index: int) -> Iterator[Finding | JsonObject]:
        state = self._choices[index]
        calls, state.calls = state.calls, []
        for number, call in enumerate(calls):
            head = {"index": number, "id": self._id_of(call, chunk), "type": "function"}
            named = {**head, "function": {"name": call.name, "arguments": ""}}
            given = {"index": number, "function": {"arguments": call.arguments}}
            yield Finding(
                self.name, "a call of a declared tool stood in the text; made a tool call"
            )
            yield sibling(chunk, index, {"tool_calls": [named]})
            yield sibling(chunk, index, {"tool_calls": [given]})

    def _id_of(self, call: Call, chunk: JsonObject) -> str:
        if call.id in self._used or not call.id or self._ids.in_history(call.id):
            return self._ids.make(chunk)
        self._used.add(call.id)
        return call.id


def _ends_with_calls(text: str, tools: Tools, member: str) -> bool:
    if not any(name in text for name in tools.names):
        return False
    search = Search(Forms(tools, reasoning=member in _THOUGHTS))
    search.feed(text)
    return bool(search.end())

"""Send thoughts as ``reasoning_content`` that a model wrote into its answer between tags.

Servers without a parser for the model send ``<think>`` as text; where the prompt already holds the
opening tag, only the closing one comes. Agents then show the thoughts as the answer, send them back
in the history, and fail to read the answer as JSON (Stack-Cairn/LiveAgent#670, jundot/omlx#3048,
perplexityai/api-discussion#177).
"""

from proxy import wire
from proxy.glance import Glance
from proxy.repair import Context, Finding, Group, Output, Repair
from proxy.textqueue import Piece, TextQueue, Waiting, says_nothing, sibling
from proxy.thoughts import Kind, Thoughts, has_tag
from proxy.wire import JsonObject

_BRACKETS = (b"<", b"\\u003")
_CONTENT = "content"
_REASONING = "reasoning_content"


class ThinkTags(Repair):
    """Move inline thoughts out of the content."""

    name = "think-tags"
    title = "Separate thinking from the answer"
    group = Group.GUESSES
    default = False
    reads_text = True
    symptom = "The agent shows the model's thoughts, with <think> tags, as part of its answer."
    remedy = "Thoughts as reasoning_content, the answer alone as content, no tags."
    price = "An answer that does not begin with <think> appears only when it is complete."

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._queue = TextQueue(self.held)
        self._thoughts_by_choice: dict[int, Thoughts] = {}

    @classmethod
    def may_find(cls, answer: Glance) -> bool:
        if not any(bracket in answer.raw for bracket in _BRACKETS):
            return False
        texts = answer.text_by_member
        return texts is None or any(map(has_tag, texts.values()))

    def chunk(self, chunk: JsonObject) -> Output:
        for piece in self._queue.add(chunk):
            thoughts = self._thoughts(piece.index)
            if piece.member == _CONTENT:
                thoughts.feed(piece.text)
            else:
                thoughts.expect_opening()
        for choice in wire.choices(chunk):
            delta = wire.delta(choice)
            if choice.get("finish_reason") or delta.get("tool_calls") or delta.get("function_call"):
                self._thoughts(wire.index(choice)).settle()
        yield from self._release()

    def flush(self) -> Output:
        for thoughts in self._thoughts_by_choice.values():
            thoughts.settle()
        yield from self._release()

    def _thoughts(self, index: int) -> Thoughts:
        return self._thoughts_by_choice.setdefault(index, Thoughts())

    def _settled(self, piece: Piece) -> bool:
        return piece.member != _CONTENT or self._thoughts(piece.index).settled >= piece.end

    def _release(self) -> Output:
        for waiting in self._queue.take(self._settled):
            yield from self._mended(waiting)

    def _mended(self, waiting: Waiting) -> Output:
        moved = False
        for piece in waiting.pieces:
            if piece.member != _CONTENT:
                continue
            text_by_kind = dict.fromkeys(Kind, "")
            for kind, text in self._thoughts(piece.index).parts(piece.start, piece.text):
                text_by_kind[kind] += text
            if text_by_kind[Kind.ANSWER] != piece.text:
                moved = True
                piece.replace(text_by_kind[Kind.ANSWER])
                yield Finding(self.name, "thoughts stood in the answer; moved to reasoning_content")
                yield from self._place_thought(waiting.chunk, piece, text_by_kind[Kind.THOUGHT])
        if not (moved and says_nothing(waiting.chunk)):
            yield waiting.chunk

    def _place_thought(self, chunk: JsonObject, piece: Piece, thought: str) -> Output:
        delta = wire.delta(piece.choice)
        if not thought:
            return
        if _CONTENT not in delta:
            delta[_REASONING] = wire.text(delta, _REASONING) + thought
            return
        # Clients that look for one member of a delta miss the other: one chunk each.
        role = {"role": delta.pop("role")} if "role" in delta else {}
        earlier = wire.text(delta, _REASONING)
        delta.pop(_REASONING, None)
        yield sibling(chunk, piece.index, {**role, _REASONING: earlier + thought})
        yield Finding(self.name, "the answer began in the middle of a chunk; set apart")

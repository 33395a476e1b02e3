"""Chunks that wait in line until it is known what becomes of the text in them.

A repair that reads text may have to wait for the next piece of it. The order of the chunks never
changes, so a chunk whose own text is settled still waits for the ones before it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from proxy import wire
from proxy.wire import JsonObject

TEXT_MEMBERS = ("reasoning_content", "reasoning", "content")
"""The members of a delta that hold text, thoughts before the answer."""

# What every chunk of an answer repeats.
_PER_CHUNK = ("id", "object", "created", "model", "system_fingerprint", "service_tier")


@dataclass(frozen=True, slots=True)
class Piece:
    """One member of a delta; its place is counted over all deltas of the choice."""

    choice: JsonObject
    index: int
    member: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def replace(self, text: str) -> None:
        """Leave only this of it, or nothing at all."""
        delta = wire.delta(self.choice)
        if text:
            delta[self.member] = text
        else:
            del delta[self.member]
        # They speak of each token of a text that is another now.
        self.choice.pop("logprobs", None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A chunk, and the text in it."""

    chunk: JsonObject
    pieces: list[Piece]


class TextQueue:
    """The chunks of one exchange; `held` is kept equal to the chunks that wait."""

    def __init__(self, held: list[JsonObject]) -> None:
        self._held = held
        self._waiting: list[Waiting] = []
        self._length_by_place: dict[tuple[int, str], int] = {}

    def add(self, chunk: JsonObject) -> list[Piece]:
        """Put a chunk at the end of the line; return the text in it."""
        pieces = [self._piece(*each) for each in _texts(chunk)]
        self._held.append(chunk)
        self._waiting.append(Waiting(chunk, pieces))
        return pieces

    def take(self, settled: Callable[[Piece], bool]) -> list[Waiting]:
        """Take the chunks from the head of the line whose text is settled."""
        count = 0
        while count < len(self._waiting) and all(map(settled, self._waiting[count].pieces)):
            count += 1
        taken = self._waiting[:count]
        del self._waiting[:count], self._held[:count]
        return taken

    def _piece(self, choice: JsonObject, member: str, text: str) -> Piece:
        place = (wire.index(choice), member)
        start = self._length_by_place.get(place, 0)
        self._length_by_place[place] = start + len(text)
        return Piece(choice, place[0], member, text, start)


def sibling(chunk: JsonObject, index: int, delta: JsonObject) -> JsonObject:
    """Make another chunk of the same answer, with this delta of that choice alone."""
    head = {name: chunk[name] for name in _PER_CHUNK if name in chunk}
    return {**head, "choices": [{"index": index, "delta": delta, "finish_reason": None}]}


def says_nothing(chunk: JsonObject) -> bool:
    """Tell whether a client would not miss the chunk: no text, no finish, no usage."""
    quiet = {*_PER_CHUNK, "choices"}
    return not any(value for name, value in chunk.items() if name not in quiet) and not any(
        value
        for choice in wire.choices(chunk)
        for name, value in (*wire.delta(choice).items(), *choice.items())
        if name not in ("index", "delta")
    )


def _texts(chunk: JsonObject) -> Iterator[tuple[JsonObject, str, str]]:
    for choice in wire.choices(chunk):
        delta = wire.delta(choice)
        for member in TEXT_MEMBERS:
            if text := wire.text(delta, member):
                yield choice, member, text

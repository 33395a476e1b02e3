"""Ids for tool calls whose own are missing, shared or used up.

Made ids have nine characters of ``[A-Za-z0-9]``: Mistral accepts no others, everybody else accepts
these. They follow from the conversation and the answer, so the same bytes give the same ids however
they were cut.
"""

import hashlib
import string

from proxy import wire
from proxy.repair import Context
from proxy.wire import JsonObject

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 9


class CallIds:
    """The ids of one exchange and of the history it continues."""

    def __init__(self, context: Context, maker: str = "") -> None:
        self._context = context
        self._maker = maker.encode()
        """Two fixes that make ids for one answer never make the same."""
        self._past: frozenset[str] | None = None
        self._seed: bytes | None = None
        self._made: set[str] = set()

    def in_history(self, call_id: str) -> bool:
        """Tell whether the agent's request already holds a call of this id."""
        if self._past is None:
            messages = wire.objects(self._context.request, "messages")
            calls = (call for each in messages for call in wire.objects(each, "tool_calls"))
            self._past = frozenset(wire.text(call, "id") for call in calls)
        return call_id in self._past

    def make(self, chunk: JsonObject) -> str:
        """Return an id that is new to the history and to the answer of this chunk."""
        if self._seed is None:
            messages = self._context.request.get("messages")
            digest = hashlib.blake2b(wire.encode_if_possible(messages) or b"")
            digest.update(str(chunk.get("id")).encode("utf-8", "replace"))
            digest.update(self._maker)
            self._seed = digest.digest()
        attempt = len(self._made)
        while (made := _spell(self._seed, attempt)) in self._made or self.in_history(made):
            attempt += 1
        self._made.add(made)
        return made


def _spell(seed: bytes, attempt: int) -> str:
    digest = hashlib.blake2b(seed + attempt.to_bytes(8), digest_size=16).digest()
    number = int.from_bytes(digest)
    letters: list[str] = []
    for _ in range(_LENGTH):
        number, rest = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    return "".join(letters)

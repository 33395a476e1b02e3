"""A whole answer at a glance: what its bytes show before anything in them is read as JSON.

Stream or document makes no difference here: the strings of a text are put together wherever their
pieces stand. Good enough to rule a defect out, never to mend one.
"""

import re
from collections.abc import Mapping
from functools import cached_property

from proxy import wire
from proxy.wire import JsonObject

_LINE_ENDS = (b"\n", b"\r")
_MEMBERS = rb"content|reasoning|reasoning_content|thinking|text"
_TEXT = re.compile(rb'"(' + _MEMBERS + rb')"\s*:\s*"((?:[^"\\]++|\\.)*+)"', re.DOTALL)


class Glance:
    """One recorded answer, and the request it answers."""

    def __init__(self, raw: bytes, request: JsonObject) -> None:
        self.raw = raw
        self.request = request
        self._shown: dict[re.Pattern[bytes], bool] = {}

    @cached_property
    def text_by_member(self) -> Mapping[str, str] | None:
        """The model's words by the member that held them; None where they cannot be read."""
        pieces_by_member: dict[bytes, list[bytes]] = {}
        for member, piece in _TEXT.findall(self.raw):
            pieces_by_member.setdefault(member, []).append(piece)
        texts = {
            member.decode(): wire.decode_string(b'"' + b"".join(pieces) + b'"')
            for member, pieces in pieces_by_member.items()
        }
        read = {member: text for member, text in texts.items() if text is not None}
        return read if len(read) == len(texts) else None

    def line_at(self, place: int) -> bytes:
        """Return the line that holds a place."""
        start = max(self.raw.rfind(end, 0, place) for end in _LINE_ENDS)
        ends = [end for each in _LINE_ENDS if (end := self.raw.find(each, place)) >= 0]
        return self.raw[start + 1 : min(ends, default=len(self.raw))]

    def shows(self, sign: re.Pattern[bytes]) -> bool:
        """Tell whether the bytes hold this anywhere."""
        if sign not in self._shown:
            self._shown[sign] = sign.search(self.raw) is not None
        return self._shown[sign]

"""In which form an answer came: judged by its first bytes, never by its header."""

import msgspec

from proxy.repair import Form
from proxy.sse import BOM

_WHITE = b" \t\r\n"
_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")
_USUAL = b"data:"
_LONGEST_FIELD = max(map(len, _FIELDS))


class Seen(msgspec.Struct, frozen=True):
    """What the first bytes show; ``data`` holds all of them once the form is known."""

    form: Form | None
    data: bytes = b""


class Sniffer:
    """Collects bytes until they show whether a stream or a document has come."""

    def __init__(self) -> None:
        self._data = b""

    def feed(self, data: bytes) -> Seen:
        """Take the next bytes."""
        if not self._data and data.startswith(_USUAL):
            return Seen(Form.STREAM, data)
        self._data += data
        start = self._data.removeprefix(BOM).lstrip(_WHITE)
        if not start or BOM.startswith(self._data):
            return Seen(None)
        begins = start[:_LONGEST_FIELD].lower()
        if begins.startswith(_FIELDS):
            return Seen(Form.STREAM, self.rest())
        if any(field.startswith(begins) for field in _FIELDS):
            return Seen(None)
        return Seen(Form.DOCUMENT, self.rest())

    def rest(self) -> bytes:
        """Hand over everything collected."""
        data, self._data = self._data, b""
        return data


def declared_form(content_type: str) -> Form | None:
    """Read a content type; None where it names neither form."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "text/event-stream":
        return Form.STREAM
    return Form.DOCUMENT if kind == "application/json" or kind.endswith("+json") else None

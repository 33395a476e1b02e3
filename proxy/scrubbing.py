"""Take known credentials out of bytes, however they are spelled and wherever the bytes were cut.

A credential is found by its longest run of letters and digits, which no escaping changes, so that
bytes without one cost a few searches of plain bytes and nothing else. Only where such a run turns
up is the whole spelling looked for: as it is, escaped for JSON (also twice), for a URL, or within
base64 at any of its three offsets.

A credential that is spread over two texts, such as two events, shows in one of them at least half
of that run: of a long run such a part is taken out too.

What is known to be an error may quote a credential in ways that only malice or masking has: every
character escaped, in other capitals, in hexadecimal digits, or its end alone. There is the time to
look for those as well.
"""

import base64
import re
from collections.abc import Iterable

MARK = "‹key›".encode()
"""What stands where a credential stood."""

_PLAIN = re.compile(rb"[A-Za-z0-9]+")
_LINE_ENDS = (b"\n", b"\r")
# Nested JSON escapes its escapes: three are a string within a string within a string.
_ESCAPES = rb"\\{0,3}"
_LONGEST_ESCAPED = 8
_OFFSETS = 3
_URL_SAFE = {ord("+"): b"-", ord("/"): b"_"}
_SHORTEST_SPREAD = 24
"""Characters of a run of which half is a part of a credential and nothing else."""
_TAIL = 8
"""Characters at the end, which some providers show to say which key they mean."""


def packed(credential: bytes) -> list[bytes]:
    """Return the parts of its base64 that do not depend on what stands around it."""
    texts: list[bytes] = []
    for offset in range(_OFFSETS):
        text = base64.b64encode(bytes(offset) + credential).rstrip(b"=")
        # Each character carries six bits: those shared with a neighbour are left out.
        start = -(-offset * 8 // 6)
        end = (offset + len(credential)) * 8 // 6
        texts.append(text[start:end])
    return texts


class Scrubber:
    """Knows the credentials of one exchange, and what else must not be shown."""

    def __init__(self, credentials: Iterable[bytes] = (), disguises: Iterable[bytes] = ()) -> None:
        """``disguises``, such as a credential's base64, are looked for as wholes alone."""
        found = [(_sign(each), each) for each in dict.fromkeys(credentials) if each]
        self._parts = [
            part for sign, _ in found if len(sign) >= _SHORTEST_SPREAD for part in _halves(sign)
        ]
        self._texts = [*found, *((_sign(each), each) for each in dict.fromkeys(disguises) if each)]
        self._pattern_by_text: dict[bytes, re.Pattern[bytes]] = {}
        self._disguises: list[re.Pattern[bytes]] = []
        self._long = [each for _, each in found if len(each) >= _SHORTEST_SPREAD]
        self.longest = _LONGEST_ESCAPED * max((len(text) for _, text in self._texts), default=0)
        """No spelling is longer."""

    def widen(self) -> None:
        """From now on look for unlikely spellings too: what comes is an error."""
        if not self._disguises:
            self._disguises = [_disguised(each) for each in self._long]

    def finds(self, data: bytes) -> bool:
        """Tell whether a credential may be in there; no is certain."""
        plainly = any(sign in data for sign, _ in self._texts)
        return plainly or any(each.search(data) for each in self._disguises)

    def scrub(self, data: bytes) -> bytes:
        """Replace every credential; the very same bytes where there is none."""
        for sign, text in self._texts:
            if sign in data:
                data = self._spellings(text).sub(MARK, data)
        for disguised in self._disguises:
            data = disguised.sub(MARK, data)
        return data

    def scrub_parts(self, data: bytes) -> bytes:
        """Replace what is left of a credential whose rest stands elsewhere."""
        for half, sign in self._parts:
            if half in data:
                data = _parts(sign).sub(MARK, data)
        return data

    def _spellings(self, text: bytes) -> re.Pattern[bytes]:
        # A short sign may stand in every event of an answer.
        pattern = self._pattern_by_text.get(text)
        if pattern is None:
            pattern = self._pattern_by_text[text] = _spellings(text)
        return pattern


class Scrubbed:
    """A stream of bytes on its way through a scrubber.

    A credential holds no line end, so that nothing is held back of whole events.
    """

    def __init__(self, scrubber: Scrubber) -> None:
        self._scrubber = scrubber
        self.held = b""
        """What may be the beginning of a credential, until the next bytes show."""

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; return what may leave."""
        if self.held:
            data, self.held = self.held + data, b""
        data = self._scrubber.scrub(data)
        if data.endswith(_LINE_ENDS) or not self._scrubber.longest:
            return self._scrubber.scrub_parts(data)
        line = max(map(data.rfind, _LINE_ENDS)) + 1
        start = max(line, len(data) - self._scrubber.longest + 1)
        self.held = data[start:]
        return self._scrubber.scrub_parts(data[:start])

    def flush(self) -> bytes:
        """Return what was held back: nothing follows it."""
        held, self.held = self.held, b""
        return self._scrubber.scrub_parts(held)


def _sign(text: bytes) -> bytes:
    """Return what stands in every spelling."""
    return max(_PLAIN.findall(text), key=len, default=b"")


def _halves(sign: bytes) -> list[tuple[bytes, bytes]]:
    middle = (len(sign) + 1) // 2
    return [(sign[:middle], sign), (sign[-middle:], sign)]


def _parts(sign: bytes) -> re.Pattern[bytes]:
    """Return what finds a run's beginnings and ends, the longest first, down to half of it."""
    sizes = range(len(sign), (len(sign) - 1) // 2, -1)
    return re.compile(b"|".join(part for size in sizes for part in (sign[:size], sign[-size:])))


def _spellings(text: bytes) -> re.Pattern[bytes]:
    return re.compile(b"".join(map(_spelled, text)))


def _disguised(text: bytes) -> re.Pattern[bytes]:
    wide = b"".join(b"(?:%s|%s)" % (_spelled(each), _encoded(each)) for each in text)
    ways = [wide, text.hex().encode("ascii"), re.escape(text.decode("latin-1").encode("utf-16-le"))]
    return re.compile(b"|".join([*ways, re.escape(text[-_TAIL:])]), re.IGNORECASE)


def _encoded(each: int) -> bytes:
    return b"%%%02x|%su00%02x" % (each, _ESCAPES, each)


def _spelled(each: int) -> bytes:
    character = bytes((each,))
    if _PLAIN.match(character):
        return character
    ways = [_ESCAPES + re.escape(character), b"%%(?i:%02x)" % each]
    ways.append(_ESCAPES + b"u00(?i:%02x)" % each)
    if each in _URL_SAFE:
        ways.append(_URL_SAFE[each])
    return b"(?:" + b"|".join(ways) + b")"

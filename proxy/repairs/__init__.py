"""The registry: every repair there is, in the order in which a chunk meets them.

Toggles, configuration keys, tooltips, tests and the README's table follow from it. A new repair
is one module, one line here, and one case in the corpus.
"""

from collections.abc import Mapping

from proxy.repair import Repair
from proxy.repairs.answer_form import AnswerForm
from proxy.repairs.forced_document import ForceNonStream
from proxy.repairs.forced_stream import ForceStream
from proxy.repairs.stream_framing import StreamFraming

REGISTRY: tuple[type[Repair], ...] = (
    # Events first: what is no event or no JSON never becomes a chunk.
    StreamFraming,
    # The form of the answer is decided before the first chunk is read.
    ForceStream,
    ForceNonStream,
    AnswerForm,
)

RESERVED = frozenset(
    {
        "responses-stream",
        "request-retry",
        "history-memory",
        "request-history",
        "tool-images",
        "tool-names",
    }
)
"""Names that a configuration may hold already; their fixes come with a later version."""


def fix_names() -> frozenset[str]:
    """Return every name that may stand in a provider's table of fixes."""
    return RESERVED | {repair.name for repair in REGISTRY}


def fixes() -> tuple[type[Repair], ...]:
    """Return one repair for each fix a user can switch, in order; a fix may have several."""
    return tuple({repair.name: repair for repair in reversed(REGISTRY)}.values())[::-1]


def selected(settings: Mapping[str, bool]) -> tuple[type[Repair], ...]:
    """Return the repairs that are on, by the user's word or by default."""
    return tuple(repair for repair in REGISTRY if settings.get(repair.name, repair.default))

"""The registry: every repair there is, in the order in which a chunk meets them.

Toggles, configuration keys, tooltips, tests and the README's table follow from it. A new repair
is one module, one line here, and one case in the corpus.
"""

from collections.abc import Mapping
from functools import lru_cache

from proxy.repair import Repair
from proxy.repairs.answer_form import AnswerForm
from proxy.repairs.broken_arguments import SalvageArguments
from proxy.repairs.call_lists import CallLists
from proxy.repairs.content_parts import ContentParts
from proxy.repairs.cut_stream import CutStream
from proxy.repairs.delta_clutter import DeltaClutter
from proxy.repairs.envelopes import Envelopes
from proxy.repairs.failed_generation import FailedGeneration
from proxy.repairs.finish_reason import FinishReason
from proxy.repairs.finish_word import FinishWord
from proxy.repairs.forced_document import ForceNonStream
from proxy.repairs.forced_stream import ForceStream
from proxy.repairs.harmony_names import HarmonyNames
from proxy.repairs.legacy_functions import LegacyFunctions
from proxy.repairs.misplaced_fragments import IndexRepair
from proxy.repairs.misplaced_usage import MisplacedUsage
from proxy.repairs.missing_arguments import MissingArguments
from proxy.repairs.missing_members import MissingMembers
from proxy.repairs.object_arguments import ObjectArguments
from proxy.repairs.provider_errors import ProviderErrors
from proxy.repairs.quoted_arguments import QuotedArguments
from proxy.repairs.reasoning_name import ReasoningName
from proxy.repairs.restated_arguments import RestatedArguments
from proxy.repairs.scattered_calls import ScatteredCalls
from proxy.repairs.split_choices import SplitChoices
from proxy.repairs.stream_framing import StreamFraming
from proxy.repairs.text_tool_calls import TextToolCalls
from proxy.repairs.think_tags import ThinkTags
from proxy.repairs.uncoerced_arguments import SchemaArguments
from proxy.repairs.untidy_request import UntidyRequest
from proxy.repairs.usage_chunk import UsageChunk

REGISTRY: tuple[type[Repair], ...] = (
    # Events first: what is no event or no JSON never becomes a chunk.
    StreamFraming,
    # The form of the answer is decided before the first chunk is read.
    ForceStream,
    ForceNonStream,
    AnswerForm,
    Envelopes,
    # An error that quotes an answer is no error.
    FailedGeneration,
    # What is an error is not mended as an answer.
    ProviderErrors,
    UntidyRequest,
    # Members have their shape before anything reads them; a message becomes a delta first.
    MissingMembers,
    DeltaClutter,
    ContentParts,
    CallLists,
    # Whoever asks whether an answer was cut off needs OpenAI's word for it.
    FinishWord,
    # There is one choice, and its calls are tool calls, before they are told apart.
    LegacyFunctions,
    SplitChoices,
    IndexRepair,
    # Each call's arguments are text, said once; only what then has none gets an empty object.
    ObjectArguments,
    QuotedArguments,
    RestatedArguments,
    MissingArguments,
    # What still cannot be read is salvaged; only what can be read is coerced.
    SalvageArguments,
    SchemaArguments,
    # Thoughts are taken out of the answer before calls are looked for in what is left.
    ThinkTags,
    HarmonyNames,
    TextToolCalls,
    # Thoughts have their names once they are found.
    ReasoningName,
    # Which call a fragment belongs to is known by now.
    ScatteredCalls,
    # Last of all that can bring or hold back a delta.
    FinishReason,
    # What lacks its end now will never have one.
    CutStream,
    # Usage is lifted before it is folded away.
    MisplacedUsage,
    UsageChunk,
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
    """Return one repair for each fix a user can switch, in order: the one that speaks for it."""
    found: dict[str, type[Repair]] = {}
    for repair in REGISTRY:
        if repair.speaks or repair.name not in found:
            found[repair.name] = repair
    return tuple(found.values())


def fix_defaults() -> dict[str, bool]:
    """Return for every fix whether it is on unless the configuration says otherwise."""
    return {repair.name: repair.default for repair in reversed(REGISTRY)}


def selected(settings: Mapping[str, bool]) -> tuple[type[Repair], ...]:
    """Return the repairs that are on, by the user's word or by default."""
    return _selected(tuple(settings.items()))


def selected_names(settings: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the names of the fixes that are on, once each, in order."""
    return _names(_selected(tuple(settings.items())))


@lru_cache(maxsize=256)
def _selected(settings: tuple[tuple[str, bool], ...]) -> tuple[type[Repair], ...]:
    # The same few settings come with every request.
    on_by_name = dict(settings)
    return tuple(repair for repair in REGISTRY if on_by_name.get(repair.name, repair.default))


@lru_cache(maxsize=256)
def _names(repairs: tuple[type[Repair], ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(repair.name for repair in repairs))

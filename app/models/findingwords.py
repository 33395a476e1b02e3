"""Why a fix acted, said in the window's language; of several reasons in one, each."""

from app.language import translate

VARYING = (
    "a chunk had no {}; filled in",
    "a chunk had {}; mended",
    "an empty list of {}; removed",
    "{} came instead of the form asked for; converted",
    "{} the tool calls; sent whole",
    "the finish reason was untrue; now {}",
    "a choice ended without a finish reason; added {}",
    "{}; mended",
)
"""Reasons in which something stands that differs; what fits several is meant by the first."""
STANDING_IN = (
    *("choices", "choice where one stood", "choice index"),
    *("no delta", "a misplaced role", "empty members"),
    *("a stream", "a plain answer"),
)
"""What stands in them, and is said in the user's language too."""
PARTING = ", "
"""What stands between several."""

_CONTEXT = "Finding"


def finding_words(message: str) -> str:
    """Return a fix's reason in the language of now; what is not known stays as it is."""
    whole = translate(_CONTEXT, message)
    if whole != message:
        return whole
    for form in VARYING:
        head, _, tail = form.partition("{}")
        if message.startswith(head) and message.endswith(tail):
            part = message[len(head) : len(message) - len(tail)]
            return translate(_CONTEXT, form).replace("{}", _each(part))
    return _each(message)


def _each(message: str) -> str:
    parts = (translate(_CONTEXT, part) for part in message.split(PARTING))
    return translate(_CONTEXT, PARTING).join(parts)

"""Why a request came to its end, said in the window's language as far as the words are ours."""

from app.language import translate
from app.models.sentences import said
from proxy.errors import PROBLEMS

_CONTEXT = "Problem"
SENTENCES = (
    *(problem.message for problem in PROBLEMS.values()),
    "The provider ended the answer with an error.",
    "The agent closed the connection.",
)
"""With which the proxy ends a request, or lets nobody in."""
_CAME = ("after {events} events, {count} bytes", "after {count} bytes")
TEXTS = (*SENTENCES, *_CAME)
"""All of it, for those who translate."""


def end_words(reason: str) -> str:
    """Say why, in the language of now; the words of a provider or a library stay as they are."""
    sentence = next((each for each in SENTENCES if _begins(reason, each)), "")
    more = reason[len(sentence) :].removeprefix(" (").removesuffix(")")
    if not sentence or not more:
        return translate(_CONTEXT, reason) if sentence else reason
    details = "; ".join(said(_CONTEXT, each, _CAME) for each in more.split("; "))
    return f"{translate(_CONTEXT, sentence)} ({details})"


def _begins(reason: str, sentence: str) -> bool:
    return reason == sentence or (reason.startswith(f"{sentence} (") and reason.endswith(")"))

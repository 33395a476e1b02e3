"""Says in the window's language what a part without Qt has said in English.

Such a part knows no translation; its sentences are listed where they are shown, with names and
numbers as `{name}`, and an error's text is found again among them.
"""

import re
from collections.abc import Collection
from functools import cache

from app.language import translate


def known(words: str, sentences: tuple[str, ...]) -> str:
    """Return the sentence that these words are an instance of, empty where they are of none."""
    return next((text for text, shape in _shapes(sentences) if shape.fullmatch(words)), "")


def said(context: str, words: str, sentences: tuple[str, ...], nested: Collection[str] = ()) -> str:
    """Say the words in the language of now; what is not known stays as it is.

    ``nested`` names the parts of a sentence that may be sentences themselves.
    """
    for text, shape in _shapes(sentences):
        if match := shape.fullmatch(words):
            parts = {
                name: said(context, part, sentences, nested) if name in nested else part
                for name, part in match.groupdict().items()
            }
            return translate(context, text).format(**parts)
    return words


@cache
def _shapes(sentences: tuple[str, ...]) -> list[tuple[str, re.Pattern[str]]]:
    # The one that says most is meant.
    ordered = sorted(sentences, key=lambda text: -len(re.sub(r"\{\w+\}", "", text)))
    return [(text, re.compile(_pattern(text), re.DOTALL)) for text in ordered]


def _pattern(text: str) -> str:
    parts = re.split(r"(\{\w+\})", text)
    return "".join(
        f"(?P<{part[1:-1]}>.+?)" if part.startswith("{") else re.escape(part) for part in parts
    )

"""The endpoints that are served, and what their three families have in common.

A family knows the shape of an error before and after the first byte, the sign of life that does
no harm between two events, and by what an answer shows that it is over. A new one is one module
here and its lines in `ENDPOINTS`.
"""

from dataclasses import dataclass

from proxy.dialects import chat, messages, responses
from proxy.dialects.family import Family, Watch

__all__ = ["ENDPOINTS", "Endpoint", "Family", "Watch"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path below ``/v1``."""

    path: str
    """As agents write it; ``{id}`` stands for one segment."""
    method: str
    family: Family
    mended: bool = False
    """The fixes apply; everything else is forwarded byte for byte."""


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("chat/completions", "POST", chat.FAMILY, mended=True),
    Endpoint("completions", "POST", chat.FAMILY),
    Endpoint("embeddings", "POST", chat.FAMILY),
    Endpoint("responses", "POST", responses.FAMILY),
    Endpoint("responses/compact", "POST", responses.FAMILY),
    Endpoint("messages", "POST", messages.FAMILY),
    Endpoint("messages/count_tokens", "POST", messages.FAMILY),
    Endpoint("models", "GET", chat.FAMILY),
    Endpoint("models/{id}", "GET", chat.FAMILY),
)

"""What the fixes that are off would have found in an answer: the same repairs, run on its record.

Nothing else detects anything, so there is one implementation of each rule. It runs after the
exchange, off the path of its bytes, in slices, so that no other stream waits for it, and only with
the fixes of which a glance at the answer cannot tell that they have nothing to find.
"""

from collections import Counter
from collections.abc import Collection, Generator

from proxy.glance import Glance
from proxy.pipeline import Pipeline
from proxy.repair import Context, Form
from proxy.repairs import REGISTRY
from proxy.sniff import Sniffer
from proxy.tap import Mark
from proxy.trails import Trails
from proxy.wire import JsonObject

SLICE = 4 * 1024
"""Bytes that are looked at in one go: a millisecond at most where every event must be read."""


def would_mend(
    request: JsonObject,
    status: int,
    content_type: str,
    received: bytes,
    on: Collection[str],
    trails: Trails | None = None,
) -> Generator[None, None, dict[str, int]]:
    """Count, by fix, what would have been mended; yields between two slices of the work.

    ``on`` are the fixes that were on anyway; ``received`` is the whole uncompressed body that came
    from upstream.
    """
    context = Context(request, shadow=True)
    streams = Sniffer().feed(received).form is Form.STREAM
    glance = Glance(received, request)
    off = frozenset(
        repair
        for repair in REGISTRY
        if repair.name not in on
        and (streams or not repair.streams_only)
        and repair.applies(context)
        and repair.may_find(glance)
    )
    if not off:
        return {}
    chosen = [each for each in REGISTRY if each in off or each.name in on]
    pipeline = Pipeline(context, chosen, trails)
    pipeline.start(status, content_type)
    marks: list[Mark] = []
    for place in range(0, len(received), SLICE):
        marks += pipeline.feed(received[place : place + SLICE]).marks
        yield
    marks += pipeline.finish(clean=True).marks
    found = Counter(mark.fix for mark in marks if not mark.routine and mark.fix not in on)
    return dict(found)

"""What the fixes that are off would have found in an answer: the same repairs, run on its record.

Nothing else detects anything, so there is one implementation of each rule. It runs after the
exchange, off the path of its bytes, and in slices, so that no other stream waits for it.
"""

from collections import Counter
from collections.abc import Collection, Generator

from proxy.pipeline import Pipeline
from proxy.repair import Context, Form
from proxy.repairs import REGISTRY
from proxy.sniff import Sniffer
from proxy.tap import Mark
from proxy.wire import JsonObject

SLICE = 4 * 1024
"""Bytes that are looked at in one go: a millisecond at most where every event must be read."""


def would_mend(
    request: JsonObject,
    status: int,
    content_type: str,
    received: bytes,
    on: Collection[str],
) -> Generator[None, None, dict[str, int]]:
    """Count, by fix, what would have been mended; yields between two slices of the work.

    ``on`` are the fixes that were on anyway; ``received`` is the whole uncompressed body that came
    from upstream.
    """
    context = Context(request, shadow=True)
    streams = Sniffer().feed(received).form is Form.STREAM
    candidates = tuple(
        repair
        for repair in REGISTRY
        if repair.applies(context)
        and (streams or not repair.streams_only)
        and (repair.name in on or repair.may_find(received, context))
    )
    if all(each.name in on for each in candidates):
        return {}
    pipeline = Pipeline(context, candidates)
    pipeline.start(status, content_type)
    marks: list[Mark] = []
    for place in range(0, len(received), SLICE):
        marks += pipeline.feed(received[place : place + SLICE]).marks
        yield
    marks += pipeline.finish(clean=True).marks
    found = Counter(mark.fix for mark in marks if not mark.routine and mark.fix not in on)
    return dict(found)

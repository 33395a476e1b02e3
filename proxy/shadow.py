"""What the fixes that are off would have found in an answer: the same repairs, run on its record.

Nothing else detects anything, so there is one implementation of each rule. It runs after the
exchange, off the path of its bytes.
"""

from collections import Counter
from collections.abc import Collection

from proxy.pipeline import Pipeline
from proxy.repair import Context, Form
from proxy.repairs import REGISTRY
from proxy.sniff import Sniffer
from proxy.wire import JsonObject


def would_mend(
    request: JsonObject,
    status: int,
    content_type: str,
    received: bytes,
    on: Collection[str],
) -> dict[str, int]:
    """Count, by fix, what would have been mended; ``on`` are the fixes that were on anyway.

    ``received`` is the whole uncompressed body that came from upstream.
    """
    context = Context(request, shadow=True)
    streams = Sniffer().feed(received).form is Form.STREAM
    candidates = tuple(
        repair
        for repair in REGISTRY
        if repair.applies(context) and (streams or not repair.streams_only)
    )
    if not any(each.may_find(received) for each in candidates if each.name not in on):
        return {}
    pipeline = Pipeline(context, candidates)
    pipeline.start(status, content_type)
    marks = [*pipeline.feed(received).marks, *pipeline.finish(clean=True).marks]
    found = Counter(mark.fix for mark in marks if not mark.routine and mark.fix not in on)
    return dict(found)

"""What a byte costs in events from 1 KB to 10 MB: ``python -m tests.bench.sizes``.

Each size is sent as text and as one call's arguments, whole and in small fragments, through
every fix there is. A cost that grows with the size would show a loop within a loop.
"""

import json
import sys
import time

from proxy import sse
from proxy.pipeline import Pipeline
from proxy.repair import Context
from proxy.repairs import REGISTRY
from proxy.wire import JsonObject

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
_FRAGMENT = 1_000
_TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
_REPEAT_BELOW = 1_000_000


def _event(delta: JsonObject, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return sse.encode(json.dumps({**head, "choices": [choice]}).encode())


def _call(arguments: str, **members: object) -> JsonObject:
    function: JsonObject = {"arguments": arguments}
    if members:
        function["name"] = "f"
    return {"tool_calls": [{"index": 0, **members, "function": function}]}


def _streams(size: int) -> dict[str, list[bytes]]:
    arguments = json.dumps({"text": "x" * size})
    parts = [arguments[n : n + _FRAGMENT] for n in range(0, len(arguments), _FRAGMENT)]
    first = _event(_call("", id="call_a", type="function"))
    return {
        "text": [_event({"role": "assistant", "content": "x" * size})],
        "fragments": [_event({"content": "word " * 200}) for _ in range(size // 1_000)],
        "arguments": [first, _event(_call(arguments))],
        "pieces of arguments": [first, *(_event(_call(part)) for part in parts)],
    }


def nanoseconds_per_byte(events: list[bytes]) -> float:
    """Return what one byte of a stream costs with every fix on."""
    context = Context({"stream": True, "messages": [], "tools": _TOOLS})
    total = sum(map(len, events))
    runs = max(1, _REPEAT_BELOW // total)
    begun = time.perf_counter()
    for _ in range(runs):
        pipeline = Pipeline(context, REGISTRY)
        pipeline.start(200, "text/event-stream")
        for event in events:
            pipeline.feed(event)
        pipeline.finish()
    return (time.perf_counter() - begun) / runs / total * 1e9


def main() -> int:
    """Print a table: nanoseconds a byte."""
    kinds = list(_streams(1_000))
    print("| size | " + " | ".join(kinds) + " |")
    print("| ---: |" + " ---: |" * len(kinds))
    for size in SIZES:
        costs = [nanoseconds_per_byte(events) for events in _streams(size).values()]
        print(f"| {size:,} | " + " | ".join(f"{cost:.1f}" for cost in costs) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What a large request took is given back."""

import asyncio
import contextlib
import sys
from pathlib import Path

import pytest

from tests.bench.load import Target
from tests.bench.loads import Bench, big_requests
from tests.bench.scene import Proxy, start_upstream


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's ways with memory")
def test_l06_large_requests_leave_no_memory_behind(tmp_path: Path) -> None:
    with contextlib.ExitStack() as running:
        upstream = start_upstream(running)
        proxy = Proxy(running, tmp_path, {"bench": upstream})
        bench = Bench(proxy, Target("direct", upstream, None), 0.5)
        # What the first of them brings in stays: modules, and what Python keeps for itself.
        asyncio.run(big_requests(bench))
        before = bench.rss_mb()
        asyncio.run(big_requests(bench))
        assert bench.rss_mb() - before < 30
    assert not bench.faults

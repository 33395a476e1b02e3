"""What all tests share: how long hypothesis looks for a counter-example, and a small heap.

Each change looks for a short time and always at the same examples, so that it is judged by what it
changes; a night and a release look longer, and elsewhere each time. ``WIREMEND_FUZZ=100`` is the
night's multiplier of whatever profile is loaded, ``WIREMEND_FUZZ=500`` the release's.
"""

import gc
import os

import pytest
from hypothesis import settings

EXAMPLES = {"dev": 60, "ci": 400, "night": 40_000, "release": 200_000}

for name, count in EXAMPLES.items():
    settings.register_profile(name, max_examples=count, deadline=None)

chosen = os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev")
multiplier = int(os.environ.get("WIREMEND_FUZZ", "1"))
settings.register_profile(
    "chosen",
    max_examples=EXAMPLES[chosen] * multiplier,
    deadline=None,
    derandomize=multiplier == 1 and chosen in ("dev", "ci"),
)
settings.load_profile("chosen")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give who looks for longer the time for it, unless the test has a limit of its own."""
    for item in items if multiplier > 1 else ():
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(60 * multiplier))


@pytest.fixture(autouse=True, scope="module")
def nothing_old_to_collect() -> None:
    """Keep what eight thousand other tests made out of the collector's way.

    What they left unreachable is collected first, so that its finalizers still have their say.
    """
    gc.collect()
    gc.freeze()

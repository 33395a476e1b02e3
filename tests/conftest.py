"""What all tests share: how long hypothesis looks, a small heap, a keyring of their own.

Each change looks for a short time and always at the same examples, so that it is judged by what it
changes; a night and a release look longer, and elsewhere each time. ``WIREMEND_FUZZ=100`` is the
night's multiplier of whatever profile is loaded, ``WIREMEND_FUZZ=500`` the release's.
"""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.commands.keyrings import Session, session

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


@pytest.fixture
def real_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """Have the process's keyring be GNOME's, on a bus of its own."""
    with session(tmp_path) as running:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", running.address)
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
        yield running
    # Here, where its complaint is let pass: later it would be the fault of another module's test.
    gc.collect()


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the process find no keyring at all."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)

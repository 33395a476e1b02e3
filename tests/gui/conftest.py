"""Widgets are drawn without a screen, and measured without what other tests left behind."""

import gc
import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def nothing_old_to_collect() -> Iterator[None]:
    """Keep what a thousand other tests made out of the collector's way."""
    gc.freeze()
    yield
    gc.unfreeze()

"""Every row of the lists of faults and attacks is named by a test, or skipped with its reason."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
ROWS = [f"f{number:02}" for number in range(1, 56)] + [f"s{number:02}" for number in range(1, 49)]
NOT_HERE = {
    "s44": "needs an installed package of the operating system",
    "s47": "needs the index's dates and an advisory database: a step of a release, not of a test",
}


def named(row: str) -> bool:
    """Tell whether a test's name or parameter holds the row."""
    pattern = re.compile(rf"(?:_|[\"' ]){row}(?:_|-|\b)", re.IGNORECASE)
    return any(
        pattern.search(path.read_text("utf-8"))
        for path in TESTS.rglob("test_*.py")
        if path.name != "test_rows.py"
    )


@pytest.mark.parametrize("row", ROWS)
def test_the_row_has_its_test(row: str) -> None:
    if row in NOT_HERE:
        pytest.skip(NOT_HERE[row])
    assert named(row)

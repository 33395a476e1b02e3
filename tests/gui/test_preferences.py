import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.preferences import Preferences, changed, load, save


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    chosen = replace(Preferences(), theme="dark", kept_megabytes=128, welcomed=True)
    save(tmp_path / "config" / "preferences.json", chosen)
    assert load(tmp_path / "config" / "preferences.json") == chosen


def test_members_of_a_newer_version_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    path.write_text('{"future": [1], "theme": "light"}')
    save(path, replace(load(path), language="zh_CN"))
    stored = json.loads(path.read_text())
    assert (stored["future"], stored["theme"], stored["language"]) == ([1], "light", "zh_CN")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "[" * 100_000, '{"theme": "pink"}', '{"kept_requests": true}'],
    ids=["empty", "list", "half", "nested", "word", "type"],
)
def test_what_is_not_right_gives_the_default(tmp_path: Path, text: str) -> None:
    path = tmp_path / "preferences.json"
    path.write_text(text)
    assert load(path) == Preferences()


@pytest.mark.parametrize(
    ("name", "value"),
    [("theme", 1), ("kept_requests", 5), ("kept_requests", 10**6), ("close_button", "explode")],
)
def test_a_value_that_is_not_allowed_changes_nothing(name: str, value: object) -> None:
    assert changed(Preferences(), name, value) == Preferences()


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    path.mkdir()
    with pytest.raises(OSError, match="preferences"):
        save(path, Preferences())
    assert [each.name for each in tmp_path.iterdir()] == ["preferences.json"]

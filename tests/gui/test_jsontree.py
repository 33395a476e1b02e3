import json
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex
from pytestqt.modeltest import ModelTester

from app.models.bigjson import read_object
from app.models.jsontree import NAME, NOTE, VALUE, JsonTreeModel
from proxy import wire
from tests.gui.pace import calmest, clock


@pytest.fixture
def model(qtmodeltester: ModelTester) -> JsonTreeModel:
    made = JsonTreeModel()
    qtmodeltester.check(made)
    return made


def rows(model: JsonTreeModel, parent: QModelIndex | None = None) -> list[tuple[str, str, str]]:
    above = parent or QModelIndex()
    return [
        tuple(model.index(row, column, above).data() for column in (NAME, VALUE, NOTE))
        for row in range(model.rowCount(above))
    ]


def test_shows_members_and_items(model: JsonTreeModel) -> None:
    value = {"model": "<b>m</b>", "n": 1, "messages": [{"role": "user"}], "stop": None}
    model.show_value(value, value)
    assert rows(model) == [
        ("model", '"<b>m</b>"', ""),
        ("n", "1", ""),
        ("messages", "[1]", ""),
        ("stop", "null", ""),
    ]
    messages = model.index(2, 0)
    assert rows(model, messages) == [("0", "{1}", "")]
    assert rows(model, model.index(0, 0, messages)) == [("role", '"user"', "")]
    assert model.parent(model.index(0, 0, messages)) == messages


def test_marks_what_was_changed(model: JsonTreeModel) -> None:
    before: dict[str, Any] = {"stream": False, "tools": [], "deep": {"a": 1, "b": 2}}
    after: dict[str, Any] = {"stream": True, "deep": {"a": 1, "b": 3}, "extra": {"x": 1}}
    model.show_value(after, before)
    assert rows(model) == [
        ("stream", "true", "◆ was false"),
        ("deep", "{2}", "◆ changed inside"),
        ("extra", "{1}", "◆ added"),
        ("tools", "[0]", "◆ removed"),
    ]
    assert rows(model, model.index(1, 0)) == [("a", "1", ""), ("b", "3", "◆ was 2")]
    assert rows(model, model.index(2, 0)) == [("x", "1", "")]
    assert [index.data() for index in model.changed_indexes()] == [
        "stream",
        "deep",
        "extra",
        "tools",
        "b",
    ]


def test_only_what_has_members_can_be_opened(model: JsonTreeModel) -> None:
    value = {
        "list": [0] * 100_000,
        "object": {"a": "x" * 100_000},
        "text": "x" * 100_000,
        "none": [],
    }
    model.show_value(read_object(json.dumps(value).encode()), {})
    index = {str(model.index(row, NAME).data()): model.index(row, NAME) for row in range(4)}
    assert [name for name in value if model.hasChildren(index[name])] == ["list", "object"]
    assert model.rowCount(index["object"]) == 1


@pytest.mark.parametrize("count", [2_000, 50_000], ids=["read", "unread"])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_begins_a_long_text_with_whole_characters(
    model: JsonTreeModel, count: int, ascii_only: bool
) -> None:
    body = json.dumps({"content": "汉" * count}, ensure_ascii=ascii_only).encode()
    value = read_object(body)
    model.show_value(value, value)
    ((_, shown, _),) = rows(model)
    assert shown.startswith(f'"{"汉" * 40}…" (')


def test_shows_what_is_no_json_as_it_is(model: JsonTreeModel) -> None:
    value = {"body": b"<b>x</b>\xff", "long": "汉".encode() * 2_000}
    model.show_value(value, value)
    assert [shown for _, shown, _ in rows(model)] == ["<b>x</b>�", f"{'汉' * 40}… (6 KB)"]


def test_opens_a_request_with_a_large_image_at_once(model: JsonTreeModel) -> None:
    value = {"messages": [{"content": [{"image_url": {"url": "data:," + "A" * 2_000_000}}]}]}
    begun = clock()
    model.show_value(value, value)
    index = QModelIndex()
    for _ in range(6):
        index = model.index(0, 0, index)
    url = model.index(index.row(), VALUE, index.parent()).data()
    assert clock() - begun < 0.3
    assert url.endswith("(1.9 MB)")
    assert len(url) < 100


def test_opens_a_long_conversation_at_once() -> None:
    # Without the tester, which would look at every row.
    model = JsonTreeModel()
    messages = [{"role": "user", "content": "w"} for _ in range(1_000_000)]
    before = wire.encode({"model": "m", "messages": messages, "stop": None})
    after = wire.encode({"model": "m", "messages": [*messages, {"role": "tool"}], "stop": 1})
    assert calmest(lambda: opening(model, before, before), 0.3) <= 0.3
    assert rows(model)[1] == ("messages", "[…] (28.6 MB)", "")
    opening(model, after, before)
    assert [note for _, _, note in rows(model)] == ["", "◆ changed inside", "◆ was null"]
    first = model.index(0, 0, model.index(1, 0))
    assert rows(model, first) == [("role", '"user"', ""), ("content", '"w"', "")]


def opening(model: JsonTreeModel, after: bytes, before: bytes) -> float:
    """Return how long it takes to read two bodies and to show the first rows."""
    begun = clock()
    value = read_object(after)
    model.show_value(value, value if after is before else read_object(before))
    rows(model)
    return clock() - begun

from app.models.comparison import MOST_EVENTS, compare
from proxy import sse


def events(*contents: str) -> list[bytes]:
    return [sse.encode(each.encode()) for each in contents]


def test_shows_nothing_where_nothing_differs() -> None:
    assert compare(events("a", "b"), events("a", "b")).text == ""


def test_numbers_what_was_changed_and_what_stands_around() -> None:
    same = [f"e{number}" for number in range(10)]
    came, left = events(*same, "old", "z"), events(*same, "new", "z")
    assert compare(came, left).text.splitlines() == [
        "@@ received 8–11 | sent 8–11 @@",
        "      8  data: e8",
        "      9  data: e9",
        "-    10  data: old",
        "+    10  data: new",
        "     11  data: z",
    ]


def test_shows_a_long_line_from_where_it_differs() -> None:
    lines = compare(events("x" * 500 + "old"), events("x" * 500 + "new")).text.splitlines()
    assert lines[1].endswith("xxxold")
    assert len(lines[1]) < 60


def test_looks_past_the_white_space_of_json_for_what_differs() -> None:
    head = "x" * 60
    came, left = f'{{"id": "{head}", "n": 1}}', f'{{"id":"{head}","n":2}}'
    lines = compare(events(came), events(left)).text.splitlines()
    assert [line[-6:] for line in lines[1:]] == ['"n":1}', '"n":2}']
    lines = compare(events('{"n": 1}'), events('{"n":1}')).text.splitlines()
    assert lines[1:] == ['-     0  data: {"n": 1}', '+     0  data: {"n":1}']


def test_shows_what_was_dropped_and_added() -> None:
    lines = compare(events("a", "gone", "b"), events("a", "b", "c")).text.splitlines()
    assert "-     1  data: gone" in lines
    assert "+     2  data: c" in lines


def test_stops_at_a_limit_and_says_so() -> None:
    came = events(*[f"old {number}" for number in range(MOST_EVENTS + 10)])
    left = events(*[f"new {number}" for number in range(MOST_EVENTS + 10)])
    comparison = compare(came, left)
    assert not comparison.whole
    assert f"- {MOST_EVENTS - 1:>5}  data: old {MOST_EVENTS - 1}" in comparison.text

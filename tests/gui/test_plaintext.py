from app.models.plaintext import (
    MOST_TEXT,
    WIDTH,
    breakable,
    decoded,
    one_line,
    plain_hint,
    pretty,
    shown,
    unbroken,
    visible,
)


def test_shows_control_and_bidi_characters_by_their_codes() -> None:
    assert visible("a\x1b[31m\u202eb\ufeff\x85") == "a‹U+001B›[31m‹U+202E›b‹U+FEFF›‹U+0085›"
    assert visible("tab\tand\nline <b>é 中文 🙂") == "tab\tand\nline <b>é 中文 🙂"


def test_folds_lines_and_caps_the_whole() -> None:
    folded = shown("x" * (2 * WIDTH + 1))
    assert [len(line) for line in folded.split("\n")] == [WIDTH, WIDTH, 1]
    assert len(shown("x" * 10 * MOST_TEXT)) <= MOST_TEXT + 1
    assert len(shown("\u202e" * MOST_TEXT)) <= MOST_TEXT + 1


def test_makes_one_line_of_many() -> None:
    assert one_line("a\nb\tc", 10) == "a⏎b c"
    assert one_line("x" * 100, 10) == "x" * 10 + "…"


def test_sets_json_in_lines_without_changing_a_number() -> None:
    assert pretty('{"a":1.50,"b":[]}') == '{\n  "a": 1.50,\n  "b": []\n}'
    assert pretty('{"a":') == '{"a":'
    assert pretty("[" * 100_000) == "[" * 100_000


def test_reads_bytes_that_are_no_text() -> None:
    assert decoded(b"a\xff") == "a\ufffd"


def test_lets_a_long_name_go_on_after_its_parts() -> None:
    assert breakable("mcp__do_it") == "mcp_\u200b_\u200bdo_\u200bit"


def test_keeps_a_figure_and_its_unit_together() -> None:
    assert unbroken("~84 tok/s") == "~84\u00a0tok/\u2060s"


def test_a_hint_keeps_its_lines_and_no_markup_of_anybody_else() -> None:
    assert plain_hint('<b>a</b> & "b"\nc') == '<qt>&lt;b&gt;a&lt;/b&gt; &amp; "b"<br>c</qt>'

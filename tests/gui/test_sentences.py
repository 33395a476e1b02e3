from app.models.sentences import known, said

SENTENCES = ("{file}: {reason}", "{file}: line {line}: {reason}", "nothing", "a (b) {c}")


def test_words_are_found_by_the_sentence_that_says_most_of_them() -> None:
    assert known("a.json: line 3: nothing: x", SENTENCES) == "{file}: line {line}: {reason}"
    assert known("a.json: nothing", SENTENCES) == "{file}: {reason}"
    assert known("a (b) {", SENTENCES) == "a (b) {c}"
    assert known("else", SENTENCES) == ""


def test_what_is_said_holds_the_same_parts(qtbot: object) -> None:
    assert qtbot
    words = "a.json: line 3: nothing: {x}"
    assert said("Nowhere", words, SENTENCES, ("reason",)) == words
    assert said("Nowhere", "else", SENTENCES) == "else"

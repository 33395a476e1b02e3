from proxy.textqueue import Piece, TextQueue, says_nothing, sibling
from proxy.wire import JsonObject
from tests.core.repairs import chunk, delta


def queue() -> tuple[TextQueue, list[JsonObject]]:
    held: list[JsonObject] = []
    return TextQueue(held), held


def test_counts_the_place_of_each_text_over_all_deltas() -> None:
    line, _ = queue()
    line.add(delta(role="assistant", content="abc", reasoning="x"))
    [piece] = line.add(delta(content="de"))
    assert (piece.start, piece.end, piece.text) == (3, 5, "de")
    [other] = line.add(delta(1, content="f"))
    assert (other.index, other.start) == (1, 0)


def test_lets_chunks_go_in_order() -> None:
    line, held = queue()
    first, second = delta(content="ab"), delta(content="cd")
    line.add(first)
    line.add(second)

    def late(piece: Piece) -> bool:
        return piece.start > 0

    assert line.take(late) == []
    assert held == [first, second]
    assert [each.chunk for each in line.take(lambda _: True)] == [first, second]
    assert held == []


def test_a_chunk_waits_until_all_of_its_text_is_settled() -> None:
    line, held = queue()
    only = delta(reasoning="x", content="ab")
    line.add(only)
    assert line.take(lambda piece: piece.member == "content") == []
    assert held == [only]


def test_takes_no_text_from_members_of_another_type() -> None:
    line, _ = queue()
    assert line.add(delta(content=["a"], reasoning=7)) == []
    assert line.add({"choices": [7, {"delta": None}]}) == []


def test_says_nothing_without_text_finish_and_usage() -> None:
    assert says_nothing(delta(content=""))
    assert not says_nothing(delta(role="assistant"))
    assert not says_nothing(delta(finish="stop"))
    assert not says_nothing(chunk(usage={"total_tokens": 1}))


def test_a_sibling_repeats_the_head_alone() -> None:
    made = sibling({**delta(content="a"), "usage": {"x": 1}}, 2, {"content": "b"})
    wanted = delta(2, content="b")
    assert made == wanted

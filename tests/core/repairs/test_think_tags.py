import pytest
from hypothesis import given, strategies as st

from proxy.repairs.think_tags import ThinkTags
from tests.core.repairs import Outcome, again, answer, calls, delta, document, opening, stream

REPAIRS = [ThinkTags]
REQUEST = {"stream": True}
DONE = delta(finish="stop")


def spoken(*texts: str, finish: str = "stop") -> Outcome:
    """What becomes of an answer whose content comes in these pieces."""
    first = delta(role="assistant", content="")
    return stream(REPAIRS, [first, *(delta(content=each) for each in texts), delta(finish=finish)])


def divided(outcome: Outcome) -> tuple[str, str]:
    message = outcome.message()
    return message.get("reasoning_content", ""), message["content"] or ""


@pytest.mark.parametrize(
    ("text", "thought", "said"),
    [
        ("<think>step 1</think>Answer", "step 1", "Answer"),
        ("<think>\nstep 1\n</think>\n\nAnswer", "step 1\n", "Answer"),
        ("\n<think>step</think> Answer", "step", "Answer"),
        ("<think></think>Answer", "", "Answer"),
        ("<think>never closed", "never closed", ""),
        ("<think>a</think>\n<think>b</think>Answer", "ab", "Answer"),
        ("<think>a</think>\n\n    indented", "a", "    indented"),
        ("<think>x < 3 and </thing></think>Answer", "x < 3 and </thing>", "Answer"),
        (
            "<think>see\n```\n</think>\n```\nso</think>Answer",
            "see\n```\n</think>\n```\nso",
            "Answer",
        ),
        ("step 1</think>Answer", "step 1", "Answer"),
        ("step 1\n</think>\n\nAnswer", "step 1\n", "Answer"),
        ("step 1. </think> Answer", "step 1. ", "Answer"),
        ("so 4 </think> The answer", "so 4 ", "The answer"),
        ("all of it was thought</think>", "all of it was thought", ""),
        ("</think>Answer", "", "Answer"),
    ],
)
def test_divides_thoughts_from_the_answer_however_they_were_cut(
    text: str, thought: str, said: str
) -> None:
    for size in (len(text), 1, 2, 5):
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        outcome = spoken(*pieces)
        assert divided(outcome) == (thought, said)
        assert outcome.finish == "stop"
        assert set(outcome.fixes) == {"think-tags"}
        assert again(REPAIRS, outcome, REQUEST).untouched


@pytest.mark.parametrize(
    "text",
    [
        "Answer",
        "  Answer",
        "<thinking aloud> is fine",
        "<thin",
        "Use <think> to begin and </think> to end.",
        "Write `</think>` at the end.",
        'The tag "</think>" ends it.',
        "Put </think> after the thoughts.",
        "It ends with </think>, always.",
        "Like this:\n```\nthought</think>answer\n```\nDone.",
        "```\n<think>a</think>b\n```",
        "Answer first. <think>then thoughts</think>",
    ],
)
def test_leaves_text_that_holds_no_thoughts(text: str) -> None:
    for size in (len(text), 1, 3):
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        assert spoken(*pieces).untouched


def test_streams_thoughts_on_as_they_come() -> None:
    outcome = spoken("<think>one", " two", " three</think>", "Answer")
    thoughts = [
        choice["delta"].get("reasoning_content")
        for chunk in outcome.chunks
        for choice in chunk["choices"]
    ]
    assert [each for each in thoughts if each] == ["one", " two", " three"]


def test_gives_each_chunk_either_thought_or_answer() -> None:
    outcome = stream(REPAIRS, [delta(role="assistant", content="<think>a</think>b"), DONE])
    deltas = [each["choices"][0]["delta"] for each in outcome.chunks]
    assert deltas == [{"role": "assistant", "reasoning_content": "a"}, {"content": "b"}, {}]


def test_looks_for_no_unopened_thought_beside_proper_reasoning() -> None:
    thinking = delta(role="assistant", reasoning_content="hm")
    assert stream(REPAIRS, [thinking, delta(content="a</think>b"), DONE]).untouched


def test_takes_a_tag_off_although_there_is_proper_reasoning() -> None:
    thinking = delta(role="assistant", reasoning_content="hm ")
    outcome = stream(REPAIRS, [thinking, delta(content="<think>more</think>b"), DONE])
    assert divided(outcome) == ("hm more", "b")


def test_lets_text_before_a_tool_call_go_before_it() -> None:
    chunks = [
        delta(role="assistant", content="I look."),
        calls(opening(0, "a", "look", "{}")),
        DONE,
    ]
    assert stream(REPAIRS, chunks).untouched


def test_keeps_choices_apart() -> None:
    chunks = [
        delta(0, content="<think>a"),
        delta(1, content="plain"),
        delta(0, content="b</think>c"),
        delta(1, finish="stop"),
        delta(0, finish="stop"),
    ]
    outcome = stream(REPAIRS, chunks)
    assert outcome.message(0)["reasoning_content"] == "ab"
    assert outcome.message(1) == {"role": "assistant", "content": "plain"}


def test_divides_a_plain_answer() -> None:
    message = {"role": "assistant", "content": "hm</think>Answer"}
    body = answer({"index": 0, "message": message, "finish_reason": "stop"})
    outcome = document(REPAIRS, body)
    assert divided(outcome) == ("hm", "Answer")
    assert again(REPAIRS, outcome, {}).untouched


def test_releases_what_it_holds_where_a_stream_is_cut() -> None:
    chunks = [delta(role="assistant", content="perhaps a thought")]
    outcome = stream(REPAIRS, chunks, sentinel=False, clean=False)
    assert outcome.sent.startswith(outcome.received)
    assert not outcome.fixes


@given(pieces=st.lists(st.sampled_from(["<think>", "</think>", "```\n", "\n", "a", " ", "<", "`"])))
def test_loses_no_character_but_tags_and_white_space(pieces: list[str]) -> None:
    text = "".join(pieces)
    whole, cut = spoken(text) if text else spoken(), spoken(*text)
    assert divided(whole) == divided(cut)
    assert not whole.failed
    kept = "".join(divided(whole))
    for tag in ("<think>", "</think>"):
        assert text.count(tag) >= kept.count(tag)
    plain = text.replace("<think>", "").replace("</think>", "")
    bare = kept.replace("<think>", "").replace("</think>", "")
    assert "".join(plain.split()) == "".join(bare.split())

import string

from proxy.call_ids import CallIds
from proxy.repair import Context
from proxy.wire import JsonObject

CHUNK: JsonObject = {"id": "chatcmpl-1"}


def ids(*held: str, prompt: str = "hi") -> CallIds:
    """The ids of an exchange whose history holds these."""
    calls = [{"id": each} for each in held]
    said = [{"role": "user", "content": prompt}, {"role": "assistant", "tool_calls": calls}]
    return CallIds(Context({"messages": said}))


def test_makes_ids_that_every_provider_accepts() -> None:
    made = [ids().make(CHUNK)]
    assert [len(each) for each in made] == [9]
    assert {*"".join(made)} <= {*string.ascii_letters, *string.digits}


def test_makes_the_same_ids_again_for_the_same_answer_and_others_for_another() -> None:
    first = ids().make(CHUNK)
    assert ids().make(CHUNK) == first
    assert ids().make({"id": "chatcmpl-2"}) != first
    assert ids(prompt="bye").make(CHUNK) != first


def test_two_fixes_make_no_id_twice_for_one_answer() -> None:
    context = Context({"messages": []})
    assert CallIds(context, "a").make(CHUNK) != CallIds(context, "b").make(CHUNK)


def test_makes_no_id_twice() -> None:
    known = ids()
    assert len({known.make(CHUNK) for _ in range(200)}) == 200


def test_makes_no_id_that_the_history_holds() -> None:
    # The seed depends on the history, so the id is put into it unseen.
    known = ids()
    taken = ids().make(CHUNK)
    known._past = frozenset({taken})
    assert known.make(CHUNK) != taken


def test_knows_the_ids_of_the_history() -> None:
    known = ids("call_0")
    assert known.in_history("call_0")
    assert not known.in_history("call_1")


def test_reads_a_history_of_whatever_shape() -> None:
    for messages in (None, 5, [None, {"tool_calls": 5}, {"tool_calls": [5, {"id": 5}]}]):
        known = CallIds(Context({"messages": messages}))
        assert not known.in_history("call_0")
        assert known.make({})

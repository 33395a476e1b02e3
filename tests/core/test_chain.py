"""Chunks keep their own bytes unless a finding stands before them; who raises is left out."""

from proxy import sse, wire
from proxy.chain import Chain, Dropped, Outcome, Passage
from proxy.repair import Context, Failure, Finding, Group, Output, Repair
from proxy.wire import JsonObject


class Marking(Repair):
    """Marks chunks that ask for it, holds, drops, fails or raises."""

    name = "marking"
    title = "Marking"
    group = Group.GUESSES
    default = False
    symptom = remedy = ""

    def chunk(self, chunk: JsonObject) -> Output:
        match chunk.get("do"):
            case "mark":
                chunk["marked"] = True
                yield Finding(self.name, "marked")
                yield chunk
            case "hold":
                self.held.append(chunk)
            case "drop":
                yield Finding(self.name, "dropped")
            case "fail":
                yield {"before": True}
                yield Failure(502, {"message": "no"})
            case "raise":
                raise RuntimeError
            case _:
                yield chunk


class Second(Marking):
    """Another one, further down the chain."""

    name = "second"

    def chunk(self, chunk: JsonObject) -> Output:
        if chunk.get("to") == "second":
            yield from super().chunk(chunk)
        else:
            yield chunk


def passage(number: int, **chunk: object) -> Passage:
    return Passage(dict(chunk), sse.event(wire.encode(chunk)), number, [])


def walk(chain: Chain, *passages: Passage) -> list[Outcome]:
    return [outcome for each in passages for outcome in chain.walk(each)]


def chain() -> Chain:
    return Chain([Marking(Context()), Second(Context())])


def test_passes_an_untouched_chunk_with_its_event() -> None:
    sent = passage(4, a=1)
    assert walk(chain(), sent) == [sent]
    assert sent.findings == []


def test_gives_a_finding_to_the_chunk_behind_it() -> None:
    [outcome] = walk(chain(), passage(0, do="mark"))
    assert isinstance(outcome, Passage)
    assert [finding.fix for finding in outcome.findings] == ["marking"]


def test_a_held_chunk_keeps_its_own_event() -> None:
    walked = chain()
    held = passage(0, do="hold")
    assert walk(walked, held, passage(1, a=1))[0] != held
    released = walked.flush(2, clean=True, sentinel=True)
    assert released == [held]
    assert held.received == 0


def test_a_dropped_chunk_leaves_its_finding() -> None:
    assert walk(chain(), passage(7, do="drop")) == [Dropped(Finding("marking", "dropped"), 7)]


def test_what_was_found_in_a_chunk_that_others_were_made_of_is_not_lost() -> None:
    class Merging(Marking):
        """Makes one chunk of all, at the end."""

        name = "merging"

        def chunk(self, chunk: JsonObject) -> Output:
            self.held.append(chunk)
            yield from ()

        def flush(self) -> Output:
            self.held.clear()
            yield Finding(self.name, "merged")
            yield {"merged": True}

    walked = Chain([Marking(Context()), Merging(Context())])
    assert walk(walked, passage(5, do="mark")) == []
    whole, found = walked.flush(6, clean=True, sentinel=True)
    assert isinstance(whole, Passage)
    assert found == Dropped(Finding("marking", "marked"), 5)


def test_what_came_before_a_failure_goes_out_first() -> None:
    walked = chain()
    held = passage(0, do="hold", to="second")
    outcomes = [*walk(walked, passage(1, do="fail"))]
    assert isinstance(outcomes[0], Passage)
    assert outcomes[0].chunk == {"before": True}
    assert outcomes[-1] == Failure(502, {"message": "no"})
    assert held.findings == []


def test_a_repair_that_raises_releases_what_it_held_and_is_left_out() -> None:
    walked = chain()
    held, culprit, later = passage(0, do="hold"), passage(1, do="raise"), passage(2, do="mark")
    assert walk(walked, held, culprit) == [held, culprit]
    assert walk(walked, later) == [later]
    assert [finding.fix for finding in walked.take_broken()] == ["marking"]
    assert walked.take_broken() == []
    assert later.findings == []


def test_a_repair_may_be_left_out_by_its_nature() -> None:
    walked = chain()
    walked.leave_out(lambda repair: repair.name == "marking")
    assert [repair.name for repair in walked.repairs] == ["second"]
    assert [repair.name for repair in walked.overriding("chunk")] == ["second"]

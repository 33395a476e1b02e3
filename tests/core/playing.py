"""Play recorded answers through the pipeline, as the relay would."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from proxy import sse, wire
from proxy.pipeline import Pipeline
from proxy.repair import Context, Failure, Form, Repair
from proxy.repairs import REGISTRY, selected
from proxy.sink import Step
from proxy.tap import Mark
from proxy.trails import Trails
from proxy.wire import JsonObject
from tests.corpus import Case


@dataclass(frozen=True, slots=True)
class Played:
    """What an agent got, and what was mended on the way."""

    status: int
    body: bytes
    marks: tuple[Mark, ...]
    """What was mended in the answer."""
    request_marks: tuple[Mark, ...]
    failure: Failure | None
    form: Form | None

    @property
    def fixes(self) -> set[str]:
        return {mark.fix for mark in self.marks if not mark.routine}

    @property
    def broken(self) -> set[str]:
        """The fixes that raised and were switched off."""
        marks = (*self.request_marks, *self.marks)
        return {mark.fix for mark in marks if "failed" in mark.message}


def play(
    case: Case,
    fixes: dict[str, bool],
    pieces: Sequence[bytes] | None = None,
    trails: Trails | None = None,
) -> Played:
    """Play a case; its body whole, or in these pieces."""
    body = (case.body,) if pieces is None else tuple(pieces)
    head = (case.status, case.content_type)
    clean = case.ending != "eof"
    return answer(case.request, selected(fixes), body, head, clean=clean, trails=trails)


def answer(
    request: JsonObject,
    repairs: Sequence[type[Repair]],
    pieces: Sequence[bytes],
    head: tuple[int, str] = (200, ""),
    *,
    clean: bool = True,
    trails: Trails | None = None,
) -> Played:
    """Play any answer."""
    pipeline = Pipeline(Context(request), repairs, trails)
    asked = pipeline.request(wire.encode(request))
    pipeline.start(*head)
    steps = list(_steps(pipeline, pieces, clean=clean))
    marks = tuple(mark for step in steps for mark in step.marks)
    sent = b"".join(step.data for step in steps)
    failure = next((step.failure for step in steps if step.failure is not None), None)
    status = head[0]
    if failure is not None:
        told = sse.encode(wire.encode({"error": failure.in_stream}))
        if sent in (b"", told):
            status, sent = failure.status, wire.encode({"error": failure.error})
    return Played(status, sent, marks, asked.marks, failure, pipeline.form)


def _steps(pipeline: Pipeline, pieces: Sequence[bytes], *, clean: bool) -> Iterator[Step]:
    for piece in pieces:
        if pipeline.done:
            break
        yield pipeline.feed(piece)
    yield pipeline.finish(clean=clean or pipeline.done)


def everything_but(*fixes: str) -> dict[str, bool]:
    """Settings with every fix on except these."""
    return {repair.name: repair.name not in fixes for repair in REGISTRY}

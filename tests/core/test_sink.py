"""What nobody mended leaves in its own bytes; a mark names the event that carries the change."""

from proxy import sse, wire
from proxy.aggregate import Fold
from proxy.chain import Passage
from proxy.repair import Finding
from proxy.sink import Sink, Step

RAW = b'data:   {"choices": [ {"index":0,"delta":{"content":"a"},"finish_reason":null} ]}\n\n'
FOUND = Finding("index-repair", "numbered")


def passage(*findings: Finding, raw: bytes = RAW) -> Passage:
    event = sse.Decoder().feed(raw)[0]
    return Passage(wire.decode_object(event.data or b"") or {}, event, 3, [*findings])


def test_an_untouched_chunk_leaves_in_its_own_bytes() -> None:
    sink = Sink()
    sink.emit(passage())
    assert sink.take() == Step(RAW)
    assert not sink.touched


def test_a_mended_chunk_is_written_anew_and_marked() -> None:
    sink = Sink()
    sink.put(b": first\n\n")
    sink.emit(passage(FOUND))
    step = sink.take()
    data, [mark] = step.data, step.marks
    assert data.startswith(b': first\n\ndata: {"choices":[{"index":0')
    assert (mark.fix, mark.received, mark.sent) == ("index-repair", 3, 1)
    assert sink.touched


def test_a_mended_chunk_keeps_its_events_name() -> None:
    sink = Sink()
    sink.emit(passage(FOUND, raw=b"event: x\n" + RAW))
    assert sink.take().data.startswith(b"event: x\ndata: {")


def test_a_chunk_that_cannot_be_written_leaves_as_it_came() -> None:
    sink = Sink()
    unwritable = passage(FOUND)
    unwritable.chunk["x"] = object()
    sink.emit(unwritable)
    assert sink.take().data == RAW


def test_knows_when_every_choice_has_finished() -> None:
    sink = Sink()
    assert not sink.finished
    sink.emit(passage())
    assert not sink.finished
    sink.emit(passage(raw=RAW.replace(b"null", b'"stop"')))
    assert sink.finished


def test_a_comment_says_nothing_yet() -> None:
    sink = Sink()
    sink.put_event(sse.Decoder().feed(b": c\n\n")[0])
    assert not sink.spoken
    sink.put_event(sse.event(sse.SENTINEL))
    assert sink.spoken


def test_collects_chunks_where_one_answer_is_due() -> None:
    sink = Sink()
    sink.fold = Fold()
    sink.emit(passage())
    assert sink.take() == Step()
    assert not sink.spoken
    assert sink.fold.completion()["choices"][0]["message"]["content"] == "a"

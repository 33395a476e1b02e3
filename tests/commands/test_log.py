"""What `serve` writes of those it does not let in: a line of text, and never many."""

import io
import json

from app.serving import Log


def written(log: Log, stream: io.StringIO) -> list[str]:
    log.close()
    return stream.getvalue().splitlines()


def test_a_refusal_is_a_line_of_text() -> None:
    stream = io.StringIO()
    log = Log(stream, as_json=False)
    log.refused("local_key_wrong")
    assert written(log, stream) == ["Refused: local_key_wrong"]


def test_a_thousand_refusals_are_a_few_lines() -> None:
    stream = io.StringIO()
    log = Log(stream, as_json=False)
    for _ in range(1000):
        log.refused("host_refused")
    lines = written(log, stream)
    # They may fall into two seconds.
    assert 2 <= len(lines) <= 12
    assert lines[-1] == "Refused: more, not listed one by one"


def test_the_objects_are_those_that_are_promised() -> None:
    stream = io.StringIO()
    log = Log(stream, as_json=True)
    log.refused("local_key_wrong")
    log.write({"event": "listening", "url": "u"})
    assert [json.loads(line) for line in written(log, stream)] == [
        {"event": "listening", "url": "u"}
    ]

"""What `serve` writes: a line each, and never many of those it does not let in."""

import io
import json
from typing import Any

import pytest

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


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ({"applied": True, "changed": ["port", "one added"]}, "applied: port, one added"),
        ({"applied": True, "changed": []}, "applied: nothing changed"),
        ({"applied": False, "line": 3, "error": "no"}, "not applied: line 3: no"),
        ({"applied": False, "line": 0, "error": "no"}, "not applied: no"),
        ({"applied": False, "changed": ["port"], "error": "taken"}, "not applied: taken"),
    ],
)
def test_a_change_of_the_configuration_is_a_line_of_text(said: dict[str, Any], line: str) -> None:
    stream = io.StringIO()
    log = Log(stream, as_json=False)
    log.write({"event": "config", **said})
    assert written(log, stream) == [f"Configuration {line}"]

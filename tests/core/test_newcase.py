"""The cases that the inspector saves."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from app.cases import parse
from app.newcase import Recording, case_of, text_of
from app.redaction import Redaction
from proxy.wire import JsonObject
from tests.corpus import case, cases

SECRET = "sk-proj-" + "Ab3" * 12
REQUEST = {
    "model": "m",
    "stream": True,
    "api_key": "hunter2",
    "messages": [{"role": "user", "content": f"my key is {SECRET}, be quick"}],
}


def made_of(
    request: bytes,
    status: int,
    headers: Iterable[tuple[str, str]],
    received: bytes,
    ending: str = "done",
) -> JsonObject:
    return case_of(Recording("mine", request, status, headers, received, ending), Redaction())


def saved(name: str = "idx-null", **request: Any) -> JsonObject:
    """The case that is made of an exchange with a recorded answer."""
    known = case(name)
    asked = json.dumps({**known.request, **request}).encode()
    headers = [("Content-Type", known.content_type), ("Set-Cookie", "a=b")]
    return made_of(asked, known.status, headers, known.body)


@pytest.mark.parametrize("known", [each for each in cases() if not each.obstacle], ids=str)
def test_a_saved_case_can_be_replayed_and_expects_what_the_corpus_does(known: Any) -> None:
    asked = json.dumps(known.request).encode()
    made = made_of(asked, known.status, known.headers.items(), known.body)
    again = parse(text_of(made).encode())
    assert again.body == known.body
    assert again.request == known.request
    open_ids = "<generated>" in json.dumps(known.final)
    if known.fix == made["fix"] and known.final and known.status < 300 and not open_ids:
        said = made["expect"]["final"]
        assert said["finish_reason"] == known.final["finish_reason"]
        for member in ("content", "reasoning_content"):
            wanted = known.final["message"].get(member) or ""
            assert (said["message"].get(member) or "") == wanted


def test_names_the_fix_that_mends_a_saved_case() -> None:
    assert saved("idx-null")["fix"] == "index-repair"
    assert saved("text-hermes-json")["fix"] == "text-tool-calls"
    assert saved("reasoning-field-name")["fix"] is None


def test_keeps_only_the_header_that_says_what_came() -> None:
    assert set(saved()["upstream"]["headers"]) == {"content-type"}


def test_removes_credentials_from_request_and_answer() -> None:
    body = json.dumps({"choices": [], "note": f"Bearer {SECRET}", "url": "https://a:b3cret@x.y/"})
    made = made_of(json.dumps(REQUEST).encode(), 200, [], body.encode())
    text = text_of(made)
    for secret in (SECRET, "hunter2", "b3cret"):
        assert secret not in text
    assert made["request"]["messages"][0]["content"] == "my key is [removed], be quick"
    assert made["note"] == "4 values were removed"
    assert parse(text.encode()).body.startswith(b'{"choices"')


def test_keeps_bytes_that_are_no_text() -> None:
    raw = b'data: {"choices":[]}\n\ndata: \xff\xfe Bearer ' + SECRET.encode() + b"\n\n"
    made = made_of(b"{}", 200, [("content-type", "text/event-stream")], raw, "eof")
    again = parse(text_of(made).encode())
    assert again.body == raw.replace(SECRET.encode(), b"[removed]")
    assert again.ending == "eof"


def test_a_stream_that_breaks_off_may_grow_by_what_is_put_for_its_secrets() -> None:
    raw = b'data: {"choices":[],"api_key":"abcdefgh","password":"abcdefgh"'
    made = made_of(b"{}", 200, [("content-type", "text/event-stream")], raw, "eof")
    assert parse(text_of(made).encode()).body == raw.replace(b"abcdefgh", b"[removed]")


def test_makes_a_case_of_a_request_that_is_no_json() -> None:
    made = made_of(b"\xff", 200, [], b"")
    assert made["request"] == {}
    parse(text_of(made).encode())


def test_spells_out_half_a_surrogate_pair() -> None:
    made = made_of(b'{"messages":[],"x":"\\ud800"}', 200, [], b"{}")
    assert parse(text_of(made).encode("utf-8")).request["x"] == "\ud800"


def test_refuses_a_request_that_is_nested_too_deeply() -> None:
    nested = b'{"messages":' + b"[" * 700 + b"]" * 700 + b"}"
    with pytest.raises(ValueError, match="nested too deeply"):
        made_of(nested, 200, [], b"{}")

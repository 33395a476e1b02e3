"""Streams that are odd, huge, or an error, F27 to F31; and S28, an error that quotes the key."""

import base64
import json
import os
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from proxy.tap import Passed, Sent
from tests.fakes.upstream import LAST, SSE_HEAD, STALL, Step, document, framed, streamed
from tests.faults.families import (
    CHAT,
    FAMILIES,
    MESSAGES,
    RESPONSES,
    Spoken,
    event,
    named,
    sentence,
)
from tests.faults.rig import Rig, rig

ROWS = pytest.mark.parametrize("spoken", FAMILIES.values(), ids=FAMILIES)
BIG = 10_000_000
IMAGE = base64.b64encode(bytes(range(256)) * (BIG * 3 // 4 // 256)).decode()
ARGUMENTS = json.dumps({"text": "é\u2028x" * (BIG // 20)})


def huge(spoken: Spoken, content: str) -> bytes:
    """Return one event that holds so much text."""
    if spoken is CHAT:
        call = {"index": 0, "id": "c", "type": "function"}
        return event({"tool_calls": [{**call, "function": {"name": "f", "arguments": content}}]})
    if spoken is RESPONSES:
        item = {"type": "image_generation_call", "result": content}
        return named("response.output_item.done", sequence_number=1, item=item)
    delta = {"type": "input_json_delta", "partial_json": content}
    return named("content_block_delta", index=0, delta=delta)


@ROWS
@pytest.mark.parametrize("content", [ARGUMENTS, IMAGE], ids=["arguments", "image"])
def test_f27_one_event_of_ten_megabytes_arrives_byte_for_byte(spoken: Spoken, content: str) -> None:
    stop = event({}, "tool_calls") if spoken is CHAT else spoken.stop
    body = spoken.start + huge(spoken, content) + stop + spoken.terminal
    pieces = [framed(body[place : place + 65536]) for place in range(0, len(body), 65536)]
    with rig([SSE_HEAD, *pieces, LAST]) as fault:
        answer = fault.ask(path=spoken.path)
        assert len(answer.body) == len(body)
        assert answer.body == body
        assert _recorded(fault) == body


def _recorded(fault: Rig) -> bytes:
    """Return what the inspector learnt that the agent was sent."""
    ours = fault.over().exchange_id
    records = [each for each in fault.running.records if each.exchange_id == ours]
    return b"".join(each.data for each in records if isinstance(each, (Passed, Sent)))


@ROWS
@pytest.mark.parametrize("passthrough", [False, True])
def test_f28_many_small_events_are_all_delivered(spoken: Spoken, *, passthrough: bool) -> None:
    count = 200_000 if "WIREMEND_FUZZ" in os.environ else 50_000
    form = b": a comment, %08d, of forty bytes...\n\n"
    if spoken is not CHAT:
        form = b'data: {"type":"ping","n":"%06d","x":""}\n\n'
    small = [form % number for number in range(count)]
    body = spoken.start + b"".join(small) + spoken.text + spoken.stop + spoken.terminal
    pieces = [framed(body[place : place + 100_000]) for place in range(0, len(body), 100_000)]
    with rig([SSE_HEAD, *pieces, LAST], passthrough=passthrough) as fault:
        answer = fault.ask(path=spoken.path)
        assert answer.body == body
        over = fault.over()
        assert (over.bytes_in, over.bytes_out) == (len(body), len(body))


SENTENCE = "a\u2028b\u2029c\u0085d\u000be\u0000f"
ODD = json.dumps({"t": SENTENCE}, ensure_ascii=False).replace("\v", "\\u000b").replace(
    "\0", "\\u0000"
)  # fmt: skip
ODDITIES: dict[str, Callable[[bytes], bytes]] = {
    "cr": lambda text: text.replace(b"\n", b"\r"),
    "crlf": lambda text: text.replace(b"\n", b"\r\n"),
    "bom": lambda text: b"\xef\xbb\xbf" + text,
    "no-space": lambda text: text.replace(b"data: ", b"data:"),
    "comments": lambda text: text.replace(b"data: ", b": hello\ndata: "),
    "fields": lambda text: text.replace(b"data: ", b"id: 1\nretry: 5\nx\ndata: "),
    "invalid": lambda text: text.replace(b"XX", b"\xff\xfe"),
    "nul": lambda text: text.replace(b"XX", b"\0"),
    "unicode": lambda text: text.replace(b"XX", "\u2028\u2029\u0085".encode()),
    "vt": lambda text: text.replace(b"XX", b"\x0b\x0c"),
}


def reference_events(raw: bytes) -> list[tuple[str, str]]:
    """Decode as the specification of server-sent events says, with nothing of ours."""
    text = raw.decode("utf-8", "replace").removeprefix("\ufeff")
    events: list[tuple[str, str]] = []
    name, data = "", list[str]()
    for line in re.split("\r\n|\r|\n", text):
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                events.append((name, "\n".join(data)))
            name, data = "", []
        elif field == "data":
            data.append(value)
        elif field == "event":
            name = value
    return events


@ROWS
@pytest.mark.parametrize("oddity", ODDITIES)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_f29_whatever_the_line_ends_the_events_are_the_reference_decoders(
    spoken: Spoken, oddity: str, size: int
) -> None:
    marked = spoken.text.replace(b'"b"', b'"bXXb"')
    body = ODDITIES[oddity](spoken.start + marked + spoken.stop + spoken.terminal)
    pieces = [framed(body[place : place + size]) for place in range(0, len(body), size)]
    with rig([SSE_HEAD, b"".join(pieces), LAST], probe=False) as fault:
        got = reference_events(fault.ask(path=spoken.path).body)
        sent = reference_events(body)
        assert [name for name, _ in got] == [name for name, _ in sent]
        assert [_parsed(data) for _, data in got] == [_parsed(data) for _, data in sent]


def _parsed(data: str) -> Any:
    try:
        return json.loads(data, strict=False)
    except ValueError:
        return data


@ROWS
@pytest.mark.parametrize("number", [1, 50])
def test_f30_an_error_in_band_is_an_error(spoken: Spoken, number: int) -> None:
    before = spoken.start + spoken.text * (number - 2) if number > 1 else b""
    script: list[Step] = [SSE_HEAD, framed(before) if before else 0.0, framed(spoken.error), STALL]
    with rig(script) as fault:
        begun = time.monotonic()
        answer = fault.ask(path=spoken.path, ends="upstream_error")
        assert time.monotonic() - begun < 2
        if spoken is CHAT and number == 1:
            assert answer.status == 502
            assert answer.json["error"]["message"] == "too much"
        else:
            assert answer.body == before + spoken.error
            assert sentence(answer) == "too much"
        assert fault.a.wait_for_peer_to_close(5)


def call(**members: Any) -> dict[str, Any]:
    return {"tool_calls": [members]}


def function(arguments: str, name: str | None = None) -> dict[str, str]:
    return {"arguments": arguments} if name is None else {"name": name, "arguments": arguments}


ID = {"id": "call_1", "type": "function"}
OTHER = {"id": "call_2", "type": "function"}
DEFECTS: dict[str, tuple[list[dict[str, Any]], set[str]]] = {
    "no-index": (
        [call(**ID, function=function("", "f")), call(function=function('{"a":1}'))],
        {"index-repair"},
    ),
    "interleaved": (
        [
            call(index=0, **ID, function=function("", "f")),
            call(index=0, **OTHER, function=function("", "g")),
            call(index=0, id="call_1", function=function('{"a":1}')),
            call(index=0, id="call_2", function=function('{"a":1}')),
        ],
        {"index-repair"},
    ),
    "no-id": (
        [call(index=0, type="function", function=function('{"a":1}', "f"))],
        {"index-repair"},
    ),
    "name-repeated": (
        [
            call(index=0, **ID, function=function("", "f")),
            call(index=0, function=function('{"a":1}', "f")),
        ],
        {"index-repair"},
    ),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_f31_broken_tool_calls_are_mended_and_each_is_a_finding(defect: str) -> None:
    deltas, names = DEFECTS[defect]
    body = b"".join(map(event, deltas)) + event({}, "tool_calls") + CHAT.terminal
    with rig(streamed(body)) as fault:
        calls = _calls(fault.ask().body)
        assert [each["arguments"] for each in calls.values()] == ['{"a":1}'] * len(calls)
        assert len(calls) == (2 if defect == "interleaved" else 1)
        assert all(each["id"] and each["name"] in ("f", "g") for each in calls.values())
        assert set(fault.over().findings) >= names


def _calls(body: bytes) -> dict[int, dict[str, str]]:
    calls: dict[int, dict[str, str]] = {}
    for _, data in reference_events(body):
        choices: list[Any] = [] if data == "[DONE]" else json.loads(data)["choices"]
        for each in [call for choice in choices for call in choice["delta"].get("tool_calls", [])]:
            known = calls.setdefault(each["index"], {"id": "", "name": "", "arguments": ""})
            known["id"] += each.get("id") or ""
            for name, value in each["function"].items():
                known[name] += value
    return calls


def test_f31_choices_that_came_apart_are_one_and_empty_ones_do_no_harm() -> None:
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    empty = b"data: " + json.dumps({**head, "choices": []}).encode() + b"\n\n"
    body = CHAT.start + empty + CHAT.text + CHAT.stop + CHAT.terminal
    with rig(streamed(body)) as fault:
        events = [data for _, data in reference_events(fault.ask().body) if data != "[DONE]"]
        choices = [choice for data in events for choice in json.loads(data)["choices"]]
        assert "".join(each["delta"].get("content") or "" for each in choices) == "ab"
        assert [each["finish_reason"] for each in choices if each["finish_reason"]] == ["stop"]


@ROWS
@pytest.mark.parametrize("passthrough", [False, True])
@pytest.mark.parametrize("where", ["401", "in-band"])
def test_s28_a_key_that_an_error_quotes_is_scrubbed(
    spoken: Spoken, where: str, *, passthrough: bool
) -> None:
    with rig(probe=False, passthrough=passthrough) as fault:
        key = fault.keys.by_provider["a"]
        fault.a.script = _quoting(spoken, where, key)
        asked = fault.open(path=spoken.path, ends="upstream_error")
        answer = fault.read(asked)
        assert (key.encode() in answer.body) is passthrough
        if passthrough:
            # What upstream says to the agent is the agent's, there and nowhere else.
            asked.peer.heard.clear()
        assert passthrough or "‹key›".encode() in answer.body
        assert key not in repr(fault.running.records)


def _quoting(spoken: Spoken, where: str, key: str) -> list[Step]:
    told = f"no key {key}, nor {base64.b64encode(key.encode()).decode()}"
    error = spoken.error.replace(b"too much", told.encode())
    if where == "in-band":
        whole = spoken.start + error
        cut = whole.index(key.encode()) + 20
        return [SSE_HEAD, framed(whole[:cut]), 0.1, framed(whole[cut:]), LAST]
    body = {"error": {"type": "authentication_error", "message": told, "code": "c"}}
    if spoken is MESSAGES:
        body = {"type": "error", **body}
    return document(json.dumps(body).encode(), "401 No", x_debug=f"bearer {key}")

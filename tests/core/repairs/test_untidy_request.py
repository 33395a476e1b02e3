import json
from typing import Any

import pytest

from proxy.outgoing import Mended
from proxy.pipeline import Pipeline
from proxy.repair import Context, Repair
from proxy.repairs.untidy_request import UntidyRequest
from proxy.wire import JsonObject

REPAIRS: list[type[Repair]] = [UntidyRequest]
MISSING: Any = object()


def mend(body: JsonObject) -> Mended:
    return Pipeline(Context(body), REPAIRS).request(json.dumps(body).encode())


def history(arguments: Any, **message: Any) -> JsonObject:
    function = {"name": "f"} if arguments is MISSING else {"name": "f", "arguments": arguments}
    call = {"id": "a", "type": "function", "function": function}
    said = {"role": "assistant", "content": None, "tool_calls": [call], **message}
    return {"model": "m", "messages": [{"role": "user", "content": "hi"}, said]}


TIDY: dict[str, JsonObject] = {
    "a plain request": {"model": "m", "messages": [{"role": "user", "content": "hi"}]},
    "tools": {"tools": [{"type": "function"}], "tool_choice": "auto", "parallel_tool_calls": True},
    "no tools": {"tools": None, "tool_choice": None},
    "stream options with a stream": {"stream": True, "stream_options": {"include_usage": True}},
    "no stream options": {"stream": False, "stream_options": None},
    "arguments": history('{"a": 1}'),
    "arguments of no object": history("[1]"),
    "no arguments, said properly": history("{}"),
    "numbers only others read": history('{"a": NaN}'),
    "broken text of a user": {
        "messages": [{"role": "user", "tool_calls": [{"function": {"a": 1}}]}]
    },
    "a custom tool": {
        "messages": [
            {"role": "assistant", "tool_calls": [{"type": "custom", "custom": {"input": ""}}]}
        ]
    },
}


@pytest.mark.parametrize("body", TIDY.values(), ids=TIDY)
def test_leaves_tidy_requests(body: JsonObject) -> None:
    mended = mend(body)
    assert mended.data == json.dumps(body).encode()
    assert mended.marks == ()


UNTIDY: dict[str, tuple[JsonObject, JsonObject]] = {
    "empty tools": (
        {"model": "m", "tools": [], "tool_choice": "auto", "parallel_tool_calls": False},
        {"model": "m"},
    ),
    "empty functions": ({"model": "m", "functions": [], "function_call": "none"}, {"model": "m"}),
    "options without a stream": ({"stream": False, "stream_options": {}}, {"stream": False}),
    "options alone": ({"stream_options": {"include_usage": True}}, {}),
    "empty arguments": (history(""), history("{}")),
    "white space": (history(" "), history("{}")),
    "null arguments": (history(None), history("{}")),
    "no arguments": (history(MISSING), history("{}")),
    "an object": (history({"a": [1]}), history('{"a":[1]}')),
    "half arguments": (history('{"path": "/x", "co'), history("{}")),
    "two calls' arguments": (history('{"a":1}{"b":2}'), history("{}")),
    "a legacy call": (
        {"messages": [{"role": "assistant", "function_call": {"name": "f", "arguments": ""}}]},
        {"messages": [{"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}]},
    ),
}


@pytest.mark.parametrize(("body", "expected"), UNTIDY.values(), ids=UNTIDY)
def test_tidies_requests(body: JsonObject, expected: JsonObject) -> None:
    mended = mend(body)
    assert json.loads(mended.data) == expected
    assert [mark.fix for mark in mended.marks] == ["request-shape"]
    assert mend(expected).marks == ()

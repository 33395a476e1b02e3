"""An exchange through a real proxy: what arrives upstream, what the agent gets, how it ends."""

import gzip
import json
import time
import zlib

import httpx
import pytest

from proxy.limits import Limits
from tests.fakes.upstream import (
    CLOSE,
    LAST,
    RESET,
    SSE_HEAD,
    STALL,
    FakeUpstream,
    document,
    framed,
    streamed,
)
from tests.server.running import (
    PROVIDER_KEY,
    Keys,
    chat,
    connect,
    post,
    proxy,
    quick,
    read,
)


def event(delta: str, finish: str = "null") -> bytes:
    """Return one chunk of a stream."""
    head = '"id":"c","object":"chat.completion.chunk","created":1,"model":"m"'
    choice = f'{{"index":0,"delta":{delta},"finish_reason":{finish}}}'
    return f'data: {{{head},"choices":[{choice}]}}\n\n'.encode()


def named(name: str, members: str = "") -> bytes:
    """Return one event of another family."""
    return f'event: {name}\ndata: {{"type":"{name}"{members}}}\n\n'.encode()


ROLE = event('{"role":"assistant","content":"a"}')
TEXT = event('{"content":"b"}')
STOP = event("{}", '"stop"')
ENTRY = '{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}'
CALL = event(f'{{"role":"assistant","tool_calls":[{ENTRY}]}}')
DONE = b"data: [DONE]\n\n"
MESSAGE = {"role": "assistant", "content": "hi"}
COMPLETION = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}],
}
BODY = json.dumps(COMPLETION).encode()


def test_forwards_a_healthy_stream_as_it_came() -> None:
    with FakeUpstream(streamed(ROLE, 0.03, TEXT, 0.03, STOP, DONE)) as up, proxy(up.url) as running:
        answer = post(running, chat())
        assert (answer.status, answer.body, answer.whole) == (200, ROLE + TEXT + STOP + DONE, True)
        assert answer.header("content-type") == ["text/event-stream"]
        assert answer.header("x-request-id") == ["r1"]
        [over] = running.finished()
        assert (over.outcome, over.findings, over.would_mend) == ("done", {}, {})
        assert over.bytes_in == over.bytes_out == len(answer.body)
        assert answer.header("x-wiremend-exchange") == [over.exchange_id]


def test_lets_each_event_go_at_once() -> None:
    with FakeUpstream(streamed(ROLE, 5.0, TEXT, STOP, DONE)) as up, proxy(up.url) as running:
        begun = time.monotonic()
        with connect(running, chat()) as peer:
            data = b""
            while ROLE not in data:
                data += peer.recv(65536)
            assert time.monotonic() - begun < 3


def test_exchanges_the_credential_and_nothing_else() -> None:
    with FakeUpstream(document(BODY)) as up, proxy(up.url) as running:
        body = b'{ "model":"m",  "messages": [ ], "x": 1.0 }'
        answer = post(
            running, body, path="/p/v1/chat/completions?a=b", user_agent="cline/1", cookie="c=1",
            x_custom="kept", x_forwarded_for="1.2.3.4", te="trailers", accept_encoding="gzip",
        )  # fmt: skip
        assert (answer.status, answer.body) == (200, BODY)
        [request] = up.requests
        assert (request.body, request.target) == (body, "/v1/chat/completions?a=b")
        assert request.header("authorization") == [f"Bearer {PROVIDER_KEY}"]
        assert request.header("user-agent") == ["cline/1"]
        assert request.header("x-custom") == ["kept"]
        assert request.header("accept-encoding") == ["identity"]
        assert request.header("content-length") == [str(len(body))]
        for name in ("cookie", "x-forwarded-for", "te", "transfer-encoding", "x-api-key"):
            assert request.header(name) == []
        assert running.key not in request.head.decode()


def test_passthrough_is_the_same_bytes_in_the_same_pieces() -> None:
    strange = [b"data:{x\r", b"\n\r\ndata: \xff\n\n", b": c\n\n", b"half"]
    paced = [step for piece in strange for step in (piece, 0.05)]
    with (
        FakeUpstream(streamed(*paced)) as up,
        proxy(up.url, passthrough=True) as running,
    ):
        body = b'{"stream":true,  "model": "m","tools":[]}'
        answer = post(running, body, accept_encoding="gzip, br")
        assert answer.pieces == strange
        assert answer.whole
        assert up.requests[0].body == body
        assert up.requests[0].header("accept-encoding") == ["gzip, br"]


def test_passthrough_breaks_where_upstream_broke() -> None:
    script = [SSE_HEAD, framed(ROLE), 0.05, RESET]
    with FakeUpstream(script) as up, proxy(up.url, passthrough=True) as running:
        answer = post(running, chat())
        assert (answer.body, answer.whole) == (ROLE, False)
        assert running.finished()[0].outcome == "cut_off"


def test_passthrough_still_says_what_would_have_been_mended() -> None:
    with (
        FakeUpstream(streamed(CALL, STOP, DONE)) as up,
        proxy(up.url, passthrough=True) as running,
    ):
        assert post(running, chat()).body == CALL + STOP + DONE
        [over] = running.finished()
        assert over.findings == {}
        assert set(over.would_mend) >= {"index-repair", "finish-reason"}


def test_mends_what_the_fixes_are_for() -> None:
    with FakeUpstream(streamed(CALL, STOP, DONE)) as up, proxy(up.url) as running:
        body = post(running, chat()).body
        assert b'"index":0,"id":"a"' in body
        assert b'"finish_reason":"tool_calls"' in body
        assert set(running.finished()[0].findings) == {"index-repair", "finish-reason"}


def test_folds_the_stream_of_a_provider_that_only_streams() -> None:
    with (
        FakeUpstream(streamed(ROLE, TEXT, STOP, DONE)) as up,
        proxy(up.url, fixes={"force-stream": True}) as running,
    ):
        answer = post(running, chat(stream=False))
        assert answer.json["choices"][0]["message"]["content"] == "ab"
        assert answer.header("content-type") == ["application/json"]
        assert json.loads(up.requests[0].body)["stream"] is True


def test_a_cut_stream_is_no_answer_to_an_agent_that_does_not_stream() -> None:
    # What is found in the call must not bring the head out.
    half = CALL.replace(b'"{}"', b'"{"')
    with (
        FakeUpstream(streamed(half)) as up,
        proxy(up.url, fixes={"force-stream": True}) as running,
    ):
        answer = post(running, chat(stream=False))
        assert (answer.status, answer.json["error"]["code"]) == (502, "stream_incomplete")


@pytest.mark.parametrize("status", ["400 Bad", "401 No", "429 Slow", "500 Oops", "503 Busy"])
@pytest.mark.parametrize("stream", [True, False])
def test_an_upstream_error_never_hides_behind_a_200(status: str, *, stream: bool) -> None:
    body = b'{"error":{"message":"no","type":"t","param":null,"code":"c"}}'
    script = document(body, status, retry_after="7", set_cookie="a=b")
    with FakeUpstream(script) as up, proxy(up.url) as running:
        answer = post(running, chat(stream=stream))
        assert (answer.status, answer.body) == (int(status[:3]), body)
        assert answer.header("retry-after") == ["7"]
        assert answer.header("set-cookie") == []
        assert running.finished()[0].outcome == "upstream_error"


def test_an_error_inside_a_200_gets_a_real_status() -> None:
    error = b'data: {"error":{"message":"slow down","code":429}}\n\n'
    with FakeUpstream(streamed(b": hello\n\n", 0.05, error)) as up, proxy(up.url) as running:
        answer = post(running, chat())
        assert answer.status == 429
        assert answer.json["error"]["message"] == "slow down"


@pytest.mark.parametrize("ending", [RESET, CLOSE], ids=["reset", "close"])
def test_a_cut_stream_ends_in_one_error_event(ending: object) -> None:
    script = [SSE_HEAD, framed(ROLE), framed(TEXT + b'data: {"half'), 0.05, ending]
    with FakeUpstream(script) as up, proxy(up.url) as running:  # type: ignore[arg-type]
        answer = post(running, chat())
        assert answer.whole
        events = answer.body.split(b"\n\n")
        assert b"\n\n".join(events[:2]) + b"\n\n" == ROLE + TEXT
        assert json.loads(events[2].removeprefix(b"data: "))["error"]["code"] == "upstream_reset"
        assert events[3:] == [b""]
        assert running.finished()[0].outcome == "cut_off"


def test_a_clean_end_without_a_terminal_is_a_cut() -> None:
    with FakeUpstream(streamed(ROLE, TEXT)) as up, proxy(up.url) as running:
        answer = post(running, chat())
        assert b'"code":"stream_incomplete"' in answer.body
        assert DONE not in answer.body


def test_ends_at_the_sentinel_though_upstream_stays() -> None:
    with (
        FakeUpstream([SSE_HEAD, framed(ROLE + STOP + DONE), STALL]) as up,
        proxy(up.url) as running,
    ):
        begun = time.monotonic()
        assert post(running, chat()).body == ROLE + STOP + DONE
        assert time.monotonic() - begun < 1
        assert up.wait_for_peer_to_close(5)


@pytest.mark.parametrize("passthrough", [True, False])
@pytest.mark.parametrize(
    "script",
    [[STALL], [SSE_HEAD, STALL], [SSE_HEAD, framed(ROLE), STALL]],
    ids=["before-head", "before-body", "mid-stream"],
)
def test_lets_upstream_go_when_the_agent_leaves(script: list[object], *, passthrough: bool) -> None:
    with (
        FakeUpstream(script) as up,  # type: ignore[arg-type]
        proxy(up.url, passthrough=passthrough) as running,
    ):
        with connect(running, chat()):
            time.sleep(0.3)
            left = time.monotonic()
        assert up.wait_for_peer_to_close(2)
        assert up.peer_closed_at is not None
        assert up.peer_closed_at - left < 1.5
        assert running.finished()[0].outcome == "client_gone"


def test_an_agent_that_closes_after_the_terminal_got_its_answer() -> None:
    with FakeUpstream(streamed(ROLE, STOP, DONE, 0.3)) as up, proxy(up.url) as running:
        with connect(running, chat()) as peer:
            data = b""
            while DONE not in data:
                data += peer.recv(65536)
        assert running.finished()[0].outcome == "done"


def test_says_when_upstream_falls_silent() -> None:
    with (
        FakeUpstream([SSE_HEAD, framed(ROLE), STALL]) as up,
        proxy(up.url, timeouts=quick(idle=0.3)) as running,
    ):
        answer = post(running, chat())
        assert b'"code":"upstream_idle_timeout"' in answer.body
        assert running.finished()[0].outcome == "timeout"


def test_says_when_upstream_never_answers() -> None:
    with FakeUpstream([STALL]) as up, proxy(up.url, timeouts=quick(first_byte=0.3)) as running:
        answer = post(running, chat())
        assert (answer.status, answer.json["error"]["code"]) == (504, "upstream_first_byte_timeout")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temp", "308 Perm"])
def test_never_follows_a_redirect(status: str) -> None:
    script = [f"HTTP/1.1 {status}\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n".encode()]
    with FakeUpstream(script) as up, proxy(up.url) as running:
        answer = post(running, chat())
        assert (answer.status, answer.json["error"]["code"]) == (502, "upstream_redirect_refused")
        assert len(up.requests) == 1


@pytest.mark.parametrize("head", ["204 No", "206 Part", "999 What"])
def test_refuses_a_status_that_cannot_be_an_answer(head: str) -> None:
    script = [f"HTTP/1.1 {head}\r\ncontent-length: 0\r\n\r\n".encode(), 0.1]
    with FakeUpstream(script) as up, proxy(up.url) as running:
        answer = post(running, chat())
        assert (answer.status, answer.json["error"]["code"]) == (502, "upstream_invalid")


def test_refuses_to_ask_without_a_key() -> None:
    with FakeUpstream(document(BODY)) as up, proxy(up.url, Keys(None)) as running:
        answer = post(running, chat())
        assert (answer.status, answer.json["error"]["code"]) == (503, "provider_key_unavailable")
        assert answer.header("x-should-retry") == ["false"]
        assert up.requests == []


def test_does_not_wait_for_a_keyring_that_hangs() -> None:
    limits = Limits(keyring=0.3)
    with (
        FakeUpstream(document(BODY)) as up,
        proxy(up.url, Keys(delay=20), limits=limits) as running,
    ):
        begun = time.monotonic()
        assert post(running, chat()).status == 503
        assert time.monotonic() - begun < 4


def test_lets_so_many_requests_in_and_no_more() -> None:
    script = [SSE_HEAD.replace(b"text/event-stream", b"application/json"), 0.4, framed(BODY), LAST]
    with FakeUpstream(script) as up, proxy(up.url, max_concurrent=1) as running:
        begun = time.monotonic()
        with (
            connect(running, chat(stream=False)) as one,
            connect(running, chat(stream=False)) as two,
        ):
            assert read(one).json == read(two).json
        assert time.monotonic() - begun > 0.75


def test_a_streams_slot_is_free_at_its_headers() -> None:
    script = streamed(ROLE, 0.6, STOP, DONE)
    with FakeUpstream(script) as up, proxy(up.url, max_concurrent=1) as running:
        begun = time.monotonic()
        with connect(running, chat()) as one, connect(running, chat()) as two:
            assert read(one).body == read(two).body
        assert time.monotonic() - begun < 1.1


@pytest.mark.parametrize("code", ["gzip", "deflate"])
def test_unpacks_what_nobody_asked_to_be_packed(code: str) -> None:
    packed = gzip.compress(BODY) if code == "gzip" else zlib.compress(BODY)
    script = document(packed, content_encoding=code)
    with FakeUpstream(script) as up, proxy(up.url) as running:
        answer = post(running, chat(stream=False))
        assert answer.body == BODY
        assert answer.header("content-encoding") == []


def test_scrubs_a_key_that_an_error_quotes() -> None:
    body = json.dumps({"error": {"message": f"bad key {PROVIDER_KEY}", "code": None}}).encode()
    with FakeUpstream(document(body, "401 No")) as up, proxy(up.url) as running:
        answer = post(running, chat())
        assert answer.status == 401
        assert PROVIDER_KEY.encode() not in answer.body
        running.finished()
        assert PROVIDER_KEY not in repr(running.records)


@pytest.mark.parametrize(
    ("path", "terminal"),
    [
        ("responses", named("response.completed")),
        ("messages", named("message_stop")),
    ],
)
def test_forwards_the_other_families_byte_for_byte(path: str, terminal: bytes) -> None:
    first = named("ping")
    with FakeUpstream(streamed(first, 0.02, terminal)) as up, proxy(up.url) as running:
        answer = post(running, chat(), path=f"/v1/{path}")
        assert (answer.body, answer.whole) == (first + terminal, True)
        assert running.finished()[0].outcome == "done"


@pytest.mark.parametrize(
    ("path", "sign"),
    [("responses", b"response.failed"), ("messages", b"event: error"), ("completions", b'"error"')],
)
def test_every_family_is_told_of_a_cut(path: str, sign: bytes) -> None:
    first = named("response.created", ',"sequence_number":0,"response":{"id":"r"}')
    with FakeUpstream(streamed(first, b"event: ha")) as up, proxy(up.url) as running:
        answer = post(running, chat(), path=f"/v1/{path}")
        assert answer.body.startswith(first)
        assert sign in answer.body.removeprefix(first)
        assert b"event: ha\n" not in answer.body


def test_folds_a_responses_stream_that_came_for_a_plain_request() -> None:
    done = named("response.completed", ',"response":{"id":"r","output":[]}')
    with FakeUpstream(streamed(done)) as up, proxy(up.url) as running:
        answer = post(running, chat(stream=False), path="/v1/responses")
        assert answer.json == {"id": "r", "output": []}


def test_lists_models_of_the_provider() -> None:
    with FakeUpstream(document(b'{"data":[]}')) as up, proxy(up.url) as running:
        answer = httpx.get(
            f"{running.url}/p/v1/models/a%2Fb", headers={"x-api-key": running.key}, trust_env=False
        )
        assert answer.content == b'{"data":[]}'
        assert up.requests[0].target == "/v1/models/a%2Fb"


def test_ends_running_streams_with_one_word_at_shutdown() -> None:
    with FakeUpstream([SSE_HEAD, framed(ROLE), STALL]) as up, proxy(up.url) as running:
        with connect(running, chat()) as peer:
            time.sleep(0.2)
            running.server.stop(0.1)
            answer = read(peer)
        assert b'"code":"proxy_shutdown"' in answer.body
        assert running.finished()[0].outcome == "shutdown"

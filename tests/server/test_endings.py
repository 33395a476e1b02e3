"""How an answer ends: behind its terminal or an error nothing comes, and the connection tells."""

import contextlib
import socket
import time

import pytest

from proxy.limits import Limits
from tests.fakes.upstream import (
    LAST,
    RESET,
    SSE_HEAD,
    STALL,
    FakeUpstream,
    Step,
    document,
    framed,
    streamed,
)
from tests.server.live import drain
from tests.server.running import (
    Answer,
    Running,
    chat,
    connect,
    post,
    proxy,
    read,
    request_bytes,
)

ROLE = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m",'
    b'"choices":[{"index":0,"delta":{"role":"assistant","content":"a"},"finish_reason":null}]}\n\n'
)
STOP = ROLE.replace(b'{"role":"assistant","content":"a"}', b"{}").replace(b"null", b'"stop"')
MANY = ROLE * 1000
QUICK = Limits(unread=0.4, sentinel_grace=0.1)
STARTS = {
    "chat/completions": ROLE,
    "completions": b'data: {"choices":[{"index":0,"text":"a"}]}\n\n',
    "responses": b'event: response.created\ndata: {"type":"response.created",'
    b'"sequence_number":0,"response":{"id":"r"}}\n\n',
    "messages": b'event: message_start\ndata: {"type":"message_start","message":{"id":"m"}}\n\n',
}
ERRORS = {
    "chat/completions": b'data: {"error":{"message":"no","type":"t","param":null,"code":"c"}}\n\n',
    "completions": b'data: {"error":{"message":"no"}}\n\n',
    "responses": b'event: response.failed\ndata: {"type":"response.failed","sequence_number":1,'
    b'"response":{"id":"r","status":"failed"}}\n\n',
    "messages": b'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"no"}}'
    b"\n\n",
}
TERMINALS = {
    "completions": b"data: [DONE]\n\n",
    "responses": b'event: response.completed\ndata: {"type":"response.completed"}\n\n',
    "messages": b'event: message_stop\ndata: {"type":"message_stop"}\n\n',
}


def closes(peer: socket.socket) -> bool:
    """Tell whether the connection ends at once."""
    peer.settimeout(1)
    try:
        return peer.recv(1) == b""
    except TimeoutError:
        return False


def ask_again(running: Running, peer: socket.socket, path: str = "/v1/chat/completions") -> Answer:
    """Send one more request over a connection that is to be kept, and read its answer."""
    peer.sendall(request_bytes(running, chat(), path))
    return read(peer)


@pytest.mark.parametrize("path", ERRORS)
def test_behind_upstreams_error_nothing_comes_and_the_connection_closes(path: str) -> None:
    start, error = STARTS[path], ERRORS[path]
    late = TERMINALS.get(path, b"data: [DONE]\n\n")
    script = [SSE_HEAD, framed(start), 0.05, framed(error + late), framed(late), STALL]
    with FakeUpstream(script) as up, proxy(up.url) as running:
        with connect(running, chat(), f"/v1/{path}") as peer:
            answer = read(peer)
            assert closes(peer)
        assert (answer.body, answer.whole) == (start + error, True)
        assert running.finished()[0].outcome == "upstream_error"
        assert up.wait_for_peer_to_close(5)


@pytest.mark.parametrize("path", STARTS)
def test_a_cut_stream_ends_with_the_word_at_which_agents_try_again(path: str) -> None:
    word = b"api_error" if path == "messages" else b"server_error"
    script = [SSE_HEAD, framed(STARTS[path]), RESET]
    with FakeUpstream(script) as up, proxy(up.url) as running:
        answer = post(running, chat(), path=f"/v1/{path}")
    assert b'"%s"' % word in answer.body


@pytest.mark.parametrize("path", ["chat/completions", "embeddings"])
def test_an_error_before_the_first_byte_names_upstream(path: str) -> None:
    with FakeUpstream([RESET]) as up, proxy(up.url) as running:
        answer = post(running, chat(), path=f"/v1/{path}")
    assert answer.status == 502
    assert b'"upstream_error"' in answer.body


@pytest.mark.parametrize("path", STARTS)
def test_behind_our_own_error_the_connection_closes(path: str) -> None:
    with FakeUpstream(streamed(STARTS[path], 0.05)) as up, proxy(up.url) as running:
        with connect(running, chat(), f"/v1/{path}") as peer:
            answer = read(peer)
            assert closes(peer)
        assert answer.whole
        assert running.finished()[0].outcome == "cut_off"


def test_an_agent_that_has_read_an_error_sees_that_its_connection_is_over() -> None:
    """Else its next request, sent at once, would go into a connection that is about to close."""
    start, error = STARTS["responses"], ERRORS["responses"]
    with FakeUpstream(streamed(start, 0.01, error)) as up, proxy(up.url) as running:
        closed = 0
        for _ in range(20):
            with connect(running, chat(), "/v1/responses") as peer:
                answer = b""
                while not answer.endswith(LAST) and (more := peer.recv(65536)):
                    answer += more
                assert answer.endswith(error + b"\r\n" + LAST)
                peer.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    closed += peer.recv(1) == b""
    assert closed == 20


def test_an_error_that_comes_with_the_first_event_announces_the_end_of_the_connection() -> None:
    both = STARTS["responses"] + ERRORS["responses"]
    with (
        FakeUpstream(streamed(both)) as up,
        proxy(up.url) as running,
        connect(running, chat(), "/v1/responses") as peer,
    ):
        answer = read(peer)
        assert (answer.status, answer.body) == (200, both)
        assert answer.header("connection") == ["close"]
        assert closes(peer)


@pytest.mark.parametrize("path", TERMINALS)
def test_what_follows_a_terminal_is_not_sent(path: str) -> None:
    start, terminal = STARTS[path], TERMINALS[path]
    script = [SSE_HEAD, framed(start + terminal + start + b"data: ha"), STALL]
    with FakeUpstream(script) as up, proxy(up.url) as running:
        with connect(running, chat(), f"/v1/{path}") as peer:
            answer = read(peer)
            assert ask_again(running, peer, f"/v1/{path}").body == answer.body
        assert answer.body == start + terminal
        assert [each.outcome for each in running.finished(2)] == ["done", "done"]


def test_gives_the_sentinel_some_seconds_of_grace() -> None:
    limits = Limits(sentinel_grace=0.3)
    with (
        FakeUpstream([SSE_HEAD, framed(ROLE + STOP), STALL]) as up,
        proxy(up.url, limits=limits) as running,
    ):
        begun = time.monotonic()
        assert post(running, chat()).body == ROLE + STOP + b"data: [DONE]\n\n"
        assert 0.25 < time.monotonic() - begun < 3
        assert running.finished()[0].outcome == "done"


def test_an_error_with_a_status_of_its_own_keeps_the_connection() -> None:
    with (
        FakeUpstream(document(b'{"error":{"message":"no"}}', "429 Slow")) as up,
        proxy(up.url) as running,
        connect(running, chat()) as peer,
    ):
        assert read(peer).status == 429
        assert ask_again(running, peer).status == 429


@pytest.mark.parametrize(
    ("path", "said", "outcome"),
    [
        *((path, terminal, "done") for path, terminal in TERMINALS.items()),
        ("chat/completions", STOP, "done"),
        ("chat/completions", ROLE, "client_gone"),
        *((path, error, "upstream_error") for path, error in ERRORS.items()),
    ],
)
def test_passthrough_knows_what_an_agent_has_read_that_leaves_first(
    path: str, said: bytes, outcome: str
) -> None:
    """Codex closes as soon as the answer is complete, and does not wait for upstream to end it."""
    script = [SSE_HEAD, framed(STARTS[path] + said), STALL]
    with FakeUpstream(script) as up, proxy(up.url, passthrough=True) as running:
        with connect(running, chat(), f"/v1/{path}") as peer:
            answer = b""
            while not answer.endswith(said + b"\r\n") and (more := peer.recv(65536)):
                answer += more
        assert running.finished()[0].outcome == outcome


def test_passthrough_says_that_upstream_ended_in_an_error() -> None:
    both = STARTS["messages"] + ERRORS["messages"]
    with FakeUpstream(streamed(both)) as up, proxy(up.url, passthrough=True) as running:
        assert post(running, chat(), "/v1/messages").body == both
        assert running.finished()[0].outcome == "upstream_error"


def test_an_agent_that_takes_nothing_is_given_up() -> None:
    script: list[Step] = [SSE_HEAD, *[framed(MANY)] * 200, STALL]
    with (
        FakeUpstream(script) as up,
        proxy(up.url, limits=QUICK) as running,
        connect(running, chat(), "/v1/completions"),
    ):
        assert up.wait_for_peer_to_close(5)
        assert running.finished()[0].outcome == "client_gone"


def test_an_agent_that_takes_little_is_not_given_up() -> None:
    end = b'"},"finish_reason":"stop"}]}'
    # It leaves in one go, for which the proxy waits all the time that the agent takes.
    body = (
        b'{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,'
        b'"message":{"role":"assistant","content":"' + b"x" * 16_000_000 + end
    )
    limits = Limits(unread=0.8, sentinel_grace=0.1)
    with FakeUpstream(document(body)) as up, proxy(up.url, limits=limits) as running:
        with connect(running, chat(stream=False)) as peer:
            begun, taken = time.monotonic(), b""
            while time.monotonic() - begun < 2:
                taken = peer.recv(65536)
                time.sleep(0.02)
            while not taken.endswith(end):
                taken = taken[-len(end) :] + (more := peer.recv(1 << 20))
                assert more
        assert running.finished()[0].bytes_out >= len(body)


def test_an_agent_that_never_takes_the_end_of_its_answer_is_given_up() -> None:
    body = b'{"data":"' + b"x" * 16_000_000 + b'"}'
    with (
        FakeUpstream(document(body)) as up,
        proxy(up.url, limits=QUICK) as running,
        connect(running, chat(stream=False), "/v1/embeddings") as peer,
    ):
        assert running.finished()[0].outcome == "client_gone"
        assert len(drain(peer).raw) < len(body)


def test_silence_in_the_middle_is_no_end_however_short_the_end_is_waited_for() -> None:
    limits = Limits(sentinel_grace=0.1, first_keep_alive=0.2, keep_alive=0.2)
    script = streamed(ROLE, 1.0, STOP, b"data: [DONE]\n\n")
    with FakeUpstream(script) as up, proxy(up.url, limits=limits) as running:
        answer = post(running, chat())
        assert answer.whole
        assert answer.body.count(b": keep-alive") >= 1
        assert answer.body.endswith(STOP + b"data: [DONE]\n\n")
        assert running.finished()[0].outcome == "done"

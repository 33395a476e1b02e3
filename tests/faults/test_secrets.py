"""Where keys could be found: everything a real process writes, says and hands on."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.secrets import Keyring
from proxy.secret import Secret
from tests.commands.keyrings import INSTALLED, session
from tests.fakes.upstream import RESET, SSE_HEAD, FakeUpstream, Request, Step, document, framed
from tests.faults.canaries import canary, exposures
from tests.faults.served import Served, provider, served
from tests.server.running import chat
from tests.server.test_relay import event

pytestmark = [
    pytest.mark.skipif(
        not INSTALLED,
        reason="s30, f51: needs gnome-keyring and dbus",
    ),
    # The library leaves its connections to the garbage collector where a call fails.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HELLO = event('{"role":"assistant","content":"hello"}')
END = event("{}", '"stop"') + b"data: [DONE]\n\n"
LOUD = {"PYTHONDEVMODE": "1", "PYTHONASYNCIODEBUG": "1", "PYTHONWARNINGS": "ignore"}
"""What makes Python and its libraries say the most."""


class Careless:
    """A provider that does what the model's name says, and quotes the key in its errors."""

    def __call__(self, request: Request) -> list[Step]:
        key = " ".join(
            value for name in ("authorization", "x-api-key") for value in request.header(name)
        )
        body = f'{{"error":{{"message":"Incorrect API key provided: {key}","code":"x"}}}}'.encode()
        if b'"refused"' in request.body:
            return document(body, "401 Unauthorized", x_hint=key)
        if b'"in-band"' in request.body:
            return [SSE_HEAD, framed(HELLO), framed(b"data: " + body + b"\n\n"), b"0\r\n\r\n"]
        if b'"reset"' in request.body:
            return [SSE_HEAD, framed(HELLO), RESET]
        if b'"garbage"' in request.body:
            return [b"HTTP/1.1 200 OK\r\nx: " + key.encode() + b"\x00\r\n\r\n", RESET]
        return [SSE_HEAD, framed(HELLO), framed(END) + b"0\r\n\r\n"]


def go_through_everything(proxy: Served) -> list[bytes]:
    """Let every kind of trouble happen; return what clients got."""
    heard: list[bytes] = []
    models = ("fine", "refused", "in-band", "reset", "garbage")
    for path in ("/v1/chat/completions", "/env/v1/chat/completions", "/gone/v1/chat/completions"):
        for model in models:
            answer = proxy.ask(chat().replace(b'"m"', f'"{model}"'.encode()), path)
            heard.append(answer.head.encode("latin-1") + answer.body)
    for wrong in (proxy.key[:-1], canary(), proxy.key + " x"):
        answer = proxy.ask(chat(), key=wrong)
        heard.append(answer.head.encode("latin-1") + answer.body)
    for body in (b"{", b'{"model":"' + proxy.key.encode() + b'"}', b"[" * 100_000):
        with contextlib.suppress(OSError):
            heard.append(proxy.ask(body).body)
    return heard


def files_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield f"the file {path.relative_to(folder)}", path.read_bytes()


def of_process(pid: int, *names: str) -> list[tuple[str, bytes]]:
    return [(f"{name} of {pid}", Path(f"/proc/{pid}/{name}").read_bytes()) for name in names]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="s30: reads /proc")
def test_s30_no_key_is_anywhere_after_all_kinds_of_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, given, password = canary(), canary(), canary()
    home = tmp_path / "home"
    home.mkdir()
    with (
        session(tmp_path) as bus,
        FakeUpstream(Careless()) as upstream,
        FakeUpstream(Careless()) as other,
    ):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
        Keyring().store("p", upstream.url.removesuffix("/v1"), Secret(kept))
        providers = (
            provider(upstream.url)
            + provider(other.url, "env", key="env:GIVEN", auth="x-api-key")
            + provider("http://127.0.0.1:9/v1", "gone", key="env:GIVEN")
        )
        environment = {"GIVEN": given, "DBUS_SESSION_BUS_ADDRESS": bus.address, **LOUD}
        with served(home, providers, **environment) as proxy:
            heard = go_through_everything(proxy)
            proxy.configure(providers + provider(f"http://u:{password}@x/v1", "bad"))
            assert proxy.wait_for("config")["applied"] is False
            proxy.configure(providers + "[providers.gone.headers]\nx-a = 'b'\n")
            proxy.wait_for("config")
            own = of_process(proxy.process.pid, "cmdline")
            local = proxy.key
            proxy.configure(providers)
            proxy.process.send_signal(signal.SIGTERM)
            assert proxy.wait() == 0
        canaries = {"the kept key": kept, "the given key": given, "the local key": local}
        places = [
            ("standard output", proxy.out),
            ("standard error", proxy.errors),
            *((f"what client {number} got", each) for number, each in enumerate(heard)),
            *files_below(home),
            *own,
        ]
        assert exposures({**canaries, "a password": password}, places) == []
        assert exposures({"the given key": given}, [("the other", bytes(upstream.received))]) == []
        assert exposures({"the kept key": kept}, [("the other", bytes(other.received))]) == []
        # It did go where it belongs, so that the rest shows something.
        assert kept.encode() in upstream.received
        assert given.encode() in other.received
        heads = [each.head for each in (*upstream.requests, *other.requests)]
        assert not any(local.encode() in each for each in heads)


def test_f51_a_keyring_in_any_trouble_is_told_to_the_agent_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with session(tmp_path) as bus, FakeUpstream(Careless()) as upstream:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
        origin = upstream.url.removesuffix("/v1")
        environment = {"DBUS_SESSION_BUS_ADDRESS": bus.address}
        with served(home, provider(upstream.url), **environment) as proxy:
            refused = proxy.ask(chat())
            assert (refused.status, refused.header("x-should-retry")) == (503, ["false"])
            assert refused.json["error"]["code"] == "provider_key_unavailable"
            Keyring().store("p", origin, Secret(canary()))
            assert proxy.ask(chat()).status == 200
            Keyring().delete("p", origin)
            # A key is not asked for again within half a second.
            time.sleep(0.7)
            assert proxy.ask(chat()).status == 503
            Keyring().store("p", origin, Secret(canary()))
            bus.close_keyring()
            bus.unlock(b"not its password")
            time.sleep(0.7)
            locked = proxy.ask(chat())
            assert (locked.status, locked.header("x-should-retry")) == (503, ["false"])
            asked_before = len(upstream.requests)
            bus.hang()
            with proxy.connect(chat()) as waiting:
                # The loop goes on while the keyring is waited for.
                assert proxy.ask(b"{}", key="lk_wrong").status == 401
                assert waiting.fileno() >= 0
            bus.go_on()
            assert len(upstream.requests) == asked_before == 1


@pytest.mark.parametrize(
    "backend",
    [
        "keyring.backends.null.Keyring",
        "keyrings.alt.file.PlaintextKeyring",
        "keyring.backends.fail",
    ],
)
def test_s42_f51_a_backend_that_the_environment_names_is_refused(
    tmp_path: Path, backend: str
) -> None:
    with (
        FakeUpstream(Careless()) as upstream,
        served(tmp_path, provider(upstream.url), PYTHON_KEYRING_BACKEND=backend) as proxy,
    ):
        refused = proxy.ask(chat())
        assert (refused.status, refused.header("x-should-retry")) == (503, ["false"])
        assert not upstream.requests


_ABORT = """
import ctypes, sys, resource
from app import __main__ as entry
resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
entry._forbid_core_dumps()
kept = sys.argv[1]
ctypes.CDLL(None).abort()
"""


@pytest.mark.skipif(os.name == "nt", reason="s35: has no core dumps")
def test_s35_an_abort_leaves_no_core_and_says_no_secret(tmp_path: Path) -> None:
    secret = canary()
    done = subprocess.run(
        [sys.executable, "-c", _ABORT, secret],
        check=False,
        capture_output=True,
        timeout=30,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.getcwd()},  # noqa: PTH109
    )
    assert done.returncode == -signal.SIGABRT
    assert [*tmp_path.iterdir()] == []
    assert secret.encode() not in done.stdout + done.stderr


def test_s35_the_command_forbids_core_dumps_before_anything_else(tmp_path: Path) -> None:
    with served(tmp_path, provider("demo:", key="none")) as proxy:
        limits = Path(f"/proc/{proxy.process.pid}/limits").read_text()
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]

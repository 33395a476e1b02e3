"""What happens to a proxy that runs: its settings change, it is told to go, its disk is full."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.fakes.upstream import LAST, SSE_HEAD, STALL, FakeUpstream, Request, Step, framed
from tests.faults.served import eventually, provider, served
from tests.server.running import chat, free_port, read
from tests.server.test_relay import event

STREAMS = 50
OLD_KEY = "sk-CANARY-0ld0ld0ld0ld0ld0ld0ld0ld0ld0ld0l"
NEW_KEY = "sk-CANARY-newnewnewnewnewnewnewnewnewnewne"
HELLO, MORE = event('{"role":"assistant","content":"hel"}'), event('{"content":"lo"}')
END = event("{}", '"stop"') + b"data: [DONE]\n\n"


def slow(gate: threading.Event) -> list[Step]:
    """Return a stream that waits in its middle until the gate opens."""

    class Gated(list[Step]):
        def __iter__(self):
            yield SSE_HEAD
            yield framed(HELLO)
            gate.wait(30)
            yield framed(MORE)
            yield framed(END) + LAST

    return Gated()


def keys_seen(upstream: FakeUpstream) -> list[str]:
    return [each.header("authorization")[0].removeprefix("Bearer ") for each in upstream.requests]


def test_f42_a_change_under_fifty_streams_drops_none_and_holds_for_the_next_request(
    tmp_path: Path,
) -> None:
    gate = threading.Event()
    keys = {"OLD": OLD_KEY, "NEW": NEW_KEY}
    with FakeUpstream(slow(gate)) as former, FakeUpstream([SSE_HEAD, framed(END) + LAST]) as later:
        before = provider(former.url, key="env:OLD")
        with served(tmp_path, before, **keys) as proxy, ThreadPoolExecutor(STREAMS) as pool:
            answers = [pool.submit(proxy.ask, chat()) for _ in range(STREAMS)]
            assert eventually(lambda: len(former.requests) == STREAMS)
            proxy.configure(
                provider(later.url, key="env:NEW", auth="x-api-key")
                + provider(former.url, "other", key="none")
                + "[providers.p.fixes]\nusage = true\n"
            )
            began = time.monotonic()
            while not later.requests and time.monotonic() - began < 3:
                with proxy.connect(chat()) as peer:
                    eventually(lambda: later.requests, 0.1)
                    peer.close()
            assert time.monotonic() - began < 1.5
            gate.set()
            told = [each.result(20) for each in answers]
        assert all(each.whole and each.body == HELLO + MORE + END for each in told)
        assert later.requests[-1].header("x-api-key") == [NEW_KEY]
        assert set(keys_seen(former)[:STREAMS]) == {OLD_KEY}


def streaming(request: Request) -> list[Step]:
    """End by itself after a second, or never, as the model's name says."""
    ends = json.loads(request.body)["model"] == "ends"
    return [SSE_HEAD, framed(HELLO), *([1.0, framed(END) + LAST] if ends else [STALL])]


def test_f43_quitting_lets_streams_end_and_tells_the_others(tmp_path: Path) -> None:
    with (
        FakeUpstream(streaming) as upstream,
        served(tmp_path, provider(upstream.url, key="none")) as proxy,
        ThreadPoolExecutor(20) as pool,
    ):
        bodies = [chat().replace(b'"m"', b'"ends"' if n % 2 else b'"stays"') for n in range(20)]
        answers = [pool.submit(proxy.ask, each) for each in bodies]
        assert eventually(lambda: len(upstream.requests) == 20)
        proxy.process.send_signal(signal.SIGTERM)
        ended = [each.result(20) for each in answers[1::2]]
        assert proxy.process.poll() is None
        began = time.monotonic()
        proxy.process.send_signal(signal.SIGTERM)
        told = [each.result(20) for each in answers[::2]]
        assert proxy.wait() == 0
        assert time.monotonic() - began < 5
    assert all(each.whole and each.body == HELLO + END for each in ended)
    assert all(each.whole and b"proxy_shutdown" in each.body for each in told)
    assert not any(b"[DONE]" in each.body for each in told)
    assert proxy.errors == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="f48: needs a disk that is always full")
def test_f48_a_full_disk_under_the_log_stops_nothing(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        errors = errors_of_a_life(tmp_path, stdout=full)
    assert b"Traceback" not in errors


@pytest.mark.skipif(os.name == "nt", reason="f48: needs a shell that can close streams")
@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_f48_streams_that_the_caller_closed_stop_nothing(tmp_path: Path, closed: str) -> None:
    assert errors_of_a_life(tmp_path, "sh", "-c", f'exec "$@" {closed}', "sh") == b""


def errors_of_a_life(home: Path, *before: str, stdout: IO[bytes] | None = None) -> bytes:
    """Start the proxy behind other words, see it well, and end it; return what it complained of."""
    file, port = configured(home)
    command = [*before, sys.executable, "-m", "app", "serve", "--config", str(file)]
    process = subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE)
    try:
        said = [sys.executable, "-c", _IS_WELL.format(port=port)]
        assert eventually(lambda: subprocess.run(said, check=False, timeout=10).returncode == 0)
        process.terminate()
        assert process.wait(10) == 0
    finally:
        process.kill()
        _, errors = process.communicate()
    return errors


def configured(home: Path) -> tuple[Path, int]:
    """Write a configuration with nothing but the demo; return it and its port."""
    file, port = home / "config.toml", free_port()
    file.write_text(f"version = 1\n[server]\nport = {port}\n" + provider("demo:", key="none"))
    return file, port


_IS_WELL = """
import sys, urllib.request
try:
    urllib.request.urlopen("http://127.0.0.1:{port}/healthz", timeout=2).read()
except OSError:
    sys.exit(1)
"""
_FULL = """
import resource, sys
from pathlib import Path
from app.settings import ConfigFile
from app.preferences import Preferences, load, save
from app.replacing import replace_file
from proxy.config import Provider
from proxy.configedit import save_provider

folder = Path(sys.argv[1])
file = ConfigFile(folder / "config.toml")
file.ensure()
before = file.text()
preferences = folder / "preferences.json"
save(preferences, Preferences(theme="dark"))
export = folder / "export.har"
replace_file(export, b"the old one")
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))

def fails(act):
    try:
        act()
    except OSError as error:
        return error.errno == 27
    return False

added = Provider("a", "https://a.example")
print(fails(lambda: file.edit(lambda text: save_provider(text, added))), file.text() == before)
print(fails(lambda: save(preferences, Preferences())), load(preferences).theme == "dark")
print(fails(lambda: replace_file(export, b"x" * 100)), export.read_bytes() == b"the old one")
print(file.load().port == 8459, sorted(each.name for each in folder.iterdir()))
"""


@pytest.mark.skipif(os.name == "nt", reason="f48: has no limit of a file's size")
def test_f48_what_cannot_be_saved_fails_loudly_and_leaves_the_old_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stdout.splitlines() == [
        "True True",
        "True True",
        "True True",
        "True ['config.toml', 'export.har', 'preferences.json']",
    ], done.stderr


@pytest.mark.parametrize("place", ["a-file", "nowhere"])
def test_f49_without_a_folder_for_its_files_it_says_so_in_one_line(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "a-file").write_text("")
    home = tmp_path / "a-file" if place == "a-file" else Path("/proc/self/nowhere")
    done = subprocess.run(
        [sys.executable, "-m", "app", "serve", "--config", str(home / "config.toml")],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "Traceback" not in done.stderr


def test_f49_a_folder_that_vanishes_stops_no_request(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    with served(inner, provider("demo:", key="none")) as proxy:
        proxy.file.unlink()
        for each in inner.iterdir():
            each.unlink()
        inner.rmdir()
        line = proxy.wait_for("config")
        assert line["applied"] is False
        body = chat().replace(b'"m"', b'"healthy"')
        assert proxy.ask(body).body.endswith(b"[DONE]\n\n")
        assert proxy.errors == b""


_CHILD = """
import os, sys
print(sorted(os.listdir("/proc/self/fd")))
print(sorted(os.environ))
"""


def test_f55_a_child_inherits_no_listening_socket_and_no_secret(tmp_path: Path) -> None:
    code = f"""
import subprocess, sys
from proxy import localkey
from tests.server.live import Live, QuietUpstream
from app import secrets
upstream = QuietUpstream()
live = Live(upstream)
held = live.connect()
live.send()
subprocess.run([sys.executable, "-c", {_CHILD!r}])
held.close(); live.close(); upstream.close()
"""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
        env=environment,
    )
    descriptors, names = done.stdout.splitlines()
    # Its own three, and the one with which it lists them.
    assert descriptors == "['0', '1', '2', '3']", done.stderr
    assert set(json.loads(names.replace("'", '"'))) <= {*environment, "LC_CTYPE", "PWD"}


def test_f41_whoever_takes_the_port_between_two_starts_is_told_and_never_evaded(
    tmp_path: Path,
) -> None:
    with served(tmp_path, provider("demo:", key="none")) as proxy:
        port = proxy.port
        proxy.process.send_signal(signal.SIGTERM)
        assert proxy.wait() == 0
    code = f"import socket,sys; s=socket.create_server(('127.0.0.1',{port})); print(flush=True); "
    with subprocess.Popen(
        [sys.executable, "-c", code + "sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as thief:
        assert thief.stdout is not None
        thief.stdout.readline()
        done = subprocess.run(
            [sys.executable, "-m", "app", "serve", "--config", str(proxy.file)],
            check=False,
            capture_output=True,
            text=True,
            timeout=30,
        )
        thief.communicate()
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"wiremend: port {port} is taken by ")
    assert f"process {thief.pid}" in done.stderr
    assert done.stderr.count("\n") == 1


def test_f45_a_loop_that_dies_too_often_ends_the_program_and_says_so(tmp_path: Path) -> None:
    file, port = configured(tmp_path)
    code = f"""
import ctypes, sys, threading, time, urllib.request
from app import serving
from app.settings import ConfigFile
def strike():
    while True:
        for each in threading.enumerate():
            if each.name == "wiremend-proxy":
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(each.ident), ctypes.py_object(SystemExit))
        try:
            urllib.request.urlopen("http://127.0.0.1:{port}/healthz", timeout=1)
        except OSError:
            pass
        time.sleep(0.1)
threading.Thread(target=strike, daemon=True).start()
from pathlib import Path
sys.exit(serving.serve(ConfigFile(Path(sys.argv[1])), None, as_json=True))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)],
        check=False,
        capture_output=True,
        text=True,
        timeout=40,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "wiremend: the proxy stopped working"
    assert done.stderr.count("the proxy's loop died") == 6


def test_f43_a_signal_may_come_at_any_line(tmp_path: Path) -> None:
    file, _ = configured(tmp_path)
    code = """
import signal, sys
from pathlib import Path
from app import serving
from app.settings import ConfigFile
struck = 0
def strike(frame, event, arg):
    global struck
    heeded = signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    if heeded and struck < 100 and frame.f_code.co_name in ("wait", "_wait", "_heard"):
        struck += 1
        signal.raise_signal(signal.SIGTERM)
    return strike
sys.settrace(strike)
status = serving.serve(ConfigFile(Path(sys.argv[1])), None, as_json=True)
assert struck > 10
sys.exit(status)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)], check=False, capture_output=True, timeout=20
    )
    assert (done.returncode, done.stderr) == (0, b"")


@contextmanager
def heard(number: signal.Signals) -> Generator[None]:
    """Let children hear a signal, although whoever runs the tests may ignore it, as nohup does."""
    former = signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(number, former)


@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP"])
def test_f43_a_stream_open_at_the_end_is_read_by_the_client_to_its_last_byte(
    tmp_path: Path, name: str
) -> None:
    ending = getattr(signal, name, None)
    if ending is None:
        pytest.skip(f"f43: there is no {name} on this system")
    with (
        heard(ending),
        FakeUpstream(streaming) as upstream,
        served(tmp_path, provider(upstream.url, key="none")) as proxy,
        proxy.connect(chat()) as peer,
    ):
        assert eventually(lambda: upstream.requests)
        time.sleep(0.2)
        proxy.process.send_signal(ending)
        time.sleep(0.1)
        proxy.process.send_signal(ending)
        answer = read(peer)
        assert answer.whole
        assert answer.body.startswith(HELLO)
        assert proxy.wait() == 0

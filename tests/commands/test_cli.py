"""The commands as a user runs them: real processes, a real proxy, one line for an error."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.settings import ConfigFile
from tests.server.running import free_port

FAST_EXIT = 5


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which nothing is the machine's own."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**kept, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "PYTHONUTF8": "1"}


def wiremend(
    home: dict[str, str], *arguments: str, given: str = ""
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, env=home, input=given, timeout=30
    )


class Serving:
    """A `wiremend serve` that runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.url = self.line()["url"]

    def line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def chat(self, key: str, model: str) -> httpx.Response:
        body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
        headers = {"authorization": f"Bearer {key}"}
        url = f"{self.url}/v1/chat/completions"
        return httpx.post(url, json=body, headers=headers, trust_env=False, timeout=20)


@contextmanager
def serving(home: dict[str, str], *more: str) -> Generator[Serving]:
    command = [sys.executable, "-m", "app", "serve", "--log-format", "json"]
    command += ["--port", str(free_port()), *more]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=home
    )
    try:
        yield Serving(process)
    finally:
        process.kill()
        process.communicate()


def test_a_developer_gets_from_nothing_to_a_mended_stream(home: dict[str, str]) -> None:
    with serving(home) as proxy:
        added = wiremend(home, "agent", "add", "Cline")
        key = added.stdout.strip()
        assert key.startswith("lk_")
        assert proxy.line()["changed"] == ["agents.Cline added"]
        answer = proxy.chat(key, "missing-index")
        assert '"index":0,"id":"call_demo0"' in answer.text
        line = proxy.line()
        assert (line["event"], line["outcome"], line["agent"]) == ("exchange", "done", "Cline")
        assert line["findings"]["index-repair"] > 0
        assert key not in json.dumps(line)


def test_a_switch_changes_the_next_request(home: dict[str, str]) -> None:
    with serving(home) as proxy:
        key = wiremend(home, "agent", "add", "a").stdout.strip()
        proxy.line()
        assert wiremend(home, "set", "demo", "index-repair", "off").returncode == 0
        assert proxy.line() == {
            "event": "config",
            "applied": True,
            "changed": ["demo.index-repair true -> false"],
        }
        assert '"index":0,"id"' not in proxy.chat(key, "missing-index").text
        line = proxy.line()
        assert "index-repair" not in line["findings"]
        assert line["would_mend"]["index-repair"] > 0


def test_a_switch_whose_fix_is_still_to_come_is_kept_and_says_so(home: dict[str, str]) -> None:
    done = wiremend(home, "set", "demo", "request-retry", "on")
    assert done.returncode == 0
    assert done.stderr == "wiremend: noted, but request-retry comes with a later version\n"


def test_an_invalid_change_is_told_and_changes_nothing(
    home: dict[str, str], tmp_path: Path
) -> None:
    with serving(home) as proxy:
        file = tmp_path / ".config" / "wiremend" / "config.toml"
        file.write_text("version = 1\nport = oops\n")
        line = proxy.line()
        assert line["applied"] is False
        assert line["line"] == 2
        assert str(tmp_path) not in line["error"]
        assert httpx.get(f"{proxy.url}/healthz", trust_env=False).json() == {"status": "ok"}


def test_started_with_an_invalid_file_the_last_good_copy_serves(
    home: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / ".config" / "wiremend"
    assert wiremend(home, "agent", "list").returncode == 0
    (folder / "config.toml").write_text("nonsense")
    with serving(home) as proxy:
        assert httpx.get(f"{proxy.url}/healthz", trust_env=False).status_code == 200
    (folder / "config.toml.last-good").unlink()
    failed = wiremend(home, "serve")
    assert failed.returncode == 1
    assert failed.stderr.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_f43_ends_at_once_where_nothing_runs(home: dict[str, str], number: signal.Signals) -> None:
    with serving(home) as proxy:
        proxy.process.send_signal(number)
        assert proxy.process.wait(FAST_EXIT) == 0


def test_f43_lets_a_stream_end_before_it_goes(home: dict[str, str]) -> None:
    with serving(home) as proxy:
        key = wiremend(home, "agent", "add", "a").stdout.strip()
        proxy.line()
        url = f"{proxy.url}/v1/chat/completions"
        body: dict[str, Any] = {"model": "healthy", "stream": True, "messages": []}
        headers = {"authorization": f"Bearer {key}"}
        with httpx.stream("POST", url, json=body, headers=headers, trust_env=False) as answer:
            proxy.process.send_signal(signal.SIGTERM)
            assert answer.read().endswith(b"data: [DONE]\n\n")
        assert proxy.process.wait(FAST_EXIT) == 0


def test_f40_says_who_has_the_port(home: dict[str, str]) -> None:
    with serving(home) as proxy:
        failed = wiremend(home, "serve", "--port", proxy.url.rpartition(":")[2])
        assert failed.returncode == 3
        assert failed.stderr.count("\n") == 1
        assert "is taken by" in failed.stderr


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["check"], 0),
        (["agent", "list"], 0),
        (["set", "demo", "no-such-fix", "on"], 1),
        (["set", "nobody", "force-stream", "on"], 1),
        (["agent", "add", ""], 1),
        (["agent", "revoke", "nobody"], 1),
        (["key", "set", "nobody"], 1),
        (["show"], 1),
        (["status"], 1),
        (["quit"], 1),
        (["replay", "missing.json"], 1),
        (["set", "demo", "force-stream", "maybe"], 2),
        (["serve", "--port", "70000"], 2),
        (["frobnicate"], 2),
        (["--version"], 0),
    ],
)
def test_exit_status_and_one_line(home: dict[str, str], arguments: list[str], status: int) -> None:
    ConfigFile(Path(home["HOME"], ".config", "wiremend", "config.toml")).ensure()
    done = wiremend(home, *arguments)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == (1 if status else 0)


@pytest.mark.parametrize("word", ["show", "status", "quit"])
def test_a_session_without_a_runtime_folder_is_told_one_line_too(
    home: dict[str, str], word: str
) -> None:
    del home["XDG_RUNTIME_DIR"]
    done = wiremend(home, word)
    assert done.returncode == 1
    assert done.stderr == "wiremend: no Wiremend with a window is running\n"


def test_check_names_every_fault_with_its_line(home: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('version = 1\n[server]\nport = "x"\n[providers.Bad]\nbase_url = "ftp://x"\n')
    done = wiremend(home, "check", "--config", str(file))
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert [line.startswith(f"{file}:") for line in lines] == [True] * len(lines)
    assert {line.removeprefix(f"{file}:").split(":")[0] for line in lines} >= {"3", "4"}


def test_an_agent_that_is_revoked_is_let_in_no_longer(home: dict[str, str]) -> None:
    with serving(home) as proxy:
        key = wiremend(home, "agent", "add", "a").stdout.strip()
        proxy.line()
        assert wiremend(home, "agent", "list").stdout == "a\n"
        wiremend(home, "agent", "revoke", "a")
        proxy.line()
        assert proxy.chat(key, "healthy").status_code == 401


def test_the_command_line_never_loads_the_window(home: dict[str, str]) -> None:
    code = "import sys, app.cli, app.serving; sys.exit('PySide6' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False, env=home, timeout=30)
    assert done.returncode == 0


def test_the_window_never_waits_for_the_servers_libraries(home: dict[str, str]) -> None:
    slow = "{'asyncio', 'httpx', 'keyring', 'ssl', 'starlette', 'uvicorn'}"
    code = f"import sys, app.application; print(*({slow} & sys.modules.keys()))"
    said = subprocess.check_output([sys.executable, "-c", code], env=home, timeout=30, text=True)
    assert said == "\n"


def test_without_a_display_it_serves_and_says_so(home: dict[str, str]) -> None:
    command = [sys.executable, "-m", "app", "--port", str(free_port()), "--log-format", "json"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=home
    )
    try:
        proxy = Serving(process)
        assert httpx.get(f"{proxy.url}/healthz", trust_env=False).status_code == 200
        process.terminate()
        time.sleep(0.1)
        _, said = process.communicate(timeout=FAST_EXIT)
        assert said.count("\n") == 1
        assert "display" in said
    finally:
        process.kill()

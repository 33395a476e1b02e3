"""Agents' files are where the agents' own variables say."""

from pathlib import Path

import pytest

from app.agents.catalogue import TOOLS, Tool, tool
from app.agents.detection import State, detect
from app.agents.formats import Endpoint
from app.agents.places import Places
from app.agents.writing import config_path, plan, write

HERE = Endpoint("http://127.0.0.1:8459/v1", "m", "lk_x")


@pytest.mark.parametrize(
    ("agent", "variable", "value", "expected"),
    [
        ("opencode", "XDG_CONFIG_HOME", "/x", "/x/opencode/opencode.json"),
        ("opencode", "XDG_CONFIG_HOME", "relative", "/u/.config/opencode/opencode.json"),
        ("opencode", "OPENCODE_CONFIG", "/x/mine.jsonc", "/x/mine.jsonc"),
        ("opencode", "OPENCODE_CONFIG", "", "/u/.config/opencode/opencode.json"),
        ("codex", "CODEX_HOME", "/x", "/x/wiremend.config.toml"),
        ("codex", "OTHER", "/x", "/u/.codex/wiremend.config.toml"),
        ("zed", "XDG_CONFIG_HOME", "/x", "/x/zed/settings.json"),
        ("continue", "CONTINUE_GLOBAL_DIR", "/x", "/x/config.yaml"),
        ("aider", "XDG_CONFIG_HOME", "/x", "/u/.aider.conf.yml"),
    ],
)
def test_a_variable_says_where_an_agents_file_is(
    agent: str, variable: str, value: str, expected: str
) -> None:
    places = Places(Path("/u"), {variable: value})
    assert config_path(tool(agent), places) == Path(expected)


def test_the_file_that_is_there_is_the_one(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "opencode"
    folder.mkdir(parents=True)
    (folder / "opencode.jsonc").write_text("{}")
    places = Places(tmp_path, {"XDG_CONFIG_HOME": str(tmp_path / "config")})
    assert config_path(tool("opencode"), places) == folder / "opencode.jsonc"


def test_what_is_written_for_codex_is_found_where_codex_looks(tmp_path: Path) -> None:
    places = Places(tmp_path, {"CODEX_HOME": str(tmp_path / "codex")})
    write(plan(tool("codex"), places, HERE), "codex", tmp_path / "backups")
    assert (tmp_path / "codex" / "wiremend.config.toml").is_file()
    assert not (tmp_path / ".codex").exists()
    assert detect(tool("codex"), places, HERE.address, lambda _: None).state is State.HERE


def test_an_installation_is_found_by_the_folder_a_variable_names(tmp_path: Path) -> None:
    (tmp_path / "cc").mkdir()
    places = Places(tmp_path, {"CLAUDE_CONFIG_DIR": str(tmp_path / "cc")})
    claude = tool("claude-code")
    assert detect(claude, places, HERE.address, lambda _: None).state is State.FOUND
    assert detect(claude, Places(tmp_path), HERE.address, lambda _: None).state is State.ABSENT


@pytest.mark.parametrize("agent", TOOLS, ids=lambda agent: agent.id)
def test_every_agent_is_looked_for_in_an_empty_home(agent: Tool, tmp_path: Path) -> None:
    found = detect(agent, Places(tmp_path), HERE.address, lambda _: None)
    assert found.state is State.ABSENT

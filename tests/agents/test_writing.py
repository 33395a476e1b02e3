import json
import os
import shlex
import stat
from pathlib import Path

import pytest

from app.agents.catalogue import TOOLS, Kind, Snippet, Tool, tool
from app.agents.detection import Found, State, detect
from app.agents.errors import AgentFileError
from app.agents.formats import Endpoint
from app.agents.places import Places
from app.agents.writing import (
    KEPT_BACKUPS,
    backups_in,
    config_path,
    plan,
    plan_restore,
    plan_undo,
    write,
)
from tests.agents.test_formats import CASES

HERE = Endpoint("http://127.0.0.1:8459/v1", "deepseek-chat", "lk_secret")
OPENCODE = tool("opencode")
AIDER = tool("aider")
WRITABLE = [each for each in TOOLS if each.format is not None]


def put_file(home: Path, name: str, content: bytes) -> Path:
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def nowhere(_command: str) -> None:
    return None


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.mark.parametrize("each", WRITABLE, ids=lambda each: each.id)
def test_written_then_undone_leaves_no_file_behind(each: object, home: Path, backups: Path) -> None:
    assert each in WRITABLE
    agent = next(one for one in WRITABLE if one is each)
    write(plan(agent, Places(home), HERE), agent.id, backups)
    assert detect(agent, Places(home), HERE.address, nowhere).state is State.HERE
    write(plan_undo(agent, Places(home)), agent.id, backups)
    assert not config_path(agent, Places(home)).exists()


def test_bom_and_line_ends_stay(home: Path, backups: Path) -> None:
    before = b'\xef\xbb\xbf{\r\n  "theme": "dark", // mine\r\n}\r\n'
    path = put_file(home, ".config/opencode/opencode.json", before)
    write(plan(OPENCODE, Places(home), HERE), "opencode", backups)
    after = path.read_bytes()
    assert after.startswith(before[: before.index(b"\r\n}")])
    assert after.count(b"\n") == after.count(b"\r\n")
    write(plan_undo(OPENCODE, Places(home)), "opencode", backups)
    assert path.read_bytes() == before


@pytest.mark.parametrize("each", WRITABLE, ids=lambda each: each.id)
def test_a_file_of_windows_is_understood_changed_and_undone_in_its_own_way(
    each: Tool, home: Path, backups: Path
) -> None:
    mine = next(text for form, text in CASES if isinstance(form, type(each.format)))
    before = mine.replace("\n", "\r\n").encode("utf-8-sig")
    path = put_file(home, str(config_path(each, Places(home)).relative_to(home)), before)
    assert detect(each, Places(home), HERE.address, nowhere).state is State.FOUND
    write(plan(each, Places(home), HERE), each.id, backups)
    assert detect(each, Places(home), HERE.address, nowhere).state is State.HERE
    after = path.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf")
    assert after.count(b"\n") == after.count(b"\r\n")
    write(plan_undo(each, Places(home)), each.id, backups)
    assert path.read_bytes() == before


def test_a_broken_file_stays_as_it_is(home: Path) -> None:
    path = put_file(home, ".config/opencode/opencode.json", b'{\n  "a": 1\n  "b": 2\n}\n')
    with pytest.raises(AgentFileError, match="line 3, column 3"):
        plan(OPENCODE, Places(home), HERE)
    assert path.read_bytes() == b'{\n  "a": 1\n  "b": 2\n}\n'
    found = detect(OPENCODE, Places(home), HERE.address, nowhere)
    assert found == Found(
        State.UNREADABLE, "opencode.json: line 3, column 3: a comma or } was expected"
    )


def test_a_file_that_changed_since_the_diff_is_not_written(home: Path, backups: Path) -> None:
    path = put_file(home, ".aider.conf.yml", b"a: 1\n")
    change = plan(AIDER, Places(home), HERE)
    path.write_bytes(b"a: 2\n")
    with pytest.raises(AgentFileError, match="look at the change again"):
        write(change, "aider", backups)
    assert path.read_bytes() == b"a: 2\n"


def test_the_diff_shows_our_lines_and_not_the_key(home: Path) -> None:
    put_file(home, ".aider.conf.yml", b"a: 1\n")
    diff = plan(AIDER, Places(home), HERE).diff(HERE.key)
    assert '+openai-api-base: "http://127.0.0.1:8459/v1"  # Wiremend' in diff
    assert "lk_secret" not in diff
    assert "‹local key›" in diff


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_an_existing_mode_stays_and_a_new_file_is_private(home: Path, backups: Path) -> None:
    path = put_file(home, ".aider.conf.yml", b"a: 1\n")
    path.chmod(0o640)
    write(plan(AIDER, Places(home), HERE), "aider", backups)
    write(plan(OPENCODE, Places(home), HERE), "opencode", backups)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert stat.S_IMODE(config_path(OPENCODE, Places(home)).stat().st_mode) == 0o600
    assert [stat.S_IMODE(each.path.stat().st_mode) for each in backups_in(backups)] == [0o600]


@pytest.mark.skipif(os.name != "posix", reason="links need no right there")
def test_a_link_stays_a_link(home: Path, backups: Path) -> None:
    real = put_file(home, "dotfiles/aider.yml", b"a: 1\n")
    (home / ".aider.conf.yml").symlink_to(real)
    write(plan(AIDER, Places(home), HERE), "aider", backups)
    assert (home / ".aider.conf.yml").is_symlink()
    assert b"openai-api-base" in real.read_bytes()


def test_twenty_copies_are_kept_and_one_can_be_put_back(home: Path, backups: Path) -> None:
    path = put_file(home, ".aider.conf.yml", b"a: 1\n")
    for number in range(KEPT_BACKUPS + 3):
        path.write_bytes(f"a: {number}\n".encode())
        write(plan(AIDER, Places(home), HERE), "aider", backups)
    kept = backups_in(backups)
    assert len(kept) == KEPT_BACKUPS
    assert kept[0].path.read_text() == "a: 22\n"
    write(plan_restore(kept[0], AIDER, Places(home)), "aider", backups)
    assert path.read_text() == "a: 22\n"


def test_a_copy_goes_back_to_where_its_file_was(home: Path, backups: Path) -> None:
    custom = put_file(home, "elsewhere/opencode.json", b"{}\n")
    usual = put_file(home, ".config/opencode/opencode.json", b'{"a": 1}\n')
    places = Places(home, {"OPENCODE_CONFIG": str(custom)})
    write(plan(OPENCODE, places, HERE), "opencode", backups)
    assert b"wiremend" in custom.read_bytes()
    write(plan_restore(backups_in(backups)[0], OPENCODE, Places(home)), "opencode", backups)
    assert custom.read_bytes() == b"{}\n"
    assert usual.read_bytes() == b'{"a": 1}\n'


def test_continue_is_not_robbed_of_its_older_file(home: Path) -> None:
    put_file(home, ".continue/config.json", b"{}")
    with pytest.raises(AgentFileError, match=r"config\.json"):
        plan(tool("continue"), Places(home), HERE)


def test_a_file_that_is_not_text_is_refused(home: Path) -> None:
    put_file(home, ".aider.conf.yml", b"\xff\xfe\x00a")
    with pytest.raises(AgentFileError, match="UTF-8"):
        plan(AIDER, Places(home), HERE)


def test_an_agent_without_a_file_is_not_written(home: Path) -> None:
    with pytest.raises(AgentFileError):
        plan(tool("cline"), Places(home), HERE)


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("http://127.0.0.1:8459/v1", State.HERE),
        ("http://localhost:8459/deepseek/v1", State.HERE),
        ("http://127.0.0.1:9999/v1", State.OLD_PORT),
        ("https://api.example.com/v1", State.ELSEWHERE),
        ("http://127.0.0.1:notaport/", State.ELSEWHERE),
    ],
)
def test_the_address_in_the_file_decides_the_state(home: Path, address: str, state: State) -> None:
    put_file(home, ".aider.conf.yml", f"openai-api-base: {address}\n".encode())
    assert detect(AIDER, Places(home), HERE.address, nowhere) == Found(state, address)


def test_an_agent_is_found_by_its_program_or_its_traces(home: Path) -> None:
    cline = tool("cline")
    assert detect(cline, Places(home), HERE.address, nowhere).state is State.ABSENT
    assert detect(cline, Places(home), HERE.address, lambda _: "/bin/cline").state is State.FOUND
    put_file(home, ".vscode/extensions/saoudrizwan.claude-dev-3.1/package.json", b"{}")
    assert detect(cline, Places(home), HERE.address, nowhere).state is State.FOUND


def test_snippets_quote_for_where_they_are_pasted() -> None:
    odd = Endpoint("http://127.0.0.1:8459/v1", 'a"b c', "lk_1")
    assert Snippet("", "X=$model", Kind.SHELL).fill(odd) == "X='a\"b c'"
    assert Snippet("", '"$model"', Kind.JSON).fill(odd) == '"a\\"b c"'
    assert Snippet("", "$root").fill(odd) == "http://127.0.0.1:8459"


def test_every_snippet_can_be_filled() -> None:
    for each in TOOLS:
        for snippet in each.snippets:
            assert "$" not in snippet.fill(HERE), each.id


@pytest.mark.parametrize("name", ["opencode", "kilo"])
def test_one_start_asks_for_our_model_and_no_other(name: str) -> None:
    # Without a model of its own opencode sends the first prompt to a provider of its choice.
    command = next(each for each in tool(name).snippets if each.kind is Kind.JSON)
    odd = Endpoint(HERE.address, 'it\'s "new"', HERE.key)
    setting, program = shlex.split(command.fill(odd))
    chosen = json.loads(setting.partition("=")[2])
    assert chosen["model"] == 'wiremend/it\'s "new"'
    assert list(chosen["provider"]["wiremend"]["models"]) == ['it\'s "new"']
    assert (setting.partition("_")[0].lower(), program) == (name, name)


def test_agents_are_told_by_their_user_agent_or_their_key() -> None:
    assert tool("cline").called("someone", "Cline/3.2.1")
    assert tool("cline").called("Cline", "OpenAI/JS 5")
    assert not tool("cline").called("someone", "OpenAI/JS 5")
    assert not tool("roo").called("", "curl/8")


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("opencode/1.18.33 ai-sdk/provider-utils/4.0.23 runtime/bun/1.3.14", "opencode"),
        ("codex_exec/0.169.0 (Debian 12.0.0; x86_64) xterm (codex_exec; 0.169.0)", "codex"),
        ("claude-cli/2.1.197 (external, sdk-cli)", "claude-code"),
        ("QwenCode/0.15.10 (linux; x64)", "qwen-code"),
        ("Kilo-Code/7.7.9 ai-sdk/provider-utils/4.0.27 runtime/bun/1.3.14", "kilo"),
        # What a library says of itself is nobody's own word: such agents are known by their keys.
        ("ai-sdk/openai-compatible/3.0.37 ai-sdk/provider-utils/5.0.30 runtime/bun/1.3.13", None),
        ("OpenAI/Python 2.20.0", None),
    ],
)
def test_an_agent_is_known_by_what_it_really_says_of_itself(
    user_agent: str, name: str | None
) -> None:
    known = [each.id for each in TOOLS if each.called("me", user_agent)]
    assert known == ([] if name is None else [name])

"""The rules of the house that no linter checks."""

import ast
import contextlib
import dataclasses
import io
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.agents.catalogue import TOOLS
from proxy.config import Provider, Settings, Timeouts
from proxy.configtext import problems
from proxy.repairs import REGISTRY, RESERVED, fix_names, fixes

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
SOURCES = [
    path
    for folder in ("app", "proxy", "tests", "packaging")
    for path in ROOT.glob(f"{folder}/**/*.py")
]
MODULES = [
    *ROOT.glob("proxy/*.py"),
    *ROOT.glob("proxy/dialects/*.py"),
    *ROOT.glob("app/models/*.py"),
]
LONGEST = 400
VAGUE = ("Manager", "Handler", "Helper", "Util", "Utils", "Common", "Misc", "Processor", "Info")
CITATION = re.compile(r"[\w.-]+/[\w.-]+#\d+")

# Widgets and calls that take text for HTML, which opens local files; `plain_hint` escapes the rest.
RENDERING = {
    "QErrorMessage",
    "QTextBrowser",
    "QTextEdit",
    "RichText",
    "appendHtml",
    "insertHtml",
    "setHtml",
    "setMarkdown",
}
# Paths of somebody's machine and hosts of package registries; brackets, not to find themselves.
ELSEWHERE = r"/[w]ork/main|/[r]oot/|/[h]ome/[a-z]|[p]ythonhosted\.|[p]ypi\.org|[n]pmjs\.(org|com)"

# Modules that only make sense with the one that uses them are shown by that one's tests.
SHOWN_BY = {
    "answering": "test_relay",
    "chat": "test_dialects",
    "config": "test_configtext",
    "connection": "test_transport",
    "demo": "test_openai_sdk",
    "errors": "test_configtext",
    "explode": "test_committed",
    "family": "test_dialects",
    "eventwise": "test_upstream_answers",
    "forwarding": "test_relay",
    "messages": "test_dialects",
    "repair": "test_pipeline",
    "responses": "test_dialects",
    "status": "test_bridge",
    "tap": "test_relay",
    "outgoing": "test_pipeline",
    "unread": "test_trails",
    "upstream": "test_relay",
}


def members(kind: type[Any]) -> set[str]:
    return {field.name for field in dataclasses.fields(kind)}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def cases() -> list[dict[str, Any]]:
    return [json.loads(path.read_text("utf-8")) for path in ROOT.glob("tests/corpus/*.json")]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_is_shown_by_a_test(path: Path) -> None:
    if path.stem != "__init__":
        shown_by = SHOWN_BY.get(path.stem, f"test_{path.stem}")
        assert [*ROOT.glob(f"tests/**/{shown_by}.py")]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_file_is_long_and_no_class_is_vague(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") <= LONGEST
    classes = [node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]
    assert [name for name in classes if name.endswith(VAGUE)] == []


@pytest.mark.parametrize("repair", REGISTRY)
def test_every_repair_says_where_its_defect_was_seen(repair: type[Any]) -> None:
    assert CITATION.search(sys.modules[repair.__module__].__doc__ or "")


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="only git knows which files are ours")
def test_no_file_names_a_machine_or_a_registry() -> None:
    command = ["git", "grep", "--files-with-matches", "--extended-regexp", ELSEWHERE]
    found = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, timeout=30)
    assert found.returncode == 1, found.stdout.decode()


@pytest.mark.parametrize("path", [*ROOT.glob("app/**/*.py")], ids=name_of)
def test_s37_nothing_from_the_wire_is_rendered_as_html(path: Path) -> None:
    assert RENDERING & set(re.findall(r"\w+", path.read_text("utf-8"))) == set()


@pytest.mark.parametrize("repair", fixes())
def test_every_fix_has_a_case_or_a_test(repair: type[Any]) -> None:
    module = repair.__module__.rpartition(".")[2]
    cited = [case["name"] for case in cases() if case["fix"] == repair.name]
    assert cited or [*ROOT.glob(f"tests/core/repairs/test_{module}.py")]


def test_every_case_names_a_fix_and_a_source() -> None:
    known = {repair.name for repair in REGISTRY} | RESERVED | {None}
    assert {case["fix"] for case in cases()} <= known
    assert [case["name"] for case in cases() if not case["source"]] == []


def test_the_readme_lists_the_fixes_of_the_registry() -> None:
    script = ROOT / "packaging" / "fixes_table.py"
    done = subprocess.run([sys.executable, str(script), "--check"], check=False, timeout=30)
    assert done.returncode == 0, "run packaging/fixes_table.py"


def test_the_readme_shows_every_member_of_a_valid_configuration() -> None:
    shown = re.findall(r"```toml\n(version = .*?)```", README, re.DOTALL)
    [text] = [each.replace('"…"', f'"{"0" * 64}"') for each in shown]
    assert problems(text, fix_names()) == []
    settings = tomllib.loads(text)
    [provider] = settings["providers"].values()
    assert set(settings["server"]) == members(Settings) - {"agents", "providers"}
    assert set(provider) == members(Provider) - {"id"}
    assert set(provider["timeouts"]) == members(Timeouts)


def test_the_readme_names_the_agents_whose_files_can_be_written() -> None:
    [sentence] = re.findall(r"into\n(.*) it can write", README)
    named = set(re.split(", | and ", sentence))
    assert named == {tool.title for tool in TOOLS if tool.format is not None}


def test_the_readme_names_every_command() -> None:
    table = README.partition("## In a terminal")[2].partition("##")[0]
    with pytest.raises(SystemExit), contextlib.redirect_stdout(io.StringIO()) as told:
        cli.parse(["--help"])
    commands = re.findall(r"^    (\w+) ", told.getvalue(), re.MULTILINE)
    assert {"serve", "agent"} <= set(commands)
    assert [each for each in commands if not re.search(rf"`.*\b{each}\b.*` \|", table)] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt"])
def test_s46_every_dependency_is_locked_by_hash_and_without_an_address(name: str) -> None:
    text = (ROOT / "packaging" / name).read_text("utf-8")
    entries = re.split(r"(?<!\\)\n", text.strip())
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
    assert "://" not in text
    assert "index" not in re.findall(r"^\s*--(\w+)", text, re.MULTILINE)


def test_every_dependency_that_is_declared_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for declared, lock in (
        (project["project"]["dependencies"], "requirements.txt"),
        (project["dependency-groups"]["test"], "requirements-test.txt"),
    ):
        locked = re.findall(r"^([\w.-]+)==", (ROOT / "packaging" / lock).read_text("utf-8"), re.M)
        wanted = {normal(re.split(r"[^\w.-]", each)[0]) for each in declared}
        assert wanted - set(map(normal, locked)) == set()


def normal(name: str) -> str:
    """Return a package's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()

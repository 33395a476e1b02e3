import tomllib
from dataclasses import replace

import pytest

from app.agents import jsonc, yamltext
from app.agents.errors import AgentFileError, UnreadableError
from app.agents.formats import (
    AiderFile,
    CodexProfile,
    ContinueFile,
    Endpoint,
    Format,
    OpencodeFile,
    ZedFile,
)

HERE = Endpoint("http://127.0.0.1:8459/v1", "deepseek-chat", "lk_local")

OPENCODE = """{
  "$schema": "https://opencode.ai/config.json",
  // my own
  "provider": {
    "local": { "npm": "@ai-sdk/openai-compatible", }, // trailing comma
  },
}
"""
CONTINUE = """# mine
name: "Work"
version: 1.0.0
schema: v1
models:
  - name: 'GPT'   # quoted on purpose
    provider: openai
    model: gpt-5
    # a comment at the end

rules:
  - |
    Be brief.
"""
AIDER = "# aider\nauto-commits: false   # never\nread: [A.md, B.md]\n"
ZED = (
    '{\n  // theme\n  "theme": "One Dark",\n  "language_models": {"ollama": {"api_url": "x"}}\n}\n'
)
CODEX = '# mine\napproval_policy = "never"\n'

CASES = [
    (OpencodeFile(), OPENCODE),
    (ContinueFile(), CONTINUE),
    (AiderFile(), AIDER),
    (ZedFile(), ZED),
    (CodexProfile(), CODEX),
]
each_case = pytest.mark.parametrize(
    ("form", "text"), CASES, ids=[type(form).__name__ for form, _ in CASES]
)
each_ending = pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])


@each_case
@each_ending
def test_the_entry_points_where_it_was_told(form: Format, text: str, ending: str) -> None:
    text = text.replace("\n", ending)
    assert form.address(text) == ""
    assert form.address(form.insert(text, HERE)) == HERE.address


@each_case
@each_ending
def test_undo_gives_back_the_users_own_text(form: Format, text: str, ending: str) -> None:
    text = text.replace("\n", ending)
    undone = form.remove(form.insert(text, HERE))
    assert undone == text


@each_case
def test_no_line_of_the_user_is_lost(form: Format, text: str) -> None:
    after = form.insert(text, HERE).splitlines()
    assert [line for line in text.splitlines() if line.rstrip("}, ") not in "\n".join(after)] == []


@each_case
def test_a_second_time_only_brings_it_up_to_date(form: Format, text: str) -> None:
    moved = replace(HERE, address="http://127.0.0.1:9000/v1")
    after = form.insert(form.insert(text, HERE), moved)
    assert form.address(after) == moved.address
    assert after.count(HERE.address) == 0
    assert form.insert(after, moved) == after


@pytest.mark.parametrize("form", [form for form, _ in CASES])
def test_a_file_that_is_not_there_is_made_and_undone_to_nothing(form: Format) -> None:
    made = form.insert("", HERE)
    assert form.address(made) == HERE.address
    assert form.remove(made) == ""


@each_case
def test_undo_keeps_what_the_user_changed_in_between(form: Format, text: str) -> None:
    edits = {"dark": "light", "false": "true", "Work": "Play", "my own": "theirs", "mine": "hers"}
    edited = form.insert(text, HERE)
    for old, new in edits.items():
        edited, text = edited.replace(old, new), text.replace(old, new)
    assert form.remove(edited).rstrip() == text.rstrip()


@pytest.mark.parametrize(
    ("form", "text", "line"),
    [
        (OpencodeFile(), '{\n  "a": 1\n  "b": 2\n}\n', 3),
        (ZedFile(), '{\n  "a": [1, 2\n}\n', 3),
        (ContinueFile(), "name: x\nmodels: [\n", 3),
        (ContinueFile(), "name: x\n  bad: y\n", 2),
        (ContinueFile(), "models: [{name: a}]\n", 1),
        (AiderFile(), "a: 1\nb: 'x\n", 3),
        (AiderFile(), "model: x\nopenai-api-base: https://example.com\n", 2),
        (AiderFile(), "- a\n- b\n", 1),
        (CodexProfile(), "a = 1\nb = \n", 2),
    ],
)
def test_what_cannot_be_changed_safely_is_refused_with_its_line(
    form: Format, text: str, line: int
) -> None:
    with pytest.raises(UnreadableError) as caught:
        form.insert(text, HERE)
    assert caught.value.line == line


def test_continue_with_models_nested_oddly_is_refused_rather_than_bent() -> None:
    with pytest.raises(AgentFileError):
        ContinueFile().insert("base: &b\n  - name: a\nmodels: *b\n", HERE)


def test_the_items_of_continue_keep_their_column() -> None:
    text = "models:\n- name: a\n  provider: x\ncontext: []\n"
    after = ContinueFile().insert(text, HERE)
    names = [each["name"] for each in yamltext.plain(after)["models"]]
    assert names == ["a", "Wiremend"]
    assert after.startswith("models:\n- name: a\n  provider: x\n- name: Wiremend\n")


def test_opencode_keeps_what_the_user_added_to_our_entry() -> None:
    own = OpencodeFile().insert(OPENCODE, HERE)
    own = jsonc.put(own, ("provider", "wiremend", "models", "mine"), {"limit": {"context": 9}})
    after = jsonc.parse(OpencodeFile().insert(own, replace(HERE, model="other"))).plain()
    assert list(after["provider"]["wiremend"]["models"]) == ["deepseek-chat", "mine", "other"]


def test_aider_keeps_the_model_the_user_chose() -> None:
    after = AiderFile().insert("model: openai/mine\n", HERE)
    assert yamltext.plain(after)["model"] == "openai/mine"


def test_undoing_the_codex_profile_leaves_the_users_lines_alone() -> None:
    made = CodexProfile().insert("", HERE)
    between = made.replace("[model_providers", f"{CODEX}\n[model_providers", 1)
    assert between != made
    assert CodexProfile().remove(between).strip() == CODEX.strip()


def test_the_codex_profile_holds_no_key_and_asks_for_responses() -> None:
    made = CodexProfile().insert("", HERE)
    provider = tomllib.loads(made)["model_providers"]["wiremend"]
    assert "lk_local" not in made
    assert provider["wire_api"] == "responses"
    assert provider["env_key"] == "WIREMEND_API_KEY"


def test_zed_is_given_no_key() -> None:
    assert "lk_local" not in ZedFile().insert(ZED, HERE)


def test_a_model_with_quotes_and_backslashes_is_written_as_it_is() -> None:
    odd = replace(HERE, model='we"ird\\model: #1')
    assert yamltext.plain(ContinueFile().insert("", odd))["models"][0]["model"] == odd.model
    assert yamltext.plain(AiderFile().insert("", odd))["model"] == f"openai/{odd.model}"
    assert (
        odd.model
        in jsonc.parse(OpencodeFile().insert("", odd)).plain()["provider"]["wiremend"]["models"]
    )

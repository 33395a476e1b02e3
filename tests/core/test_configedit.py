import tomllib
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from proxy.config import Agent, Provider, Timeouts
from proxy.configedit import (
    FRESH,
    add_agent,
    move_provider,
    remove_agent,
    remove_provider,
    save_provider,
    set_fix,
    set_member,
    set_server,
)
from proxy.configtext import parse
from proxy.errors import ConfigError
from proxy.repairs import fix_names

WRITTEN = """\
version = 1 # the first

[future]
kept = [1, 2] # a newer version's

[server]
port    =  8459   # the port
default_provider = "b"

# about a
[providers.a]  # A
title = 'A'
base_url = "https://a.example/v1"   # its address

# about b
# and more about b
[providers.b]
base_url = "https://b.example/v1"
unknown = { x = 1 }
[providers.b.timeouts]
idle = 3

[providers.b.fixes] # fixes of b
index-repair = true # needed

# last words
"""
DOTTED = """\
version = 1
[providers]
a.base_url = "https://a.example" # A
b.base_url = "https://b.example"
"""
INLINE = 'version = 1\nproviders = { a = { base_url = "https://a.example", title = "A" } } # all\n'
SCATTERED = """\
version = 1
[providers.a]
base_url = "https://a.example"
[server]
port = 1
[providers.a.fixes]
usage = true
"""

Edit = Callable[[str], str]


def on_a(text: str) -> str:
    return set_fix(text, "a", "index-repair", on=False)


def lines_of(edit: Edit, text: str = WRITTEN) -> tuple[list[str], list[str]]:
    """Return the lines that an edit took away and those that it brought."""
    before, after = text.splitlines(), edit(text).splitlines()
    gone = [line for line in before if line not in after]
    return gone, [line for line in after if line not in before]


def test_a_fix_that_is_named_changes_in_its_own_line_alone() -> None:
    edited = set_fix(WRITTEN, "b", "index-repair", on=False)
    assert edited == WRITTEN.replace("index-repair = true #", "index-repair = false #")


def test_a_fix_that_is_not_named_gets_a_line_below_the_others() -> None:
    edited = set_fix(WRITTEN, "b", "usage", on=False)
    assert "index-repair = true # needed\nusage = false\n\n# last words" in edited
    assert lines_of(lambda text: set_fix(text, "b", "usage", on=False)) == ([], ["usage = false"])


def test_a_first_fix_stands_with_its_provider_and_no_comment_is_torn_from_what_it_is_about() -> (
    None
):
    edited = on_a(WRITTEN)
    assert (
        'base_url = "https://a.example/v1"   # its address\n'
        "\n[providers.a.fixes]\nindex-repair = false\n"
        "\n# about b\n# and more about b\n[providers.b]\n" in edited
    )


@pytest.mark.parametrize("text", [WRITTEN, DOTTED, INLINE, SCATTERED], ids=str.__len__)
def test_every_way_to_write_a_provider_can_be_edited(text: str) -> None:
    meant = tomllib.loads(text)
    meant["providers"]["a"].setdefault("fixes", {})["index-repair"] = False
    assert tomllib.loads(on_a(text)) == meant
    assert parse(on_a(text), fix_names()).providers["a"].fixes["index-repair"] is False


@pytest.mark.parametrize("text", [WRITTEN, DOTTED, INLINE, SCATTERED], ids=str.__len__)
def test_an_edit_done_twice_changes_nothing_more(text: str) -> None:
    assert on_a(on_a(text)) == on_a(text)


def test_comments_order_and_unknown_members_survive_a_day_of_edits() -> None:
    text = add_agent(WRITTEN, Agent("Cline", "0" * 64))
    text = set_server(text, "port", 9000)
    text = set_server(text, "access", "open")
    text = set_member(text, "a", "passthrough", value=True)
    text = on_a(text)
    text = save_provider(text, Provider("c", "https://c.example", headers={"X-Title": "my 'c'"}))
    text = remove_provider(text, "c")
    text = remove_agent(text, "Cline")
    kept = [line for line in WRITTEN.splitlines() if not line.startswith("port")]
    assert [line for line in text.splitlines() if line in kept and line] == list(filter(None, kept))
    assert "port    =  9000   # the port" in text


def test_the_line_ends_of_windows_stay() -> None:
    edited = on_a(WRITTEN.replace("\n", "\r\n"))
    assert edited.replace("\r\n", "\n") == on_a(WRITTEN)
    assert "\n" not in edited.replace("\r\n", "")


def test_a_last_line_without_an_end_is_completed() -> None:
    text = 'version = 1\n[providers.a]\nbase_url = "https://a.example"'
    assert set_member(text, "a", "title", "A").endswith('"https://a.example"\ntitle = "A"\n')


def test_a_provider_is_written_with_what_differs_from_the_defaults() -> None:
    provider = Provider(
        "deepseek",
        "https://api.deepseek.com/v1",
        title='Deep "Seek"',
        timeouts=Timeouts(idle=60),
        headers={"X-Title": "my laptop"},
        fixes={"force-stream": True},
    )
    text = save_provider(FRESH, provider)
    assert parse(text, fix_names()).providers["deepseek"] == provider
    assert text == (
        FRESH.replace('= "demo"     #', '= "deepseek"     #')
        + '\n[providers.deepseek]\ntitle = "Deep \\"Seek\\""\n'
        'base_url = "https://api.deepseek.com/v1"\nkey = "keyring"\n'
        "\n[providers.deepseek.timeouts]\nidle = 60\n"
        '\n[providers.deepseek.headers]\nX-Title = "my laptop"\n'
        "\n[providers.deepseek.fixes]\nforce-stream = true\n"
    )


def test_the_first_provider_answers_instead_of_the_demonstration_and_later_ones_do_not() -> None:
    first = save_provider(FRESH, Provider("a", "https://a.example/v1"))
    second = save_provider(first, Provider("b", "https://b.example/v1"))
    assert parse(first, fix_names()).default_provider == "a"
    assert parse(second, fix_names()).default_provider == "a"
    another = save_provider(FRESH, Provider("broken", "demo:", key="none"))
    assert parse(another, fix_names()).default_provider == "demo"
    assert parse(save_provider(WRITTEN, Provider("c", "https://c.example")), fix_names()) == (
        replace(
            parse(WRITTEN, fix_names()),
            providers={
                **parse(WRITTEN, fix_names()).providers,
                "c": Provider("c", "https://c.example"),
            },
        )
    )


def test_saving_a_provider_writes_what_differs_and_nothing_else() -> None:
    known = parse(WRITTEN, fix_names()).providers["b"]
    changed = replace(known, title="B", fixes={}, headers={"X-A": "1"})
    assert save_provider(WRITTEN, known) == WRITTEN
    saved = save_provider(WRITTEN, changed)
    assert parse(saved, fix_names()).providers["b"] == changed
    gone, brought = lines_of(lambda text: save_provider(text, changed))
    assert gone == ["index-repair = true # needed"]
    assert brought == ['title = "B"', "[providers.b.headers]", 'X-A = "1"']


def test_a_provider_goes_with_its_tables_and_the_comment_above_it() -> None:
    edited = remove_provider(WRITTEN, "b")
    assert "about b" not in edited
    assert "[providers.b" not in edited
    assert edited.endswith("# its address\n\n# last words\n")
    assert 'default_provider = "a"' in edited


def test_a_provider_moves_with_its_tables_and_comments() -> None:
    moved = move_provider(WRITTEN, "b", 0)
    assert list(parse(moved, fix_names()).providers) == ["b", "a"]
    assert sorted(moved.splitlines()) == sorted(WRITTEN.splitlines())
    assert "# about b\n# and more about b\n[providers.b]\n" in moved
    assert "# fixes of b\nindex-repair = true # needed\n\n# about a\n[providers.a]  # A\n" in moved
    assert move_provider(moved, "b", 1) == WRITTEN
    assert move_provider(moved, "b", 0) == moved


def test_the_demonstration_becomes_the_default_only_where_there_is_no_other() -> None:
    text = save_provider(FRESH, Provider("a", "https://a.example/v1"))
    text = save_provider(text, Provider("b", "https://b.example/v1"))
    without_a = remove_provider(text, "a")
    assert parse(without_a, fix_names()).default_provider == "b"
    assert parse(remove_provider(without_a, "b"), fix_names()).default_provider == "demo"


def test_the_last_provider_can_go() -> None:
    edited = remove_provider(FRESH, "demo")
    assert parse(edited, fix_names()).providers == {}
    assert 'default_provider = ""' in edited


def test_an_agent_comes_again_with_another_key() -> None:
    text = add_agent(add_agent(FRESH, Agent("Cline", "0" * 64)), Agent("Roo", "1" * 64))
    text = add_agent(text, Agent("Cline", "2" * 64))
    assert parse(text, fix_names()).agents == (Agent("Cline", "2" * 64), Agent("Roo", "1" * 64))
    assert parse(remove_agent(text, "Cline"), fix_names()).agents == (Agent("Roo", "1" * 64),)


@pytest.mark.parametrize("items", ["[]", '[{ name = "a", sha256 = "x" }, ]', '[{ name = "a" }]'])
def test_agents_in_one_line_are_kept_there(items: str) -> None:
    text = f"agents = {items} # all\n"
    edited = add_agent(text, Agent("b", "y"))
    assert edited.endswith("] # all\n")
    assert edited.count("\n") == 1
    expected = [*tomllib.loads(text)["agents"], {"name": "b", "sha256": "y"}]
    assert tomllib.loads(edited)["agents"] == expected
    assert tomllib.loads(remove_agent(edited, "b")) == tomllib.loads(text) or items == "[]"


def set_title(text: str) -> str:
    return set_member(text, "nobody", "title", "x")


def set_fix_of_nobody(text: str) -> str:
    return set_fix(text, "nobody", "usage", on=True)


@pytest.mark.parametrize("edit", [set_fix_of_nobody, set_title])
def test_a_provider_that_is_not_there_cannot_be_edited(edit: Edit) -> None:
    with pytest.raises(ConfigError, match="there is no provider"):
        edit(FRESH)


@pytest.mark.parametrize("edit", [remove_provider, remove_agent])
def test_who_is_not_there_cannot_go(edit: Callable[[str, str], str]) -> None:
    with pytest.raises(ConfigError, match="there is no"):
        edit(FRESH, "nobody")


def test_a_text_that_is_no_toml_is_not_edited() -> None:
    with pytest.raises(ConfigError) as caught:
        set_server("version = 1\nport = = 2\n", "port", 1)
    assert caught.value.line == 2


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
values = st.one_of(
    st.booleans(), st.integers(-(2**40), 2**40), st.text(st.characters(codec="utf-8"))
)


@given(name=names, value=values)
def test_whatever_is_written_is_read_again(name: str, value: str | int | bool) -> None:
    text = set_member(FRESH, "demo", name, value)
    assert tomllib.loads(text)["providers"]["demo"][name] == value

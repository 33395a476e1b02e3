"""A change is told in words, and no credential with it."""

from dataclasses import replace

from proxy.config import Agent, Provider, Settings
from proxy.configchanges import changes

DEFAULTS = {"index-repair": True, "force-stream": False}
PROVIDER = Provider(id="a", base_url="https://a.example/v1")
SETTINGS = Settings(providers={"a": PROVIDER})


def told(**members: object) -> list[str]:
    changed = replace(SETTINGS, providers={"a": replace(PROVIDER, **members)})
    return changes(SETTINGS, changed, DEFAULTS)


def test_names_a_fix_with_its_default() -> None:
    assert told(fixes={"index-repair": False}) == ["a.index-repair true -> false"]
    assert told(fixes={"index-repair": True}) == []


def test_names_members_and_the_server() -> None:
    assert told(passthrough=True) == ["a.passthrough false -> true"]
    moved = replace(SETTINGS, port=1)
    assert changes(SETTINGS, moved, DEFAULTS) == ["server.port 8459 -> 1"]


def test_tells_only_that_what_may_be_secret_changed() -> None:
    assert told(outgoing_proxy="http://user:password@proxy:1") == ["a.outgoing_proxy changed"]
    assert "secret" not in str(told(headers={"X-A": "secret"}))
    let_in = replace(SETTINGS, agents=(Agent("x", "0" * 64),))
    assert "000000" not in str(changes(SETTINGS, let_in, DEFAULTS))


def test_says_that_nothing_changed() -> None:
    assert changes(SETTINGS, SETTINGS, DEFAULTS) == []

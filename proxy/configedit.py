"""Edits of the configuration's text, by the GUI and the command line alike.

Comments, order and unknown members stay: an edit changes one value and no other character. Each
takes the text and returns the new one; it raises `ConfigError` where the provider or the agent is
not there, the text is no TOML, or its form is one in which only a person should write.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from proxy import tomledit
from proxy.config import DEMO_URL, Agent, Provider
from proxy.configtext import readable, tables
from proxy.errors import ConfigError
from proxy.tomledit import Value
from proxy.tomlplaces import Place

FRESH = """\
# Wiremend's configuration. Wiremend writes here too and keeps your comments; what you change by
# hand applies to requests that start after you save. `wiremend check` says what is wrong with it.
version = 1

[server]
host = "127.0.0.1"            # loopback addresses only
port = 8459
default_provider = "demo"     # who answers /v1/…
access = "required"           # "required" | "open" (local programs may come without a key)

# A provider inside Wiremend that is broken on purpose: no key, no network. Its models, listed by
# GET /demo/v1/models, are the ways in which it breaks.
[providers.demo]
title = "Demo"
base_url = "demo:"
key = "none"
"""
"""What a first start writes."""

_MEMBERS = (
    *("title", "base_url", "key", "auth", "passthrough", "max_concurrent", "tls_ca"),
    "outgoing_proxy",
)


def set_fix(text: str, provider: str, fix: str, *, on: bool) -> str:
    """Switch one fix of one provider."""
    return _put(text, provider, ("fixes", fix), on)


def set_member(text: str, provider: str, name: str, value: str | int | bool) -> str:
    """Set one member of one provider."""
    return _put(text, provider, (name,), value)


def set_server(text: str, name: str, value: str | int) -> str:
    """Set one member of the server's table."""
    tables(text)
    return tomledit.put(text, ("server", name), value)


def save_provider(text: str, provider: Provider) -> str:
    """Add a provider, or bring the members of a known one up to date; the rest of it stays."""
    written = tables(text).get("providers", {}).get(provider.id)
    if written is None:
        return _default_instead_of_demo(_add_provider(text, provider), provider)
    former = readable(text, written.get("fixes", {})).providers[provider.id]
    for name, value in _differing(provider, former):
        if isinstance(value, Mapping):
            for member, each in value.items():
                text = _put(text, provider.id, (name, member), each)
        else:
            text = _put(text, provider.id, (name,), value)
    for name in ("headers", "fixes"):
        for member in getattr(former, name).keys() - getattr(provider, name).keys():
            text = tomledit.remove(text, ("providers", provider.id, name, member))
    return text


def remove_provider(text: str, provider: str) -> str:
    """Take a provider out; where it was the default, the first of the others becomes that.

    The demonstration does so only where there is no other: nobody's agent is sent to it unasked.
    """
    _check_known(text, provider)
    root = tables(text)
    others = [name for name in root["providers"] if name != provider]
    others.sort(key=lambda name: root["providers"][name].get("base_url") == DEMO_URL)
    if root.get("server", {}).get("default_provider") == provider:
        text = set_server(text, "default_provider", others[0] if others else "")
    return tomledit.remove(text, ("providers", provider))


def move_provider(text: str, provider: str, place: int) -> str:
    """Bring a provider to another place among the others, counted from 0."""
    _check_known(text, provider)
    known = list(tables(text)["providers"])
    order = [name for name in known if name != provider]
    order.insert(place, provider)
    return text if order == known else tomledit.reorder(text, ("providers",), order)


def add_agent(text: str, agent: Agent) -> str:
    """Let one more agent in, or give a known one another key."""
    for number, known in enumerate(tables(text).get("agents", [])):
        if known.get("name") == agent.name:
            return tomledit.put(text, ("agents", number, "sha256"), agent.sha256)
    return tomledit.append(text, "agents", {"name": agent.name, "sha256": agent.sha256})


def remove_agent(text: str, name: str) -> str:
    """Shut one agent out."""
    for number, known in enumerate(tables(text).get("agents", [])):
        if known.get("name") == name:
            return tomledit.remove(text, ("agents", number))
    raise ConfigError(0, "there is no agent of that name, expected one of the configuration's")


def _add_provider(text: str, provider: Provider) -> str:
    plain = Provider(id=provider.id, base_url="", key="")
    return tomledit.put_table(text, ("providers", provider.id), dict(_differing(provider, plain)))


def _default_instead_of_demo(text: str, provider: Provider) -> str:
    """Let whoever was added answer /v1/… where as yet only the demonstration does."""
    root = tables(text)
    chosen = root.get("server", {}).get("default_provider", "")
    former = root["providers"].get(chosen, {})
    if provider.demo or not Provider(chosen, former.get("base_url", "")).demo:
        return text
    return set_server(text, "default_provider", provider.id)


def _put(text: str, provider: str, name: Place, value: Value) -> str:
    _check_known(text, provider)
    return tomledit.put(text, ("providers", provider, *name), value)


def _check_known(text: str, provider: str) -> None:
    if provider not in tables(text).get("providers", {}):
        raise ConfigError(0, "there is no provider of that id, expected one of the configuration's")


def _differing(new: Provider, old: Provider) -> Iterator[tuple[str, Value]]:
    """Yield the members, and the parts of tables, in which two providers differ."""
    for name in _MEMBERS:
        if getattr(new, name) != getattr(old, name):
            yield name, getattr(new, name)
    for name, after, before in (
        ("timeouts", asdict(new.timeouts), asdict(old.timeouts)),
        ("headers", new.headers, old.headers),
        ("fixes", new.fixes, old.fixes),
    ):
        changed = {each: value for each, value in after.items() if before.get(each) != value}
        if changed:
            yield name, changed

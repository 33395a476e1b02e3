"""Edits the configuration's text as a user would: one value, and nothing else in the file."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields

from proxy import tomledit
from proxy.config import Agent, Provider, Settings, Timeouts
from proxy.configtext import tables
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
access = "required"           # "required" | "open" (programs of this computer may come without a key)

# A provider inside Wiremend that is broken on purpose: no key, no network. Its models, listed by
# GET /demo/v1/models, are the ways in which it breaks.
[providers.demo]
title = "Demo"
base_url = "demo:"
key = "none"

# A real one:
#
# [providers.deepseek]
# title = "DeepSeek"
# base_url = "https://api.deepseek.com/v1"
# key = "keyring"             # then: wiremend key set deepseek
#
# [providers.deepseek.fixes]  # what is not named has its default
# force-stream = true
"""
"""What the file says at first."""

_DEFAULT = Provider(id="", base_url="")
_MEMBERS = ("title", "base_url", "key", "auth", "passthrough", "max_concurrent")
_LATER_MEMBERS = ("tls_ca", "outgoing_proxy")
_TABLES = ("timeouts", "headers", "fixes")
_UNTOLD = frozenset({"outgoing_proxy", "headers"})
"""Their values may be secrets."""


def set_fix(text: str, provider: str, fix: str, on: bool) -> str:
    """Switch a fix of a provider on or off."""
    return set_member(text, provider, ("fixes", fix), on)


def set_member(text: str, provider: str, name: str | Place, value: Value) -> str:
    """Set a provider's member; a pair of names means one in a table, as ("timeouts", "idle")."""
    _find_provider(text, provider)
    place: Place = (name,) if isinstance(name, str) else name
    return tomledit.put(text, ("providers", provider, *place), value)


def set_server(text: str, name: str, value: Value) -> str:
    """Set a member of the server's table."""
    tables(text)
    return tomledit.put(text, ("server", name), value)


def add_provider(text: str, provider: Provider) -> str:
    """Add a provider; only what differs from the defaults is written."""
    if provider.id in tables(text).get("providers", {}):
        raise ConfigError(0, f"there is a provider {provider.id} already, expected another id")
    members = {"base_url": provider.base_url, **dict(_written(provider, _DEFAULT))}
    order = (*_MEMBERS, *_LATER_MEMBERS, *_TABLES)
    wanted = {name: members[name] for name in order if name in members}
    return tomledit.put_table(text, ("providers", provider.id), wanted)


def change_provider(text: str, old: Provider, new: Provider) -> str:
    """Write what differs between two states of a provider; what they share stays as it stands."""
    _find_provider(text, new.id)
    for name, value in _written(new, old):
        if isinstance(value, Mapping):
            for member, each in value.items():
                text = set_member(text, new.id, (name, member), each)
        else:
            text = set_member(text, new.id, name, value)
    for name in old.headers.keys() - new.headers.keys():
        text = tomledit.remove(text, ("providers", new.id, "headers", name))
    for name in old.fixes.keys() - new.fixes.keys():
        text = tomledit.remove(text, ("providers", new.id, "fixes", name))
    return text


def remove_provider(text: str, provider: str) -> str:
    """Take a provider away; whoever was the default provider is so no longer."""
    _find_provider(text, provider)
    if tables(text).get("server", {}).get("default_provider") == provider:
        text = set_server(text, "default_provider", "")
    return tomledit.remove(text, ("providers", provider))


def add_agent(text: str, agent: Agent) -> str:
    """Let an agent in."""
    if any(each.get("name") == agent.name for each in tables(text).get("agents", [])):
        raise ConfigError(0, "there is an agent of that name already, expected another name")
    return tomledit.append(text, "agents", {"name": agent.name, "sha256": agent.sha256})


def remove_agent(text: str, name: str) -> str:
    """Let an agent in no longer."""
    for number, agent in enumerate(tables(text).get("agents", [])):
        if agent.get("name") == name:
            return tomledit.remove(text, ("agents", number))
    raise ConfigError(0, "there is no agent of that name")


def changes(old: Settings, new: Settings, fixes: Mapping[str, bool]) -> list[str]:
    """Say what differs, as in "deepseek.index-repair false -> true"; ``fixes``: their defaults."""
    return [
        *_differences("server", _server_of(old), _server_of(new)),
        *_comings_and_goings("agents.", _digests(old), _digests(new)),
        *_comings_and_goings("", dict.fromkeys(old.providers), dict.fromkeys(new.providers)),
        *(
            line
            for name in new.providers
            if name in old.providers
            for line in _provider_changes(old.providers[name], new.providers[name], fixes)
        ),
    ]


def _find_provider(text: str, provider: str) -> None:
    known = tables(text).get("providers", {})
    if provider not in known:
        named = f", expected one of {', '.join(sorted(known))}" if known else ""
        raise ConfigError(0, f"there is no provider of that id{named}")


def _written(new: Provider, old: Provider) -> Iterator[tuple[str, Value]]:
    """Yield the members, and parts of tables, in which two providers differ."""
    for name in (*_MEMBERS, *_LATER_MEMBERS):
        if getattr(new, name) != getattr(old, name):
            yield name, getattr(new, name)
    for name, after, before in (
        ("timeouts", _seconds(new.timeouts), _seconds(old.timeouts)),
        ("headers", new.headers, old.headers),
        ("fixes", new.fixes, old.fixes),
    ):
        changed = {each: value for each, value in after.items() if before.get(each) != value}
        if changed:
            yield name, changed


def _seconds(timeouts: Timeouts) -> Mapping[str, float]:
    return {each.name: getattr(timeouts, each.name) for each in fields(Timeouts)}


def _server_of(settings: Settings) -> Mapping[str, object]:
    names = ("host", "port", "default_provider", "access")
    return {name: getattr(settings, name) for name in names}


def _digests(settings: Settings) -> Mapping[str, object]:
    return {agent.name: agent.sha256 for agent in settings.agents}


def _provider_changes(
    old: Provider, new: Provider, defaults: Mapping[str, bool]
) -> Iterator[str]:
    for name in (*_MEMBERS, *_LATER_MEMBERS):
        yield from _differences(old.id, {name: getattr(old, name)}, {name: getattr(new, name)})
    yield from _differences(f"{old.id}.timeouts", _seconds(old.timeouts), _seconds(new.timeouts))
    if old.headers != new.headers:
        yield f"{old.id}.headers changed"
    yield from _differences(old.id, {**defaults, **old.fixes}, {**defaults, **new.fixes})


def _differences(where: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    for name in {**old, **new}:
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        told = "changed" if name in _UNTOLD else f"{_shown(before)} -> {_shown(after)}"
        yield f"{where}.{name} {told}"


def _shown(value: object) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _comings_and_goings(
    prefix: str, old: Mapping[str, object], new: Mapping[str, object]
) -> Iterator[str]:
    for name in {**old, **new}:
        if name not in new:
            yield f"{prefix}{name} removed"
        elif name not in old:
            yield f"{prefix}{name} added"
        elif old[name] != new[name]:
            yield f"{prefix}{name} changed"

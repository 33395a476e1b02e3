"""Edits of the configuration's text, by the GUI and the command line alike.

Comments, order and unknown members stay. Each edit takes the text and returns the new one; it
raises `ConfigError` where the provider or the agent is not there, or the text is no TOML.
"""

from collections.abc import MutableMapping
from typing import Any, TypeAlias, cast

import tomlkit
import tomlkit.exceptions
from tomlkit import TOMLDocument
from tomlkit.items import AoT

from proxy.config import Agent, Provider, Timeouts
from proxy.errors import ConfigError

Table: TypeAlias = MutableMapping[str, Any]

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

_MEMBERS = ("title", "base_url", "key", "auth", "passthrough", "max_concurrent")
_LATER_MEMBERS = ("tls_ca", "outgoing_proxy")
_SECONDS = ("connect", "first_byte", "idle")


def set_fix(text: str, provider: str, fix: str, *, on: bool) -> str:
    """Switch one fix of one provider."""
    document = _parsed(text)
    _inner(_provider(document, provider), "fixes")[fix] = on
    return _written(document)


def set_member(text: str, provider: str, name: str, value: str | int | bool) -> str:
    """Set one member of one provider."""
    document = _parsed(text)
    _provider(document, provider)[name] = value
    return _written(document)


def set_server(text: str, name: str, value: str | int) -> str:
    """Set one member of the server's table."""
    document = _parsed(text)
    _inner(document, "server")[name] = value
    return _written(document)


def save_provider(text: str, provider: Provider) -> str:
    """Add a provider, or bring the members of a known one up to date; the rest of it stays."""
    document = _parsed(text)
    table = _inner(_inner(document, "providers"), provider.id)
    plain = Provider(id=provider.id, base_url="")
    for name in (*_MEMBERS, *_LATER_MEMBERS):
        _settle(table, name, getattr(provider, name), getattr(plain, name))
    if provider.timeouts != Timeouts() or "timeouts" in table:
        for name in _SECONDS:
            _settle(_inner(table, "timeouts"), name, getattr(provider.timeouts, name), None)
    for name, values in (("headers", provider.headers), ("fixes", provider.fixes)):
        if values or name in table:
            _match(_inner(table, name), dict(values))
    return _written(document)


def remove_provider(text: str, provider: str) -> str:
    """Take a provider out; where it was the default, the first of the others becomes that."""
    document = _parsed(text)
    _provider(document, provider)
    del _inner(document, "providers")[provider]
    server = _inner(document, "server")
    if server.get("default_provider") == provider:
        server["default_provider"] = next(iter(_inner(document, "providers")), "")
    return _written(document)


def add_agent(text: str, agent: Agent) -> str:
    """Let one more agent in, or give a known one another key."""
    document = _parsed(text)
    agents = _agents(document)
    if agents is None:
        agents = tomlkit.aot()
        document["agents"] = agents
    for table in _tables(agents):
        if table.get("name") == agent.name:
            table["sha256"] = agent.sha256
            return _written(document)
    fresh = tomlkit.table()
    fresh["name"], fresh["sha256"] = agent.name, agent.sha256
    agents.append(fresh)  # pyright: ignore[reportUnknownMemberType]
    return _written(document)


def remove_agent(text: str, name: str) -> str:
    """Shut one agent out."""
    document = _parsed(text)
    agents = _agents(document)
    for number, table in enumerate(_tables(agents) if agents is not None else []):
        if table.get("name") == name and agents is not None:
            del agents[number]
            return _written(document)
    raise ConfigError(0, "there is no agent of that name, expected one of the configuration's")


def _parsed(text: str) -> TOMLDocument:
    try:
        return tomlkit.parse(text)
    except tomlkit.exceptions.ParseError as error:
        raise ConfigError(error.line, "not TOML, expected `name = value` lines") from error


def _written(document: TOMLDocument) -> str:
    return tomlkit.dumps(document)  # pyright: ignore[reportUnknownMemberType]


def _agents(document: TOMLDocument) -> AoT | None:
    found = cast("Table", document).get("agents")
    return found if isinstance(found, AoT) else None


def _tables(agents: AoT) -> list[Table]:
    return [cast("Table", table) for table in cast("list[Any]", agents)]


def _provider(document: TOMLDocument, name: str) -> Table:
    providers = cast("Table", document).get("providers")
    if providers is None or name not in providers:
        raise ConfigError(0, "there is no provider of that id, expected one of the configuration's")
    return cast("Table", providers[name])


def _inner(holder: Any, name: str) -> Table:
    if name not in holder:
        holder[name] = tomlkit.table()
    return cast("Table", holder[name])


def _settle(table: Table, name: str, value: Any, default: Any) -> None:
    if name in table:
        if table[name] != value:
            table[name] = value
    elif value != default or name in ("base_url", "key"):
        table[name] = value


def _match(table: Table, values: dict[str, Any]) -> None:
    for name in [*table]:
        if name not in values:
            del table[name]
    for name, value in values.items():
        if table.get(name) != value:
            table[name] = value

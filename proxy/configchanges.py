"""What differs between two configurations, in words that hold no credential."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from proxy.config import Provider, Settings

_SERVER = ("host", "port", "default_provider", "access")
_PROVIDER = ("title", "base_url", "key", "auth", "passthrough", "max_concurrent", "tls_ca")
# Their values may be secrets: only that they changed is told.
_UNTOLD = ("outgoing_proxy", "headers")


def changes(old: Settings, new: Settings, defaults: Mapping[str, bool]) -> list[str]:
    """Say what differs, such as ``deepseek.index-repair false -> true``.

    ``defaults`` are the fixes' own, for those that a provider does not name.
    """
    kept = [provider for name, provider in new.providers.items() if name in old.providers]
    return [
        *_differences("server", _members(old, _SERVER), _members(new, _SERVER)),
        *_comings_and_goings("agents.", _digests(old), _digests(new)),
        *_comings_and_goings("", dict.fromkeys(old.providers), dict.fromkeys(new.providers)),
        *(line for each in kept for line in _provider(old.providers[each.id], each, defaults)),
    ]


def _provider(old: Provider, new: Provider, defaults: Mapping[str, bool]) -> Iterator[str]:
    name = new.id
    yield from _differences(name, _members(old, _PROVIDER), _members(new, _PROVIDER))
    yield from _differences(f"{name}.timeouts", asdict(old.timeouts), asdict(new.timeouts))
    for member in _UNTOLD:
        if getattr(old, member) != getattr(new, member):
            yield f"{name}.{member} changed"
    yield from _differences(name, {**defaults, **old.fixes}, {**defaults, **new.fixes})


def _digests(settings: Settings) -> Mapping[str, str]:
    return {agent.name: agent.sha256 for agent in settings.agents}


def _members(holder: Settings | Provider, names: tuple[str, ...]) -> Mapping[str, object]:
    return {name: getattr(holder, name) for name in names}


def _differences(where: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            yield f"{where}.{name} {_shown(old.get(name))} -> {_shown(new.get(name))}"


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


def _shown(value: object) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)

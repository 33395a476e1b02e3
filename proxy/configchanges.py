"""What differs between two configurations, in words that hold no credential."""

import hashlib
from collections.abc import Mapping

from proxy.config import Provider, Settings


def changes(old: Settings, new: Settings, defaults: Mapping[str, bool]) -> list[str]:
    """Say what differs, such as ``deepseek.index-repair false -> true``.

    ``defaults`` are the fixes' own, for those that a provider does not name.
    """
    before, after = _flat(old, defaults), _flat(new, defaults)
    return [
        f"{name} {before.get(name, 'absent')} -> {after.get(name, 'absent')}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


def _flat(settings: Settings, defaults: Mapping[str, bool]) -> dict[str, str]:
    flat = {
        "server.host": settings.host,
        "server.port": str(settings.port),
        "server.default_provider": settings.default_provider,
        "server.access": settings.access,
    }
    flat |= {f"agents.{agent.name}": _trace(agent.sha256) for agent in settings.agents}
    for provider in settings.providers.values():
        flat |= {
            f"{provider.id}.{name}": value for name, value in _members(provider, defaults).items()
        }
    return flat


def _members(provider: Provider, defaults: Mapping[str, bool]) -> dict[str, str]:
    plain = ("title", "base_url", "key", "auth", "max_concurrent", "tls_ca")
    members = {name: str(getattr(provider, name)) for name in plain}
    members["passthrough"] = _word(on=provider.passthrough)
    # These may hold credentials: only that they changed is told.
    members["outgoing_proxy"] = _trace(provider.outgoing_proxy)
    members["headers"] = _trace(repr(sorted(provider.headers.items())))
    seconds = provider.timeouts
    members["timeouts"] = f"{seconds.connect:g}/{seconds.first_byte:g}/{seconds.idle:g}"
    return members | {fix: _word(on=on) for fix, on in {**defaults, **provider.fixes}.items()}


def _word(*, on: bool) -> str:
    return "true" if on else "false"


def _trace(text: str) -> str:
    return f"#{hashlib.sha256(text.encode()).hexdigest()[:6]}" if text else "none"

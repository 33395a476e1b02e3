"""Where an agent reaches a provider through the proxy."""

from proxy.config import Settings


def address_of(address: str, provider: str, settings: Settings) -> str:
    """Return a provider's base URL, given the default provider's, such as ``http://…/v1``."""
    if provider in {"", settings.default_provider} or provider not in settings.providers:
        return address
    return f"{address.removesuffix('/v1')}/{provider}/v1"

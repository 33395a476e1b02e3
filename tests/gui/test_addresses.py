import pytest

from app.models.addresses import address_of
from proxy.config import Provider, Settings

ADDRESS = "http://127.0.0.1:8459/v1"


@pytest.mark.parametrize(
    ("provider", "address"),
    [
        ("", ADDRESS),
        ("first", ADDRESS),
        ("second", "http://127.0.0.1:8459/second/v1"),
        ("gone", ADDRESS),
    ],
)
def test_only_the_default_provider_has_the_short_address(provider: str, address: str) -> None:
    providers = {name: Provider(name, "https://a.example/v1") for name in ("first", "second")}
    settings = Settings(default_provider="first", providers=providers)
    assert address_of(ADDRESS, provider, settings) == address

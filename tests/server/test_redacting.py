"""Which headers hold a credential, and what is shown of them."""

from proxy import localkey
from proxy.redacting import brought, local_key, redacted

LOCAL = localkey.new_key().reveal().encode()
PROVIDERS = b"sk-1234567890abcdefghij"


def test_a_credential_is_shown_as_a_mark_that_only_compares() -> None:
    headers = [(b"authorization", b"Bearer " + PROVIDERS), (b"x-api-key", b"other")]
    first, second, plain = redacted([*headers, (b"accept", b"text/\xe9")], "p")
    assert plain == ("accept", "text/\xe9")
    assert first[1].startswith("\u2039key p #")
    assert first[1] != second[1]
    assert redacted(headers, "p") == (first, second)


def test_tells_the_agents_local_key_from_a_providers() -> None:
    headers = [(b"authorization", b"Bearer " + PROVIDERS), (b"x-wiremend-key", LOCAL)]
    assert local_key(headers) == LOCAL
    assert brought(headers) == [PROVIDERS, LOCAL]


def test_takes_no_word_in_a_keys_place_for_a_secret() -> None:
    headers = [(b"authorization", b"Bearer unused"), (b"x-api-key", b""), (b"accept", PROVIDERS)]
    assert (local_key(headers), brought(headers)) == (b"", [])
    assert brought([(b"x-api-key", b"k" * 15), (b"api-key", b"k" * 16)]) == [b"k" * 16]

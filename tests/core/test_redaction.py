import pytest

from app.redaction import REMOVED, Redaction

SECRETS = [
    "sk-" + "a1B2" * 8,
    "sk-ant-api03-" + "x_-9" * 10,
    "sk-or-v1-" + "0f" * 32,
    "gsk_" + "Ab1" * 10,
    "hf_" + "Ab1" * 10,
    "AIza" + "Sy_x" * 9,
    "ghp_" + "Ab1" * 12,
    "github_pat_" + "Ab1_" * 8,
    "xoxb-" + "123-" * 6,
    "AKIA" + "ABCD1234" * 2,
    "eyJhbGciOiJI.eyJzdWIiOiIx." + "Ab1_" * 5,
    "nvapi-" + "Ab1-" * 8,
]


@pytest.mark.parametrize("secret", SECRETS)
def test_removes_what_has_a_credentials_shape(secret: str) -> None:
    redaction = Redaction()
    assert redaction.text(f'{{"a": "{secret}"}}') == f'{{"a": "{REMOVED}"}}'
    assert redaction.count == 1


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Authorization: Bearer " + "a" * 20, f"Authorization: Bearer {REMOVED}"),
        ('"api_key": "abcdefgh1"', f'"api_key": "{REMOVED}"'),
        ('{\\"api_key\\": \\"abcdefgh1\\"}', f'{{\\"api_key\\": \\"{REMOVED}\\"}}'),
        ("https://me:s3cret@host/x", f"https://{REMOVED}@host/x"),
        ("password=correct-horse", f"password={REMOVED}"),
    ],
)
def test_leaves_the_words_around_a_named_value(text: str, redacted: str) -> None:
    assert Redaction().text(text) == redacted


def test_removes_a_private_key_whole() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----"
    assert Redaction().text(f'"{key}"') == f'"{REMOVED}"'


@pytest.mark.parametrize(
    "text",
    [
        "sk-learn is no key",
        "the bearer of bad news",
        "ask about api keys and passwords",
        "https://host:8080/path@2x.png",
        "chatcmpl-9f8e7d6c5b4a39281706",
        "call_abcdefghijklmnopqrstuvwx",
    ],
)
def test_leaves_other_text(text: str) -> None:
    redaction = Redaction()
    assert redaction.text(text) == text
    assert redaction.count == 0


def test_removes_members_and_headers_by_their_name() -> None:
    redaction = Redaction()
    value = {"x": [{"Api-Key": "short", "name": "kept"}], "token": "", "max_tokens": 5}
    assert redaction.value(value) == {
        "x": [{"Api-Key": REMOVED, "name": "kept"}],
        "token": "",
        "max_tokens": 5,
    }
    assert redaction.header("Set-Cookie", "a=b") == REMOVED
    assert redaction.header("Content-Type", "text/plain") == "text/plain"
    assert redaction.count == 2


@pytest.mark.parametrize(
    "secret", [*SECRETS, "-----BEGIN PRIVATE KEY-----\\nAb\\n-----END KEY-----"]
)
def test_removes_it_from_a_long_text_wherever_it_stands(secret: str) -> None:
    edge = 64 * 1024
    for before in (0, edge - len(secret) // 2, edge - len(secret), edge, 2 * edge - 16 * 1024 - 3):
        redaction = Redaction()
        text = redaction.text("x " * (before // 2) + secret + " y" * 40_000)
        assert text == "x " * (before // 2) + REMOVED + " y" * 40_000
        assert redaction.count == 1

import contextlib
import time
import tomllib
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, strategies as st

from proxy.config import Agent, Provider, Settings, Timeouts
from proxy.configedit import FRESH
from proxy.configtext import MAX_SIZE, decode, parse, problems, readable
from proxy.errors import ConfigError
from proxy.repairs import fix_names

DIGEST = "0123456789abcdef" * 4
WHOLE = f"""\
version = 1

[server]
host = "::1"
port = 9000
default_provider = "deepseek"
access = "open"
new_in_another_version = 1

[[agents]]
name = "Cline"
sha256 = "{DIGEST}"

[providers.deepseek]
title = "DeepSeek"
base_url = "https://api.deepseek.com/v1"
key = "env:DEEPSEEK_KEY"
auth = "x-api-key"
passthrough = true
max_concurrent = 3
tls_ca = "~/ca.pem"
outgoing_proxy = "socks5://user:sk-abcdefghijklmnopqrstuvwxyz@proxy.example:1080"
timeouts = {{ connect = 2.5, idle = 0 }}

[providers.deepseek.headers]
X-Title = "my laptop"
X-Session = "$X-Session-Id"

[providers.deepseek.fixes]
force-stream = true
index-repair = false
request-retry = false
"""
PROVIDER = 'version = 1\n[providers.p]\nbase_url = "https://api.example.com/v1"\n'


def said(text: str) -> list[tuple[int, str]]:
    return [(error.line, error.message) for error in problems(text, fix_names())]


def test_reads_every_member() -> None:
    provider = Provider(
        "deepseek",
        "https://api.deepseek.com/v1",
        title="DeepSeek",
        key="env:DEEPSEEK_KEY",
        auth="x-api-key",
        passthrough=True,
        max_concurrent=3,
        tls_ca="~/ca.pem",
        outgoing_proxy="socks5://user:sk-abcdefghijklmnopqrstuvwxyz@proxy.example:1080",
        timeouts=Timeouts(connect=2.5, first_byte=900, idle=0),
        headers={"X-Title": "my laptop", "X-Session": "$X-Session-Id"},
        fixes={"force-stream": True, "index-repair": False, "request-retry": False},
    )
    assert parse(WHOLE, fix_names()) == Settings(
        host="::1",
        port=9000,
        default_provider="deepseek",
        access="open",
        agents=(Agent("Cline", DIGEST),),
        providers={"deepseek": provider},
    )


def test_the_first_configuration_is_valid_and_answers_by_itself() -> None:
    settings = parse(FRESH, fix_names())
    assert settings.providers[settings.default_provider].demo
    assert (settings.host, settings.port, settings.access) == ("127.0.0.1", 8459, "required")


def test_a_version_is_enough() -> None:
    assert parse("version = 1", fix_names()) == Settings()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "version is missing"),
        ("\n\nversion = 2", 3, "version is not one"),
        ("version = true", 1, "version is not one"),
        ("version = 1\nserver = 3", 2, "expected a table"),
        ("version = 1\n[server]\n\nport = 0", 4, "from 1 to 65535"),
        ("version = 1\n[server]\nport = 65536", 3, "out of range"),
        ("version = 1\n[server]\nport = true", 3, "port is true or false"),
        ('version = 1\n[server]\nport = "8459"', 3, "port is a text"),
        ('version = 1\nserver.host = "0.0.0.0"', 2, "loopback"),
        ('version = 1\nserver = { host = "localhost" }', 2, "loopback"),
        ('version = 1\n[server]\nhost = "192.168.1.2"', 3, "loopback"),
        ('version = 1\n[server]\naccess = "public"', 3, '"required" or "open"'),
        ('version = 1\n[server]\ndefault_provider = "x"', 3, "not configured"),
        ('version = 1\n[agents]\nname = "x"', 2, "[[agents]]"),
        (f'version = 1\n[[agents]]\nsha256 = "{DIGEST}"', 2, "name is missing"),
        (f'version = 1\n[[agents]]\nname = "a\\r\\nb"\nsha256 = "{DIGEST}"', 3, "control"),
        (f'version = 1\n[[agents]]\nname = " "\nsha256 = "{DIGEST}"', 3, "name is empty"),
        ('version = 1\n[[agents]]\nname = "x"\nsha256 = "ABC"', 4, "lower case"),
        (f'version = 1\n[[agents]]\nname = "x"\nsha256 = "{DIGEST.upper()}"', 4, "lower case"),
        ("version = 1\n[providers.v1]", 2, "cannot have the id v1"),
        ("version = 1\n[providers.healthz]", 2, "healthz"),
        ("version = 1\n[providers.Upper]", 2, "small letters"),
        (f"version = 1\n[providers.{'a' * 41}]", 2, "at most 40"),
        ("version = 1\n[providers]\na = 1", 3, "[providers.a]"),
        ("version = 1\n[providers.a]\n", 2, "base_url is missing"),
        (PROVIDER + 'auth = "basic"', 4, '"bearer"'),
        (PROVIDER + "passthrough = 1", 4, "true or false"),
        (PROVIDER + "max_concurrent = -1", 4, "from 0"),
        (PROVIDER + "timeouts.idle = -1", 4, "from 0"),
        (PROVIDER + "timeouts.idle = nan", 4, "from 0"),
        (PROVIDER + "timeouts = { connect = 1,\tidle = '9' }", 4, "idle is a text"),
        (PROVIDER + "[providers.p.fixes]\n\nindx-repair = true", 6, "perhaps index-repair"),
        (PROVIDER + "[providers.p.fixes]\nusage = 'on'", 5, "true or false"),
        (PROVIDER + '[providers.p.headers]\nX-A = "a"\nx-a = "b"', 6, "twice"),
        ("version = 1\nx = = 2", 2, "not valid TOML"),
        ('version = 1\nx = """\n\n', 4, "not valid TOML"),
        ("version = 1\n[a]\n[a]\n", 3, "not valid TOML"),
        ("version = 1\na" + ".a" * 200 + " = 1", 2, "dots"),
        ("a = " + "[" * 5000, 0, ""),
        ("a = " + "9" * 5000, 0, "not valid TOML"),
    ],
)
def test_says_what_is_wrong_and_where(text: str, line: int, words: str) -> None:
    (told, message), *_ = said(text)
    assert words in message
    assert told == line or not words
    assert "expected" in message


def test_two_agents_share_neither_name_nor_key() -> None:
    agent = f'[[agents]]\nname = "x"\nsha256 = "{DIGEST}"\n'
    messages = said("version = 1\n" + agent + agent)
    assert [line for line, _ in messages] == [6, 7]


def test_tells_every_fault_in_the_order_of_the_lines() -> None:
    text = PROVIDER + 'auth = "x"\n[server]\nport = "x"\n[providers.q]\nbase_url = "ftp://x"\n'
    assert [line for line, _ in said(text)] == [4, 6, 8]
    with pytest.raises(ConfigError) as caught:
        parse(text, fix_names())
    assert caught.value.line == 4


KEY = "sk-CANARY-0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (f'key = "{KEY}"', 4),
        ('key = "0123456789abcdef"', 4),
        (f'# key = "{KEY}"', 4),
        (f'api_key = "{KEY}"', 4),
        ('api_key = "letters-and-more"', 4),
        (f'title = "{KEY}"', 4),
        (f'base_url2 = "https://x.example/?key={KEY}"', 4),
        (f'[providers.p.headers]\nAuthorization = "Bearer {KEY}"', 5),
        ('[providers.p.headers]\nX-Api-Key = "0123456789"', 5),
        (f'[future]\nlist = [\n1,\n{{ deep = "{KEY}" }} ]', 7),
        (f'[[agents]]\nname = "x"\nsha256 = "lk_{"a" * 49}"', 6),
        (f'"{KEY}" = 1', 4),
        (f'[providers.p.fixes]\n"{KEY}" = true', 5),
        (f"[{KEY}]\n[{KEY}]", 5),
    ],
)
def test_s41_a_plaintext_key_is_refused_wherever_it_stands_and_never_repeated(
    line: str, number: int
) -> None:
    messages = said(PROVIDER + line)
    assert number in [told for told, _ in messages]
    assert KEY not in str(messages)
    assert "0123456789" not in str(messages)


@pytest.mark.parametrize(
    "line",
    [
        'key = "keyring"',
        'key = "env:OPENAI_API_KEY"',
        'title = "The token-efficient one"',
        "max_tokens = 4096",
        'token_budget = "unlimited"',
        'headers = { X-Task-Id = "task-0123456789abcdef" }',
        'outgoing_proxy = "http://me:0123456789@127.0.0.1:3128"',
    ],
)
def test_what_is_no_key_is_not_taken_for_one(line: str) -> None:
    assert said(PROVIDER + line) == []


def test_what_can_be_read_of_an_invalid_text_is_read() -> None:
    settings = readable(PROVIDER + f'key = "{KEY}"\nauth = "x-api-key"', fix_names())
    provider = settings.providers["p"]
    assert (provider.base_url, provider.key, provider.auth) == (
        "https://api.example.com/v1",
        "keyring",
        "x-api-key",
    )


def test_the_line_of_a_byte_that_is_no_text_is_told() -> None:
    with pytest.raises(ConfigError) as caught:
        decode(b"version = 1\n\n\xff")
    assert caught.value.line == 3


def test_a_byte_order_mark_is_no_fault() -> None:
    assert parse(decode(b"\xef\xbb\xbfversion = 1\r\n"), fix_names()) == Settings()


def test_a_text_beyond_the_limit_is_not_read() -> None:
    assert "too large" in said("#" * (MAX_SIZE + 1))[0][1]


@pytest.mark.parametrize(
    "text",
    [
        ("a" + ".a" * 100 + " = 1\n") * 1200,
        "[" * 200_000,
        ("[" + "a." * 99 + "a]\n") * 1200,
        "a = {" * 50_000,
        "".join(f"k{number} = {number}\n" for number in range(20_000)),
        '"' * 200_000,
        'a = """' + '"\\\\' * 80_000,
    ],
    ids=["dots", "brackets", "headers", "braces", "members", "quotes", "escapes"],
)
def test_z06_no_text_keeps_the_reader_busy(text: str) -> None:
    begun = time.monotonic()
    problems(text, fix_names())
    assert time.monotonic() - begun < 2


@given(st.binary(max_size=200))
def test_z06_no_bytes_make_it_fail_otherwise(raw: bytes) -> None:
    with contextlib.suppress(ConfigError):
        parse(decode(raw), fix_names())


pieces = st.sampled_from(
    [
        *"[]{}=,.\"'\n# ",
        "version = 1\n",
        "[server]\n",
        "[[agents]]\n",
        "[providers.p]\n",
        "port",
        "8",
        *(
            "key",
            "fixes",
            "headers",
            "timeouts",
            '"""',
            "'''",
            "\\",
            "true",
            "-inf",
            "1979-05-27",
            "é",
        ),
    ]
)


@given(st.lists(pieces, max_size=40).map("".join))
def test_z06_no_text_makes_it_fail_otherwise(text: str) -> None:
    for error in problems("version = 1\n" + text, fix_names()):
        assert 0 <= error.line <= text.count("\n") + 2


members: st.SearchStrategy[Mapping[str, Any]] = st.dictionaries(
    st.sampled_from(["host", "port", "access", "default_provider"]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
)


@given(members)
def test_settings_are_what_the_parser_reads_or_faults_are_told(server: Mapping[str, Any]) -> None:
    lines = [f"{name} = {_toml(value)}" for name, value in server.items() if value is not None]
    text = "\n".join(["version = 1", "[server]", *lines])
    found = problems(text, fix_names())
    if not found:
        settings = readable(text, fix_names())
        for name, value in tomllib.loads(text)["server"].items():
            assert getattr(settings, name) == value


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(sign):08X}" for sign in value) + '"'
    return repr(value)

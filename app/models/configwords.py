"""What is wrong with the configuration file, said in the window's language.

The proxy says it in English, as “what is wrong, expected what is right”. Each half is one of these
sentences, with names and numbers of the file in it.
"""

from app.language import translate
from app.models.sentences import said

_CONTEXT, _PARTING = "ConfigFault", ", expected "
_KINDS = ("a text", "true or false", "a table", "a number", "a list", "a date or a time")
_REASONS = (
    "invalid statement",
    "invalid value",
    "unclosed array",
    "unclosed inline table",
    "unterminated string",
    "cannot overwrite a value",
    "expected '=' after a key in a key/value pair",
    "expected newline or end of document after a statement",
    "a value cannot be read",
    "a name or value cannot stand here",
)
FAULTS = (
    "the text is not UTF-8",
    "a plaintext key stands here",
    "the text is nested too deeply",
    "the line has too many dots",
    "not valid TOML: {reason}",
    "the file is too large",
    "the file cannot be read",
    "the file is not there",
    "this is not a regular file",
    "the file has a second name (a hard link)",
    "{name} is {kind}",
    "{name} is not allowed",
    "{name} is out of range",
    "{name} holds {kind}",
    "{name} is missing",
    "{name} is set twice",
    "default_provider is not configured",
    "version is not one this Wiremend knows",
    "another agent has the same name",
    "another agent has the same key",
    "a provider is expected here, as in [providers.{name}]",
    "there is no such fix",
    "there is no fix named {name}",
    "there is no agent of that name",
    "there is no provider of that id",
    "this cannot be changed by program",
    "a provider cannot have the id {name}",
    "a provider's id is not allowed",
    "host is not a loopback address",
    "key does not say where the key is",
    "key looks like a plaintext key",
    "sha256 is a plaintext key",
    "sha256 is no digest",
    "{name} holds control characters",
    "{name} has {count} characters",
    "name is empty",
    "base_url is not an address",
    "base_url holds a name or a password",
    "base_url holds a query or a fragment",
    "base_url is a link-local address, which is never used",
    "base_url is a public address without encryption",
    "outgoing_proxy is not an address",
    "a header that cannot be set",
    "{name} would pass on the agent's own key",
    "{name} holds a plaintext key",
    "{name} copies a header that cannot be",
    "{name} holds characters that no header may have",
)
EXPECTATIONS = (
    *_KINDS,
    "UTF-8",
    "none in this file; `wiremend key set PROVIDER` moves it to the keyring",
    "plain tables",
    "at most {count}",
    "at most {count} KiB",
    "TOML 1.0",
    "a readable file",
    "a regular file",
    "only this one",
    "a text in quotes",
    "a whole number from {lowest} to {highest}",
    "seconds from 0 (none) to {highest}",
    '"{one}" or "{other}"',
    '"{one}" or "{other}" or "{last}"',
    "tables, each with [[{name}]]",
    "version = {count}",
    "a key's digest",
    "the provider's address",
    "perhaps {name}",
    "one of {name}",
    "none",
    "one of its own",
    "a fix's name",
    "once, whatever the letters' case",
    "one of the configuration's",
    "a change by hand",
    "one that is no address of ours",
    "at most 40 small letters, digits and dashes, the first no dash",
    "127.0.0.1 or ::1",
    '"keyring", "env:NAME", "client" or "none"',
    '"keyring", "env:NAME", "client" or "none"; `wiremend key set {name}` moves it to the keyring',
    "only its digest; make a new agent",
    "64 digits and letters a to f, in lower case",
    "one line of text",
    "https://host/… or http://host/…",
    "only scheme, host, port and path",
    "another one",
    "https:// (http:// is for loopback and private addresses only)",
    "http://host:port or socks5://host:port",
    "a name of letters, digits and dashes",
    "another header's name",
    "it in the keyring, sent by key and auth",
    "$ and a header's name",
    "printable ASCII",
)
_FAULTS_WITH_PARTS = (*FAULTS, *_KINDS, *_REASONS)
_PARTS = ("kind", "reason")
_WHOLE = "{fault}, expected {expectation}"
TEXTS = (_WHOLE, *dict.fromkeys((*FAULTS, *EXPECTATIONS, *_REASONS)))
"""All of it, for those who translate."""


def fault_words(message: str) -> str:
    """Say a message of `ConfigError` in the window's language; what is not known stays as it is."""
    fault, parting, expectation = message.partition(_PARTING)
    # The parser's own reason may expect something, too.
    if fault.startswith("not valid TOML"):
        fault, parting, expectation = message.rpartition(_PARTING)
    wrong = said(_CONTEXT, fault, _FAULTS_WITH_PARTS, _PARTS)
    if not parting:
        return wrong
    whole = translate(_CONTEXT, _WHOLE)
    return whole.format(fault=wrong, expectation=said(_CONTEXT, expectation, EXPECTATIONS))

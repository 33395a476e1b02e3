"""What single values of the configuration may be: addresses, names, headers, and never a key.

Each rule returns what is wrong and what was expected, or nothing. None repeats a value that could
be a secret.
"""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from proxy.config import DEMO_URL

RESERVED_IDS = frozenset({"v1", "healthz"})
CREDENTIAL_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key"}
    | {"cookie", "x-auth-token", "ocp-apim-subscription-key", "x-wiremend-key"}
)

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Set by whoever frames the message or speaks for the connection, never by the configuration.
_OUR_HEADERS = frozenset(
    {"host", "content-length", "content-type", "transfer-encoding", "connection", "keep-alive"}
    | {"te", "trailer", "upgrade", "expect", "proxy-connection", "accept-encoding"}
)
# Top-level names that no public provider can have (RFC 6761, RFC 8375 and common use).
_PRIVATE_NAMES = (
    *("localhost", "local", "lan", "home", "internal", "intranet", "corp", "private"),
    *("arpa", "test", "example", "invalid", "docker"),
)
_KEY_SHAPES = re.compile(
    r"""
      \b(?:sk|pk|rk)-[A-Za-z0-9_-]{16,}
    | \b(?:gsk|hf|r8|nvapi|xai|pplx|fw|tgp|csk)[_-][A-Za-z0-9_-]{16,}
    | \blk_[A-Za-z0-9_-]{40,}
    | \bAIza[A-Za-z0-9_-]{30,}
    | \bgh[pousr]_[A-Za-z0-9]{20,} | \bgithub_pat_[A-Za-z0-9_]{20,}
    | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b
    | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.
    | (?i:\bbearer[ ]+)[A-Za-z0-9._~+/-]{8,}
    """,
    re.VERBOSE,
)
_KEY_NAMES = re.compile(
    r"(?i)(?:.*[_-])?(?:api[_-]?key|apikey|access[_-]?key|token|secret|password|passwd|authorization"
    r"|credentials?|cookie)"
)
_SHORTEST_KEY = 8


def looks_like_key(text: str) -> bool:
    """Tell whether the text holds something of a known credential's shape."""
    return _KEY_SHAPES.search(text) is not None


def names_key(name: str, value: str) -> bool:
    """Tell whether a member of this name and value is a plaintext credential."""
    if not _KEY_NAMES.fullmatch(name) or len(value) < _SHORTEST_KEY:
        return False
    return not any(sign.isspace() for sign in value) and not value.startswith(("env:", "http"))


def id_fault(text: str) -> str:
    """Judge a provider's id."""
    if text in RESERVED_IDS:
        return f"a provider cannot have the id {text}, expected one that is no address of ours"
    if not _ID.fullmatch(text):
        return (
            "a provider's id is not allowed, expected at most 40 small letters, digits and dashes,"
            " the first no dash"
        )
    return ""


def host_fault(text: str) -> str:
    """Judge the address to listen on."""
    address = _numeric(text)
    if address is None or not address.is_loopback:
        return "host is not a loopback address, expected 127.0.0.1 or ::1"
    return ""


def key_fault(text: str, provider: str) -> str:
    """Judge where a provider's key is to be found."""
    if text in ("keyring", "client", "none"):
        return ""
    if text.startswith("env:") and _VARIABLE.fullmatch(text.removeprefix("env:")):
        return ""
    expected = 'expected "keyring", "env:NAME", "client" or "none"'
    if text.startswith("env:") or len(text) < _SHORTEST_KEY:
        return f"key does not say where the key is, {expected}"
    return (
        f"key looks like a plaintext key, {expected};"
        f" `wiremend key set {provider}` moves it to the keyring"
    )


def digest_fault(text: str) -> str:
    """Judge what is stored of a local key."""
    if looks_like_key(text):
        return "sha256 is a plaintext key, expected only its digest; make a new agent"
    if not _DIGEST.fullmatch(text):
        return "sha256 is no digest, expected 64 digits and letters a to f, in lower case"
    return ""


def name_fault(member: str, text: str) -> str:
    """Judge a name that is shown to people."""
    if not text.isprintable():
        return f"{member} holds control characters, expected one line of text"
    if len(text) > 100:  # noqa: PLR2004  wider than any place where it is shown
        return f"{member} has {len(text)} characters, expected at most 100"
    return ""


def agent_fault(text: str) -> str:
    """Judge an agent's name, by which it is let in and shut out."""
    if not text.strip():
        return "name is empty, expected a text"
    return name_fault("name", text)


def base_url_fault(text: str) -> str:
    """Judge a provider's address."""
    if text == DEMO_URL:
        return ""
    parts = _split(text)
    if parts is None or parts.scheme not in ("https", "http") or not parts.hostname:
        return "base_url is not an address, expected https://host/… or http://host/…"
    if parts.username is not None or parts.password is not None:
        return "base_url holds a name or a password, expected only scheme, host, port and path"
    if "?" in text or "#" in text:
        return "base_url holds a query or a fragment, expected only scheme, host, port and path"
    return _base_host_fault(parts.scheme, parts.hostname)


def proxy_fault(text: str) -> str:
    """Judge the address of an outgoing proxy, which may hold its password: it is not repeated."""
    parts = _split(text)
    if not text:
        return ""
    if parts is None or parts.scheme not in ("http", "socks5") or not parts.hostname:
        return "outgoing_proxy is not an address, expected http://host:port or socks5://host:port"
    return ""


def header_fault(name: str, value: str) -> str:
    """Judge a header that is added to every request."""
    lowered = name.lower()
    if not _TOKEN.fullmatch(name) or lowered in _OUR_HEADERS:
        return "a header that cannot be set, expected a name of letters, digits and dashes"
    source = value.removeprefix("$").lower() if value.startswith("$") else ""
    if source in CREDENTIAL_HEADERS:
        return f"{name} would pass on the agent's own key, expected another header's name"
    if lowered in CREDENTIAL_HEADERS or (not source and names_key(name, value)):
        return f"{name} holds a plaintext key, expected it in the keyring, sent by key and auth"
    if source and not _TOKEN.fullmatch(source):
        return f"{name} copies a header that cannot be, expected $ and a header's name"
    if not value.isascii() or not value.isprintable():
        return f"{name} holds characters that no header may have, expected printable ASCII"
    return ""


def _base_host_fault(scheme: str, host: str) -> str:
    address = _numeric(host)
    if address is None:
        private = "." not in host or host.rpartition(".")[2].lower() in _PRIVATE_NAMES
    elif address.is_link_local:
        return "base_url is a link-local address, which is never used, expected another one"
    else:
        private = address.is_loopback or address.is_private
    if scheme == "http" and not private:
        return (
            "base_url is a public address without encryption, expected https://"
            " (http:// is for loopback and private addresses only)"
        )
    return ""


def _split(text: str) -> SplitResult | None:
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        return None
    try:
        parts = urlsplit(text)
        # Reading them is what finds a port or an address that cannot be.
        sensible = parts.port != 0 and parts.hostname != ""
    except ValueError:
        return None
    return parts if sensible else None


def _numeric(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address

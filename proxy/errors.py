"""The exceptions of the proxy, and the problems it reports to agents in its own name.

WiremendError
├── ConfigError           the configuration is wrong; knows the line
├── KeyUnavailableError   the keyring is locked, absent, or without that key
├── EventTooLargeError    one event of a stream exceeds the limit
├── PortTakenError        somebody else listens on the configured port
└── ProxyError            an answer of our own is due; holds one of `PROBLEMS`
"""

from collections.abc import Mapping
from dataclasses import dataclass

FIRST_REDIRECT = 300
"""From this HTTP status on an answer is no success."""
FIRST_ERROR = 400
"""From this HTTP status on an answer is an error."""
UPSTREAM_ERROR = "upstream_error"
"""The ``type`` of an error that is upstream's, where it has none of its own."""
SERVER_ERROR = "server_error"
"""What takes its place where we end a stream: there is no status left to tell, and opencode and
Continue know by this word of OpenAI's that they should try again."""


class WiremendError(Exception):
    """The base of every error that is ours."""


class ConfigError(WiremendError):
    """The configuration is wrong; `line` counts from 1, 0 where no line can be named."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class KeyUnavailableError(WiremendError):
    """A provider's key cannot be had; `reason` is a sentence for the user."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class EventTooLargeError(WiremendError):
    """One event of a stream is larger than the decoder takes."""


class PortTakenError(WiremendError):
    """Somebody else listens on the configured port; `holder` names them where the system tells."""

    def __init__(self, port: int, holder: str) -> None:
        super().__init__(f"port {port} is taken by {holder}")
        self.port = port
        self.holder = holder


@dataclass(frozen=True, slots=True)
class Problem:
    """One way in which the proxy itself answers with an error."""

    code: str | None
    status: int
    message: str
    headers: tuple[tuple[str, str], ...] = ()


class ProxyError(WiremendError):
    """The exchange ends with an answer of our own; `detail` is for the inspector alone."""

    def __init__(self, problem: Problem, detail: str = "") -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.detail = detail


def problem(code: str) -> Problem:
    """Return the problem of that code; an unknown code is our own bug."""
    return PROBLEMS[code]


_NO_RETRY = (("x-should-retry", "false"),)
_RETRY_SOON = (("retry-after", "1"),)

_ALL = (
    Problem(
        "local_key_missing",
        401,
        "No local key came with the request. Every agent has its own: add one in Wiremend "
        "under Agents, or with `wiremend agent add NAME`.",
    ),
    Problem(
        "local_key_wrong",
        401,
        "The local key is not one of Wiremend's. Copy the agent's key from Wiremend, or make "
        "one with `wiremend agent add NAME`.",
    ),
    Problem("origin_refused", 403, "Requests from web pages are not accepted."),
    Problem(
        "host_refused",
        421,
        "The Host header does not name this proxy. Use the address that Wiremend shows.",
    ),
    Problem(
        "not_json",
        415,
        "The request needs the content type application/json and no content encoding.",
    ),
    Problem("too_large", 413, "The request is larger than 64 MiB."),
    Problem(
        "unknown_endpoint",
        404,
        "There is no such endpoint here. Wiremend serves the OpenAI and Anthropic paths below"
        " /v1 and /<provider>/v1.",
    ),
    Problem("unknown_provider", 404, "No provider of that name is configured."),
    Problem(
        "provider_key_unavailable",
        503,
        "The provider's key is not available: the keyring is locked, absent, or does not hold"
        " it. Look at the provider's card in Wiremend.",
        _NO_RETRY,
    ),
    Problem("busy", 503, "Too many requests are running; this one was not sent.", _RETRY_SOON),
    Problem("upstream_connect_failed", 502, "The provider could not be reached."),
    Problem("upstream_dns_failed", 502, "The provider's name could not be resolved."),
    Problem("upstream_tls_untrusted", 502, "The provider's certificate is not trusted."),
    Problem("upstream_closed_early", 502, "The provider closed the connection before it answered."),
    Problem(
        "upstream_redirect_refused",
        502,
        "The provider answered with a redirect, which is never followed.",
    ),
    Problem("loop_detected", 502, "The provider's address leads back to Wiremend itself."),
    Problem(
        "upstream_invalid",
        502,
        "The provider's answer is not one that HTTP or the endpoint allows.",
    ),
    Problem("upstream_connect_timeout", 504, "The provider did not accept the connection in time."),
    Problem(
        "upstream_first_byte_timeout", 504, "The provider sent nothing within the time allowed."
    ),
    Problem("upstream_idle_timeout", 504, "The provider fell silent for longer than is allowed."),
    Problem(
        "stream_incomplete", 502, "The provider ended the stream before the answer was complete."
    ),
    Problem("upstream_reset", 502, "The connection to the provider broke."),
    Problem("event_too_large", 502, "The provider sent an event larger than 32 MiB."),
    Problem("proxy_shutdown", 503, "Wiremend is shutting down."),
)

PROBLEMS: Mapping[str, Problem] = {str(each.code): each for each in _ALL}

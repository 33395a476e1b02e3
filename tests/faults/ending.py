"""What a client that knows only the protocol can tell of an answer."""

import json
import re
from typing import Any, Literal, TypeAlias, cast

from proxy.errors import PROBLEMS
from tests.server.running import Answer

Told: TypeAlias = Literal["success", "failure", "nothing"]

_FINAL_TYPES = ("response.completed", "response.incomplete", "message_stop")
_FAILURE_TYPES = ("response.failed", "error")


def told(answer: Answer) -> Told:
    """Read the answer by HTTP's rules and its family's, and by nothing else."""
    if answer.status >= 400 or not answer.whole:
        return "failure"
    documents = documents_of(answer)
    if any(_fails(each) for each in documents):
        return "failure"
    if not _streams(answer):
        return "success" if documents else "nothing"
    done = b"data: [DONE]" in answer.body or any(_ends(each) for each in documents)
    return "success" if done else "nothing"


def own_errors(answer: Answer) -> list[dict[str, Any]]:
    """Return the errors that the proxy speaks in its own name."""
    errors = [each for document in documents_of(answer) for each in _errors_in(document)]
    words = {problem.message for problem in PROBLEMS.values()}
    return [each for each in errors if each.get("code") in PROBLEMS or each["message"] in words]


def documents_of(answer: Answer) -> list[dict[str, Any]]:
    """Return the JSON objects of the events, or the one that the body is."""
    if not _streams(answer):
        texts = [answer.body]
    else:
        lines = re.split(rb"\r\n|\r|\n", answer.body)
        texts = [line[5:] for line in lines if line.startswith(b"data:")]
    return [each for each in map(_object, texts) if each is not None]


def _streams(answer: Answer) -> bool:
    return any("event-stream" in value for value in answer.header("content-type"))


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        found: object = json.loads(text)
    except ValueError:
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None


def _errors_in(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = [document.get("error"), document if document.get("type") == "error" else None]
    response = document.get("response")
    if isinstance(response, dict):
        found.append(cast("dict[str, Any]", response).get("error"))
    named = [cast("dict[str, Any]", each) for each in found if isinstance(each, dict)]
    return [each for each in named if "message" in each]


def _fails(document: dict[str, Any]) -> bool:
    return document.get("error") is not None or document.get("type") in _FAILURE_TYPES


def _ends(document: dict[str, Any]) -> bool:
    choices = document.get("choices")
    if document.get("type") in _FINAL_TYPES:
        return True
    if not isinstance(choices, list):
        return False
    return any(each.get("finish_reason") for each in cast("list[dict[str, Any]]", choices))

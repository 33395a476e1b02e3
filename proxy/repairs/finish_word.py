"""Say in OpenAI's words how a choice ended.

Strict clients reject any other word (envoyproxy/ai-gateway#2399, BerriAI/litellm#27139), and an
empty one in mid-stream makes them run half a call (adolfousier/opencrabs#1499,
ollama/ollama#4357). A word for failure is an error: as ``stop`` it would tell the agent that its
task is done (agentjido/req_llm#935, google-gemini/gemini-cli#12674). A word that nobody knows
stays. Servers also hold the word in an object of their own (sgl-project/sglang#1407) or in a list;
what is no word at all says nothing.
"""

from typing import Any, cast

from proxy import wire
from proxy.errors import UPSTREAM_ERROR
from proxy.repair import Context, Failure, Finding, Group, Output, Repair
from proxy.wire import JsonObject

_OTHERS = {
    "stop": "eos eos_token eos_found end_turn end stop_sequence stop_token im_end complete "
    "completed",
    "length": "max_tokens max_output_tokens max_new_tokens max_length model_length "
    "model_context_window_exceeded",
    "tool_calls": "tool_use tool_call toolcalls function_calls",
    "content_filter": "safety recitation blocklist prohibited_content spii sensitive",
    "function_call": "",
}
_WORD_BY_OTHER = {
    other: word for word, others in _OTHERS.items() for other in (word, *others.split())
}
_FAILURES = frozenset(
    {
        "abort",
        "aborted",
        "cancelled",
        "error",
        "failed",
        "insufficient_system_resource",
        "malformed_function_call",
        "network_error",
        "unexpected_tool_call",
    }
)
_ABSENT = ("", "null", "none")
_PREFIXES = ("finishreason.", "finish_reason_", "finish_reason.")


class FinishWord(Repair):
    """Translate finish reasons; make an error of those that mean one."""

    name = "finish-reason"
    title = "Finish-reason repair"
    group = Group.TOOL_CALLS
    default = True
    symptom = (
        "A tool call ends with `stop`: the agent takes the turn for finished and runs nothing."
    )
    remedy = "One finish reason for each choice, at its end, in OpenAI's words."

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ended: set[int] = set()

    def chunk(self, chunk: JsonObject) -> Output:
        failed = ""
        for choice in wire.choices(chunk):
            reason = choice.get("finish_reason")
            if reason is None:
                continue
            said = _said(reason)
            word = _plain(said)
            if word in _FAILURES:
                # A choice that has ended cannot fail any more: the first reason counts.
                failed = "" if wire.index(choice) in self._ended else said.strip()
                meant = None
            else:
                meant = None if word in _ABSENT else _WORD_BY_OTHER.get(word, said)
            if meant is not None:
                self._ended.add(wire.index(choice))
            if meant != reason:
                choice["finish_reason"] = meant
                yield Finding(
                    self.name, "the finish reason was not one of OpenAI's words; translated"
                )
        yield chunk
        if failed:
            yield _failure(failed)


def _said(reason: Any) -> str:
    """Return the word for the end; empty where there is none, as in true, or 1."""
    if isinstance(reason, list):
        words = (_said(each) for each in cast("list[Any]", reason) if not isinstance(each, list))
        return next(filter(None, words), "")
    if isinstance(reason, dict):
        return wire.text(cast("JsonObject", reason), "type")
    return reason if isinstance(reason, str) else ""


def _plain(reason: str) -> str:
    word = reason.strip().lower().replace("-", "_").replace(" ", "_")
    for prefix in _PREFIXES:
        word = word.removeprefix(prefix)
    return word


def _failure(word: str) -> Failure:
    error: JsonObject = {
        "message": f"The provider ended the answer with “{word}”.",
        "type": UPSTREAM_ERROR,
        "param": None,
        "code": word,
    }
    return Failure(502, error, ours=True)

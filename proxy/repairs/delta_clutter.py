"""Give each choice a delta that says who speaks once, and nothing that is null or empty.

Clients that build their message class from the first role (langchain-ai/langchainjs#11157), glue
the roles of all chunks together (OpenRouter repeats it), or test ``"tool_calls" in delta``
(sgl-project/sglang#3912) break otherwise; so do those that read a delta where there is none
(open-webui/open-webui#8973) or a whole message (Amm1rr/WebAI-to-API#55). A null content or
refusal alone is OpenAI's own way and stays.
"""

from dataclasses import dataclass, field
from typing import Any

from proxy import wire
from proxy.repair import Context, Finding, Group, Output, Repair
from proxy.wire import JsonObject

# Null or empty, these are no OpenAI delta. The lesser ones go only where one of them goes too.
_NEVER_NULL = ("tool_calls", "function_call", "audio")
_SELDOM_NULL = ("refusal", "reasoning_content", "reasoning", "annotations")
_TEXTS = ("content", "reasoning_content", "reasoning")


@dataclass(slots=True)
class _Messages:
    """What one choice has said in messages where deltas belong, piece by piece or all of it anew.

    Calls that are said anew are told apart further down, where calls are.
    """

    _parts_by_name: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    _in_pieces: bool | None = None
    """None: as yet it may be either."""

    def news(self, message: JsonObject, *, last: bool) -> JsonObject:
        """Return the message with only what its texts say for the first time."""
        fresh = {
            name: self._fresh(name, value, last=last) if name in _TEXTS else value
            for name, value in message.items()
        }
        return {name: value for name, value in fresh.items() if value != "" or not message[name]}

    def _fresh(self, name: str, value: Any, *, last: bool) -> Any:
        if not isinstance(value, str):
            return value
        parts = self._parts_by_name.setdefault(name, [])
        # To put the parts together each time would take ever longer.
        known = "" if self._in_pieces and not last else "".join(parts)
        if known and value == known and (last or self._in_pieces is False):
            return ""
        if known and value.startswith(known) and len(value) > len(known) and not self._in_pieces:
            self._in_pieces = False
            value = value[len(known) :]
        elif known:
            self._in_pieces = True
        parts.append(value)
        return value


class DeltaClutter(Repair):
    """Take away what a delta must not say, add what it must."""

    name = "chunk-shape"
    title = "Fill in missing members"
    group = Group.ANSWERS
    default = True
    symptom = "The agent overlooks tool calls, or sends back a role such as “assistantassistant”."
    remedy = "The role on the first delta of each choice, and no empty members."

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._role_by_choice: dict[int, str] = {}
        self._speaking: set[int] = set()
        """The choices that have said something beside their role."""
        self._messages_by_choice: dict[int, _Messages] = {}

    def chunk(self, chunk: JsonObject) -> Output:
        wrong: list[str] = []
        for choice in wire.choices(chunk):
            wrong += self._mend(choice)
        if wrong:
            yield Finding(self.name, f"a chunk had {', '.join(wrong)}; mended")
        yield chunk

    def _mend(self, choice: JsonObject) -> list[str]:
        wrong: list[str] = []
        index = wire.index(choice)
        if not isinstance(choice.get("delta"), dict):
            if not self._make_delta(choice, index):
                return wrong
            wrong.append("no delta")
        delta = wire.delta(choice)
        if index not in self._speaking and any(
            value for name, value in delta.items() if name != "role"
        ):
            self._speaking.add(index)
        if self._mend_role(delta, index):
            wrong.append("a misplaced role")
        if _clean(delta):
            wrong.append("empty members")
        return wrong

    def _make_delta(self, choice: JsonObject, index: int) -> bool:
        """Put what the choice says where a delta belongs; tell whether that was done."""
        if isinstance(choice.get("delta"), str):
            choice["delta"] = {"content": choice["delta"]}
        elif choice.get("delta") is not None:
            return False
        elif wire.child(choice, "message") and (
            index not in self._speaking or index in self._messages_by_choice
        ):
            said = self._messages_by_choice.setdefault(index, _Messages())
            last = wire.filled(choice, "finish_reason")
            choice["delta"] = said.news(choice.pop("message"), last=last)
        elif isinstance(choice.get("text"), str):
            choice["delta"] = {"content": choice.pop("text")}
        else:
            # A whole message after deltas repeats what has been said.
            choice["delta"] = {}
        return True

    def _mend_role(self, delta: JsonObject, index: int) -> bool:
        known = self._role_by_choice.get(index)
        role = delta.get("role")
        if known is None:
            if wire.filled(delta, "role"):
                self._role_by_choice[index] = wire.text(delta, "role")
                return False
            if not delta:
                return False
            said = {**delta, "role": "assistant"}
            delta.clear()
            delta.update(role="assistant", **{name: said[name] for name in said if name != "role"})
            self._role_by_choice[index] = "assistant"
            return True
        if "role" in delta and (role == known or not wire.filled(delta, "role")):
            del delta["role"]
            return True
        return False


def _clean(delta: JsonObject) -> bool:
    empty = [name for name in _NEVER_NULL if name in delta and delta[name] is None]
    empty += [name for name in ("tool_calls",) if delta.get(name) == []]
    if not empty:
        return False
    empty += [name for name in _SELDOM_NULL if name in delta and delta[name] is None]
    for name in empty:
        del delta[name]
    return True

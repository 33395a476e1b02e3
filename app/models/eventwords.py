"""Says in a word and a line what an event of a stream is, and how large."""

from dataclasses import dataclass

from app.language import translate
from app.models.plaintext import decoded, one_line
from app.models.typedwords import typed
from proxy import sse, wire
from proxy.wire import JsonObject

# A larger event is not read for its line in a list.
_LARGEST = 64 * 1024
_WIDTH = 240
_MEBIBYTE = 1024 * 1024
KINDS = (
    *("role", "text", "thinking", "tool", "tool args", "finish", "usage", "end"),
    *("error", "comment", "large", "empty", "JSON", "not JSON"),
)
"""What events are called here; all else is the provider's own word."""
_REASONING = ("reasoning_content", "reasoning", "thinking")


@dataclass(frozen=True, slots=True)
class Described:
    """What kind of event it is, and its content in one line."""

    kind: str
    text: str


def described(event: sse.Event) -> Described:
    """Describe an event."""
    if event.data is None:
        return Described("comment", _line(decoded(event.raw[:_WIDTH]).strip()))
    if event.data.strip() == sse.SENTINEL:
        return Described("end", "[DONE]")
    if len(event.data) > _LARGEST:
        beginning = _line(decoded(event.data[:_WIDTH]))
        return Described("large", f"{size_words(len(event.data))}  {beginning}")
    chunk = wire.decode_object(event.data)
    if chunk is None:
        return Described("not JSON", _line(decoded(event.data)))
    return _of_chunk(chunk, event)


def kind_words(kind: str) -> str:
    """Say what kind of event it is, in the language of now."""
    return translate("EventKind", kind) if kind in KINDS else kind


def size_words(size: int) -> str:
    """Return a number of bytes as people say it."""
    if size >= _MEBIBYTE:
        return f"{size / _MEBIBYTE:.1f} MB"
    return f"{size / 1024:.0f} KB" if size >= 1024 else f"{size} B"  # noqa: PLR2004


def _of_chunk(chunk: JsonObject, event: sse.Event) -> Described:
    if chunk.get("error"):
        return Described("error", _line(_json(chunk["error"])))
    parts = [part for choice in wire.choices(chunk) for part in _of_choice(choice)]
    if chunk.get("usage") and _of_chat(chunk):
        parts.append(Described("usage", _usage(wire.child(chunk, "usage"))))
    if parts:
        return Described(parts[0].kind, _line(" · ".join(each.text for each in parts)))
    if (words := typed(chunk)) is not None:
        return Described(words.kind, _line(words.text))
    kind = wire.text(chunk, "type") or event.name.decode("utf-8", "replace")
    if kind:
        # The column is narrow; the whole type stands in the event itself.
        brief = kind.rpartition(".")[2].removeprefix("content_block_")
        return Described(one_line(brief, 60), _line(_typed(chunk)))
    return Described("empty" if "choices" in chunk else "JSON", _line(_json(chunk)))


def _of_chat(chunk: JsonObject) -> bool:
    """Elsewhere usage comes along with what matters more."""
    kind = wire.text(chunk, "object")
    return not wire.text(chunk, "type") and (not kind or "completion" in kind)


def _of_choice(choice: JsonObject) -> list[Described]:
    delta = wire.delta(choice) or wire.child(choice, "message")
    parts = [*_calls(delta)]
    thought = next((delta[name] for name in _REASONING if delta.get(name)), None)
    for kind, value in (
        ("thinking", thought),
        ("text", delta.get("content") or choice.get("text")),
    ):
        if value:
            parts.append(Described(kind, f"“{value}”" if isinstance(value, str) else _json(value)))
    if choice.get("finish_reason"):
        parts.append(Described("finish", str(choice["finish_reason"])))
    if not parts and delta.get("role"):
        parts.append(Described("role", str(delta["role"])))
    if wire.index(choice) and parts:
        first = parts[0]
        parts[0] = Described(first.kind, f"[choice {wire.index(choice)}] {first.text}")
    return parts


def _calls(delta: JsonObject) -> list[Described]:
    parts: list[Described] = []
    for call in wire.objects(delta, "tool_calls"):
        function = wire.function(call)
        arguments = function.get("arguments")
        words = arguments if isinstance(arguments, str) else _json(arguments)
        index = call.get("index", "no index")
        if wire.text(function, "name") or call.get("id"):
            head = f"{wire.text(function, 'name')}  id={wire.text(call, 'id')}  #{index}"
            parts.append(Described("tool", f"{head}  {words}" if words else head))
        else:
            parts.append(Described("tool args", f"#{index}  {words}"))
    return parts


def _usage(usage: JsonObject) -> str:
    return " · ".join(f"{name} {value}" for name, value in usage.items() if isinstance(value, int))


def _typed(chunk: JsonObject) -> str:
    delta = chunk.get("delta")
    if isinstance(delta, str):
        return f"“{delta}”"
    for name in ("delta", "content_block", "item", "response", "message"):
        if held := wire.child(chunk, name):
            return _json(held)
    return _json(chunk)


def _json(value: object) -> str:
    if value is None:
        return ""
    return decoded(wire.encode_if_possible(value) or b"")


def _line(text: str) -> str:
    return one_line(text, _WIDTH)

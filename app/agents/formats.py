"""Our own entry in an agent's file, as text in and text out.

Each format can say where our entry points (`address`), put it in or bring it up to date
(`insert`), and take it out again (`remove`). Each checks its own work by reading the result:
what is not ours must mean the same as before, else the change is refused.
"""

import copy
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

import tomlkit
from tomlkit.exceptions import ParseError, TOMLKitError

from app.agents import jsonc, yamltext
from app.agents.errors import AgentFileError, UnreadableError

NAME = "wiremend"
"""Under which our entry stands, wherever an agent's file names its entries."""
_TITLE = "Wiremend"
_MARK = "  # Wiremend"
_UNSAFE = "the file is built in a way that cannot be changed safely"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What an agent needs to call us."""

    address: str
    """Such as ``http://127.0.0.1:8459/v1``."""
    model: str
    key: str
    """The local key, revealed: it goes into the agent's own file, as the user asked."""


class Format(Protocol):
    """One kind of file."""

    def address(self, text: str) -> str:
        """Return where our entry points, empty where we have none."""
        ...

    def insert(self, text: str, endpoint: Endpoint) -> str:
        """Return the text with our entry in it."""
        ...

    def remove(self, text: str) -> str:
        """Return the text without our entry; empty where nothing else was in it."""
        ...


class OpencodeFile:
    """``provider.wiremend`` of opencode's JSONC; the user's own additions to it stay."""

    _path = ("provider", NAME)
    _fresh = '{\n  "$schema": "https://opencode.ai/config.json"\n}\n'

    def address(self, text: str) -> str:
        return _json_address(text, (*self._path, "options", "baseURL"))

    def insert(self, text: str, endpoint: Endpoint) -> str:
        text = text if text.strip() else self._fresh
        options = {"baseURL": endpoint.address, "apiKey": endpoint.key}
        models = {endpoint.model: {"name": endpoint.model}}
        if jsonc.find(jsonc.parse(text), self._path) is None:
            entry = {
                "npm": "@ai-sdk/openai-compatible",
                "name": _TITLE,
                "options": options,
                "models": models,
            }
            return _json_put(text, {self._path: entry})
        values: dict[tuple[str, ...], Any] = {
            (*self._path, "options", name): value for name, value in options.items()
        }
        if jsonc.find(jsonc.parse(text), (*self._path, "models", endpoint.model)) is None:
            values[(*self._path, "models", endpoint.model)] = models[endpoint.model]
        return _json_put(text, values)

    def remove(self, text: str) -> str:
        text = _json_drop(text, self._path)
        return "" if text == self._fresh else text


class ZedFile:
    """``language_models.openai_compatible.Wiremend`` of Zed's JSONC; the key is Zed's to keep."""

    _path = ("language_models", "openai_compatible", _TITLE)
    # Zed needs the context window to be told; a user who knows the model's own can change it.
    _context_window = 128_000

    def address(self, text: str) -> str:
        return _json_address(text, (*self._path, "api_url"))

    def insert(self, text: str, endpoint: Endpoint) -> str:
        text = text if text.strip() else "{}\n"
        values: dict[tuple[str, ...], Any] = {(*self._path, "api_url"): endpoint.address}
        listed = jsonc.find(jsonc.parse(text), (*self._path, "available_models"))
        models = [] if listed is None else cast("list[Any]", listed.plain())
        if not any(_named(each, endpoint.model) for each in models):
            models.append({"name": endpoint.model, "max_tokens": self._context_window})
            values[(*self._path, "available_models")] = models
        if jsonc.find(jsonc.parse(text), self._path) is None:
            values = {self._path: {path[-1]: value for path, value in values.items()}}
        return _json_put(text, values)

    def remove(self, text: str) -> str:
        text = _json_drop(text, self._path)
        return "" if "".join(text.split()) == "{}" else text


class ContinueFile:
    """The item named Wiremend in the ``models`` of Continue's YAML."""

    _fresh = "name: Local Assistant\nversion: 1.0.0\nschema: v1\n"

    def address(self, text: str) -> str:
        item = self._item(yamltext.mapping(text))
        return "" if item is None else item.text("apiBase")

    def insert(self, text: str, endpoint: Endpoint) -> str:
        text = text if text.strip() else self._fresh
        root = yamltext.mapping(text)
        item = self._item(root)
        after = self._add(text, root, endpoint) if item is None else _update(text, item, endpoint)
        if self._others(after) != self._others(text) or self.address(after) != endpoint.address:
            raise AgentFileError(_UNSAFE)
        return after

    def remove(self, text: str) -> str:
        root = yamltext.mapping(text)
        item, models, key = self._item(root), root.find("models"), root.key("models")
        if item is None or models is None or key is None:
            return text
        first = key if len(models.items) == 1 else item
        start = yamltext.line_start(text, first.start)
        after = text[:start] + text[yamltext.line_end(text, item.end) :]
        if self._others(after) != self._others(text):
            raise AgentFileError("our entry shares its lines with others: remove it by hand")
        return "" if after == self._fresh else after

    def _item(self, root: yamltext.Node) -> yamltext.Node | None:
        models = root.find("models")
        items = () if models is None else models.items
        return next((each for each in items if each.text("name") == _TITLE), None)

    def _others(self, text: str) -> Any:
        """Return what the file means without us."""
        document = dict(cast("Mapping[str, Any]", yamltext.plain(text) or {}))
        models = cast("list[Any]", document.pop("models", None) or [])
        ours = [each for each in models if _named(each, _TITLE)]
        return document, [each for each in models if each not in ours]

    def _add(self, text: str, root: yamltext.Node, endpoint: Endpoint) -> str:
        models, end = root.find("models"), yamltext.newline(text)
        if models is None:
            lead = "" if text.endswith("\n") else end
            return text + lead + "models:" + end + self._lines("  ", end, endpoint)
        if not models.block or not models.items:
            message = "`models` must be a list with one item a line"
            raise UnreadableError.at(text, models.start, message)
        at = yamltext.line_end(text, models.end)
        lead = "" if text[:at].endswith("\n") else end
        return text[:at] + lead + self._lines(" " * models.column, end, endpoint) + text[at:]

    def _lines(self, indent: str, end: str, endpoint: Endpoint) -> str:
        lines = (
            f"- name: {_TITLE}",
            "  provider: openai",
            f"  model: {yamltext.quoted(endpoint.model)}",
            f"  apiBase: {yamltext.quoted(endpoint.address)}",
            f"  apiKey: {yamltext.quoted(endpoint.key)}",
            "  roles: [chat, edit, apply]",
            "  capabilities: [tool_use]",
        )
        return "".join(indent + line + end for line in lines)


class AiderFile:
    """Top-level lines of aider's YAML, each marked as ours."""

    def address(self, text: str) -> str:
        return yamltext.mapping(text).text("openai-api-base")

    def insert(self, text: str, endpoint: Endpoint) -> str:
        yamltext.mapping(text)
        rest = self._without_ours(text)
        root = yamltext.mapping(rest)
        for name in ("openai-api-base", "openai-api-key"):
            if (key := root.key(name)) is not None:
                message = f"`{name}` is set here already: remove it, or use the shell lines"
                raise UnreadableError.at(rest, key.start, message)
        values = {"openai-api-base": endpoint.address, "openai-api-key": endpoint.key}
        if root.key("model") is None:
            values["model"] = f"openai/{endpoint.model}"
        end = yamltext.newline(text)
        lead = "" if rest.endswith("\n") or not rest else end
        lines = (f"{name}: {yamltext.quoted(each)}{_MARK}{end}" for name, each in values.items())
        after = rest + lead + "".join(lines)
        if yamltext.plain(after) != {**(yamltext.plain(rest) or {}), **values}:
            raise AgentFileError(_UNSAFE)
        return after

    def remove(self, text: str) -> str:
        after = self._without_ours(text)
        yamltext.mapping(after)
        return after if after.strip() else ""

    def _without_ours(self, text: str) -> str:
        lines = text.splitlines(keepends=True)
        return "".join(line for line in lines if not line.rstrip("\r\n").endswith(_MARK))


class CodexProfile:
    """A profile file of Codex that is ours alone: ``codex --profile wiremend``."""

    _head = "# Written by Wiremend. Start Codex with: codex --profile wiremend\n"

    def address(self, text: str) -> str:
        providers = _table(_toml(text), "model_providers")
        return str(_table(providers, NAME).get("base_url", ""))

    def insert(self, text: str, endpoint: Endpoint) -> str:
        document = _toml(text if text.strip() else self._head)
        document["model"] = endpoint.model
        document["model_provider"] = NAME
        if "model_providers" not in document:
            document["model_providers"] = tomlkit.table(is_super_table=True)
        providers = cast("dict[str, Any]", document["model_providers"])
        providers.setdefault(NAME, tomlkit.table())
        providers[NAME].update(
            name=_TITLE, base_url=endpoint.address, env_key=KEY_VARIABLE, wire_api="responses"
        )
        return _with_ends_of(text, tomlkit.dumps(document))

    def remove(self, text: str) -> str:
        document = _toml(text)
        if document.get("model_provider") == NAME:
            del document["model_provider"]
            document.pop("model", None)
        providers = _table(document, "model_providers")
        ours = NAME in providers
        if ours:
            del cast("dict[str, Any]", document["model_providers"])[NAME]
        if "model_providers" in document and not _table(document, "model_providers"):
            del document["model_providers"]
        after = _with_ends_of(text, tomlkit.dumps(document))
        end = yamltext.newline(text)
        if ours and after.endswith(2 * end):
            # The line that parted our table from theirs.
            after = after.removesuffix(end)
        head = _with_ends_of(text, self._head)
        if after.startswith(head):
            # What was written below our line stays, without the line that parted it from ours.
            after = after.removeprefix(head).removeprefix(end)
        return after if after.strip() else ""


KEY_VARIABLE = "WIREMEND_API_KEY"
"""The variable in which agents that read their key from the environment find it."""


def _named(entry: object, title: str) -> bool:
    return isinstance(entry, dict) and cast("dict[str, Any]", entry).get("name") == title


def _update(text: str, item: yamltext.Node, endpoint: Endpoint) -> str:
    wanted = {"model": endpoint.model, "apiBase": endpoint.address, "apiKey": endpoint.key}
    found = [(item.find(name), value) for name, value in wanted.items()]
    spans = [(node.start, node.end, value) for node, value in found if node is not None]
    for start, end, value in sorted(spans, reverse=True):
        text = text[:start] + yamltext.quoted(value) + text[end:]
    return text


def _json_address(text: str, path: tuple[str, ...]) -> str:
    if not text.strip():
        return ""
    node = jsonc.find(jsonc.parse(text), path)
    return node.value if node is not None and isinstance(node.value, str) else ""


def _json_put(text: str, values: Mapping[tuple[str, ...], Any]) -> str:
    wanted = copy.deepcopy(jsonc.parse(text).plain())
    for path, value in values.items():
        text = jsonc.put(text, path, value)
        holder = wanted
        for name in path[:-1]:
            holder = holder.setdefault(name, {})
        holder[path[-1]] = value
    if jsonc.parse(text).plain() != wanted:
        raise AgentFileError(_UNSAFE)
    return text


def _json_drop(text: str, path: tuple[str, ...]) -> str:
    after = jsonc.drop(text, path)
    if jsonc.find(jsonc.parse(after), path) is not None:
        raise AgentFileError("our entry could not be removed safely")
    return after


def _toml(text: str) -> MutableMapping[str, Any]:
    try:
        return cast("MutableMapping[str, Any]", tomlkit.parse(text))
    except ParseError as error:
        raise UnreadableError(error.line, error.col + 1, "this is not TOML") from None
    except TOMLKitError:
        raise UnreadableError(1, 1, "this is not TOML") from None


def _with_ends_of(text: str, after: str) -> str:
    """Return the text with the line ends of the former one, where those are all of one kind."""
    if "\r\n" not in text or text.count("\n") > text.count("\r\n"):
        return after
    return after.replace("\r\n", "\n").replace("\n", "\r\n")


def _table(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = holder.get(name)
    return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}

"""Reads the configuration's TOML text: every rule of it, and the line of whatever breaks one.

What is not known is left alone, so that an older version can live with a newer one's file. What is
wrong is said without repeating a value that may be a secret.
"""

import difflib
import math
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, cast

from proxy import configrules as rules
from proxy.config import Agent, Provider, Settings, Timeouts
from proxy.errors import ConfigError
from proxy.tomlplaces import Place, Places, places

VERSION = 1
MAX_SIZE = 256 * 1024
"""Characters; thousands of providers fit, and no text of this size keeps the parser busy."""

LONGEST = 4 * MAX_SIZE
"""Bytes that so many characters can take."""

_MAX_DOTS = 100
"""In one line: a key of thousands of parts costs the parser their square."""
_LONGEST_TIMEOUT = 86_400
_MOST_CONCURRENT = 10_000
_HIGHEST_PORT = 65_535
_DEFAULTS = Settings()
_TIMEOUTS = Timeouts()
_NOT_UTF8 = "the text is not UTF-8"
_PLAINTEXT = (
    "a plaintext key stands here, expected none in this file;"
    " `wiremend key set PROVIDER` moves it to the keyring"
)

Rule = Callable[[str], str]


def decode(raw: bytes) -> str:
    """Return the text of a configuration's bytes; raises `ConfigError`."""
    if len(raw) > LONGEST:
        raise _too_large()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(line, f"{_NOT_UTF8}, expected UTF-8") from error


def parse(text: str, fixes: Collection[str]) -> Settings:
    """Return the settings of a text; ``fixes`` are the names there are. Raises `ConfigError`."""
    settings, found = _read(text, fixes)
    if found:
        raise found[0]
    return settings


def problems(text: str, fixes: Collection[str]) -> list[ConfigError]:
    """Return everything that is wrong with a text, by line."""
    return _read(text, fixes)[1]


def readable(text: str, fixes: Collection[str]) -> Settings:
    """Return what can be read of a text, whatever else is wrong with it."""
    return _read(text, fixes)[0]


def tables(text: str) -> dict[str, Any]:
    """Return the TOML text's tables, unjudged; raises `ConfigError`."""
    if len(text) > MAX_SIZE:
        raise _too_large()
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > _MAX_DOTS and not line.lstrip().startswith("#"):
            raise ConfigError(number, f"the line has too many dots, expected at most {_MAX_DOTS}")
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        # An integer of thousands of digits is a ValueError of another kind.
        raise _not_toml(str(error), text) from error


def _read(text: str, fixes: Collection[str]) -> tuple[Settings, list[ConfigError]]:
    try:
        root = tables(text)
        reader = _Reader(places(text), fixes)
    except ConfigError as error:
        return Settings(), [error]
    except RecursionError:
        return Settings(), [ConfigError(0, "the text is nested too deeply, expected plain tables")]
    settings = reader.settings(_Table(reader, (), root))
    reader.look_for_keys(text, root)
    return settings, sorted(reader.found, key=lambda error: error.line)


def _not_toml(said: str, text: str) -> ConfigError:
    match = re.search(r" \(at (?:line (\d+)|end of document)", said)
    line = int(match[1]) if match and match[1] else text.count("\n") + 1 if match else 0
    reason = said[: match.start()] if match else "a value cannot be read"
    if rules.looks_like_key(reason) or not reason.isprintable() or len(reason) > 120:  # noqa: PLR2004
        reason = "a name or value cannot stand here"
    return ConfigError(line, f"not valid TOML: {reason[:1].lower()}{reason[1:]}, expected TOML 1.0")


def _too_large() -> ConfigError:
    return ConfigError(0, f"the file is too large, expected at most {MAX_SIZE // 1024} KiB")


class _Table:
    """One table of the text; reads its members and notes what is wrong with them."""

    def __init__(self, reader: "_Reader", place: Place, members: Mapping[str, Any]) -> None:
        self._reader = reader
        self.place = place
        self.members = members

    def text(self, name: str, default: str, rule: Rule | None = None) -> str:
        value = self.members.get(name, default)
        if not isinstance(value, str):
            self.wrong(name, f"{name} is {_kind(value)}, expected a text in quotes")
            return default
        fault = rule(value) if rule is not None and name in self.members else ""
        if fault:
            self.wrong(name, fault)
            return default
        return value

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        expected = " or ".join(f'"{each}"' for each in choices)
        return self.text(
            name,
            choices[0],
            lambda value: "" if value in choices else f"{name} is not allowed, expected {expected}",
        )

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.members.get(name, default)
        if not isinstance(value, bool):
            self.wrong(name, f"{name} is {_kind(value)}, expected true or false")
            return default
        return value

    def whole(self, name: str, default: int, lowest: int, highest: int) -> int:
        value = self.members.get(name, default)
        expected = f"expected a whole number from {lowest} to {highest}"
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(name, f"{name} is {_kind(value)}, {expected}")
            return default
        if not lowest <= value <= highest:
            self.wrong(name, f"{name} is out of range, {expected}")
            return default
        return value

    def seconds(self, name: str, default: float) -> float:
        value = self.members.get(name, default)
        expected = f"expected seconds from 0 (none) to {_LONGEST_TIMEOUT}"
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.wrong(name, f"{name} is {_kind(value)}, {expected}")
            return default
        if not math.isfinite(value) or not 0 <= value <= _LONGEST_TIMEOUT:
            self.wrong(name, f"{name} is out of range, {expected}")
            return default
        return value

    def table(self, name: str) -> "_Table":
        value = self.members.get(name, {})
        if not isinstance(value, dict):
            self.wrong(name, f"{name} is {_kind(value)}, expected a table")
            value = {}
        return _Table(self._reader, (*self.place, name), cast("dict[str, Any]", value))

    def tables(self, name: str) -> Iterator["_Table"]:
        value = self.members.get(name, [])
        items = cast("list[Any]", value) if isinstance(value, list) else [value]
        for number, item in enumerate(items):
            place = (*self.place, name, number)
            if isinstance(item, dict) and isinstance(value, list):
                yield _Table(self._reader, place, cast("dict[str, Any]", item))
            else:
                expected = f"expected tables, each with [[{name}]]"
                self._reader.wrong(place, f"{name} holds {_kind(item)}, {expected}")

    def missing(self, name: str, expected: str) -> bool:
        """Note that a member is missing, if it is."""
        if name not in self.members:
            self._reader.wrong(self.place, f"{name} is missing, expected {expected}")
        return name not in self.members

    def wrong(self, name: str, message: str) -> None:
        self._reader.wrong((*self.place, name), message)


class _Reader:
    """Reads all tables, one method each."""

    def __init__(self, found_places: Places, fixes: Collection[str]) -> None:
        self.found: list[ConfigError] = []
        self._places = found_places
        self._fixes = fixes

    def settings(self, root: _Table) -> Settings:
        self._check_version(root)
        server = root.table("server")
        settings = Settings(
            host=server.text("host", _DEFAULTS.host, rules.host_fault),
            port=server.whole("port", _DEFAULTS.port, 1, _HIGHEST_PORT),
            default_provider=server.text("default_provider", ""),
            access=server.choice("access", ("required", "open")),
            agents=tuple(self._agents(root)),
            providers=MappingProxyType(dict(self._providers(root.table("providers")))),
        )
        wanted = settings.default_provider
        known = root.members.get("providers", {})
        if wanted and isinstance(known, dict) and wanted not in known:
            expected = self._expected(wanted, cast("dict[str, Any]", known))
            server.wrong("default_provider", f"default_provider is not configured{expected}")
        return settings

    def look_for_keys(self, text: str, root: Mapping[str, Any]) -> None:
        """Note every plaintext key, in members, unknown ones too, and in comments."""
        exempt: set[int] = set()
        told = {error.line for error in self.found}
        for place, value in _texts((), root):
            line = self._places.line(place)
            # An outgoing proxy has its password in its address.
            if place[-1] == "outgoing_proxy":
                exempt.add(line)
            elif line not in told and rules.names_key(str(place[-1]), value):
                self.wrong(place, _PLAINTEXT)
        told |= {error.line for error in self.found} | exempt
        for number, line in enumerate(text.split("\n"), 1):
            if number not in told and rules.looks_like_key(line):
                self.found.append(ConfigError(number, _PLAINTEXT))

    def wrong(self, place: Place, message: str) -> None:
        self.found.append(ConfigError(self._places.line(place), message))

    def _check_version(self, root: _Table) -> None:
        if root.missing("version", f"version = {VERSION}"):
            return
        version = root.members["version"]
        if isinstance(version, bool) or version != VERSION:
            root.wrong("version", f"version is not one this Wiremend knows, expected {VERSION}")

    def _agents(self, root: _Table) -> Iterator[Agent]:
        names: set[str] = set()
        digests: set[str] = set()
        for table in root.tables("agents"):
            absent = [table.missing("name", "a text"), table.missing("sha256", "a key's digest")]
            name = table.text("name", "", rules.agent_fault)
            digest = table.text("sha256", "", rules.digest_fault)
            if name in names:
                table.wrong("name", "another agent has the same name, expected one of its own")
            if digest in digests:
                table.wrong("sha256", "another agent has the same key, expected one of its own")
            if name and digest and not any(absent):
                names.add(name)
                digests.add(digest)
                yield Agent(name, digest)

    def _providers(self, table: _Table) -> Iterator[tuple[str, Provider]]:
        for name in table.members:
            fault = rules.id_fault(name)
            if fault:
                table.wrong(name, fault)
            elif isinstance(table.members[name], dict):
                yield name, self._provider(name, table.table(name))
            else:
                table.wrong(name, f"a provider is expected here, as in [providers.{name}]")

    def _provider(self, name: str, table: _Table) -> Provider:
        table.missing("base_url", "the provider's address")
        return Provider(
            id=name,
            base_url=table.text("base_url", "", rules.base_url_fault),
            title=table.text("title", "", lambda text: rules.name_fault("title", text)),
            key=table.text("key", "keyring", lambda text: rules.key_fault(text, name)),
            auth=table.choice("auth", ("bearer", "x-api-key", "api-key")),
            passthrough=table.flag("passthrough"),
            max_concurrent=table.whole("max_concurrent", 0, 0, _MOST_CONCURRENT),
            tls_ca=table.text("tls_ca", "", lambda text: rules.name_fault("tls_ca", text[:99])),
            outgoing_proxy=table.text("outgoing_proxy", "", rules.proxy_fault),
            timeouts=_timeouts(table.table("timeouts")),
            headers=MappingProxyType(dict(_headers(table.table("headers")))),
            fixes=MappingProxyType(dict(self._chosen_fixes(table.table("fixes")))),
        )

    def _chosen_fixes(self, table: _Table) -> Iterator[tuple[str, bool]]:
        for name in table.members:
            if name in self._fixes:
                yield name, table.flag(name)
            elif rules.looks_like_key(name) or not name.isprintable():
                table.wrong(name, "there is no such fix, expected a fix's name")
            else:
                expected = self._expected(name, self._fixes)
                table.wrong(name, f"there is no fix named {name[:40]}{expected}")

    @staticmethod
    def _expected(name: str, known: Collection[str]) -> str:
        close = difflib.get_close_matches(name, [*known], n=1)
        if close:
            return f", expected perhaps {close[0]}"
        return f", expected one of {', '.join(sorted(known))}" if known else ", expected none"


def _timeouts(table: _Table) -> Timeouts:
    return Timeouts(
        connect=table.seconds("connect", _TIMEOUTS.connect),
        first_byte=table.seconds("first_byte", _TIMEOUTS.first_byte),
        idle=table.seconds("idle", _TIMEOUTS.idle),
    )


def _headers(table: _Table) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for name in table.members:
        value = table.text(name, "")
        fault = rules.header_fault(name, value)
        if name.lower() in seen:
            fault = f"{name} is set twice, expected once, whatever the letters' case"
        seen.add(name.lower())
        if fault:
            table.wrong(name, fault)
        else:
            yield name, value


def _texts(place: Place, value: Any) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, item in cast("dict[str, Any]", value).items():
            yield from _texts((*place, name), item)
    elif isinstance(value, list):
        for number, item in enumerate(cast("list[Any]", value)):
            yield from _texts((*place, number), item)


def _kind(value: Any) -> str:
    names: dict[object, str] = {str: "a text", bool: "true or false", dict: "a table"}
    names |= {int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), "a date or a time")  # pyright: ignore[reportUnknownArgumentType]

"""Where agents keep their files: below the home folder, or where their own variables say.

The catalogue writes a path as ``$VARIABLE/rest``; a variable that is not set, or not to an
absolute path, has the folder below the home folder that agents use then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

_UNSET: Mapping[str, str] = MappingProxyType({})
_USUAL: Mapping[str, str] = MappingProxyType(
    {
        "XDG_CONFIG_HOME": ".config",
        "XDG_DATA_HOME": ".local/share",
        "CODEX_HOME": ".codex",
        "CLAUDE_CONFIG_DIR": ".claude",
        "CONTINUE_GLOBAL_DIR": ".continue",
    }
)


@dataclass(frozen=True, slots=True)
class Places:
    """One user's folders."""

    home: Path
    variables: Mapping[str, str] = field(default_factory=lambda: _UNSET)
    """The environment in which the agents are taken to run: ours."""

    def paths(self, pattern: str) -> list[Path]:
        """Return what there is of a pattern such as ``.vscode/extensions/name-*``."""
        start, rest = self._split(pattern)
        if start is None:
            return []
        return list(start.glob(rest)) if rest else [path for path in (start,) if path.exists()]

    def path(self, name: str) -> Path | None:
        """Return where a file is or would be, None where only a variable would tell."""
        start, rest = self._split(name)
        return None if start is None else start / rest

    def choose(self, names: tuple[str, ...]) -> Path:
        """Return the one a variable names, else the first that is there, else the last."""
        known = [(name, path) for name in names if (path := self.path(name)) is not None]
        for name, path in known:
            if path.exists() or ("/" not in name and name.startswith("$")):
                return path
        return known[-1][1]

    def _split(self, name: str) -> tuple[Path | None, str]:
        if not name.startswith("$"):
            return self.home, name
        variable, _, rest = name[1:].partition("/")
        chosen = Path(self.variables.get(variable, ""))
        if chosen.is_absolute():
            return chosen, rest
        usual = _USUAL.get(variable)
        return (None if usual is None else self.home / usual), rest

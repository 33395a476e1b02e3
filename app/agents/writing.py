"""A change to an agent's file: a value to look at first, then written, backed up, undone.

What is written is exactly what was shown: if the file changed in between, nothing is written.
Undo takes our own entry out of the file as it is then; it never puts an old copy back.
"""

import difflib
import re
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.agents.catalogue import Tool
from app.agents.errors import AgentFileError
from app.agents.formats import Endpoint
from app.agents.places import Places
from app.redaction import REMOVED, Redaction
from app.replacing import PRIVATE, create_file, replace_file

KEPT_BACKUPS = 20
_BOM = "\ufeff"
_LARGEST_FILE = 4 * 1024 * 1024
_ORIGIN = ".path"
_BACKUP_NAME = re.compile(r"(\d{8}T\d{6}\d{6})-([a-z0-9-]+?)--(.+)")


@dataclass(frozen=True, slots=True)
class Change:
    """What would be written, and over what."""

    path: Path
    before: str | None
    """None where there is no file yet."""
    after: str
    """Empty: the file holds nothing but ours and is removed."""

    def diff(self, secret: str = "") -> str:
        """Return the change as a unified diff, without our key and whatever looks like one."""
        lines = difflib.unified_diff(
            _lines(self.before or ""), _lines(self.after), str(self.path), str(self.path), n=3
        )
        text = "\n".join(line.rstrip("\n") for line in lines)
        shown = Redaction().text(text.replace(secret, "‹local key›") if secret else text)
        # In a diff the other word would say that the change removes something.
        return shown.replace(REMOVED, "••••")


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of an agent's file as it was before we wrote."""

    path: Path
    tool_id: str
    file_name: str
    at: datetime
    origin: Path | None = None
    """Where the file was; None of copies made before that was kept."""


def config_path(tool: Tool, places: Places) -> Path:
    """Return the agent's file, which need not be there."""
    return places.choose(tool.files)


def read_text(path: Path) -> str:
    """Return what the file says, without its byte order mark, empty where there is none.

    Raises `AgentFileError`.
    """
    return _split_bom(_read(path) or "")[1]


def plan(tool: Tool, places: Places, endpoint: Endpoint) -> Change:
    """Return what pointing the agent here would write."""
    if tool.format is None:
        raise AgentFileError(f"{tool.title} is not set up by a file")
    path = config_path(tool, places)
    before = _read(path)
    rivals = [found for name in tool.rivals for found in places.paths(name)]
    if before is None and rivals:
        raise AgentFileError(
            f"{tool.title} reads {rivals[0].name}; creating {path.name} would make it stop doing so"
        )
    bom, text = _split_bom(before or "")
    return Change(path, before, bom + tool.format.insert(text, endpoint))


def plan_undo(tool: Tool, places: Places) -> Change:
    """Return what taking our own entry out would write."""
    if tool.format is None:
        raise AgentFileError(f"{tool.title} is not set up by a file")
    path = config_path(tool, places)
    before = _read(path)
    bom, text = _split_bom(before or "")
    after = tool.format.remove(text)
    return Change(path, before, bom + after if after else "")


def write(change: Change, tool_id: str, backups: Path) -> None:
    """Carry the change out, after a copy of what was there; raises `AgentFileError`."""
    try:
        if _read(change.path) != change.before:
            raise AgentFileError("the file has changed in the meantime: look at the change again")
        if change.before is not None:
            _back_up(change, tool_id, backups)
        if change.after:
            _replace(change.path, change.after)
        elif change.before is not None:
            change.path.unlink()
    except OSError as error:
        raise AgentFileError(f"the file cannot be written: {error.strerror}") from None


def backups_in(folder: Path) -> list[Backup]:
    """Return the copies kept, the newest first."""
    matches = ((path, _BACKUP_NAME.fullmatch(path.name)) for path in sorted(folder.glob("*--*")))
    found = [
        Backup(
            path,
            match.group(2),
            match.group(3),
            _when(match.group(1)),
            _origin(path, match.group(1)),
        )
        for path, match in matches
        if match is not None
    ]
    return found[::-1]


def plan_restore(backup: Backup, tool: Tool, places: Places) -> Change:
    """Return what putting a copy back would write."""
    path = backup.origin or config_path(tool, places)
    return Change(path, _read(path), _read(backup.path) or "")


def _read(path: Path) -> str | None:
    try:
        if not path.exists():
            return None
        if not path.is_file() or path.stat().st_size > _LARGEST_FILE:
            raise AgentFileError(f"{path.name} is not a plain file of a sensible size")
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise AgentFileError(f"{path.name} is not UTF-8 text") from None
    except OSError as error:
        raise AgentFileError(f"{path.name} cannot be read: {error.strerror}") from None


def _split_bom(text: str) -> tuple[str, str]:
    return (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").removeprefix(_BOM).split("\n")


def _when(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)


def _back_up(change: Change, tool_id: str, backups: Path) -> None:
    backups.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    create_file(backups / f"{stamp}{_ORIGIN}", str(change.path).encode("utf-8"))
    copy = backups / f"{stamp}-{tool_id}--{change.path.name}"
    create_file(copy, (change.before or "").encode("utf-8"))
    for old in backups_in(backups)[KEPT_BACKUPS:]:
        old.path.unlink(missing_ok=True)
        (backups / (old.path.name.partition("-")[0] + _ORIGIN)).unlink(missing_ok=True)


def _origin(path: Path, stamp: str) -> Path | None:
    try:
        return Path(path.with_name(stamp + _ORIGIN).read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def _replace(path: Path, text: str) -> None:
    # Where a link leads there may be no folder yet.
    path.resolve().parent.mkdir(parents=True, exist_ok=True)
    # A new file holds a key: it is for its owner alone.
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else PRIVATE
    replace_file(path, text.encode("utf-8"), mode)

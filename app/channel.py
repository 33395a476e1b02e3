"""Where the running application listens for `show`, `status` and `quit`: a socket, or a pipe."""

import hashlib
import sys
import warnings
from pathlib import Path

import platformdirs

_DIGITS = 16


def control_path() -> Path:
    """Return the socket's path, or on Windows what the pipe is named after."""
    with warnings.catch_warnings():
        # A session without a runtime folder is nothing to bother its user with.
        warnings.simplefilter("ignore", platformdirs.RuntimeDirWarning)
        return platformdirs.user_runtime_path("wiremend", ensure_exists=False) / "control"


def listening_name(path: Path, platform: str = sys.platform) -> str:
    """Return the name to listen under.

    A pipe's has no folders and no backslash: a digest of the user's path keeps users apart.
    """
    if platform != "win32":
        return str(path)
    return f"wiremend-{hashlib.sha256(str(path).encode()).hexdigest()[:_DIGITS]}"


def pipe_path(path: Path) -> str:
    """Return where Windows has the pipe of that name."""
    return rf"\\.\pipe\{listening_name(path, 'win32')}"

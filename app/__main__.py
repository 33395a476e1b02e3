"""The entry point: the window where there is a display, the command line for everything else."""

import contextlib
import gc
import os
import socket
import sys
import traceback
from pathlib import Path

from app import cli

_X_SOCKETS = Path("/tmp/.X11-unix")  # noqa: S108  where every X server listens
_ASK_SECONDS = 1


def main() -> int:
    """Do what the arguments say; return the exit status."""
    _forbid_core_dumps()
    _forget_other_stores()
    _fill_closed_streams()
    try:
        return _run(sys.argv[1:])
    except KeyboardInterrupt:
        return cli.INTERRUPTED
    except Exception as error:  # noqa: BLE001  one line, whatever it was
        # An error's text may hold anything: only its kind and place are told.
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        sys.stderr.write(
            f"wiremend: a fault of Wiremend's own: {type(error).__name__} at {where}\n"
        )
        return cli.FAILED


def has_display() -> bool:
    """Tell whether a window can be shown."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return _has_wayland() or _has_x(os.environ.get("DISPLAY", ""))


def _run(arguments: list[str]) -> int:
    options = cli.parse(arguments)
    if options.command is not None:
        return cli.run(options)
    if not has_display():
        sys.stderr.write("Wiremend: there is no display; running as `wiremend serve`.\n")
        options.command = "serve"
        return cli.run(options)
    # What is made on the way to the window stays: looking for garbage in it is time lost.
    gc.disable()
    from app import application  # noqa: PLC0415  Qt is imported only where a window is due

    return application.run(options)


def _has_wayland() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY", "")
    folder = os.environ.get("XDG_RUNTIME_DIR", "")
    return bool(name) and _answers(str(Path(folder) / name))


def _has_x(display: str) -> bool:
    host, _, number = display.rpartition(":")
    if host not in ("", "unix"):
        return True
    screen = _X_SOCKETS / f"X{number.partition('.')[0]}"
    # Linux has it under a name without a file, too.
    return bool(display) and (_answers(str(screen)) or _answers(f"\0{screen}"))


def _answers(address: str) -> bool:
    """Tell whether somebody listens there: Qt ends the process where nobody does."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(_ASK_SECONDS)
        peer.connect(address)
        return True
    return False


def _forget_other_stores() -> None:
    """Trust the system's certificates and the configuration's, whatever the environment says."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"):
        os.environ.pop(name, None)


def _fill_closed_streams() -> None:
    """Give streams that the caller closed to nobody: a socket would get their number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # The lowest number that is free is this stream's own.
            setattr(sys, name, open(os.devnull, "w" if number else "r", encoding="utf-8"))  # noqa: PTH123, SIM115


def _forbid_core_dumps() -> None:
    """Keep keys in memory from being written to a disk."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())

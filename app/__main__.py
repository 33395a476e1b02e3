"""The entry point: the window where there is a display, the command line for everything else."""

import os
import sys

from app import cli


def main() -> int:
    """Do what the arguments say; return the exit status."""
    options = cli.parse(sys.argv[1:])
    if options.command is not None:
        return cli.run(options)
    if not has_display():
        print("Wiremend: there is no display; running as `wiremend serve`.", file=sys.stderr)  # noqa: T201
        return cli.run(cli.parse(["serve", *sys.argv[1:]]))
    from app import application  # noqa: PLC0415  Qt is imported only where a window is due

    return application.run(options)


def has_display() -> bool:
    """Tell whether a window can be shown."""
    if not sys.platform.startswith("linux"):
        return True
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or chosen)


if __name__ == "__main__":
    sys.exit(main())

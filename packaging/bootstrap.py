"""Set everything up, then run Wiremend or its tests; nothing but Python's standard library.

    python3 packaging/bootstrap.py run [arguments for wiremend]
    python3 packaging/bootstrap.py test [arguments for pytest]

The environment is `.venv` beside the project; the dependencies are locked and checked by hash. A
stamp says that all of it is there, so that a second call starts at once. Whatever Python it meets
must get as far as being told that it is too old.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"
VENV = ROOT / ".venv"
CLIENTS = ROOT / "tests" / "clients"

# Qt's libraries for a window on X11 and Wayland, by the file that shows that one is there.
QT_LIBRARIES = {
    "libegl1": "libEGL.so.1",
    "libgl1": "libGL.so.1",
    "libglib2.0-0": "libglib-2.0.so.0",
    "libdbus-1-3": "libdbus-1.so.3",
    "libfontconfig1": "libfontconfig.so.1",
    "libxkbcommon0": "libxkbcommon.so.0",
    "libxkbcommon-x11-0": "libxkbcommon-x11.so.0",
    "libxcb-cursor0": "libxcb-cursor.so.0",
    "libxcb-icccm4": "libxcb-icccm.so.4",
    "libxcb-keysyms1": "libxcb-keysyms.so.1",
    "libxcb-shape0": "libxcb-shape.so.0",
}
# A screen, a tray, a keyring and fonts for the tests, by the program that shows that one is there.
TEST_PROGRAMS = {
    "xvfb": "Xvfb",
    "openbox": "openbox",
    "trayer": "trayer",
    "xdotool": "xdotool",
    "imagemagick": "import",
    "x11-utils": "xprop",
    "dbus": "dbus-run-session",
    "gnome-keyring": "gnome-keyring-daemon",
    "nodejs": "node",
    "npm": "npm",
}
TEST_FONTS = {
    "fonts-dejavu-core": "/usr/share/fonts/truetype/dejavu",
    "fonts-noto-cjk": "/usr/share/fonts/opentype/noto",
}

GATE = (
    ("formatter", ("ruff", "format", "--check", ".")),
    ("linter", ("ruff", "check", ".")),
    ("types", ("basedpyright",)),
    ("import contracts", ("lint-imports", "--no-cache")),
)


def main(arguments: list[str]) -> int:
    """Set up and do what was asked; return the exit status."""
    if sys.version_info < (3, 11):
        print("Wiremend needs Python 3.11 or newer.", file=sys.stderr)
        return 2
    command, *rest = arguments or [""]
    if command == "run":
        set_up("requirements.txt")
        return run(rest)
    if command == "test":
        set_up("requirements-test.txt", tests=True)
        set_up_clients()
        return test(rest)
    print(__doc__, file=sys.stderr)
    return 2


def set_up(name: str, *, tests: bool = False) -> None:
    """Make the environment and install what a lock names."""
    install_system_packages(missing_packages(tests=tests))
    lock = PACKAGING / name
    stamp = VENV / f"installed-{name}"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted and python().exists():
        return
    if not python().exists():
        say("making .venv")
        venv.create(VENV, with_pip=True)
    say("installing the dependencies")
    command = [str(python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    if subprocess.run(command, check=False).returncode != 0:
        raise SystemExit("The dependencies could not be installed; pip's message is above.")
    stamp.write_text(wanted)


def set_up_clients() -> None:
    """Install the strict client that needs Node; without it, its tests say so and are skipped."""
    stamp = CLIENTS / "node_modules" / ".installed"
    wanted = hashlib.sha256((CLIENTS / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        say("Node is not installed: the AI SDK is not tested")
        return
    say("installing the AI SDK")
    command = [npm, "ci", "--loglevel=error"]
    if subprocess.run(command, check=False, cwd=CLIENTS).returncode == 0:
        stamp.write_text(wanted)
    else:
        say("npm failed, its message is above: the AI SDK is not tested")


def run(arguments: list[str]) -> int:
    """Become Wiremend."""
    command = [str(python()), "-m", "app", *arguments]
    os.chdir(ROOT)
    if os.name == "nt":
        return subprocess.run(command, check=False).returncode
    os.execv(command[0], command)  # noqa: S606  no shell is wanted
    return 0


def test(arguments: list[str]) -> int:
    """Pass the whole gate: the checks first, the tests last; all of them in any case."""
    failed = [name for name, command in GATE if not passes(name, command)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(python()), "-m", "pytest", *arguments]
    status = subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode
    if failed:
        print(f"These checks failed: {', '.join(failed)}.", file=sys.stderr, flush=True)
        return 1
    return status


def passes(name: str, command: tuple[str, ...]) -> bool:
    """Run one check of the gate."""
    say(name)
    program = python().parent / command[0]
    return subprocess.run([str(program), *command[1:]], check=False, cwd=ROOT).returncode == 0


def python() -> Path:
    """Return the environment's interpreter."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def missing_packages(*, tests: bool) -> list[str]:
    """Return the Debian packages that are needed and not there; none on other systems."""
    if not sys.platform.startswith("linux") or shutil.which("apt-get") is None:
        return []
    known = subprocess.run(
        ["/sbin/ldconfig", "-p"], check=False, capture_output=True, text=True
    ).stdout
    missing = [package for package, library in QT_LIBRARIES.items() if library not in known]
    if tests:
        missing += [name for name, program in TEST_PROGRAMS.items() if not shutil.which(program)]
        missing += [name for name, folder in TEST_FONTS.items() if not Path(folder).is_dir()]
    return missing


def install_system_packages(packages: list[str]) -> None:
    """Install Debian packages where that is allowed; else print the one line that does."""
    if not packages:
        return
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    if not may_install():
        wanted = f"Some system libraries are missing. Please run:\n\n    sudo {' '.join(install)}\n"
        print(wanted, file=sys.stderr, flush=True)
        return
    say(f"installing {' '.join(packages)}")
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], install):
        subprocess.run([*prefix, *command], check=False, env=environment, stdout=subprocess.DEVNULL)


def may_install() -> bool:
    """Tell whether we are root, or may become root without a password."""
    if os.geteuid() == 0:
        return True
    sudo = shutil.which("sudo")
    asked = ["sudo", "-n", "true"]
    return sudo is not None and (
        subprocess.run(asked, check=False, capture_output=True).returncode == 0
    )


def say(what: str) -> None:
    """Tell what happens, where it does not get among what the program prints."""
    print(f"== {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

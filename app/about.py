"""What Wiremend is and what it is built on: its version, and each package's version and licence."""

import contextlib
import re
from importlib import metadata
from pathlib import Path

_NAME = "wiremend"
_BUILT_ON = (
    "PySide6-Essentials", "httptools", "httpx", "jeepney", "keyring", "msgspec", "platformdirs",
    "ruamel.yaml", "socksio", "starlette", "tomlkit", "truststore", "uvicorn", "uvloop",
)  # fmt: skip
"""What we ask for ourselves; what these ask for in turn is found."""
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def version() -> str:
    """Return the version of Wiremend."""
    with contextlib.suppress(metadata.PackageNotFoundError):
        return metadata.version(_NAME)
    project = Path(__file__).resolve().parent.parent / "pyproject.toml"
    for line in project.read_text("utf-8").splitlines() if project.is_file() else []:
        if line.startswith("version = "):
            return line.partition('"')[2].rstrip('"')
    return "unknown"


def licences() -> list[str]:
    """Return a line for each package in use: its name, version and licence."""
    found: dict[str, str] = {}
    waiting = list(_BUILT_ON)
    while waiting:
        name = waiting.pop()
        try:
            package = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            # Not every system needs every package.
            continue
        line = f"{package['Name']} {package['Version']}: {_licence(package)}"
        if found.setdefault(_normal(name), line) is line:
            waiting += [each for each in _needs(name) if _normal(each) not in found]
    return [found[name] for name in sorted(found)]


def _needs(name: str) -> list[str]:
    stated = [each for each in metadata.requires(name) or [] if "extra ==" not in each]
    matches = (_REQUIREMENT.match(each) for each in stated)
    return [match.group() for match in matches if match is not None]


def _licence(package: metadata.PackageMetadata) -> str:
    stated = package.get_all("License-Expression") or [
        each.rpartition(" :: ")[2]
        for each in package.get_all("Classifier") or []
        if each.startswith("License :: ")
    ]
    whole = ", ".join(stated) or str(package["License"] or "")
    return whole.strip().partition("\n")[0]


def _normal(name: str) -> str:
    """Return a package's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()

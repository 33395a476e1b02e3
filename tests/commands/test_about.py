"""What is shipped is named with its licence."""

import re
from importlib import metadata
from pathlib import Path

import pytest

from app.about import licences, version

LOCK = Path(__file__).resolve().parents[2] / "packaging" / "requirements.txt"


def test_the_version_is_the_projects() -> None:
    project = LOCK.parent.parent / "pyproject.toml"
    assert f'version = "{version()}"' in project.read_text()


@pytest.mark.parametrize("name", re.findall(r"^([\w.-]+)==", LOCK.read_text(), re.MULTILINE))
def test_every_locked_package_that_is_installed_is_named_with_its_licence(name: str) -> None:
    try:
        installed = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        pytest.skip("not for this system")
    (line,) = [each for each in licences() if each.startswith(f"{installed['Name']} ")]
    assert installed["Version"] in line
    assert line.partition(": ")[2]


def test_each_is_named_once() -> None:
    names = [line.partition(" ")[0] for line in licences()]
    assert sorted(set(names)) == sorted(names)
    assert "httpx" in names

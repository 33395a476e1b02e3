"""What goes to another computer, and what comes from there."""

import os
import stat
from pathlib import Path

import pytest

from app.portable import export_settings, former_settings, import_settings
from app.settings import ConfigFile
from proxy import configedit
from proxy.config import Agent
from proxy.configtext import parse
from proxy.errors import ConfigError
from proxy.repairs import fix_names

CANARY = "p4ssw0rd-CANARY"
MINE = f"""\
# mine
version = 1
unknown = "kept"
[server]
port = 9000 # my port
[[agents]]
name = "Cline"
sha256 = "{"a" * 64}"
[providers.one]
base_url = "https://one.example/v1" # one
outgoing_proxy = "http://me:{CANARY}@10.0.0.1:3128"
[providers.other]
base_url = "https://other.example/v1"
outgoing_proxy = "http://10.0.0.1:3128"
"""
THEIRS = f"""\
version = 1
[[agents]]
name = "Roo"
sha256 = "{"b" * 64}"
[providers.two]
base_url = "https://two.example/v1"
"""


@pytest.fixture
def file(tmp_path: Path) -> ConfigFile:
    path = tmp_path / "config.toml"
    path.write_text(MINE)
    return ConfigFile(path)


def test_an_export_holds_neither_agents_nor_a_password_and_keeps_the_rest(
    file: ConfigFile, tmp_path: Path
) -> None:
    export_settings(file, tmp_path / "out.toml")
    text = (tmp_path / "out.toml").read_text()
    settings = parse(text, fix_names())
    assert settings.agents == ()
    assert CANARY not in text
    assert "a" * 64 not in text
    for line in ("# mine", 'unknown = "kept"', "port = 9000 # my port"):
        assert line in text
    assert settings.providers["one"].base_url == "https://one.example/v1"
    assert settings.providers["other"].outgoing_proxy == "http://10.0.0.1:3128"
    assert file.text() == MINE


@pytest.mark.skipif(os.name != "posix", reason="there are no modes")
def test_s31_an_export_is_for_its_owner_alone_from_the_beginning(
    file: ConfigFile, tmp_path: Path
) -> None:
    before = os.umask(0)
    try:
        export_settings(file, tmp_path / "out.toml")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out.toml").stat().st_mode) == 0o600


def test_an_import_takes_everything_but_the_agents(file: ConfigFile, tmp_path: Path) -> None:
    (tmp_path / "in.toml").write_text(THEIRS)
    settings = parse(import_settings(file, tmp_path / "in.toml"), fix_names())
    assert settings.agents == (Agent("Cline", "a" * 64),)
    assert list(settings.providers) == ["two"]
    assert file.text() == MINE
    assert former_settings(file).read_text() == MINE


def test_what_is_exported_can_be_imported(file: ConfigFile, tmp_path: Path) -> None:
    export_settings(file, tmp_path / "out.toml")
    file.edit(lambda text: configedit.set_server(text, "port", 9001))
    text = import_settings(file, tmp_path / "out.toml")
    assert parse(text, fix_names()).port == 9000


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("version = 1\nport = = 2\n", 2),
        ('version = 1\n[providers.x]\nbase_url = "http://public.com/v1"\n', 3),
        (f'version = 1\n[providers.x]\nbase_url = "https://x.io"\nkey = "sk-{"0" * 40}"\n', 4),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_line_and_changes_nothing(
    file: ConfigFile, tmp_path: Path, text: str, line: int
) -> None:
    (tmp_path / "in.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        import_settings(file, tmp_path / "in.toml")
    assert caught.value.line == line
    assert "sk-0" not in str(caught.value)
    assert file.text() == MINE
    assert not former_settings(file).exists()


@pytest.mark.parametrize("name", ["nothing.toml", "."])
def test_what_is_no_file_is_refused(file: ConfigFile, tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError):
        import_settings(file, tmp_path / name)

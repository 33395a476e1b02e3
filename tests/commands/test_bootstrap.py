"""The first of the README's two commands, in a project whose program repeats its arguments."""

import ast
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pip

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "packaging" / "bootstrap.py"
_AS_IF_OLD = f"""
import runpy, sys
sys.version_info, sys.argv = (3, 9), ["bootstrap.py", "run"]
runpy.run_path({str(SCRIPT)!r}, run_name="__main__")
"""


def project(folder: Path) -> Path:
    """Make a project without dependencies; return its bootstrap script."""
    script = folder / "packaging" / "bootstrap.py"
    script.parent.mkdir()
    shutil.copy(SCRIPT, script)
    (script.parent / "requirements.txt").write_text("")
    (folder / "app").mkdir()
    (folder / "app" / "__main__.py").write_text("import sys; print(*sys.argv[1:])")
    return script


def make_environment(folder: Path) -> None:
    """Make one that borrows pip: to install it anew takes five seconds."""
    venv.create(folder, with_pip=False)
    for packages in folder.rglob("site-packages"):
        (packages / "borrowed.pth").write_text(str(Path(pip.__file__).parents[1]))


def test_only_the_program_writes_to_standard_output_even_while_it_is_set_up(
    tmp_path: Path,
) -> None:
    script = project(tmp_path)
    make_environment(tmp_path / ".venv")
    command = [sys.executable, str(script), "run", "agent", "add"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=50)
    assert (done.returncode, done.stdout) == (0, "agent add\n")
    assert "installing the dependencies" in done.stderr


def test_a_python_that_is_too_old_is_told_so_in_words_it_can_read() -> None:
    ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 7))
    command = [sys.executable, "-c", _AS_IF_OLD]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=50)
    assert (done.returncode, done.stderr) == (2, "Wiremend needs Python 3.11 or newer.\n")

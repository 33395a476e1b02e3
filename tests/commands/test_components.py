"""The list of what is installed names everything that is locked."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_s48_every_locked_package_is_listed_with_its_hashes() -> None:
    command = [sys.executable, str(ROOT / "packaging" / "components.py")]
    listed = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=30).stdout)
    locked = (ROOT / "packaging" / "requirements.txt").read_text("utf-8")
    assert listed["bomFormat"] == "CycloneDX"
    pins = {line.split()[0] for line in locked.splitlines() if "==" in line.split(";")[0]}
    assert {f"{each['name']}=={each['version']}" for each in listed["components"]} == pins
    hashes = {each["content"] for part in listed["components"] for each in part["hashes"]}
    assert all(part["hashes"] for part in listed["components"])
    assert locked.count("--hash=sha256:") >= len(hashes) > len(pins)
    assert all(f"--hash=sha256:{digest}" in locked for digest in hashes)

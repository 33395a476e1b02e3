"""Print the CycloneDX list of what is installed with Wiremend, from the locked requirements.

See: https://cyclonedx.org/docs/1.6/json/
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

LOCKED = Path(__file__).resolve().parent / "requirements.txt"
_PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(locked: str) -> list[dict[str, Any]]:
    """Return every locked package with the hashes of its files, in the lock's order."""
    found: list[dict[str, Any]] = []
    for line in locked.splitlines():
        package = _PACKAGE.match(line)
        if package is not None:
            name, version = package.groups()
            found.append(
                {
                    "type": "library",
                    "name": name,
                    "version": version,
                    "purl": f"pkg:pypi/{name.lower()}@{version}",
                    "hashes": [],
                }
            )
        for digest in _HASH.findall(line):
            found[-1]["hashes"].append({"alg": "SHA-256", "content": digest})
    return found


def main() -> int:
    """Write the list to standard output."""
    listed = components(LOCKED.read_text(encoding="utf-8"))
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": listed}
    json.dump(bill, sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())

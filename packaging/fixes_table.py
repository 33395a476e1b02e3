"""Write the README's table of fixes from the registry; `--check` only says whether it is true."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proxy.repair import Repair

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BEGIN, END = "<!-- fixes -->", "<!-- /fixes -->"


def main(arguments: list[str]) -> int:
    """Do what was asked; return the exit status."""
    sys.path.insert(0, str(ROOT))
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    fresh = f"{before}{BEGIN}\n{table()}{END}{rest.split(END)[1]}"
    if arguments == ["--check"]:
        return int(fresh != text)
    README.write_text(fresh, encoding="utf-8", newline="\n")
    return 0


def table() -> str:
    """Return the table as Markdown, in the groups in which the window shows the fixes."""
    from proxy.repair import Group  # noqa: PLC0415  found only once the path is set
    from proxy.repairs import fixes  # noqa: PLC0415

    columns = ("fix", "key", "at first", "what goes wrong without it", "what is sent", "price")
    rows = [columns, ("---",) * len(columns)]
    for group in Group:
        rows += [
            (fix.title, f"`{fix.name}`", _state(fix), fix.symptom, fix.remedy, fix.price)
            for fix in fixes()
            if fix.group is group
        ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return re.sub(r"(<\w+>)", r"`\1`", "\n".join(lines)) + "\n"


def _state(fix: "type[Repair]") -> str:
    return "on" if fix.default else "off"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Update the translations: find every text of the sources, compile what is translated.

Without an argument it writes the files and names what lacks its Chinese; `--check` writes nothing,
and fails where a text is untranslated, no longer used, or not compiled.
"""

import ast
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "app"
FOLDER = SOURCES / "resources" / "translations"
TEXTS, COMPILED = FOLDER / "wiremend_zh_CN.ts", FOLDER / "wiremend_zh_CN.qm"
# What begins with a capital letter is a title or an error; lists of names have no such word.
_REASON = re.compile(
    r"^(?!.*[.]$)(?=[a-z])[^\n]*\b(a|an|the|of|its|that|were|without|nothing|among|up|call)\b"
)
TOOLS = Path(sys.executable).parent


def main(arguments: list[str]) -> int:
    """Do what was asked; return the exit status."""
    if arguments == ["--check"]:
        faults = list(stale())
        print("\n".join(faults), end="\n" if faults else "")
        return int(bool(faults))
    update(TEXTS)
    compile_texts(TEXTS, COMPILED)
    missing = list(untranslated(TEXTS))
    print("\n".join(f"no Chinese yet: {each}" for each in missing) or "All texts are translated.")
    return 0


def stale() -> Iterator[str]:
    """Yield what a run of this command would change, and what only a translator can."""
    with tempfile.TemporaryDirectory() as folder:
        texts, compiled = Path(folder) / TEXTS.name, Path(folder) / COMPILED.name
        texts.write_bytes(TEXTS.read_bytes())
        update(texts)
        compile_texts(TEXTS, compiled)
        if texts.read_text(encoding="utf-8") != TEXTS.read_text(encoding="utf-8"):
            yield f"{TEXTS.name} is not what the sources say: run packaging/translations.py"
        if compiled.read_bytes() != COMPILED.read_bytes():
            yield f"{COMPILED.name} is not compiled from its texts: run packaging/translations.py"
        yield from (f"no Chinese yet: {each}" for each in untranslated(texts))


def update(texts: Path) -> None:
    """Bring a file of texts up to what the sources say."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.py"
        told.write_text(_told_elsewhere(), encoding="utf-8")
        sources = [str(each) for each in sorted(SOURCES.rglob("*.py"))]
        _run("pyside6-lupdate", *sources, str(told), "-ts", str(texts), *_UPDATE)


def compile_texts(texts: Path, compiled: Path) -> None:
    """Compile a file of texts into what the application loads."""
    _run("pyside6-lrelease", "-silent", "-nounfinished", str(texts), "-qm", str(compiled))


def untranslated(texts: Path) -> Iterator[str]:
    """Yield each text that lacks its translation, with its context."""
    for context in ET.parse(texts).getroot().iter("context"):  # noqa: S314  our own file
        for message in context.iter("message"):
            translation = message.find("translation")
            # A type says that it is unfinished, or of a text that is gone.
            done = translation is not None and translation.get("type") is None
            words = "".join(translation.itertext()) if translation is not None and done else ""
            if not words.strip():
                yield f"{context.findtext('name')}: {message.findtext('source')}"


_UPDATE = (
    *("-no-obsolete", "-locations", "none", "-source-language", "en", "-target-language", "zh_CN"),
    # A guess from a similar text is worse than none.
    *("-disable-heuristic", "similartext"),
)


def _told_elsewhere() -> str:
    """Return, as a source that can be read, the texts that stand in modules without Qt."""
    sys.path.insert(0, str(ROOT))
    from app.agents.catalogue import TOOLS as AGENTS  # noqa: PLC0415  found once the path is set
    from app.models.configwords import TEXTS as FAULTS  # noqa: PLC0415
    from app.models.endwords import TEXTS as ENDS  # noqa: PLC0415
    from app.models.eventwords import KINDS  # noqa: PLC0415
    from app.models.findingwords import PARTING, STANDING_IN, VARYING  # noqa: PLC0415
    from app.models.reasonwords import REASONS  # noqa: PLC0415
    from proxy.repairs import fixes  # noqa: PLC0415

    texts = [("Fix", words) for fix in fixes() for words in (fix.title, fix.symptom, fix.price)]
    texts += [("Agent", words) for agent in AGENTS for words in (agent.way, agent.caution)]
    texts += [("Agent", each.label) for agent in AGENTS for each in agent.snippets]
    texts += [("Problem", words) for words in ENDS]
    texts += [("ConfigFault", words) for words in FAULTS]
    texts += [("EventKind", words) for words in KINDS]
    texts += [("Reason", words) for words in REASONS]
    texts += [("Finding", words) for words in (*_reasons(), *VARYING, *STANDING_IN, PARTING)]
    calls = dict.fromkeys(f"translate({context!r}, {words!r})" for context, words in texts if words)
    return "\n".join(calls) + "\n"


def _reasons() -> Iterator[str]:
    """Yield the reasons that fixes give, as far as no part of the answer stands in them."""
    for path in [*sorted((ROOT / "proxy" / "repairs").glob("*.py")), ROOT / "proxy" / "chain.py"]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        partial = {id(part) for node in ast.walk(tree) for part in _parts(node)}
        texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
        whole = (str(text.value) for text in texts if id(text) not in partial)
        yield from (text for text in whole if _REASON.search(text))


def _parts(node: ast.AST) -> list[ast.expr]:
    """Return the texts in a node that are no sentences of their own."""
    if isinstance(node, ast.JoinedStr):
        return node.values
    return [node.value] if isinstance(node, ast.Attribute) else []


def _run(tool: str, *arguments: str) -> None:
    done = subprocess.run(
        [str(TOOLS / tool), *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    if done.returncode != 0 or "rror" in done.stderr:
        raise SystemExit(f"{tool}: {done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

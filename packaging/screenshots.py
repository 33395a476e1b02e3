"""Make the README's pictures: the real application, the demo provider, a screen of its own.

    python packaging/screenshots.py                    what the README shows
    python packaging/screenshots.py --all FOLDER       every page in every look and size, to look at

It needs Xvfb. Each look is a process with an empty home; nothing of the user's is read or written.
"""

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.application import Application
    from app.ui.main_window import MainWindow

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "packaging" / "screenshots"
SIZE = (1180, 760)
# Look: theme, language, factor of the scale, size of the window.
README_LOOKS = {
    "light": ("light", "en", "1", SIZE),
    "dark": ("dark", "en", "1", SIZE),
    "zh": ("light", "zh_CN", "1", SIZE),
}
README_PAGES = {
    "light": ("traffic", "providers"),
    "dark": ("traffic", "agents"),
    "zh": ("traffic",),
}
ALL_LOOKS = {
    **README_LOOKS,
    "zh-dark": ("dark", "zh_CN", "1", SIZE),
    "small": ("light", "en", "1", (900, 600)),
    "small-zh": ("dark", "zh_CN", "1", (900, 600)),
    "large": ("light", "en", "1", (1900, 1150)),
    "scale150": ("light", "en", "1.5", (900, 600)),
    "scale200": ("dark", "zh_CN", "2", (900, 560)),
}
PAGES = ("traffic", "providers", "agents", "settings", "first-run")
AGENTS = ("opencode", "Cline", "aider")
ASKED = (
    ("opencode", "healthy", "Say hello."),
    ("Cline", "index-always-zero", "Compare the weather in Oslo and in Lima."),
    ("aider", "cut-off", "Write a poem about tides."),
    ("Cline", "stop-after-tools", "What is the weather in Oslo?"),
    ("opencode", "error-inside", "What is the weather in Lima?"),
    ("opencode", "missing-index", "What is the weather in Oslo and in Lima?"),
)
PROVIDERS = {
    "deepseek": ("DeepSeek", "https://api.deepseek.com/v1", "env:DEEPSEEK_API_KEY"),
    "local": ("My vLLM", "http://192.168.1.9:8000/v1", "none"),
}
_SECONDS = 30


def main(arguments: list[str]) -> int:
    """Do what was asked; return the exit status."""
    options = _options(arguments)
    if options.look:
        return take(options.look, options.pages.split(","), options.folder)
    looks = ALL_LOOKS if options.all else README_LOOKS
    folder = Path(options.all or FOLDER).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with screen() as display:
        for look in looks:
            pages = PAGES if options.all else README_PAGES[look]
            _run_look(look, pages, folder, display)
    print("\n".join(str(each) for each in sorted(folder.glob("*.png"))))
    return 0


@contextlib.contextmanager
def screen() -> Generator[str]:
    """Have a screen of our own; yield its name."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "2000x1200x24", "-noreset"]
    command += ["-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        process.terminate()
        process.wait(_SECONDS)


def take(look: str, pages: Iterable[str], folder: str) -> int:
    """Take the pictures of one look, in a process of its own."""
    sys.path.insert(0, str(ROOT))
    from PySide6.QtTest import QTest  # noqa: PLC0415  found once the path is set
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    from app.language import prefer_chinese_signs  # noqa: PLC0415
    from app.ui.main_window import MainWindow  # noqa: PLC0415

    theme, language, _, size = ALL_LOOKS[look]
    prefer_chinese_signs(language)
    qt = QApplication(["wiremend"])
    port = _free_port()
    application, keys = _application(qt, theme, language, port)
    application.start(hidden=False, error=None)
    window = next(each for each in qt.topLevelWidgets() if isinstance(each, MainWindow))
    window.resize(*size)
    asking = threading.Thread(target=_ask_all, args=(port, keys))
    asking.start()
    while asking.is_alive():
        QTest.qWait(50)
    QTest.qWait(1_500)
    window.banner.hide()
    _choose_last(window)
    for page in pages:
        window.show_page(page)
        QTest.qWait(400)
        window.grab().save(str(Path(folder) / f"{page}-{look}.png"))
    application.end()
    # The proxy's thread is not waited for.
    os._exit(0)


def _run_look(look: str, pages: Iterable[str], folder: Path, display: str) -> None:
    with tempfile.TemporaryDirectory() as home:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        environment = {**kept, "HOME": home, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        environment["QT_SCALE_FACTOR"] = ALL_LOOKS[look][2]
        environment["DEEPSEEK_API_KEY"] = "sk-0000000000000000"
        command = [sys.executable, __file__, "--look", look, "--pages", ",".join(pages)]
        command += ["--folder", str(folder)]
        subprocess.run(command, env=environment, cwd=ROOT, timeout=4 * _SECONDS, check=True)


def _choose_last(window: "MainWindow") -> None:
    """Show the events of the last request, where a fix is marked."""
    from PySide6.QtTest import QTest  # noqa: PLC0415

    from app.ui.request_detail import RequestDetail  # noqa: PLC0415
    from app.ui.request_list import RequestList  # noqa: PLC0415

    requests, detail = window.findChild(RequestList), window.findChild(RequestDetail)
    if requests is None or detail is None:
        raise LookupError("the window has no page of requests")
    requests.choose_row(requests.model.rowCount() - 1)
    detail.tabs.setCurrentWidget(detail.events)
    while detail.busy:
        QTest.qWait(50)


def _application(
    qt: "QApplication", theme: str, language: str, port: int
) -> "tuple[Application, dict[str, str]]":
    import platformdirs  # noqa: PLC0415

    from app import preferences  # noqa: PLC0415
    from app.application import Application  # noqa: PLC0415
    from app.settings import ConfigFile  # noqa: PLC0415
    from proxy import configedit  # noqa: PLC0415
    from proxy.config import Agent, Provider  # noqa: PLC0415
    from proxy.localkey import digest, new_key  # noqa: PLC0415

    chosen = preferences.Preferences(theme=theme, language=language, welcomed=True)
    preferences.save(preferences.default_path(), chosen)
    file = ConfigFile(platformdirs.user_config_path("wiremend") / "config.toml")
    file.ensure()
    keys = {name: new_key() for name in AGENTS}
    for name, key in keys.items():
        agent = Agent(name, digest(key.reveal()))
        file.edit(lambda text, agent=agent: configedit.add_agent(text, agent))
    for name, (title, address, key) in PROVIDERS.items():
        provider = Provider(name, address, title, key=key)
        file.edit(lambda text, each=provider: configedit.save_provider(text, each))
    application = Application(qt, file, file.load(), port)
    return application, {name: key.reveal() for name, key in keys.items()}


def _ask_all(port: int, keys: dict[str, str]) -> None:
    for agent, model, words in ASKED:
        with contextlib.suppress(OSError):
            _ask(port, keys[agent], model, words)


def _ask(port: int, key: str, model: str, words: str) -> None:
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
    tool = {"type": "function", "function": {"name": "get_weather", "parameters": parameters}}
    question = {"model": model, "stream": True, "tools": [tool]}
    question["messages"] = [{"role": "user", "content": words}]
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/demo/v1/chat/completions",
        json.dumps(question).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
        answer.read()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", default="", metavar="FOLDER")
    for internal in ("--look", "--pages", "--folder"):
        parser.add_argument(internal, default="", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

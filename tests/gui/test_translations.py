import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.agents.catalogue import TOOLS
from app.language import CHINESE, ENGLISH, language
from app.presets import PRESETS
from app.ui.provider_dialog import ProviderDialog
from tests.gui.showcase import PROVIDERS, SETTINGS, Showcase, texts

# Names, and what is the same in every language.
_NAMES = {
    "English", "HAR", "ID", "Id", "index", "lk_••••", "Token", "Wiremend", "+ms",
    "Authorization: Bearer",
    "x-api-key", "api-key", "Cline", "me", "aider", "EXAMPLE_API_KEY", "socks5://host:port", "s",
    "deepseek-chat", "Ctrl", "Ctrl+L", "P", "D", "DeepSeek",
}  # fmt: skip
NAMES = _NAMES.union(
    (tool.title for tool in TOOLS),
    (preset.title for preset in PRESETS),
    (provider.title for provider in PROVIDERS.values()),
)
ROOT = Path(__file__).resolve().parents[2]
TEXTS = ROOT / "app" / "resources" / "translations" / "wiremend_zh_CN.ts"
_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_CHINESE_SIGN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_ADDRESS = re.compile(r"(https?://|\d+\.\d+\.\d+\.\d+|[\w.-]+\.(com|cn|ai|net|org|md))")
_FROM_THE_WIRE = (
    "Wiremend 0",
    "/v1/chat/completions",
    "Incorrect API key",
    "read_file",
    "MIT",
    "PySide6",
)


@pytest.fixture
def showcase(qtbot: QtBot, tmp_path: Path) -> Showcase:
    return settled(qtbot, tmp_path)


def settled(qtbot: QtBot, folder: Path) -> Showcase:
    made = Showcase(folder)
    qtbot.addWidget(made.window)
    qtbot.waitUntil(lambda: not made.pages.traffic.detail.busy)
    return made


def untranslated(root: QWidget) -> list[tuple[str, str]]:
    return [(place, words) for place, words in texts(root) if not chinese_or_name(words)]


def chinese_or_name(words: str) -> bool:
    plain = re.sub(r"<[^>]*>", "", words)
    if _CHINESE_SIGN.search(plain) or not _WORD.search(plain) or plain in NAMES:
        return True
    return bool(_ADDRESS.search(plain)) or any(each in plain for each in _FROM_THE_WIRE)


def test_every_text_of_the_sources_has_its_chinese_and_is_compiled() -> None:
    command = [sys.executable, ROOT / "packaging" / "translations.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


def test_every_placeholder_stands_in_the_chinese_too() -> None:
    for message in ET.parse(TEXTS).getroot().iter("message"):  # noqa: S314  our own file
        source, chinese = message.findtext("source", ""), message.findtext("translation", "")
        assert sorted(_PLACEHOLDER.findall(source)) == sorted(_PLACEHOLDER.findall(chinese))


def test_every_text_of_the_window_is_chinese_after_the_switch(showcase: Showcase) -> None:
    language().choose(CHINESE)
    assert untranslated(showcase.window) == []


def test_the_window_can_tell_english_from_chinese(showcase: Showcase) -> None:
    assert len(untranslated(showcase.window)) > 200


def test_a_switch_leaves_the_window_as_if_it_had_begun_so(
    qtbot: QtBot, tmp_path: Path, showcase: Showcase
) -> None:
    language().choose(CHINESE)
    fresh = settled(qtbot, tmp_path)
    assert sorted(texts(showcase.window)) == sorted(texts(fresh.window))


def test_there_and_back_again_nothing_has_changed(showcase: Showcase) -> None:
    before = sorted(texts(showcase.window))
    language().choose(CHINESE)
    language().choose(ENGLISH)
    assert sorted(texts(showcase.window)) == before


def test_the_dialog_of_a_provider_is_chinese(qtbot: QtBot) -> None:
    language().choose(CHINESE)
    for provider in (None, PROVIDERS["deepseek"]):
        dialog = ProviderDialog(provider, SETTINGS.providers)
        qtbot.addWidget(dialog)
        assert untranslated(dialog) == []

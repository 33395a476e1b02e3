from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.agents.places import Places
from app.ui.agents_page import AgentsPage
from app.ui.first_run import FirstRun
from app.ui.flow import FlowLayout
from app.ui.page import Page
from app.ui.parts import button
from app.ui.providers_page import ProvidersPage
from app.ui.settings_page import SettingsPage
from proxy.config import Provider, Settings

NARROW = 640


def providers(_folder: Path) -> Page:
    page = ProvidersPage()
    title = "A provider with a very long name, " * 4 + "endless" * 40
    provider = Provider("long", "https://api.example.com/v1", title)
    page.show_settings(Settings(providers={"long": provider}))
    page.show_key_state("long", "stored", "key ••••1234 in a keyring whose name is long, too")
    page.cards["long"]._more.click()
    return page


def agents(folder: Path) -> Page:
    (folder / ".aider.conf.yml").write_text(f"openai-api-base: https://{'a' * 300}.example/v1\n")
    return AgentsPage(Places(folder), folder / "backups", which=lambda _: None)


def settings(_folder: Path) -> Page:
    return SettingsPage()


def first_run(_folder: Path) -> Page:
    return FirstRun({"DASHSCOPE_API_KEY": "sk-12345678"})


@pytest.mark.parametrize("make", [providers, agents, settings, first_run])
def test_nothing_is_cut_off_in_a_narrow_window(
    qtbot: QtBot, tmp_path: Path, make: Callable[[Path], Page]
) -> None:
    page = make(tmp_path)
    qtbot.addWidget(page)
    page.resize(NARROW, 700)
    page.show()
    qtbot.waitExposed(page)
    assert page.width() == NARROW
    for area in page.findChildren(QScrollArea):
        assert area.horizontalScrollBar().maximum() == 0


def test_a_full_line_goes_on_below(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    buttons = [button(f"Button {number}") for number in range(6)]
    holder.setLayout(FlowLayout(*buttons))
    holder.resize(250, 400)
    holder.show()
    places = [each.geometry() for each in holder.findChildren(QPushButton)]
    assert all(QRect(0, 0, 250, 400).contains(place) for place in places)
    assert len({place.y() for place in places}) > 1
    assert not any(a.intersects(b) for a in places for b in places if a is not b)

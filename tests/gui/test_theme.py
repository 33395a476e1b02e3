import typing

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from app.models.exchanges import _DARK_COLOURS, _LIGHT_COLOURS
from app.ui.icons import FOLDER, IconName, icon
from app.ui.parts import Tone, tone_colour
from app.ui.theme import Theme, palette

Role = QPalette.ColorRole


def luminance(colour: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("words", "ground"),
    [
        (Role.WindowText, Role.Window),
        (Role.WindowText, Role.Light),
        (Role.Text, Role.Base),
        (Role.Text, Role.AlternateBase),
        (Role.ButtonText, Role.Button),
        (Role.HighlightedText, Role.Highlight),
        (Role.PlaceholderText, Role.Window),
        (Role.PlaceholderText, Role.Light),
        (Role.PlaceholderText, Role.Base),
        (Role.ToolTipText, Role.ToolTipBase),
        (Role.Link, Role.Light),
    ],
)
def test_words_stand_out_from_their_ground(dark: bool, words: Role, ground: Role) -> None:
    colours = palette(dark=dark)
    assert contrast(colours.color(words), colours.color(ground)) >= 4.5


def test_a_chosen_theme_wins_over_the_system(qapp: QApplication) -> None:
    before = qapp.palette()
    theme = Theme(qapp)
    theme.choose("dark")
    dark = qapp.palette().color(Role.Window).lightness()
    theme.choose("light")
    assert dark < 128 < qapp.palette().color(Role.Window).lightness()
    theme.choose("system")
    qapp.setPalette(before)


@pytest.mark.parametrize("name", typing.get_args(IconName))
def test_an_icon_follows_the_palette(qapp: QApplication, name: IconName) -> None:
    before = qapp.palette()
    drawing = icon(name)
    qapp.setPalette(palette(dark=False))
    light = drawing.pixmap(32).toImage()
    qapp.setPalette(palette(dark=True))
    assert drawing.pixmap(32).toImage() != light
    qapp.setPalette(before)


def test_every_drawing_has_a_name() -> None:
    assert {path.stem for path in FOLDER.glob("*.svg")} == set(typing.get_args(IconName))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("ground", [Role.Window, Role.Light, Role.Base])
def test_a_tone_stands_out_from_its_ground(dark: bool, tone: Tone, ground: Role) -> None:
    under = palette(dark=dark).color(ground)
    assert contrast(tone_colour(tone, under), under) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
def test_the_words_of_a_state_stand_out_in_the_list(dark: bool) -> None:
    colours = palette(dark=dark)
    for state in (_DARK_COLOURS if dark else _LIGHT_COLOURS).values():
        for ground in (Role.Base, Role.AlternateBase):
            assert contrast(QColor(state), colours.color(ground)) >= 4.5

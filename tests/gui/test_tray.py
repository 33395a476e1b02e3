import pytest
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.models.attention import Attention
from app.models.status import Condition, Status
from app.tray import Tray
from app.ui.tray_icon import tray_icon
from app.ui.tray_menu import MOST_PROVIDERS, TrayMenu, entry
from proxy.config import Provider, Settings
from proxy.repairs import fixes
from tests.gui.records import emissions

RUNNING = Status("running", "127.0.0.1:8459", providers=1)


def provider(name: str, **members: object) -> Provider:
    return Provider(name, "https://api.example.com/v1", name.title(), **members)  # pyright: ignore[reportArgumentType]


def settings(*providers: Provider) -> Settings:
    return Settings(providers={each.id: each for each in providers})


@pytest.fixture
def menu(qtbot: QtBot) -> TrayMenu:
    made = TrayMenu()
    qtbot.addWidget(made)
    return made


def every_action(menu: QMenu) -> list[QAction]:
    found = list(menu.actions())
    for each in menu.findChildren(QMenu):
        found += each.actions()
    return found


def test_every_entry_has_a_parent(menu: TrayMenu) -> None:
    menu.show_settings(settings(provider("one"), provider("two")))
    assert all(action.parent() is not None for action in every_action(menu))


def test_a_provider_has_every_fix_and_passthrough(menu: TrayMenu) -> None:
    menu.show_settings(settings(provider("one")))
    assert set(menu.providers[0].fixes) == {each.name for each in fixes()}
    assert menu.providers[0].passthrough.isCheckable()


def test_a_switch_tells_provider_fix_and_new_state(menu: TrayMenu) -> None:
    menu.show_settings(settings(provider("one"), provider("two")))
    told = emissions(menu.fix_toggled)
    menu.providers[1].fixes["index-repair"].trigger()
    assert told == [("two", "index-repair", False)]


def test_new_settings_change_the_same_entries_in_place(menu: TrayMenu) -> None:
    menu.show_settings(settings(provider("one")))
    before = every_action(menu)
    action = menu.providers[0].fixes["index-repair"]
    told = emissions(menu.fix_toggled)
    menu.show_settings(settings(provider("one", fixes={"index-repair": False})))
    assert menu.providers[0].fixes["index-repair"] is action
    assert every_action(menu) == before
    assert not action.isChecked()
    assert told == []


def test_passthrough_disables_the_fixes(menu: TrayMenu) -> None:
    menu.show_settings(settings(provider("one", passthrough=True)))
    first = menu.providers[0]
    assert first.passthrough.isChecked()
    assert not any(action.isEnabled() for action in first.fixes.values())
    assert first.title() == "One · passthrough"


def test_shows_the_first_providers_and_leads_to_the_others(menu: TrayMenu) -> None:
    many = [provider(f"p{number}") for number in range(MOST_PROVIDERS + 1)]
    menu.show_settings(settings(*many))
    asked = emissions(menu.open_asked)
    menu.more.trigger()
    assert (len(menu.providers), menu.more.isVisible(), asked) == (
        MOST_PROVIDERS,
        True,
        [("providers",)],
    )
    menu.show_settings(settings(*many[:1]))
    shown = [each for each in menu.providers if each.menuAction().isVisible()]
    assert ([each.provider for each in shown], menu.more.isVisible()) == (["p0"], False)


def test_everything_untouched_is_on_when_nothing_is_mended(menu: TrayMenu) -> None:
    menu.show_settings(settings(provider("one", passthrough=True), provider("two")))
    assert not menu.untouched.isChecked()
    told = emissions(menu.untouched_toggled)
    menu.untouched.trigger()
    assert told == [(True,)]
    menu.show_settings(
        settings(provider("one", passthrough=True), provider("two", passthrough=True))
    )
    assert menu.untouched.isChecked()


def test_attention_leads_to_what_mends_it(menu: TrayMenu) -> None:
    assert not menu.attention.menuAction().isVisible()
    lacking = Attention("one", "index-repair")
    menu.show_attention(lacking, "One needs “Index repair”")
    asked, ignored = emissions(menu.attention_asked), emissions(menu.attention_ignored)
    menu.remedy.trigger()
    menu.ignore.trigger()
    assert menu.attention.title() == "▲ One needs “Index repair”"
    assert (asked, ignored) == ([(lacking,)], [(lacking,)])


def test_attention_leads_to_the_request_that_met_it(menu: TrayMenu) -> None:
    asked = emissions(menu.request_asked)
    menu.show_attention(Attention("one", "index-repair"), "One needs “Index repair”")
    assert not menu.show_request.isVisible()
    lacking = Attention("one", "index-repair", "a7")
    menu.show_attention(lacking, "One needs “Index repair”")
    assert menu.show_request.isVisible()
    menu.show_request.trigger()
    assert asked == [(lacking,)]


def test_offers_to_start_what_is_stopped(menu: TrayMenu) -> None:
    asked = emissions(menu.proxy_toggled)
    menu.show_status(RUNNING)
    assert menu.status.text() == "Running on 127.0.0.1:8459"
    menu.proxy.trigger()
    menu.show_status(Status("stopped", "127.0.0.1:8459"))
    menu.proxy.trigger()
    assert asked == [(False,), (True,)]


def test_says_why_the_proxy_does_not_run(menu: TrayMenu) -> None:
    menu.show_status(Status("stopped", problem="Port 8459 is used by cc-switch."))
    assert menu.status.text() == "Port 8459 is used by cc-switch."


def test_an_entry_is_one_short_line_without_shortcuts() -> None:
    assert entry("a & b\nc\u202e") == "a && b c "
    assert len(entry("x" * 500)) == 60


@pytest.mark.usefixtures("qapp")
def test_each_state_has_an_icon_of_its_own_shape() -> None:
    drawn: list[QImage] = []
    for condition in Condition:
        image = tray_icon(condition, "dark").pixmap(22, 22).toImage()
        shape = image.createAlphaMask()
        assert shape not in drawn
        drawn.append(shape)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status(), "Wiremend: stopped"),
        (RUNNING, "Wiremend: 127.0.0.1:8459, 1 provider"),
        (Status("running", "127.0.0.1:1", 2), "Wiremend: 2 streaming"),
        (Status("running", "127.0.0.1:1", 2, 48), "Wiremend: 2 streaming, 48 tok/s"),
        (Status("stopped", attention="a fix is lacking"), "Wiremend: stopped"),
        (Status("running", attention="<img src=x> lacks"), "Wiremend: ‹img src=x> lacks"),
        (
            Status("stopped", problem="Port 1 is used by x & y."),
            "Wiremend: Port 1 is used by x & y.",
        ),
        (Status("running", attention="One: its key is locked"), "Wiremend: One: its key is locked"),
    ],
)
def test_says_the_state_in_words(menu: TrayMenu, status: Status, words: str) -> None:
    tray = Tray(menu)
    tray.show_status(status)
    assert tray.words == words


@pytest.mark.qt_log_ignore("systemTrayWindowChanged")
def test_knows_that_there_is_no_tray(menu: TrayMenu) -> None:
    tray = Tray(menu)
    tray.start()
    assert not tray.present
    tray.end()

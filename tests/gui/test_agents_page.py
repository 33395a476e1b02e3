import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.agents.places import Places
from app.ui.agents_page import AgentsPage
from app.ui.change_dialog import ChangeDialog
from proxy.config import Agent, Settings
from proxy.localkey import digest, new_key
from proxy.tap import Answered
from tests.gui.records import emissions, started

KEY = new_key()
AIDER = Path(".aider.conf.yml")


class Keymaker:
    """Does what the application does when a key is asked for."""

    def __init__(self, page: AgentsPage) -> None:
        self.page = page
        self.agents: dict[str, Agent] = {}
        self.calls: list[str] = []
        page.agent_added.connect(self.add)
        page.agent_revoked.connect(self.revoke)

    def add(self, name: str) -> None:
        self.calls.append(f"add {name}")
        self.agents[name] = Agent(name, digest(KEY.reveal()))
        self.page.show_new_key(name, KEY)
        self.page.show_settings(Settings(agents=tuple(self.agents.values())))

    def revoke(self, name: str) -> None:
        self.calls.append(f"revoke {name}")
        del self.agents[name]
        self.page.show_settings(Settings(agents=tuple(self.agents.values())))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def page(qtbot: QtBot, home: Path, tmp_path: Path) -> AgentsPage:
    page = AgentsPage(Places(home), tmp_path / "backups", which=lambda _: None)
    qtbot.addWidget(page)
    page.show()
    return page


@pytest.fixture
def keymaker(page: AgentsPage) -> Keymaker:
    return Keymaker(page)


def push(widget: QWidget, label: str) -> None:
    buttons = [each for each in widget.findChildren(QPushButton) if each.text() == label]
    next(each for each in buttons if each.isVisibleTo(widget)).click()


def answer(act: Callable[[ChangeDialog], Any]) -> list[str]:
    """Let `act` decide on the diff that opens next; return what it showed."""
    shown: list[str] = []

    def decide() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ChangeDialog)
        shown.append(dialog.findChildren(QPlainTextEdit)[0].toPlainText())
        act(dialog)

    QTimer.singleShot(0, decide)
    return shown


def agree(label: str) -> None:
    """Answer the question that comes next with a button."""

    def choose() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        named = [each for each in box.buttons() if each.text().replace("&", "") == label]
        named[0].click()

    QTimer.singleShot(0, choose)


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def state(page: AgentsPage, tool: str) -> str:
    return page.cards[tool].state_words


def test_the_light_turns_with_the_first_request(page: AgentsPage) -> None:
    assert state(page, "cline") == "not found on this computer"
    page.apply([started("1", "deepseek", agent="x", user_agent="Cline/3.2")])
    assert state(page, "cline").startswith("connected · ")
    assert state(page, "roo") == "not found on this computer"


def test_the_model_is_learnt_from_requests_that_the_provider_answers(page: AgentsPage) -> None:
    page.apply([started("1", "deepseek"), Answered("1", 0.1, 404, ())])
    assert page.target._model.text() == "", "the provider does not have it"
    page.apply([started("2", "deepseek"), Answered("2", 0.1, 200, ())])
    assert page.target._model.text() == "deepseek-chat"


def test_what_is_on_this_machine_comes_first(page: AgentsPage, home: Path) -> None:
    (home / ".codex").mkdir()
    page.look()
    assert page._column.indexOf(page.cards["codex"]) == 0


def test_an_old_port_is_seen_when_the_address_changes(page: AgentsPage, home: Path) -> None:
    (home / AIDER).write_text("openai-api-base: http://127.0.0.1:8459/v1\n")
    page.look()
    assert state(page, "aider") == "points here, waiting for its first request…"
    page.show_address("http://127.0.0.1:9000/v1")
    assert state(page, "aider") == "points at another port: http://127.0.0.1:8459/v1"


def test_a_request_to_the_former_port_proves_nothing(page: AgentsPage, home: Path) -> None:
    (home / AIDER).write_text("openai-api-base: http://127.0.0.1:8459/v1\n")
    page.apply([started("1", "deepseek", agent="aider"), started("2", "x", agent="Cline")])
    page.show_address("http://127.0.0.1:8459/v1")
    assert state(page, "aider").startswith("connected · ")
    page.show_address("http://127.0.0.1:9000/v1")
    assert state(page, "aider") == "points at another port: http://127.0.0.1:8459/v1"
    assert state(page, "cline") == "not found on this computer"


def test_a_key_is_made_only_when_the_diff_was_agreed_to(
    page: AgentsPage, keymaker: Keymaker, home: Path
) -> None:
    page.target._model.setText("deepseek-chat")
    answer(ChangeDialog.reject)
    push(page.cards["aider"], "Write config…")
    assert keymaker.calls == []
    assert not (home / AIDER).exists()


def test_write_config_writes_what_the_diff_showed_with_the_key_in_it(
    page: AgentsPage, keymaker: Keymaker, home: Path
) -> None:
    (home / AIDER).write_text("auto-commits: false\n")
    page.target._model.setText("deepseek-chat")
    shown = answer(ChangeDialog.accept)
    push(page.cards["aider"], "Write config…")
    assert keymaker.calls == ["add aider"]
    written = (home / AIDER).read_text()
    added = [line[1:] for line in shown[0].splitlines()[3:] if line.startswith("+")]
    assert [line.replace(KEY.reveal(), "‹local key›") for line in written.splitlines()[1:]] == added
    assert KEY.reveal() in written
    assert KEY.reveal() not in shown[0]
    assert state(page, "aider") == "points here, waiting for its first request…"


def test_a_second_write_renews_the_key_only_if_it_is_not_known_any_more(
    page: AgentsPage, keymaker: Keymaker
) -> None:
    page.target._model.setText("m")
    for _ in range(2):
        answer(ChangeDialog.accept)
        push(page.cards["aider"], "Write config…")
    assert keymaker.calls == ["add aider"]
    keymaker.agents["aider"] = Agent("aider", "0" * 64)
    page.show_settings(Settings(agents=(keymaker.agents["aider"],)))

    def accept(dialog: ChangeDialog) -> None:
        dialog.accept()
        agree("Make a new key")

    answer(accept)
    push(page.cards["aider"], "Write config…")
    assert keymaker.calls == ["add aider", "add aider"]


def test_a_key_in_use_is_renewed_only_after_a_question(page: AgentsPage) -> None:
    made = emissions(page.agent_added)
    page.show_settings(Settings(agents=(Agent("Cline", "0" * 64),)))
    agree("Cancel")
    push(page.cards["cline"], "Copy key")
    agree("Cancel")
    push(page.cards["cline"], "Renew key")
    assert made == []
    agree("Make a new key")
    push(page.cards["cline"], "Renew key")
    assert made == [("Cline",)]


def test_a_key_is_revoked_only_after_a_question(page: AgentsPage) -> None:
    gone = emissions(page.agent_revoked)
    page.show_settings(Settings(agents=(Agent("Cline", "0" * 64),)))
    # What was just added is shown when Qt comes to it.
    QApplication.processEvents()
    agree("Cancel")
    push(page, "Revoke")
    assert gone == []
    agree("Revoke")
    push(page, "Revoke")
    assert gone == [("Cline",)]


def test_no_key_of_the_agents_own_file_is_shown(page: AgentsPage, home: Path) -> None:
    path = home / ".config/opencode/opencode.json"
    path.parent.mkdir(parents=True)
    theirs, ours = f"sk-{'7' * 40}", new_key().reveal()
    ours_now = {"options": {"baseURL": "http://127.0.0.1:1/v1", "apiKey": ours}}
    other = {"options": {"apiKey": theirs}}
    document = {"provider": {"other": other, "wiremend": ours_now}}
    path.write_text(json.dumps(document, indent=2))
    page.target._model.setText("m")
    shown = answer(ChangeDialog.reject)
    push(page.cards["opencode"], "Write config…")
    assert "baseURL" in shown[0]
    assert theirs not in shown[0]
    assert ours not in shown[0]


@pytest.mark.usefixtures("keymaker")
def test_twenty_backups_are_listed_the_first_five_at_once(page: AgentsPage, home: Path) -> None:
    (home / AIDER).write_text("auto-commits: false\n")
    page.target._model.setText("m")
    for address in range(12):
        page.show_address(f"http://127.0.0.1:{9000 + address}/v1")
        answer(ChangeDialog.accept)
        push(page.cards["aider"], "Write config…")

    def shown() -> int:
        QApplication.processEvents()
        buttons = page.findChildren(QPushButton)
        return sum(each.text() == "Restore…" and each.isVisibleTo(page) for each in buttons)

    assert shown() == 5
    push(page, "7 more backups ▾")
    assert shown() == 12
    push(page, "Fewer backups ▴")
    assert shown() == 5


@pytest.mark.usefixtures("keymaker")
def test_undo_takes_our_lines_out_and_leaves_the_users_edits(page: AgentsPage, home: Path) -> None:
    (home / AIDER).write_text("auto-commits: false\n")
    page.target._model.setText("m")
    answer(ChangeDialog.accept)
    push(page.cards["aider"], "Write config…")
    with (home / AIDER).open("a") as file:
        file.write("dark-mode: true\n")
    answer(ChangeDialog.accept)
    push(page.cards["aider"], "Undo…")
    assert (home / AIDER).read_text() == "auto-commits: false\ndark-mode: true\n"


@pytest.mark.usefixtures("keymaker")
def test_a_backup_can_be_put_back(page: AgentsPage, home: Path) -> None:
    (home / AIDER).write_text("auto-commits: false\n")
    page.target._model.setText("m")
    answer(ChangeDialog.accept)
    push(page.cards["aider"], "Write config…")
    answer(ChangeDialog.accept)
    push(page, "Restore…")
    assert (home / AIDER).read_text() == "auto-commits: false\n"


def test_a_broken_file_is_left_alone_and_named_with_its_line(page: AgentsPage, home: Path) -> None:
    path = home / ".config/opencode/opencode.json"
    path.parent.mkdir(parents=True)
    path.write_text('{\n  "a": 1\n  "b": 2\n}\n')
    page.target._model.setText("m")
    page.look()
    push(page.cards["opencode"], "Write config…")
    assert "line 3, column 3" in page._notice.text()
    assert "line 3, column 3" in state(page, "opencode")
    assert path.read_text() == '{\n  "a": 1\n  "b": 2\n}\n'


@pytest.mark.usefixtures("keymaker")
def test_s33_a_copied_key_leaves_the_clipboard_again(page: AgentsPage) -> None:
    page.agent_added.emit("Mine")
    push(page, "Copy key")
    assert clipboard() == KEY.reveal()
    page._clipboard.forget()
    assert clipboard() == ""


@pytest.mark.usefixtures("keymaker")
def test_s33_what_the_user_copied_since_stays(page: AgentsPage) -> None:
    page.agent_added.emit("Mine")
    push(page, "Copy key")
    QGuiApplication.clipboard().setText("my own")
    page._clipboard.forget()
    assert clipboard() == "my own"


def test_a_key_of_an_agent_without_a_card_tells_of_its_requests(page: AgentsPage) -> None:
    page.show_settings(
        Settings(agents=(Agent("goose", digest("lk_1")), Agent("b", digest("lk_2"))))
    )
    page.apply([started("1", "demo", agent="goose"), started("2", "demo", agent="nobody")])
    states = {name: label.text() for name, label in page._keys._states.items()}
    assert states["goose"].startswith("connected · ")
    assert states["b"] == "lk_••••"
    # A new key has yet to prove itself.
    page.show_new_key("goose", KEY)
    assert page._keys._states["goose"].text() == "new, copy it now"


def test_what_could_not_be_done_is_forgiven_and_what_was_done_stays_said(page: AgentsPage) -> None:
    page.show_error("The configuration was not changed: line 3")
    page.forgive()
    assert page._notice.text() == ""
    push(page.cards["cline"], "Copy base URL")
    page.forgive()
    assert page._notice.text() == "Copied."


def test_without_a_model_none_is_made_up(page: AgentsPage, keymaker: Keymaker) -> None:
    QGuiApplication.clipboard().setText("before")
    for label in ("Copy model", "Copy command"):
        push(page.cards["cline"], label)
        assert page._notice.text() == "Say first which model it should ask for."
    assert (clipboard(), keymaker.calls) == ("before", [])


def test_what_is_said_moves_nothing(page: AgentsPage) -> None:
    card = page.cards["cline"]
    before = card.mapTo(page, card.rect().topLeft())
    push(card, "Copy base URL")
    QApplication.processEvents()
    assert page._notice.text() == "Copied."
    assert card.mapTo(page, card.rect().topLeft()) == before


def test_a_file_that_is_not_there_yet_has_no_copy(page: AgentsPage, home: Path) -> None:
    said: list[str] = []

    def look(dialog: ChangeDialog) -> None:
        said.extend(label.text() for label in dialog.findChildren(QLabel))
        dialog.reject()

    page.target._model.setText("m")
    for _ in range(2):
        answer(look)
        push(page.cards["aider"], "Write config…")
        (home / AIDER).write_text("auto-commits: false\n")
    kept = [words for words in said if words.startswith("A copy")]
    assert len(kept) == 1
    assert "The file is not there yet; it will be readable by you alone." in said


@pytest.mark.usefixtures("keymaker")
def test_no_key_is_ever_in_a_text_of_the_window(page: AgentsPage) -> None:
    page.agent_added.emit("Mine")
    page.target._model.setText("m")
    push(page.cards["aider"], "Copy shell lines")
    assert KEY.reveal() in clipboard()
    texts = [each.text() for each in page.findChildren(QLabel)]
    texts += [each.text() for each in page.findChildren(QLineEdit)]
    texts += [each.toolTip() for each in page.findChildren(QWidget)]
    assert not any(KEY.reveal() in each for each in texts)


def test_a_key_can_be_copied_only_while_the_configuration_holds_it(
    page: AgentsPage, keymaker: Keymaker
) -> None:
    page.agent_added.emit("Mine")
    keymaker.revoke("Mine")
    assert page._known_keys == {}


def test_cursor_is_told_the_truth_and_offered_nothing(page: AgentsPage) -> None:
    card = page.cards["cursor"]
    assert state(page, "cursor") == "cannot reach this computer"
    assert [each for each in card.findChildren(QPushButton) if each.isVisibleTo(page)] == []


def test_an_error_ends_the_waiting(page: AgentsPage) -> None:
    page._with_key("aider", lambda _: pytest.fail("no key may be used"))
    page.show_error("the configuration is read-only")
    page.show_new_key("aider", KEY)
    assert "aider" in page._known_keys

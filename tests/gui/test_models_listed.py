"""A provider's models, listed on the page of agents: asked of a real server by the real proxy."""

import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import sample
from app.ui.agents_page import AgentsPage
from app.ui.pages import Pages
from proxy import wire
from tests.fakes.upstream import STALL, FakeUpstream, Request, Step, document
from tests.gui.exchanges import began
from tests.gui.whole import Whole, push

# There is no tray on the platform without a screen.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", "does not support")

MODELS = wire.encode({"data": [{"id": "qwen3"}, {"id": "kimi"}]})


@dataclass
class Listed:
    """The page, and the server that it asks; its answer waits until it is let go."""

    page: AgentsPage
    go_on: threading.Event = field(default_factory=threading.Event)
    answer: list[Step] = field(default_factory=lambda: document(MODELS))

    def script(self, request: Request) -> Iterable[Step]:
        if b"/chat/completions" in request.head:
            return [STALL]
        self.go_on.wait(30)
        return self.answer

    @property
    def models(self) -> list[str]:
        choice = self.page.target._models
        return [choice.itemText(place) for place in range(choice.count())]

    @property
    def can_list(self) -> bool:
        return self.page.target._list.isEnabled()

    @property
    def said(self) -> str:
        return self.page._notice.text()


@contextmanager
def listing(whole: Whole) -> Generator[Listed]:
    """Have a provider of that kind, chosen on the page, whose models were asked for."""
    pages: Pages = whole.application._pages
    made = Listed(pages.agents)
    with FakeUpstream(made.script) as server:
        text = f'\n[providers.own]\nbase_url = "{server.url}"\nkey = "none"\n'
        whole.file.edit(lambda before: before + text)
        whole.until(lambda: made.page.target._provider.findData("own") >= 0)
        window = whole.application._window
        window.show_page("agents")
        window.activateWindow()
        whole.until(window.isActiveWindow)
        made.page.target._provider.setFocus()
        QTest.keyClick(made.page.target._provider, Qt.Key.Key_End)
        assert made.page.target.provider == "own"
        push(made.page, "List models")
        try:
            yield made
        finally:
            made.go_on.set()


def test_the_models_are_offered_when_they_have_come(whole: Whole) -> None:
    with listing(whole) as listed:
        assert not listed.can_list
        listed.go_on.set()
        whole.until(lambda: listed.models == ["qwen3", "kimi"])
        assert listed.can_list
        assert listed.page.target._models.view().isVisible()
        listed.page.target._models.hidePopup()


def test_whoever_has_gone_on_meanwhile_is_not_called_back(whole: Whole) -> None:
    with listing(whole) as listed:
        name = listed.page._keys._name
        name.setFocus()
        QTest.keyClicks(name, "Cl")
        listed.go_on.set()
        whole.until(lambda: listed.models)
        assert not listed.page.target._models.view().isVisible()
        assert QApplication.focusWidget() is name


def test_whoever_types_a_model_meanwhile_is_not_disturbed(whole: Whole) -> None:
    with listing(whole) as listed:
        assert listed.page.target._models.hasFocus()
        QTest.keyClicks(listed.page.target._model, "mine")
        assert listed.page.target.model == "mine"
        listed.go_on.set()
        whole.until(lambda: listed.models)
        assert not listed.page.target._models.view().isVisible()
        assert listed.page.target.model == "mine"


def test_an_answer_that_takes_long_holds_up_no_list(whole: Whole) -> None:
    with listing(whole) as listed:
        listed.go_on.set()
        whole.until(lambda: listed.models)
        listed.page.target._models.hidePopup()
        listed.page.target._models.clear()
        asked = began(body=b'{"model": "qwen3", "messages": []}', provider="own")
        whole.application._wishes.send_again(asked, ("on",))
        whole.until(lambda: whole.application._service.streaming)
        push(listed.page, "List models")
        whole.until(lambda: listed.models)


def test_a_server_that_says_nothing_is_not_waited_for_long(
    whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "LIST_SECONDS", 0.2)
    with listing(whole) as listed:
        whole.until(lambda: listed.said)
        assert listed.said.startswith("The models could not be listed: the request failed:")
        assert listed.can_list


def test_a_list_without_an_end_is_not_read_for_long(
    whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "LIST_SECONDS", 0.5)
    with listing(whole) as listed:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n"
        listed.answer = [head, *[part for _ in range(900) for part in (b" ", 0.05)]]
        listed.go_on.set()
        whole.until(lambda: listed.said)
        assert listed.can_list


def test_a_refusal_is_said_and_a_key_that_is_waited_for_still_comes(whole: Whole) -> None:
    with listing(whole) as listed:
        came: list[str] = []
        listed.page._awaited["Cline"] = lambda: came.append("key")
        listed.answer = document(b'{"error":{"message":"no"}}', "403 Forbidden")
        listed.go_on.set()
        whole.until(lambda: "403" in listed.said)
        assert listed.can_list
        whole.application._editor.add_agent("Cline")
        whole.until(lambda: came)


def test_a_list_that_comes_late_leaves_what_was_said_meanwhile(whole: Whole) -> None:
    with listing(whole) as listed:
        push(listed.page, "Copy address")
        listed.go_on.set()
        whole.until(lambda: listed.models)
        assert listed.said == "Copied."

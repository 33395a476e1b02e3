"""The tray application, put together: who is there, and who tells whom.

The one direction: whatever the user wants is written into the configuration file; whatever the
file then says goes to the proxy, the pages and the tray. Nothing on the GUI's thread waits.
"""

import argparse
import gc
import os
import sys
from functools import partial
from pathlib import Path

import platformdirs
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from app import faults, preferences
from app.agents.places import Places
from app.archive import Archive
from app.autostart import APP_ID, autostart
from app.bridge import Bridge
from app.channel import control_path
from app.choices import Choices
from app.closing import Closing
from app.editing import Editor
from app.instance import Instance, ask
from app.keydesk import KeyDesk
from app.language import language, prefer_chinese_signs
from app.memory import give_large_blocks_back
from app.models.attention import Attention, Attentions
from app.models.speed import Speed
from app.notices import Notices
from app.preferences import Preferences
from app.secrets import Keyring
from app.service import Service, free_port
from app.settings import ConfigFile, Watcher
from app.tray import Tray
from app.ui.icons import icon
from app.ui.main_window import MainWindow
from app.ui.pages import Pages
from app.ui.theme import Theme
from app.ui.tray_menu import TrayMenu
from app.welcome import Welcome
from app.wishes import Parts, Wishes
from proxy.config import Settings
from proxy.errors import ConfigError, PortTakenError
from proxy.server import ServerThread
from proxy.tap import Record

_DONE, _FAILED = 0, 1
_MEGABYTE = 1024 * 1024


def run(options: argparse.Namespace) -> int:
    """Show the tray and the window until the user quits; return the exit status."""
    give_large_blocks_back()
    prefer_chinese_signs(preferences.load(preferences.default_path()).language)
    qt = QApplication(["wiremend"])
    qt.setApplicationName("wiremend")
    qt.setApplicationDisplayName("Wiremend")
    qt.setDesktopFileName(APP_ID)
    qt.setQuitOnLastWindowClosed(False)
    instance = Instance(control_path())
    if not instance.claim():
        ask(control_path(), "show")
        return _DONE
    faults.log_into(platformdirs.user_log_path("wiremend"))
    try:
        settings, error = _first_settings(file := ConfigFile(options.config))
    except (ConfigError, OSError) as failure:
        line = failure.line if isinstance(failure, ConfigError) else 0
        sys.stderr.write(f"wiremend: {options.config}:{line}: {failure}\n")
        return _FAILED
    application = Application(qt, file, settings, options.port)
    application.answer(instance)
    application.start(hidden=options.hidden, error=error)
    # Collections look only at what comes from now on: neither the window nor a stream waits long.
    gc.freeze()
    gc.enable()
    status = qt.exec()
    application.end()
    instance.end()
    return status


def _first_settings(file: ConfigFile) -> tuple[Settings, ConfigError | None]:
    """Return what the file says, or the last good copy and what is wrong with the file."""
    file.ensure()
    try:
        return file.load(), None
    except ConfigError as error:
        try:
            return file.load_last_good(), error
        except ConfigError:
            raise error from None


class Application(QObject):
    """Builds everybody and introduces them."""

    def __init__(
        self, qt: QApplication, file: ConfigFile, settings: Settings, port: int | None
    ) -> None:
        super().__init__(qt)
        self._qt = qt
        self._file = file
        self._settings = settings
        self._theme = Theme(qt)
        self._choices = Choices(preferences.default_path(), autostart(), self)
        self._bridge = Bridge(self)
        keyring = Keyring()
        self._desk = KeyDesk(keyring, self)
        self._editor = Editor(file, self)
        self._service = Service(
            lambda known: ServerThread(
                known, keyring, self._bridge.tap, on_refused=self._bridge.take_refusal
            ),
            settings,
            port,
            self,
        )
        self._watcher = Watcher(file, self._bridge.take_settings, self._bridge.take_error)
        self._attentions = Attentions()
        self._speed = Speed()
        kept = platformdirs.user_data_path("wiremend")
        self._archive = Archive(kept / "requests", self)
        self._pages = Pages(Places(Path.home(), os.environ), kept / "backups")
        self._window = MainWindow(self._pages.destinations())
        self._menu = TrayMenu(self._window)
        self._tray = Tray(self._menu, self)
        self._notices = Notices(self._window, self._tray, self)
        self._wishes = Wishes(
            Parts(
                file,
                self._editor,
                self._desk,
                self._service,
                self._choices,
                self._pages,
                self._window,
            ),
            self,
        )
        self._closing = Closing(self._window, self._tray, self._service, self._notices, self)
        self._welcome = Welcome(self._pages, self._window, self._choices, self._tray, self)
        self._connect_proxy()
        self._connect_pages()
        self._connect_window()
        self._connect_tray()

    def start(self, *, hidden: bool, error: ConfigError | None) -> None:
        """Begin: the proxy first, since agents may be waiting."""
        self._closing.heed_signals()
        faults.catch_all(self._notices.fault)
        self._service.start()
        self._watcher.start()
        self._qt.setWindowIcon(icon("wiremend"))
        self._show_preferences(self._choices.now)
        self._show_settings(self._settings)
        self._choices.look()
        self._window.take_place()
        self._tray.start()
        if not ((hidden or self._choices.now.start_hidden) and self._tray.present):
            self._window.show()
        else:
            # Never shown, it would not say by itself that nobody sees it.
            self._window.shown.emit(False)
        if not self._tray.present:
            self._notices.no_tray(os.environ.get("XDG_CURRENT_DESKTOP", ""))
        if error is not None:
            self._refuse_settings(error)
        self._welcome.begin(self._settings)

    def answer(self, instance: Instance) -> None:
        """Let other processes of this user speak to it."""
        instance.listen(
            {"show": self._answer_show, "status": self._answer_status, "quit": self._answer_quit}
        )

    def end(self) -> None:
        """Take everything down that would outlive the loop."""
        self._watcher.stop()
        self._window.keep_place()
        self._wishes.forget()
        self._closing.heed_no_more()
        self._tray.end()
        self._window.hide()

    def _connect_proxy(self) -> None:
        bridge, service = self._bridge, self._service
        bridge.records.connect(self._take_records)
        bridge.lost.connect(self._pages.traffic.lose)
        bridge.lost.connect(self._notices.lost)
        bridge.settings_changed.connect(self._take_settings)
        bridge.settings_refused.connect(self._refuse_settings)
        bridge.agent_refused.connect(self._notices.refused)
        service.status_changed.connect(self._window.show_status)
        service.status_changed.connect(self._menu.show_status)
        service.status_changed.connect(self._tray.show_status)
        service.status_changed.connect(self._show_address)
        service.settled.connect(self._notices.port_free)
        service.port_taken.connect(self._say_port_taken)
        service.failed.connect(self._window.say)
        self._closing.over.connect(self._leave)
        self._closing.learned.connect(self._choices.change)
        language().changed.connect(self._say_again)

    def _connect_pages(self) -> None:
        pages, editor, wishes = self._pages, self._editor, self._wishes
        pages.traffic.fix_toggled.connect(editor.set_fix)
        pages.providers.fix_toggled.connect(editor.set_fix)
        pages.providers.passthrough_toggled.connect(editor.set_passthrough)
        pages.providers.provider_removed.connect(editor.remove_provider)
        pages.providers.provider_moved.connect(editor.move_provider)
        pages.providers.key_copied.connect(wishes.copy_key)
        pages.providers.key_deleted.connect(self._desk.delete)
        pages.providers.unlock_asked.connect(self._desk.unlock)
        pages.providers.address_asked.connect(wishes.copy_address)
        pages.providers.member_changed.connect(wishes.change_member)
        pages.providers.traffic_asked.connect(wishes.show_requests_of)
        pages.traffic.send_again_asked.connect(wishes.send_again)
        pages.traffic.provider_asked.connect(wishes.show_provider)
        pages.traffic.cleared.connect(self._show_kept)
        for page in (pages.providers, pages.first_run):
            page.provider_saved.connect(editor.save_provider)
            page.key_entered.connect(wishes.store_key)
        for page in (pages.traffic, pages.providers, pages.first_run):
            page.sample_asked.connect(wishes.send_sample)
        pages.agents.agent_added.connect(editor.add_agent)
        pages.agents.agent_revoked.connect(editor.revoke_agent)
        pages.agents.models_asked.connect(wishes.list_models)
        editor.key_made.connect(pages.agents.show_new_key)
        editor.edited.connect(self._take_settings)
        editor.refused.connect(self._say_not_edited)
        self._desk.state_known.connect(self._show_key_state)
        for page in (pages.providers, pages.first_run):
            self._desk.failed.connect(page.show_error)
            self._desk.keyring_named.connect(page.show_keyring)
        self._connect_settings_page()

    def _connect_settings_page(self) -> None:
        page, choices, wishes = self._pages.settings, self._choices, self._wishes
        page.member_changed.connect(wishes.change_member)
        page.clear_asked.connect(wishes.clear_traffic)
        page.lock_asked.connect(wishes.lock_keys)
        page.export_asked.connect(wishes.export_settings)
        page.import_asked.connect(wishes.import_settings)
        logs, archive = platformdirs.user_log_path("wiremend"), self._archive
        page.log_folder_asked.connect(partial(wishes.open_folder, logs))
        page.archive_folder_asked.connect(partial(wishes.open_folder, archive.folder))
        page.clear_asked.connect(archive.clear)
        archive.failed.connect(page.show_error)
        archive.failed.connect(self._window.say)
        choices.changed.connect(self._show_preferences)
        choices.autostart_known.connect(page.show_autostart)
        choices.failed.connect(page.show_error)

    def _connect_window(self) -> None:
        window = self._window
        window.shown.connect(self._bridge.show_window)
        window.shown.connect(self._pages.traffic.watch)
        window.add_menu(lambda: self.tr("&Request"), self._pages.traffic.commands.entries)
        window.close_asked.connect(self._closing.close)
        window.quit_asked.connect(self._closing.ask)
        window.copy_asked.connect(self._wishes.copy_address)
        window.proxy_asked.connect(self._wishes.run_proxy)
        window.sample_asked.connect(self._wishes.send_sample)
        self._desk.keyring_known.connect(window.line.show_keyring)

    def _connect_tray(self) -> None:
        menu, tray, wishes = self._menu, self._tray, self._wishes
        menu.fix_toggled.connect(self._editor.set_fix)
        menu.passthrough_toggled.connect(self._editor.set_passthrough)
        menu.untouched_toggled.connect(wishes.touch_nothing)
        menu.attention_asked.connect(wishes.attend)
        menu.attention_ignored.connect(self._ignore)
        menu.request_asked.connect(wishes.show_cause)
        menu.open_asked.connect(wishes.open)
        menu.copy_asked.connect(wishes.copy_address)
        menu.proxy_toggled.connect(wishes.run_proxy)
        menu.quit_asked.connect(self._closing.ask)
        tray.toggle_asked.connect(wishes.toggle_window)
        tray.arrived.connect(self._notices.tray_came)

    def _take_records(self, records: list[Record]) -> None:
        self._pages.apply(records)
        self._archive.apply(records, self._pages.traffic.store.get)
        self._welcome.apply(records)
        self._show_kept()
        self._speed.apply(records)
        self._service.show_speed(self._speed.now())
        if self._attentions.apply(records):
            self._look_for_attention()

    def _take_settings(self, settings: Settings) -> None:
        self._notices.file_right()
        if settings != self._settings:
            self._service.apply(settings)
        self._show_settings(settings)

    def _show_settings(self, settings: Settings) -> None:
        self._settings = settings
        self._pages.show_settings(settings)
        self._menu.show_settings(settings)
        # Before the desk, which tells of keys at once.
        self._attentions.show_settings(settings)
        self._desk.show_settings(settings)
        self._wishes.show_settings(settings)
        self._pages.forgive()
        self._look_for_attention()

    def _refuse_settings(self, error: ConfigError) -> None:
        self._notices.file_wrong(error)

    def _say_not_edited(self, words: str) -> None:
        pages = self._pages
        for page in (pages.providers, pages.agents, pages.settings, pages.first_run):
            page.show_error(words)
        self._window.say(words)
        # The switch that was moved goes back to what is true.
        self._pages.show_settings(self._settings)
        self._menu.show_settings(self._settings)

    def _say_port_taken(self, error: PortTakenError) -> None:
        other = free_port(self._settings.host, error.port)
        move = partial(self._editor.set_server, "port", other, self._service.follow_file)
        self._notices.port_taken(error, self._service.retry, other, move)

    def _show_address(self) -> None:
        self._pages.show_address(self._service.url)

    def _show_key_state(self, provider: str, state: str, words: str) -> None:
        self._pages.providers.show_key_state(provider, state, words)
        self._pages.first_run.show_key_state(provider, state)
        self._attentions.show_key_state(provider, state)
        self._look_for_attention()

    def _look_for_attention(self) -> None:
        first = self._attentions.first()
        words = self._notices.attention(first, self._settings)
        self._menu.show_attention(first, words)
        self._service.show_attention(words)

    def _ignore(self, attention: Attention) -> None:
        self._attentions.ignore(attention)
        self._look_for_attention()

    def _show_preferences(self, chosen: Preferences) -> None:
        self._pages.settings.show_preferences(chosen)
        self._theme.choose(chosen.theme)
        language().choose(chosen.language)
        self._tray.show_style(chosen.tray_icon)
        self._closing.show_preferences(chosen)
        self._archive.turn(chosen.keep_on_disk)
        self._notices.show_preferences(chosen)
        store = self._pages.traffic.store
        store.most_rows, store.most_bytes = chosen.kept_requests, chosen.kept_megabytes * _MEGABYTE
        self._show_kept()

    def _say_again(self) -> None:
        """Put into words again what this object says to others."""
        self._look_for_attention()
        self._show_kept()

    def _show_kept(self) -> None:
        store = self._pages.traffic.store
        words = self.tr("kept: {count} of {most} requests, {size:.1f} of {most_size} MB")
        size, most = store.size / _MEGABYTE, store.most_bytes // _MEGABYTE
        words = words.format(count=len(store), most=store.most_rows, size=size, most_size=most)
        self._window.line.show_kept(words)

    def _leave(self) -> None:
        # Not `quit`: that would close the windows first, and closing them does not end it.
        self._qt.exit(_DONE)

    def _answer_show(self) -> str:
        self._window.come_forward()
        return ""

    def _answer_status(self) -> str | None:
        status = self._service.status
        if status.problem:
            return status.problem
        if self._service.starting:
            return None
        if status.state != "running":
            return status.state
        return f"running on {status.address}, {status.streaming} streaming"

    def _answer_quit(self) -> str:
        # The answer goes out first.
        QTimer.singleShot(0, self._closing, lambda: self._closing.quit(0))
        return ""

"""Every wish of the user's that concerns requests, as an edit of the one configuration file.

The window keeps no settings of its own: it writes the file and shows what came of it, as it does
when somebody else wrote it.
"""

from collections.abc import Callable, Collection
from functools import partial, reduce

from PySide6.QtCore import QObject, Signal

from app.errands import Errands
from app.language import translate
from app.models.configwords import fault_words
from app.models.reasonwords import reason_words
from app.settings import ConfigFile
from proxy import configedit
from proxy.config import Agent, Provider, Settings
from proxy.errors import ConfigError
from proxy.localkey import digest, new_key
from proxy.secret import Secret

Change = Callable[[str], str]


class Editor(QObject):
    """Edits the file, one wish after the other.

    Signals:
        edited: `Settings`, as they are now.
        refused: why the file could not be written, as a sentence; it is as it was.
        key_made: the name of a local key and the key itself, this once.
    """

    edited = Signal(object)
    refused = Signal(str)
    key_made = Signal(str, object)

    def __init__(self, file: ConfigFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._errands = Errands("editor", self)

    def set_fix(self, provider: str, fix: str, on: bool) -> None:
        """Switch a fix."""
        self._edit(lambda text: configedit.set_fix(text, provider, fix, on=on))

    def set_passthrough(self, provider: str, on: bool) -> None:
        """Let a provider's bytes through untouched, or mend them."""
        self.set_passthrough_of({provider}, on=on)

    def set_passthrough_of(self, providers: Collection[str], *, on: bool) -> None:
        """Do so for several at once."""
        steps = [
            partial(configedit.set_member, provider=name, name="passthrough", value=on)
            for name in providers
        ]
        self._edit(lambda text: reduce(lambda done, step: step(done), steps, text))

    def save_provider(self, provider: Provider) -> None:
        """Add a provider, or change it."""
        self._edit(lambda text: configedit.save_provider(text, provider))

    def remove_provider(self, provider: str) -> None:
        """Take a provider out."""
        self._edit(lambda text: configedit.remove_provider(text, provider))

    def move_provider(self, provider: str, place: int) -> None:
        """Bring a provider to another place among the others."""
        self._edit(lambda text: configedit.move_provider(text, provider, place))

    def set_server(
        self, name: str, value: str | int, then: Callable[[], None] | None = None
    ) -> None:
        """Set one of the proxy's own members; something more is done once it stands in the file."""
        self._edit(lambda text: configedit.set_server(text, name, value), then)

    def add_agent(self, name: str) -> None:
        """Make a local key for an agent."""
        key = new_key()
        agent = Agent(name, digest(key.reveal()))
        self._edit(
            lambda text: configedit.add_agent(text, agent), lambda: self._hand_out(name, key)
        )

    def revoke_agent(self, name: str) -> None:
        """Shut an agent out."""
        self._edit(lambda text: configedit.remove_agent(text, name))

    def replace(self, text: str) -> None:
        """Put another text in the file's place."""
        self._edit(lambda _: text)

    def after(self, act: Callable[[], object]) -> None:
        """Do something once every wish of before is in the file and known."""
        self._errands.send(lambda: None, lambda _: act())

    def _edit(self, change: Change, then: Callable[[], None] | None = None) -> None:
        def finish(settings: Settings) -> None:
            self.edited.emit(settings)
            if then is not None:
                then()

        self._errands.send(lambda: self._file.edit(change), finish, self._refuse)

    def _hand_out(self, name: str, key: Secret) -> None:
        self.key_made.emit(name, key)

    def _refuse(self, error: Exception) -> None:
        words = self.tr("The configuration was not changed: {reason}")
        self.refused.emit(words.format(reason=reason_of(error)))


def reason_of(error: Exception) -> str:
    """Return why a text of the configuration was not read or written, for the user."""
    if isinstance(error, ConfigError):
        reason = fault_words(error.message)
        words = translate("Editor", "line {line}: {reason}")
        return words.format(line=error.line, reason=reason) if error.line else reason
    if isinstance(error, LookupError):
        return translate("Editor", "it no longer holds what was to be changed")
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return reason_words(error)

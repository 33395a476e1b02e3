"""The language of every word the user sees: loaded, changed, and heeded by what is on show.

Whoever shows fixed words says them through `say`: they are said again in each new language.
"""

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator, Signal

Words = str | Callable[[], str]
"""Words as they are, such as a name, or where to ask for them in the language of the moment."""

ENGLISH, CHINESE = "en", "zh_CN"
FOLDER = Path(__file__).resolve().parent / "resources" / "translations"


translate = QCoreApplication.translate


class Language(QObject):
    """The one language of the process.

    Signals:
        changed: words asked for from now on are in another language.
    """

    changed = Signal()

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        self._application = application
        self._translators: list[QTranslator] = []
        self._contents: dict[Path, bytes] = {}
        self.now = ENGLISH

    def choose(self, name: str) -> None:
        """Speak ``en`` or ``zh_CN``; an empty or unknown name stands for the system's language."""
        chosen = name if name in {ENGLISH, CHINESE} else of_system(QLocale.system().uiLanguages())
        QLocale.setDefault(QLocale(name) if name == chosen else QLocale.system())
        if chosen == self.now:
            return
        self.now = chosen
        for translator in self._translators:
            self._application.removeTranslator(translator)
            translator.setParent(None)
        self._translators = [] if chosen == ENGLISH else self._load(chosen)
        self.changed.emit()

    def _load(self, name: str) -> list[QTranslator]:
        # Qt's own words for its own dialogs come first, so that ours win.
        found: list[QTranslator] = []
        qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for path in (Path(qt) / f"qtbase_{name}.qm", FOLDER / f"wiremend_{name}.qm"):
            translator = QTranslator(self)
            if path not in self._contents:
                # Read here: Qt would map the file into memory, and fall over when an update is
                # written over it. Of these bytes it makes no copy: they are kept.
                self._contents[path] = path.read_bytes() if path.is_file() else b""
            if translator.load(self._contents[path]):
                self._application.installTranslator(translator)
                found.append(translator)
        return found


class _Saying(QObject):
    """Words that their owner shows for as long as it lives."""

    def __init__(
        self, owner: QObject, show: Callable[[str], object], words: Callable[[], str]
    ) -> None:
        super().__init__(owner)
        self._show = show
        self._words = words
        self.say()
        language().changed.connect(self.say)

    def say(self) -> None:
        """Show the words in the language of now."""
        self._show(self._words())


def say(owner: QObject, show: Callable[[str], object], words: Words) -> None:
    """Show words now and in each language to come, until their owner is gone."""
    if isinstance(words, str):
        show(words)
    else:
        _Saying(owner, show, words)


def asked(words: Words) -> str:
    """Return words in the language of the moment."""
    return words if isinstance(words, str) else words()


def prefer_chinese_signs(name: str) -> None:
    """Have the signs that Chinese and Japanese share drawn as the language of this name does.

    Fontconfig goes by the system's language and looks once: this comes before the first window.
    """
    if name == CHINESE:
        os.environ.setdefault("FC_LANG", "zh-cn")


def counted(count: int, one: str, many: str) -> str:
    """Return the sentence that fits a count, with the count in it."""
    return (one if count == 1 else many).format(count=count)


def language() -> Language:
    """Return the language of the running application."""
    application = QCoreApplication.instance()
    if application is None:
        raise RuntimeError("Words need an application.")
    return application.findChild(Language) or Language(application)


def of_system(wanted: list[str]) -> str:
    """Return the first language that somebody prefers and we speak."""
    for tag in wanted:
        spoken = {"zh": CHINESE, "en": ENGLISH}.get(tag.replace("_", "-").partition("-")[0])
        if spoken is not None:
            return spoken
    return ENGLISH

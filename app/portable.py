"""The settings as a file to take elsewhere, without the keys of this computer's agents."""

from pathlib import Path
from urllib.parse import urlsplit

from app.settings import ConfigFile, write
from proxy import configedit
from proxy.configtext import parse
from proxy.repairs import fix_names


def export_settings(file: ConfigFile, path: Path) -> None:
    """Write a copy that holds no key, nor what a key could be checked against."""
    text = file.text()
    settings = parse(text, fix_names())
    for agent in settings.agents:
        text = configedit.remove_agent(text, agent.name)
    for provider in settings.providers.values():
        if urlsplit(provider.outgoing_proxy).password is not None:
            text = configedit.set_member(text, provider.id, "outgoing_proxy", "")
    write(path, text)


def former_settings(file: ConfigFile) -> Path:
    """Return where the settings are kept that an import took the place of."""
    return file.path.with_name(file.path.name + ".before-import")


def import_settings(file: ConfigFile, path: Path) -> str:
    """Return the text of such a copy with the agents of this computer; it has been checked.

    What the file holds now is kept beside it.
    """
    text = ConfigFile(path).text()
    foreign = parse(text, fix_names())
    for agent in foreign.agents:
        text = configedit.remove_agent(text, agent.name)
    for agent in parse(file.text(), fix_names()).agents:
        text = configedit.add_agent(text, agent)
    parse(text, fix_names())
    write(former_settings(file), file.text())
    return text

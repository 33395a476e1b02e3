"""The commands without a window; Qt is never imported here, and errors are one line each."""

import argparse
import contextlib
import getpass
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TextIO

from app.about import version
from app.channel import control_path, pipe_path
from app.settings import ConfigFile, default_path
from proxy.errors import ConfigError, PortTakenError, WiremendError

DONE, FAILED, WRONG_USAGE, PORT_TAKEN = 0, 1, 2, 3
INTERRUPTED = 130
"""As shells have it for Ctrl-C."""
_LONGEST_LINE = 1000
_TALK_SECONDS = 3
_KEYRING_SECONDS = 60
"""A person at a terminal may be asked for the keyring's password first."""
_NO_PROVIDER = "no provider of that name stands in the configuration"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _complain(message)
        raise SystemExit(WRONG_USAGE)


class _Version(argparse.Action):
    """Looks the version up only where it is asked for."""

    def __call__(self, *_: object) -> None:
        _say(f"wiremend {version()}")
        raise SystemExit(DONE)


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the arguments; ends the process on wrong ones."""
    if any("\0" in argument for argument in arguments):
        _complain("an argument holds a NUL character")
        raise SystemExit(WRONG_USAGE)
    general = _general()
    parser = _Parser(prog="wiremend", parents=[general], description=_DESCRIPTION)
    parser.add_argument("--hidden", action="store_true", help="start in the tray")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, words in _SIMPLE.items():
        commands.add_parser(name, parents=[general], help=words)
    _add_set(commands, general)
    _add_key(commands, general)
    _add_agent(commands, general)
    _add_replay(commands, general)
    options = parser.parse_args(arguments)
    for name, default in (("config", default_path()), ("port", None), ("log_format", "text")):
        if not hasattr(options, name):
            setattr(options, name, default)
    return options


def _general() -> _Parser:
    """Return what every command takes; the defaults come last, so that it may stand anywhere."""
    general = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    words = "the configuration file to use"
    general.add_argument("--config", type=_path, metavar="PATH", help=words)
    words = "the port to listen on, whatever the file says"
    general.add_argument("--port", type=_port, metavar="N", help=words)
    words = "how serve writes its log"
    general.add_argument("--log-format", choices=("text", "json"), dest="log_format", help=words)
    general.add_argument("--version", action=_Version, nargs=0, help="say which one this is")
    return general


_DESCRIPTION = """Mends what LLM providers break on the wire, between coding agents and them.
Without a command it shows its window and goes on in the tray."""
_SIMPLE = {
    "serve": "run the proxy without a window",
    "show": "raise the window of the running application",
    "status": "print the state of the running application",
    "quit": "end the running application",
    "check": "validate the configuration",
}


def _add_set(commands: Any, general: argparse.ArgumentParser) -> None:
    switch = commands.add_parser("set", parents=[general], help="switch a fix of a provider")
    switch.add_argument("provider", help="by its name in the configuration")
    switch.add_argument("fix", help="by its key, such as index-repair; or passthrough")
    switch.add_argument("state", choices=("on", "off"))


def _add_key(commands: Any, general: argparse.ArgumentParser) -> None:
    key = commands.add_parser("key", parents=[general], help="keep a provider's key")
    words = "enter it, unseen or on standard input; or forget it"
    key.add_argument("action", choices=("set", "delete"), help=words)
    key.add_argument("provider", help="by its name in the configuration")


def _add_agent(commands: Any, general: argparse.ArgumentParser) -> None:
    agent = commands.add_parser("agent", parents=[general], help="say who may call the proxy")
    actions = agent.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, words in (("add", "let it in, and print its key once"), ("revoke", "shut it out")):
        actions.add_parser(name, parents=[general], help=words).add_argument("name")
    actions.add_parser("list", parents=[general], help="print who is let in")


def _add_replay(commands: Any, general: argparse.ArgumentParser) -> None:
    replay = commands.add_parser("replay", parents=[general], help="run recorded cases offline")
    replay.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="as the inspector saves it"
    )
    words = "with this fix alone, or with several; by default those that are on, and the case's own"
    replay.add_argument(
        "--fix", action="append", default=[], dest="fixes", metavar="NAME", help=words
    )
    replay.add_argument("--all", action="store_true", dest="every", help="with every fix")
    replay.add_argument("--json", action="store_true", dest="as_json", help="one object a line")


def run(options: argparse.Namespace) -> int:
    """Do one command; return the exit status."""
    try:
        return _COMMANDS[options.command](options)
    except ConfigError as error:
        _complain(f"{options.config}:{error.line}: {error.message}", prefix="")
    except PortTakenError as error:
        _complain(f"port {error.port} is taken by {error.holder}")
        return PORT_TAKEN
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be said there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        _complain(error.strerror or type(error).__name__)
    except (WiremendError, ValueError) as error:
        _complain(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    return FAILED


def _serve(options: argparse.Namespace) -> int:
    from app.serving import serve  # noqa: PLC0415  the proxy is loaded where it is needed

    file = ConfigFile(options.config)
    file.ensure()
    return serve(file, options.port, as_json=options.log_format == "json")


def _check(options: argparse.Namespace) -> int:
    from proxy.configtext import problems  # noqa: PLC0415
    from proxy.repairs import fix_names  # noqa: PLC0415

    found = problems(ConfigFile(options.config).text(), fix_names())
    for error in found:
        _complain(f"{options.config}:{error.line}: {error.message}", prefix="")
    if not found:
        _say(f"{options.config}: valid")
    return FAILED if found else DONE


def _set(options: argparse.Namespace) -> int:
    from proxy.configedit import set_fix, set_member  # noqa: PLC0415
    from proxy.repairs import RESERVED  # noqa: PLC0415

    on = options.state == "on"
    file = _existing(options)

    def change(text: str) -> str:
        if options.fix == "passthrough":
            return set_member(text, options.provider, "passthrough", on)
        return set_fix(text, options.provider, options.fix, on=on)

    _known_provider(file, options.provider)
    file.edit(change)
    if options.fix in RESERVED:
        _complain(f"noted, but {options.fix} comes with a later version")
    return DONE


def _key(options: argparse.Namespace) -> int:
    from app.secrets import Keyring  # noqa: PLC0415
    from proxy.headers import origin_of  # noqa: PLC0415
    from proxy.secret import Secret  # noqa: PLC0415

    file = _existing(options)
    provider = _keyed_provider(file, options.provider)
    origin = origin_of(provider.base_url)
    keyring = Keyring(_KEYRING_SECONDS)
    if not keyring.name:
        raise ValueError(
            "there is no keyring here; let the key come from the environment: env:NAME"
        )
    if options.action == "delete":
        keyring.delete(provider.id, origin)
        _say(f"The key of {provider.id} is gone.")
        return DONE
    keyring.store(provider.id, origin, Secret(_asked(f"Key of {provider.id}: ")))
    _clean(file, provider.id)
    _say(f"The key of {provider.id} is in the {keyring.name}.")
    return DONE


def _keyed_provider(file: ConfigFile, name: str) -> Any:
    """Return a provider, even of a file that is invalid because the key stands in it."""
    from proxy.configtext import readable  # noqa: PLC0415
    from proxy.repairs import fix_names  # noqa: PLC0415

    provider = readable(file.text(), fix_names()).providers.get(name)
    if provider is None or not provider.base_url:
        raise ValueError(_NO_PROVIDER)
    if provider.key != "keyring":
        raise ValueError(f'this provider has key = "{provider.key}", expected "keyring"')
    return provider


def _clean(file: ConfigFile, name: str) -> None:
    """Take a plaintext key out of the file, now that the keyring has it."""
    from proxy.configedit import set_member  # noqa: PLC0415
    from proxy.configrules import key_fault  # noqa: PLC0415
    from proxy.configtext import tables  # noqa: PLC0415

    if key_fault(tables(file.text())["providers"][name].get("key", "keyring"), name):
        file.edit(lambda text: set_member(text, name, "key", "keyring"))


def _asked(prompt: str) -> str:
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()


def _agent(options: argparse.Namespace) -> int:
    from proxy.config import Agent  # noqa: PLC0415
    from proxy.configedit import add_agent, remove_agent  # noqa: PLC0415
    from proxy.localkey import digest, new_key  # noqa: PLC0415

    file = _existing(options)
    agents = {agent.name for agent in file.load().agents}
    if options.action == "list":
        for name in sorted(agents):
            _say(name)
        return DONE
    if options.action == "revoke":
        if options.name not in agents:
            raise ValueError("no agent of that name; `wiremend agent list` names them")
        file.edit(lambda text: remove_agent(text, options.name))
        return DONE
    if options.name in agents:
        raise ValueError("an agent of that name is there already; revoke it first")
    key = new_key().reveal()
    file.edit(lambda text: add_agent(text, Agent(options.name, digest(key))))
    _say(key)
    return DONE


def _replay(options: argparse.Namespace) -> int:
    from app.replay import replay  # noqa: PLC0415

    return replay(options.files, options.fixes, options.every, options.as_json)


def _speak(options: argparse.Namespace) -> int:
    answer = ask(options.command)
    if answer is None:
        _complain("no Wiremend with a window is running")
        return FAILED
    if answer:
        _say(answer)
    return DONE


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "serve": _serve,
    "check": _check,
    "set": _set,
    "key": _key,
    "agent": _agent,
    "replay": _replay,
    "show": _speak,
    "status": _speak,
    "quit": _speak,
}


def ask(word: str) -> str | None:
    """Say a word to the running application; return its answer, None where there is none."""
    if not hasattr(socket, "AF_UNIX"):
        return _ask_pipe(word)
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(_TALK_SECONDS)
        peer.connect(str(control_path()))
        peer.sendall(word.encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n") and (more := peer.recv(4096)):
            answer += more
        return answer.decode("utf-8", "replace").strip()
    return None


def _ask_pipe(word: str) -> str | None:
    # Windows: the application's socket is a named pipe.
    with contextlib.suppress(OSError), Path(pipe_path(control_path())).open("r+b", 0) as pipe:
        pipe.write(word.encode() + b"\n")
        return pipe.readline().decode("utf-8", "replace").strip()
    return None


def _existing(options: argparse.Namespace) -> ConfigFile:
    file = ConfigFile(options.config)
    file.ensure()
    return file


def _known_provider(file: ConfigFile, name: str) -> Any:
    provider = file.load().providers.get(name)
    if provider is None:
        raise ValueError(_NO_PROVIDER)
    return provider


def _path(text: str) -> Path:
    if text.startswith("\\\\") or (os.name == "nt" and text.startswith("//")):
        raise argparse.ArgumentTypeError("expected a file of this computer, not of another one")
    return Path(text)


def _port(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 0 < number < 65536:  # noqa: PLR2004
        raise argparse.ArgumentTypeError("expected a number from 1 to 65535")
    return number


def _say(line: str) -> None:
    _write(sys.stdout, line)


def _complain(line: str, prefix: str = "wiremend: ") -> None:
    shown = (sign if sign.isprintable() else ascii(sign)[1:-1] for sign in line[:_LONGEST_LINE])
    _write(sys.stderr, prefix + "".join(shown))


def _write(stream: TextIO, line: str) -> None:
    # What a terminal cannot show it is spelt, whatever the locale.
    stream.write(line.encode(stream.encoding, "backslashreplace").decode(stream.encoding) + "\n")
    stream.flush()

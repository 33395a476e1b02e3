"""The agents we know: how each is told apart, where its file is, and the true way into it.

Texts are the words shown to the user, translated where they are shown. In a snippet, `$address`,
`$root` (the address without ``/v1``), `$model` and `$key` stand for the user's own.
"""

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from string import Template
from types import MappingProxyType

from app.agents.formats import (
    KEY_VARIABLE,
    NAME,
    AiderFile,
    CodexProfile,
    ContinueFile,
    Endpoint,
    Format,
    OpencodeFile,
    ZedFile,
)


class Kind(Enum):
    """For what a snippet is pasted into, which decides how a value is quoted."""

    PLAIN = "plain"
    SHELL = "shell"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Snippet:
    """One text to copy."""

    label: str
    text: str
    kind: Kind = Kind.PLAIN

    def fill(self, endpoint: Endpoint) -> str:
        """Return the text with the user's own values."""
        quote = _QUOTING[self.kind]
        values = {
            "address": endpoint.address,
            "root": endpoint.address.removesuffix("/v1"),
            "model": endpoint.model,
            "key": endpoint.key,
        }
        return Template(self.text).substitute({name: quote(each) for name, each in values.items()})


@dataclass(frozen=True, slots=True)
class Tool:
    """One agent."""

    id: str
    title: str
    way: str
    """How it is pointed here, in one or two sentences; the truth, also where it cannot be."""
    snippets: tuple[Snippet, ...] = ()
    user_agents: tuple[str, ...] = ()
    """Beginnings of its ``User-Agent``, in lower case."""
    commands: tuple[str, ...] = ()
    """Its programs."""
    traces: tuple[str, ...] = ()
    """Patterns, as `Places` reads them, that tell of an installation."""
    files: tuple[str, ...] = ()
    """Its file, as `Places` chooses it: the first that exists, else the last."""
    format: Format | None = None
    """How we write into that file; None where we do not."""
    rivals: tuple[str, ...] = ()
    """Files that the agent would stop reading if we created ours."""
    caution: str = ""
    """Why it may not work with every provider, or not at all."""
    reachable: bool = True
    """It can call this computer at all."""

    def called(self, agent: str, user_agent: str) -> bool:
        """Tell whether a request came from this agent, by its local key's name or its own word."""
        if agent.casefold() in {self.title.casefold(), self.id}:
            return True
        return user_agent.casefold().startswith(self.user_agents) if self.user_agents else False


def _in_json(value: str) -> str:
    # Where the JSON stands in a shell's single quotes, one of them would end it.
    return json.dumps(value)[1:-1].replace("'", "\\u0027")


_QUOTING: Mapping[Kind, Callable[[str], str]] = MappingProxyType(
    {Kind.PLAIN: str, Kind.SHELL: shlex.quote, Kind.JSON: _in_json}
)

_ADDRESS = Snippet("base URL", "$address")
_KEY = Snippet("key", "$key")
_MODEL = Snippet("model", "$model")
_FORM = (_ADDRESS, _KEY, _MODEL)
_NEEDS_RESPONSES = "It speaks the Responses API: it works with providers that offer it."
_NEEDS_MESSAGES = "It speaks Anthropic Messages: it works with providers that offer them."


def _one_start(variable: str, program: str) -> Snippet:
    """Start opencode, or what was made of it, with our provider and none of the user's own."""
    text = (
        '{"model":"wiremend/$model","provider":{"wiremend":{"npm":"@ai-sdk/openai-compatible",'
        '"name":"Wiremend","options":{"baseURL":"$address","apiKey":"$key"},'
        '"models":{"$model":{}}}}}'
    )
    return Snippet("command for one start", f"{variable}='{text}' {program}", Kind.JSON)


def _extension(name: str) -> tuple[str, ...]:
    folders = (
        ".vscode",
        ".vscode-insiders",
        ".vscode-oss",
        ".vscode-server",
        ".cursor",
        ".windsurf",
    )
    return tuple(f"{folder}/extensions/{name}-*" for folder in folders)


TOOLS: tuple[Tool, ...] = (
    Tool(
        id="cline",
        title="Cline",
        way="In Cline's settings choose API Provider: OpenAI Compatible, then paste these. "
        "In a terminal the command does the same.",
        snippets=(
            *_FORM,
            Snippet(
                "command",
                "cline auth --provider openai-compatible --baseurl $address --apikey $key "
                "--modelid $model\n",
                Kind.SHELL,
            ),
        ),
        user_agents=("cline",),
        commands=("cline",),
        traces=_extension("saoudrizwan.claude-dev"),
    ),
    Tool(
        id="opencode",
        title="opencode",
        way="A provider in opencode's own file; choose its model there with /models. "
        "For one start only, copy the command.",
        snippets=(
            _one_start("OPENCODE_CONFIG_CONTENT", "opencode"),
            Snippet("model name", f"{NAME}/$model"),
        ),
        user_agents=("opencode",),
        commands=("opencode",),
        traces=(".opencode", "$XDG_CONFIG_HOME/opencode", "$XDG_DATA_HOME/opencode"),
        files=(
            "$OPENCODE_CONFIG",
            "$XDG_CONFIG_HOME/opencode/opencode.jsonc",
            "$XDG_CONFIG_HOME/opencode/opencode.json",
        ),
        format=OpencodeFile(),
    ),
    Tool(
        id="roo",
        title="Roo Code",
        way="In its settings choose API Provider: OpenAI Compatible, then paste these.",
        snippets=_FORM,
        user_agents=("roo",),
        traces=_extension("rooveterinaryinc.roo-cline"),
    ),
    Tool(
        id="kilo",
        title="Kilo Code",
        way="In its settings choose API Provider: OpenAI Compatible, then paste these. "
        "In a terminal start it with the command.",
        snippets=(
            *_FORM,
            Snippet("full endpoint", "$address/chat/completions"),
            _one_start("KILO_CONFIG_CONTENT", "kilo"),
        ),
        user_agents=("kilo",),
        commands=("kilo", "kilocode"),
        traces=_extension("kilocode.kilo-code"),
    ),
    Tool(
        id="continue",
        title="Continue",
        way="A model in Continue's config.yaml.",
        snippets=_FORM,
        user_agents=("continue",),
        commands=("cn",),
        traces=("$CONTINUE_GLOBAL_DIR", *_extension("continue.continue")),
        files=("$CONTINUE_GLOBAL_DIR/config.yaml",),
        format=ContinueFile(),
        rivals=("$CONTINUE_GLOBAL_DIR/config.json", "$CONTINUE_GLOBAL_DIR/config.ts"),
    ),
    Tool(
        id="aider",
        title="aider",
        way="Lines in aider's .aider.conf.yml, or the environment of one shell.",
        snippets=(
            Snippet(
                "shell lines",
                "export OPENAI_API_BASE=$address\nexport OPENAI_API_KEY=$key\n"
                "aider --model openai/$model\n",
                Kind.SHELL,
            ),
        ),
        user_agents=("aider", "litellm"),
        commands=("aider",),
        traces=(".aider.conf.yml", ".aider"),
        files=(".aider.conf.yml",),
        format=AiderFile(),
    ),
    Tool(
        id="qwen-code",
        title="Qwen Code",
        way="It reads these variables from its shell.",
        snippets=(
            Snippet(
                "shell lines",
                "export OPENAI_BASE_URL=$address\nexport OPENAI_API_KEY=$key\n"
                "export OPENAI_MODEL=$model\nqwen\n",
                Kind.SHELL,
            ),
        ),
        user_agents=("qwencode",),
        commands=("qwen",),
        traces=(".qwen",),
    ),
    Tool(
        id="codex",
        title="Codex",
        way="A profile file that is ours alone; Codex reads the key from its shell. "
        "Versions before 0.134 know no profile files.",
        snippets=(
            Snippet(
                "shell lines",
                f"export {KEY_VARIABLE}=$key\ncodex --profile {NAME}\n",
                Kind.SHELL,
            ),
        ),
        user_agents=("codex",),
        commands=("codex",),
        traces=("$CODEX_HOME",),
        files=(f"$CODEX_HOME/{NAME}.config.toml",),
        format=CodexProfile(),
        caution=_NEEDS_RESPONSES,
    ),
    Tool(
        id="claude-code",
        title="Claude Code",
        way="It reads these variables from its shell; the address has no /v1 here.",
        snippets=(
            Snippet(
                "shell lines",
                "export ANTHROPIC_BASE_URL=$root\nexport ANTHROPIC_AUTH_TOKEN=$key\n"
                "export ANTHROPIC_MODEL=$model\nclaude\n",
                Kind.SHELL,
            ),
        ),
        user_agents=("claude-cli", "claude-code"),
        commands=("claude",),
        traces=("$CLAUDE_CONFIG_DIR",),
        caution=_NEEDS_MESSAGES,
    ),
    Tool(
        id="zed",
        title="Zed",
        way="A provider in Zed's settings.json. Zed asks for the key in Agent Settings, "
        f"or takes it from {KEY_VARIABLE}.",
        snippets=_FORM,
        user_agents=("zed",),
        commands=("zed", "zeditor"),
        traces=("$XDG_CONFIG_HOME/zed", "Applications/Zed.app"),
        files=(
            "AppData/Roaming/Zed/settings.json",
            ".var/app/dev.zed.Zed/config/zed/settings.json",
            "$XDG_CONFIG_HOME/zed/settings.json",
        ),
        format=ZedFile(),
    ),
    Tool(
        id="vscode",
        title="VS Code chat",
        way="Run “Chat: Open Language Models (JSON)” and add this to the list. "
        "Versions before 1.122 say customoai where this says customendpoint.",
        snippets=(
            Snippet(
                "JSON entry",
                '{\n  "name": "Wiremend",\n  "vendor": "customendpoint",\n  "apiKey": "$key",\n'
                '  "apiType": "chat-completions",\n  "models": [\n    {\n      "id": "$model",\n'
                '      "name": "$model",\n      "url": "$address/chat/completions",\n'
                '      "toolCalling": true,\n      "vision": false,\n'
                '      "maxInputTokens": 128000,\n      "maxOutputTokens": 16000\n    }\n  ]\n}\n',
                Kind.JSON,
            ),
        ),
        user_agents=("githubcopilotchat", "vscode"),
        commands=("code", "code-insiders"),
        traces=(".vscode", ".vscode-server"),
    ),
    Tool(
        id="cursor",
        title="Cursor",
        way="Cursor's own servers make the call, and they cannot reach this computer. "
        "An address that the whole internet can reach would be needed; Wiremend offers none.",
        user_agents=("cursor",),
        commands=("cursor",),
        traces=(".cursor", "Applications/Cursor.app"),
        reachable=False,
    ),
)


def tool(tool_id: str) -> Tool:
    """Return the agent of that id; an unknown one is our own bug."""
    return next(each for each in TOOLS if each.id == tool_id)

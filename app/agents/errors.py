"""What can go wrong with an agent's file, said so that the user finds the place."""

from proxy.errors import WiremendError


class AgentFileError(WiremendError):
    """An agent's file is left as it is; the message says why."""


class UnreadableError(AgentFileError):
    """The file is not what its format allows; `line` and `column` count from 1."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(f"line {line}, column {column}: {message}")
        self.line = line
        self.column = column

    @classmethod
    def at(cls, text: str, offset: int, message: str) -> "UnreadableError":
        """Say it of a place in the text."""
        line = text.count("\n", 0, offset) + 1
        return cls(line, offset - text.rfind("\n", 0, offset), message)

"""What the events of a Responses stream bring, and how calls are named there and in Messages.

See: https://platform.openai.com/docs/api-reference/responses-streaming
"""

TEXT, THINKING, ARGUMENTS, COMMAND = "text", "thinking", "tool args", "command"

KIND_BY_DELTA = {
    "response.output_text.delta": TEXT,
    "response.refusal.delta": TEXT,
    "response.audio.transcript.delta": TEXT,
    "response.reasoning_text.delta": THINKING,
    "response.reasoning_summary_text.delta": THINKING,
    # So servers called them before the two above had their names, and some still do.
    "response.reasoning.delta": THINKING,
    "response.reasoning_summary.delta": THINKING,
    "response.function_call_arguments.delta": ARGUMENTS,
    "response.custom_tool_call_input.delta": ARGUMENTS,
    "response.mcp_call_arguments.delta": ARGUMENTS,
    "response.code_interpreter_call_code.delta": ARGUMENTS,
    # One of several in a call, which says them all at its end.
    "response.shell_call_command.delta": COMMAND,
}
"""The events that bring a piece of an answer, each with what it is a piece of."""

MEMBER_BY_CALL = {
    "function_call": "arguments",
    "custom_tool_call": "input",
    "mcp_call": "arguments",
    "code_interpreter_call": "code",
    "shell_call": "action",
    "local_shell_call": "action",
    "apply_patch_call": "operation",
    "computer_call": "action",
    "web_search_call": "action",
    "file_search_call": "queries",
    "tool_search_call": "arguments",
    "image_generation_call": "revised_prompt",
}
"""The items that call a tool, each with its member for what the tool is given."""

BLOCK_CALLS = ("tool_use", "server_tool_use")
"""The blocks of a Messages stream that call a tool."""
